"""What dns-lexicon calls the DNS hosts of our catalogue, and by which names their users hold the credentials already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PROVIDER_NAMES = ("LEXICON_PROVIDER_NAME", "LEXICON_PROVIDER")


@dataclass(frozen=True, slots=True)
class LexiconHost:
    """One provider of dns-lexicon.

    `aliases`: option → the variables that lego, certbot, Terraform or the host's own tools read it from. `fixed`: options
    without which the provider speaks an API that is gone. `preference_apart`: the preference of an MX is a field of its own.
    `quoted`: the content of a TXT is sent as it stands in a zone file.
    """

    provider: str
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    preference_apart: bool = False
    quoted: bool = False


def _token(provider: str, *names: str) -> LexiconHost:
    return LexiconHost(provider, {"auth_token": names})


def _pair(provider: str, key: str, secret: str) -> LexiconHost:
    return LexiconHost(provider, {"auth_key": (key,), "auth_secret": (secret,)})


HOSTS: dict[str, LexiconHost] = {
    "cloudflare": LexiconHost(
        "cloudflare",
        {
            "auth_token": ("CLOUDFLARE_API_TOKEN", "CF_DNS_API_TOKEN", "CLOUDFLARE_DNS_API_TOKEN", "CF_API_TOKEN"),
            "zone_id": ("CLOUDFLARE_ZONE_ID", "CF_ZONE_ID"),
        },
        preference_apart=True,
        quoted=True,
    ),
    "conoha": LexiconHost(
        "conoha",
        {
            "auth_region": ("CONOHA_REGION",),
            "auth_tenant_id": ("CONOHA_TENANT_ID",),
            "auth_username": ("CONOHA_API_USERNAME",),
            "auth_password": ("CONOHA_API_PASSWORD",),
        },
    ),
    "desec": _token("desec", "DESEC_TOKEN"),
    "digitalocean": _token("digitalocean", "DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN", "DO_AUTH_TOKEN"),
    "dnsimple": LexiconHost(
        "dnsimple", {"auth_token": ("DNSIMPLE_OAUTH_TOKEN", "DNSIMPLE_TOKEN")}, preference_apart=True
    ),
    "gandi": LexiconHost("gandi", {"auth_token": ("GANDIV5_PERSONAL_ACCESS_TOKEN",)}, {"api_protocol": "rest"}),
    "gehirn": LexiconHost("gehirn", {"auth_token": ("GEHIRN_API_TOKEN",), "auth_secret": ("GEHIRN_API_SECRET",)}),
    "godaddy": _pair("godaddy", "GODADDY_API_KEY", "GODADDY_API_SECRET"),
    "hetzner": _token("hetzner", "HETZNER_API_TOKEN", "HETZNER_API_KEY", "HCLOUD_TOKEN"),
    "linode": _token("linode4", "LINODE_TOKEN"),
    "ns1": _token("nsone", "NS1_API_KEY", "NS1_APIKEY"),
    "ovh": LexiconHost(
        "ovh",
        {
            "auth_entrypoint": ("OVH_ENDPOINT",),
            "auth_application_key": ("OVH_APPLICATION_KEY",),
            "auth_application_secret": ("OVH_APPLICATION_SECRET",),
            "auth_consumer_key": ("OVH_CONSUMER_KEY",),
        },
    ),
    "porkbun": LexiconHost("porkbun", {"auth_key": ("PORKBUN_API_KEY",), "auth_secret": ("PORKBUN_SECRET_API_KEY",)}),
    "sakura-cloud": LexiconHost(
        "sakuracloud",
        {"auth_token": ("SAKURACLOUD_ACCESS_TOKEN",), "auth_secret": ("SAKURACLOUD_ACCESS_TOKEN_SECRET",)},
    ),
    "value-domain": _token("valuedomain", "VALUEDOMAIN_API_KEY"),
    "vultr": _token("vultr", "VULTR_API_KEY"),
}


def chosen(environment: Mapping[str, str], host: str) -> LexiconHost | None:
    """The provider that LEXICON_PROVIDER_NAME names, else that of the recognised DNS host (its id in the catalogue)."""
    told = next((environment[name] for name in PROVIDER_NAMES if environment.get(name)), "")
    known = next((each for each in HOSTS.values() if each.provider == told), None)
    return known or (LexiconHost(told) if told else HOSTS.get(host))


def variables(known: LexiconHost, option: str) -> tuple[str, ...]:
    """Where an option is read from, dns-lexicon's own names first (it still takes those without AUTH)."""
    own = f"LEXICON_{known.provider}_{option}".upper()
    return (own, own.replace("_AUTH_", "_", 1), *known.aliases.get(option, ()))
