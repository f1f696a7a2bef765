"""The DNS host resolves the CNAME itself and serves what it found ("flattening", ALIAS): the CNAME is invisible."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.catalog import host_of
from unpend.diagnosis.case import Case
from unpend.diagnosis.other_types import asks_for_types, existing
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange, Outcome
from unpend.model.text import Text

TITLE = Text(en="The CNAME is flattened", ja="CNAME がフラット化されています")
SAYS = Text(
    en="{name} exists, but the DNS host hides its CNAME and serves what stands behind it ({found}). Switch flattening off for it, or "
    "choose the plain type CNAME.",
    ja="{name} は存在しますが、DNS ホストが CNAME を隠し、その先の内容（{found}）を返しています。このレコードのフラット化を無効にするか、通常の CNAME を選んで"
    "ください。",
)
CURE = Text(
    en="In the panel, edit the record {name}: switch flattening off for it (at Cloudflare: DNS settings, CNAME flattening only at the apex), "
    "or choose the type CNAME instead of ALIAS or ANAME, with the value {expected}.",
    ja="管理画面でレコード {name} のフラット化を無効にしてください（Cloudflare では DNS 設定で CNAME フラット化をルートドメインのみにします）。ALIAS や ANAME の場合は、"
    "種別を CNAME、値を {expected} にしてください。",
)
FLATTENING_HOSTS = frozenset({"cloudflare"})


def behind(case: Case, record: ExpectedRecord) -> set[str]:
    """What stands behind the wanted target, as resolvers see it."""
    seen = (e for target in record.values for t in ("TXT", "A") for e in case.exchanges(target, t))
    return {r.text for e in seen for r in e.answer if r.type in {"TXT", "A"}}


def served(case: Case, record: ExpectedRecord) -> tuple[tuple[str, ...], tuple[Exchange, ...]]:
    """What the name itself serves as TXT or A, and the exchanges that show it."""
    own = [t for t in ("TXT", "A") if not case.from_wildcard(record.name, t)]
    heard = tuple(e for t in own for e in case.heard(record.name, t))
    return tuple(sorted({r.text for e in heard for r in e.answer})), heard


def empty_beside_nothing(case: Case, record: ExpectedRecord) -> bool:
    """The name exists without any data, at a host that flattens, and names beside it do not exist."""
    cut = case.cut_of(record.name)
    host = host_of(ns.name for ns in cut.nameservers) if cut else None
    beside = case.heard(case.sibling(record.name), "TXT")
    alone = bool(beside) and all(e.outcome is Outcome.NXDOMAIN for e in beside)
    return host is not None and host.id in FLATTENING_HOSTS and alone


def finds(case: Case) -> Iterator[Finding]:
    for record in existing(case):
        if record.type != "CNAME" or not case.asked(record.name, "A"):
            continue
        found, heard = served(case, record)
        same = bool(found) and set(found) <= behind(case, record)
        if same or (not found and empty_beside_nothing(case, record)):
            told = CURE.fill(name=record.name, expected=record.values[0])
            yield rule.finding(
                record.name,
                SAYS,
                (*case.heard(record.name, "CNAME"), *heard),
                severity=Severity.ERROR if record.required else Severity.WARNING,
                fix=[Errand(Where.DNS_HOST, "switch-flattening-off", record.name, record.values, told)],
                confidence=Confidence.CERTAIN if same else Confidence.LIKELY,
                found=found or "-",
            )


rule = Rule("flattened-cname", "wrong-type", TITLE, finds, asks_for_types, explains=("wrong-type", "record-missing"))
