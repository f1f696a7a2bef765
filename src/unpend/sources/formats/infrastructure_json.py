"""What infrastructure tools know of an identity: Terraform's state and plan, outputs of CloudFormation and the CDK.

Tokens are taken wherever SES resources or outputs hold them; a record set by another resource is not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from unpend.model.expected import Expected
from unpend.model.names import absolute
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.mail_from import mail_from_records
from unpend.sources.rows import another_domain
from unpend.sources.ses_tokens import dkim_records, read_tokens
from unpend.sources.shapes import mapping, strings, word
from unpend.sources.signing_zones import REGIONS, target_zone

SOURCE = "infrastructure-json"
KNOWN_AS = Text(
    en="`terraform show -json`, a Terraform state, or the outputs of CloudFormation or the CDK (JSON)",
    ja="`terraform show -json`、Terraform の state、CloudFormation または CDK の出力（JSON）",
)
DEEPEST = 20
_TARGET = re.compile(r"([a-z0-9]{32,42})\.((?:[a-z0-9-]+\.)?dkim\.(?:[a-z0-9-]+\.)?amazonses\.com)\.?")
_OWNER = re.compile(r"[a-z0-9]{32,42}\._domainkey\.(.+?)\.?")
_RESOURCES = frozenset({"aws_ses_domain_dkim", "aws_sesv2_email_identity", "aws_ses_domain_mail_from"})


def recognises(document: Document) -> bool:
    return bool(_resources(document.data)) or bool(_outputs(document.data))


def read(document: Document, asked: Asked) -> Expected:
    resources = _resources(document.data)
    return _terraform(resources, asked) if resources else _stack(_outputs(document.data), asked)


# --- Terraform --------------------------------------------------------------------------------------------------


def _resources(data: Any) -> list[tuple[str, dict[str, Any]]]:
    """(type, attributes) of every SES resource in a state file or in `terraform show -json`."""
    held = mapping(data)
    top = [mapping(held.get(key)).get("root_module") for key in ("values", "planned_values")]
    found = [pair for module in top for pair in _of_module(module, 0)]
    states = held.get("resources") if "terraform_version" in held else None
    for resource in map(mapping, states if isinstance(states, list) else []):
        instances = resource.get("instances")
        held_by = map(mapping, instances if isinstance(instances, list) else [])
        found += [(word(resource.get("type")), mapping(each.get("attributes"))) for each in held_by]
    return [(type_, values) for type_, values in found if type_ in _RESOURCES]


def _of_module(module: Any, depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
    held = mapping(module)
    resources, children = held.get("resources"), held.get("child_modules")
    for resource in map(mapping, resources if isinstance(resources, list) else []):
        yield word(resource.get("type")), mapping(resource.get("values"))
    for child in children if isinstance(children, list) and depth < DEEPEST else []:
        yield from _of_module(child, depth + 1)


def _terraform(resources: list[tuple[str, dict[str, Any]]], asked: Asked) -> Expected:
    named = {_about(values) for _, values in resources} - {""}
    own = [values for _, values in resources if absolute(_about(values)) == asked.domain]
    if not own:
        raise another_domain(sorted(named), asked.domain)
    signing = [_signing(values) for values in own]
    tokens = list(dict.fromkeys(token for held in signing for token in strings(held.get("tokens"))))
    region = asked.region or next((r for values in own if (r := word(values.get("region"))) in REGIONS), None)
    mail_from = next((word(values.get("mail_from_domain")) for values in own if values.get("mail_from_domain")), "")
    return _expected(asked, tokens, region, "", mail_from, "terraform-json")


def _about(values: dict[str, Any]) -> str:
    return word(values.get("domain") or values.get("email_identity"))


def _signing(values: dict[str, Any]) -> dict[str, Any]:
    """Where the tokens are: `dkim_tokens` in the v1 resource, a nested block in the v2 one."""
    nested = values.get("dkim_signing_attributes")
    block = mapping(nested[0]) if isinstance(nested, list) and nested else {}
    return {"tokens": block.get("tokens") or values.get("dkim_tokens") or []}


# --- CloudFormation and the CDK ---------------------------------------------------------------------------------


def _outputs(data: Any, depth: int = 0) -> list[str]:
    """Every output that is a DKIM record's name or target."""
    if isinstance(data, str):
        return [data.lower()] if _TARGET.fullmatch(data.lower()) or _OWNER.fullmatch(data.lower()) else []
    if depth > DEEPEST:
        return []
    items = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    shaped = isinstance(data, dict) and ("type" in data or "name" in data or "Tokens" in data)
    return [] if shaped else [text for item in items for text in _outputs(item, depth + 1)]


def _stack(outputs: list[str], asked: Asked) -> Expected:
    domains = {absolute(match[1]) for text in outputs if (match := _OWNER.fullmatch(text))}
    if domains and asked.domain not in domains:
        raise another_domain(sorted(domains), asked.domain)
    targets = [match for text in outputs if (match := _TARGET.fullmatch(text))]
    zone = targets[0][2] if targets else ""
    names = [text.partition(".")[0] for text in outputs if _OWNER.fullmatch(text)]
    tokens = list(dict.fromkeys([*(match[1] for match in targets), *names]))
    return _expected(asked, tokens, asked.region, zone, "", "cloudformation-json")


def _expected(
    asked: Asked, tokens: list[str], region: str | None, stated: str, mail_from: str, source: str
) -> Expected:
    read_ = read_tokens(tokens, asked.domain)
    zone, notes = target_zone(region, stated or asked.signing_zone)
    records = dkim_records(asked.domain, (token.text for token in read_), zone)
    extra, more = mail_from_records(mail_from, asked.domain, region)
    notes = (*notes, *more, *(note for token in read_ for note in token.notes))
    return Expected(asked.domain, (*records, *extra), "ses", region, zone, source=source, notes=notes)
