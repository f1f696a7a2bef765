"""Commands for Cloudflare's API. They read CLOUDFLARE_API_TOKEN and ZONE_ID; deletions look the record's id up (jq)."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from unpend.model.plan import Change, Plan
from unpend.model.records import presented
from unpend.report.plan_as.sets import bare, by_zone

API = '"https://api.cloudflare.com/client/v4/zones/$ZONE_ID/dns_records'
CURL = 'curl --fail-with-body -sS -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN" -H "Content-Type: application/json"'


def render(plan: Plan, host: str = "") -> str:
    out: list[str] = ["#!/bin/sh", "set -eu", ': "${CLOUDFLARE_API_TOKEN:?}" "${ZONE_ID:?}"']
    for zone, changes in by_zone(plan):
        out += [f"# zone {bare(zone)}", *(line for c in changes for line in _commands(c))]
    return "\n".join(out) + "\n"


def _commands(change: Change) -> Iterator[str]:
    for value in change.before:
        if value not in change.after:
            query = f"?type={change.type}&name={quote(bare(change.name))}&content.exact={quote(_content(change.type, value), safe='')}"
            yield f"for id in $({CURL} {API}{query}\" | jq -r '.result[].id'); do {CURL} -X DELETE {API}/$id\"; done"
    for value in change.after:
        if value not in change.before:
            yield f'{CURL} -X POST {API}" --data {shlex.quote(json.dumps(_body(change, value)))}'


def _body(change: Change, value: str) -> dict[str, Any]:
    body: dict[str, Any] = {"type": change.type, "name": bare(change.name), "ttl": change.ttl}
    if change.type == "MX":
        priority, value = value.split(" ", 1)
        body["priority"] = int(priority)
    body["content"] = _content(change.type, value)
    return body | ({"proxied": False} if change.type in {"A", "AAAA", "CNAME"} else {})


def _content(type_: str, value: str) -> str:
    return presented(type_, value) if type_ == "TXT" else bare(value)
