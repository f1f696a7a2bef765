"""Terraform resources for the DNS host that serves the zone: Cloudflare, Google, Azure, else Route 53.

The zone itself is referred to by a variable. What has to go stands in comments: Terraform deletes what leaves its state.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from unpend.model.names import relative
from unpend.model.plan import Change, Plan
from unpend.model.records import presented
from unpend.report.plan_as.sets import bare, edits, gone

Fields = Iterator[tuple[str, str]]


def render(plan: Plan, host: str = "") -> str:
    resource, fields = _KINDS.get(host, _KINDS["route53"])
    out: list[str] = []
    for change in edits(plan):
        out += [f"# delete: {line}" for line in gone(change)]
        out += _blocks(change, resource, fields)
    return "\n".join(out) + "\n"


def _blocks(change: Change, resource: str, fields: Callable[[Change], Iterator[Fields]]) -> Iterator[str]:
    label = re.sub(r"[^a-z0-9]+", "_", f"{change.type}_{bare(change.name)}".lower())
    for number, each in enumerate(fields(change) if change.after else ()):
        resource_type = f"azurerm_dns_{change.type.lower()}_record" if resource == "azure" else resource
        yield f'resource "{resource_type}" "{label}{f"_{number}" if number else ""}" {{'
        yield from (f"  {key} = {value}" if value else f"  {key}" for key, value in each)
        yield "}"


def _text(value: str) -> str:
    """A quoted HCL string; `${` and `%{` would begin a template."""
    return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _list(values: Iterator[str]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"


def _route53(change: Change) -> Iterator[Fields]:
    yield iter(
        [
            ("zone_id", "var.zone_id"),
            ("name   ", _text(bare(change.name))),
            ("type   ", _text(change.type)),
            ("ttl    ", str(change.ttl)),
            ("records", _list(_unwrapped(change))),
        ]
    )


def _unwrapped(change: Change) -> Iterator[str]:
    """The provider puts the outer quotes of a TXT record itself; the inner ones split a long one."""
    return (presented(change.type, v)[1:-1] if change.type == "TXT" else v for v in change.after)


def _cloudflare(change: Change) -> Iterator[Fields]:
    for value in change.after:
        priority, _, content = value.rpartition(" ") if change.type == "MX" else ("", "", value)
        shown = presented("TXT", content) if change.type == "TXT" else bare(content)
        yield iter(
            [
                ("zone_id", "var.zone_id"),
                ("name   ", _text(bare(change.name))),
                ("type   ", _text(change.type)),
                ("ttl    ", str(change.ttl)),
                ("content", _text(shown)),
                *([("priority", priority)] if priority else []),
                *([("proxied", "false")] if change.type in {"A", "AAAA", "CNAME"} else []),
            ]
        )


def _google(change: Change) -> Iterator[Fields]:
    yield iter(
        [
            ("managed_zone", "var.managed_zone"),
            ("name        ", _text(change.name)),
            ("type        ", _text(change.type)),
            ("ttl         ", str(change.ttl)),
            ("rrdatas     ", _list(presented(change.type, v) for v in change.after)),
        ]
    )


def _azure(change: Change) -> Iterator[Fields]:
    head = [
        ("name               ", _text(relative(change.name, change.zone))),
        ("zone_name          ", _text(bare(change.zone))),
        ("resource_group_name", "var.resource_group_name"),
        ("ttl                ", str(change.ttl)),
    ]
    if change.type == "CNAME":
        yield iter([*head, ("record             ", _text(bare(change.after[0])))])
    elif change.type in {"A", "AAAA", "NS"}:
        yield iter([*head, ("records            ", _list(iter(change.after)))])
    else:
        yield iter([*head, *((_nested(change.type, value), "") for value in change.after)])


def _nested(type_: str, value: str) -> str:
    if type_ == "MX":
        preference, exchange = value.split(" ", 1)
        return f"record {{\n    preference = {preference}\n    exchange   = {_text(exchange)}\n  }}"
    return f"record {{\n    value = {_text(value)}\n  }}"


_KINDS: dict[str, tuple[str, Callable[[Change], Iterator[Fields]]]] = {
    "route53": ("aws_route53_record", _route53),
    "cloudflare": ("cloudflare_dns_record", _cloudflare),
    "google": ("google_dns_record_set", _google),
    "azure": ("azure", _azure),
}
