"""What to publish, before anything is: each record in the fields of the user's panel, and what would be in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from unpend.diagnosis.compare import Sight
from unpend.diagnosis.spf_view import counted, evaluation_at, spf_views
from unpend.diagnosis.wildcards import masking
from unpend.model.names import relative
from unpend.model.plan import Change, Op
from unpend.model.text import Lang, Text
from unpend.repair.edits import DEFAULT_TTL
from unpend.report.as_text import Sheet
from unpend.report.outline import places
from unpend.report.report import Report
from unpend.standards.spf import MOST_LOOKUPS, lacking

NEAR = 9
NOTHING_KNOWN = Text(
    en="It is not known what {domain} ought to publish: give --expect FILE or three --dkim-token.",
    ja="{domain} に登録すべきレコードが分かりません。--expect FILE、または 3 つの --dkim-token を指定してください。",
)
PUBLISH = Text(en="What to publish for {domain}:", ja="{domain} に登録するレコード:")
IN_THE_WAY = Text(en="In the way:", ja="妨げになるもの:")
ALL_THERE = Text(en="All of them are there already.", ja="すべて登録済みです。")
APEX_CNAME = Text(
    en="A CNAME cannot stand at {name}: it is the top of the zone, which has SOA and NS records (RFC 1034 section 3.6.2).",
    ja="{name} はゾーンの頂点で SOA と NS があるため、CNAME を置けません（RFC 1034 3.6.2 節）。",
)
OCCUPIED = Text(
    en="{name} is taken: {types} stand there, and a CNAME excludes all others.",
    ja="{name} はすでに使われています（{types}）。CNAME はほかのレコードと共存できません。",
)
OTHER_VALUE = Text(
    en="{name} {type} holds another value now: {values}.", ja="{name} の {type} には現在別の値があります: {values}"
)
WILDCARD = Text(
    en="A wildcard answers for {name} until the record itself is there.",
    ja="レコードを登録するまで、{name} にはワイルドカードが応答します。",
)
NEAR_TEN = Text(
    en="SPF at {name} takes {now} of the {most} look-ups that receivers make; with {added} it would take {then}.",
    ja="{name} の SPF は現在 DNS 参照を {now} 回使っており、{added} を加えると {then} 回になります（上限は {most} 回）。",
)
SHAPES_LEFT_OUT = Text(
    en="Left out, since only the form of their values is known: {names}.",
    ja="値の形式しか分からないため、次のレコードは出力していません: {names}",
)
FROM_THE_PANEL = Text(
    en="Parts in angle brackets differ by account: copy these values from your mail provider's panel.",
    ja="山括弧の部分はアカウントごとに異なります。値はメール配信サービスの画面から写してください。",
)
UNDERSCORE = Text(
    en="{host} is reported to refuse {what} with an underscore: ask its support, or host the zone elsewhere.",
    ja="{host} ではアンダースコアを含む{what}を登録できないという報告があります。サポートに確認するか、ほかの DNS に移してください。",
)
OWNERS, TARGETS = Text(en="names", ja="名前"), Text(en="CNAME targets", ja="CNAME の値")
TOO_LONG = Text(
    en="{name} {type} has {length} characters; {host} is reported to take {most} at most. Ask the provider for a shorter key, or publish it by "
    "CNAME.",
    ja="{name} の {type} は {length} 文字です。{host} で登録できるのは {most} 文字までという報告があります。短い鍵、または CNAME での公開を事業者に相談してください。",
)


def publications(report: Report) -> tuple[Change, ...]:
    """Every wanted record as the creation of its set; whatever stands there already."""
    case, dns_host = report.case, report.dns_host
    usual = max(dns_host.ttl or DEFAULT_TTL, dns_host.min_ttl or 0) if dns_host else DEFAULT_TTL
    out = []
    for record in case.records:
        zone = case.zone_of(record.name) or case.zone or case.domain
        host = relative(record.name, zone)
        values = record.values if record.known else record.values[:1]
        out.append(Change(Op.CREATE, zone, record.name, host, record.type, record.ttl or usual, values, (), ()))
    return tuple(out)


def whole_sets(report: Report) -> tuple[Change, ...]:
    """The same for tools, which hold one set a name and type; a shape is no value that a tool could enter."""
    sets: dict[tuple[str, str], Change] = {}
    for record, change in zip(report.case.records, publications(report), strict=True):
        if record.known:
            first = sets.setdefault((change.name, change.type), change)
            values = tuple(dict.fromkeys((*first.values, *change.values)))
            sets[change.name, change.type] = replace(first, values=values)
    return tuple(sets.values())


def not_printed(report: Report) -> Text | None:
    """What a tool's form leaves out, and why."""
    names = [f"{r.name.rstrip('.')} {r.type}" for r in report.case.records if not r.known]
    return SHAPES_LEFT_OUT.fill(names=names) if names else None


