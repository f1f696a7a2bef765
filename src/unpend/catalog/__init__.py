"""What is known about the world by heart: DNS hosts, mail providers, SES regions, root servers. Data is in the TOML."""

from unpend.catalog.dns_hosts import DnsHost, PanelWords, all_hosts, generic_words, host_by_id, host_of, probe_hosts
from unpend.catalog.mail_providers import (
    MailProvider,
    all_providers,
    common_selectors,
    keyless_at_first,
    provider_by_id,
    provider_of_record,
    provider_of_selector,
    provider_of_target,
    provider_of_txt,
)
from unpend.catalog.name_servers import special_kind
from unpend.catalog.provider_templates import (
    Parameter,
    Template,
    TemplateRecord,
    all_templates,
    names_of,
    plain_name,
    template_named,
    template_of,
)
from unpend.catalog.proxies import proxy_of
from unpend.catalog.root_servers import Hints, Resolver, parse_hints, public_resolvers, root_hints
from unpend.catalog.ses_regions import is_ses_target, region_of_target, regions, ses_zones, signing_zone_of

__all__ = [
    "DnsHost",
    "Hints",
    "MailProvider",
    "PanelWords",
    "Parameter",
    "Resolver",
    "Template",
    "TemplateRecord",
    "all_hosts",
    "all_providers",
    "all_templates",
    "common_selectors",
    "generic_words",
    "host_by_id",
    "host_of",
    "is_ses_target",
    "keyless_at_first",
    "names_of",
    "parse_hints",
    "plain_name",
    "probe_hosts",
    "provider_by_id",
    "provider_of_record",
    "provider_of_selector",
    "provider_of_target",
    "provider_of_txt",
    "proxy_of",
    "public_resolvers",
    "region_of_target",
    "regions",
    "root_hints",
    "ses_zones",
    "signing_zone_of",
    "special_kind",
    "template_named",
    "template_of",
]
