"""The DNS host proxies the record (Cloudflare's orange cloud): its own addresses stand where the CNAME should be."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.catalog import host_by_id, proxy_of
from unpend.diagnosis.case import Case
from unpend.diagnosis.other_types import asks_for_types, standing
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="The record is proxied", ja="レコードがプロキシされています")
SAYS = Text(
    en="{name} answers with addresses of {proxy} ({found}) instead of a CNAME: the proxy is switched on for it. Set it to “DNS only”.",
    ja="{name} は CNAME の代わりに {proxy} のアドレス（{found}）を返しています。プロキシが有効になっています。「DNS のみ」に切り替えてください。",
)


CURE = Text(
    en="In the panel, edit the record {name}: switch its proxy (orange cloud) off, so that it says “DNS only”, and save. If the type there is "
    "not CNAME, change it to CNAME with the value {expected}.",
    ja="管理画面でレコード {name} を編集し、プロキシ（オレンジの雲）を無効にして「DNS のみ」で保存してください。種別が CNAME でなければ、CNAME に変更し、値を {expected} に"
    "してください。",
)


def brand_of(id_: str) -> Text | str:
    host = host_by_id(id_)
    return host.name if host else id_


def finds(case: Case) -> Iterator[Finding]:
    for record, others, heard in standing(case):
        proxied = [(r.value, proxy) for r in others if r.type in {"A", "AAAA"} and (proxy := proxy_of(r.value))]
        if proxied and record.type == "CNAME":
            severity = Severity.ERROR if record.required else Severity.WARNING
            told = CURE.fill(name=record.name, expected=record.values[0])
            cure = Errand(Where.DNS_HOST, "switch-proxy-off", record.name, record.values, told)
            found = tuple(sorted(value for value, _ in proxied))
            yield rule.finding(
                record.name, SAYS, heard, severity=severity, fix=[cure], proxy=brand_of(proxied[0][1]), found=found
            )


rule = Rule("proxied-cname", "wrong-type", TITLE, finds, asks_for_types, explains=("wrong-type", "record-missing"))