def obstacles(report: Report) -> Iterator[Text]:
    """What would be in the way of a record that is not there yet."""
    case = report.case
    for record in case.records:
        if case.right(record):
            continue
        name = record.name
        if record.type == "CNAME" and name == case.zone_of(name):
            yield APEX_CNAME.fill(name=name)
        if masking(case, record):
            yield WILDCARD.fill(name=name)
        others = sorted({r.type for r in case.others_at(name)} - {record.type})
        if record.type == "CNAME" and others:
            yield OCCUPIED.fill(name=name, types=others)
        if any(sight is Sight.WRONG for _, sight in case.sights(record)):
            yield OTHER_VALUE.fill(name=name, type=record.type, values=case.found(record))
    yield from near_ten(report)
    yield from panel_limits(report)


def panel_limits(report: Report) -> Iterator[Text]:
    """What the panel of the recognised host is reported not to hold."""
    host = report.dns_host
    if host is None:
        return
    wanted = [record for record in report.case.records if not report.case.right(record)]
    if host.underscore in {"owner-refused", "mixed"} and any("_" in record.name for record in wanted):
        yield UNDERSCORE.fill(host=host.name, what=OWNERS)
    targets = [value for record in wanted if record.type == "CNAME" for value in record.values]
    if host.underscore in {"target-refused", "mixed"} and any("_" in target for target in targets):
        yield UNDERSCORE.fill(host=host.name, what=TARGETS)
    for record in wanted:
        length = max((len(value) for value in record.values), default=0) if record.type == "TXT" else 0
        if host.txt_limit and length > host.txt_limit:
            told = {"name": record.name, "type": record.type, "length": length, "most": host.txt_limit}
            yield TOO_LONG.fill(host=host.name, **told)


def near_ten(report: Report) -> Iterator[Text]:
    """SPF records that would use up the look-ups allowed with what is added (RFC 7208 section 4.6.4)."""
    for view in spf_views(report.case):
        if view.content is None or view.merged is None or view.wanted is None:
            continue
        now, then = (evaluation_at(report.case, view.name, each) for each in (view.content, view.merged))
        added = [term for value in view.wanted.values for term in lacking(view.content, value)]
        if added and then.lookups >= NEAR:
            told = {"now": counted(now), "then": counted(then), "most": MOST_LOOKUPS, "added": added}
            yield NEAR_TEN.fill(name=view.name, **told)


def as_records(report: Report, lang: Lang, width: int = 80) -> str:
    """For a person who is about to open the panel."""
    domain = report.domain.rstrip(".")
    if not report.case.records:
        return NOTHING_KNOWN.fill(domain=domain).of(lang) + "\n"
    sheet = Sheet(report, lang, max(24, width), colour=False)
    lines = [PUBLISH.fill(domain=domain).of(lang), *sheet.numbered(places(report, publications(report)))]
    if not all(record.known for record in report.case.records):
        lines += ["", FROM_THE_PANEL.of(lang)]
    if all(map(report.case.right, report.case.records)):
        lines += ["", ALL_THERE.of(lang)]
    if blocked := list(obstacles(report)):
        lines += ["", IN_THE_WAY.of(lang), *sheet.remarked(blocked)]
    return "\n".join(lines) + "\n"


def records_dict(report: Report, lang: Lang) -> dict[str, Any]:
    """The same for programs: fields as the report's plan has them."""
    dns_host = report.dns_host
    records = [
        {
            "purpose": str(record.purpose),
            "required": record.required,
            "zone": change.zone,
            "name": change.name,
            "host": change.host,
            "type": change.type,
            "ttl": change.ttl,
            "values": list(record.values),
            "known": record.known,
            "verified": record.verified,
            "status": each.status,
        }
        for record, change, each in zip(report.case.records, publications(report), report.records, strict=True)
    ]
    return {
        "schema": "unpend.records/1",
        "domain": report.domain,
        "dns_host": {"id": dns_host.id, "name": dns_host.name.of(lang)} if dns_host else None,
        "records": records,
        "obstacles": [text.of(lang) for text in obstacles(report)],
    }
