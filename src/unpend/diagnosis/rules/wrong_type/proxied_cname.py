"""The DNS host proxies the record (Cloudflare's orange cloud): its own addresses stand where the CNAME should be."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.catalog import proxy_of
from unpend.diagnosis.case import Case
from unpend.diagnosis.other_types import asks_for_types, standing
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="The record is proxied", ja="レコードがプロキシされています")
SAYS = Text(
    en="{name} answers with addresses of {proxy} ({found}) instead of a CNAME: the proxy is switched on for it. Set it to “DNS only”.",
    ja="{name} は CNAME の代わりに {proxy} のアドレス（{found}）を返しています。プロキシが有効になっています。「DNS のみ」に切り替えてください。",
)


def finds(case: Case) -> Iterator[Finding]:
    for record, others, heard in standing(case):
        proxied = [(r.value, proxy) for r in others if r.type in {"A", "AAAA"} and (proxy := proxy_of(r.value))]
        if proxied and record.type == "CNAME":
            severity = Severity.ERROR if record.required else Severity.WARNING
            found = tuple(sorted(value for value, _ in proxied))
            yield rule.finding(record.name, SAYS, heard, severity=severity, proxy=proxied[0][1], found=found)


rule = Rule("proxied-cname", "wrong-type", TITLE, finds, asks_for_types, explains=("wrong-type", "record-missing"))
