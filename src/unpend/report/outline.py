"""What a person is told, in order, before it is set as text or as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby

from unpend.catalog import DnsHost, PanelWords, generic_words, host_of
from unpend.model.expected import Expected
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Change, Errand, Op, Then
from unpend.model.records import Exchange
from unpend.model.text import Lang, Text
from unpend.report import phrases
from unpend.report.report import Report
from unpend.report.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a DNS panel: its label there and what to type."""

    label: Text
    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: a sentence, the fields to type, and remarks."""

    says: Text
    fields: tuple[Field, ...] = ()
    remarks: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Steps at one place: `place` names the host and the zone, `panel` says where in it; None outside any zone."""

    place: Text | None
    panel: Text | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One cause with the names it is about."""

    finding: Finding
    names: tuple[str, ...]
    evidence: tuple[Exchange, ...] = field(default=())


def grouped(report: Report, *severities: Severity) -> tuple[Told, ...]:
    """The causes of these severities, those of one code together."""
    by_code: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.severity in severities:
            by_code.setdefault(finding.code, []).append(finding)
    return tuple(
        Told(
            group[0],
            tuple(dict.fromkeys(name for f in group for name in f.about)),
            tuple(dict.fromkeys(e for f in group for e in f.evidence)),
        )
        for group in by_code.values()
    )


def blamed(report: Report) -> tuple[Told, ...]:
    """What the verdict rests on: the errors, or what is waited for."""
    warnings = grouped(report, Severity.WARNING) if report.verdict is Verdict.WAITING else ()
    return grouped(report, Severity.ERROR) + tuple(t for t in warnings if t.finding.keeps_waiting)


def parts(report: Report) -> Iterator[Part]:
    """The plan in the words of the user's own DNS panel, zone by zone."""
    yield from places(report, report.plan.changes)
    if report.plan.then:
        yield Part(None, None, tuple(_then(t, report) for t in report.plan.then))


def places(report: Report, edits: tuple[Change | Errand, ...]) -> Iterator[Part]:
    """Any edits in the words of the panel, zone by zone."""
    for zone, changes in groupby(edits, lambda c: c.zone if isinstance(c, Change) else ""):
        servers = _kept(report, zone) or report.servers_of(zone)
        host = host_of(servers)
        steps = tuple(_edit(c, host) if isinstance(c, Change) else _errand(c) for c in changes)
        known = host.name if host else servers[:2]
        place = (phrases.AT_HOST if known else phrases.IN_ZONE).fill(host=known, zone=zone) if zone else None
        yield Part(place, host.where if host and zone else None, steps)


def _kept(report: Report, zone: str) -> tuple[str, ...]:
    """The servers that a zone is to be left with: where two hosts serve it, the edit is made at that one."""
    errands = [e for e in report.plan.changes if isinstance(e, Errand) and e.target == zone]
    return next((e.values for e in errands if e.op == "set-nameservers"), ())


def _edit(change: Change, host: DnsHost | None) -> Step:
    verb = {Op.CREATE: phrases.ADD, Op.REPLACE: phrases.CHANGE, Op.DELETE: phrases.DELETE}[change.op]
    told = tuple(fields(change, host))
    remarks = [phrases.FULL_NAME.fill(name=change.name)]
    if change.op is Op.REPLACE and change.before:
        remarks.append(phrases.NOW_THERE.fill(values=change.before))
    if change.op is not Op.DELETE and host and host.target_dot == "needed":
        remarks.append(phrases.DOT_NEEDED)
    return Step(verb, told, tuple(remarks))


def fields(change: Change, host: DnsHost | None) -> Iterator[Field]:
    """The panel's fields: the relative name first, the value with or without its final dot as the panel takes it."""
    words = host.words if host else generic_words()
    yield Field(words.name, words.at if change.host == "@" else change.host)
    yield Field(words.type, change.type)
    for value in change.values:
        yield from _value(change, value, words, dot=host is not None and host.target_dot == "needed")
    if change.op is not Op.DELETE:
        yield Field(words.ttl, str(change.ttl))


def _value(change: Change, value: str, words: PanelWords, *, dot: bool) -> Iterator[Field]:
    if change.type == "MX" and " " in value:
        priority, value = value.split(" ", 1)
        yield Field(words.priority, priority)
    if change.type in {"CNAME", "MX", "NS"} and not dot:
        value = value.rstrip(".")
    yield Field(words.value, value)


def _errand(errand: Errand) -> Step:
    return Step(errand.instructions)


def _then(then: Then, report: Report) -> Step:
    if then.op != "wait":
        return Step(phrases.RESTART, remarks=tuple(_restart_at_ses(report.expected)))
    text = phrases.WAIT if report.plan.changes else phrases.WAIT_ONLY
    return Step(text.fill(until=utc(then.until or 0), span=phrases.span(then.seconds or 0)))


def _restart_at_ses(expected: Expected) -> Iterator[Text]:
    """The command, where the identity signs with Easy DKIM of its own: for any other key it would change whose signs."""
    view = expected.view
    if expected.provider == "ses" and view is not None and view.signing_origin in {None, "AWS_SES"}:
        region = f" --region {expected.region}" if expected.region else ""
        yield phrases.RESTART_AT_SES.fill(domain=expected.domain.rstrip("."), region=region)


def utc(time: float) -> str:
    """A time as people read it; the zone is always UTC."""
    return datetime.fromtimestamp(int(time), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def by_hand(report: Report) -> Iterator[str]:
    """The commands with which anyone can check the records that are not right yet."""
    server = next(iter(report.nameservers), "").rstrip(".")
    for each in report.records:
        if each.status == "verified":
            continue
        name = each.record.name.rstrip(".")
        yield f"dig {'@' + server + ' ' if server else ''}{name} {each.record.type} +norecurse"
        yield f"nslookup -type={each.record.type} {name}{'.' if not server else '. ' + server}"


def evidence_line(exchange: Exchange, lang: Lang) -> str:
    """One exchange: who was asked what, how, and what came back."""
    answer = "; ".join(f"{r.type} {r.value} (TTL {r.ttl})" for r in exchange.answer)
    ede = " ".join(f"EDE {e.code} {e.text}".strip() for e in exchange.ede)
    said = " ".join(filter(None, [str(exchange.outcome), answer, ede, exchange.note]))
    who = f"{exchange.server.role} {exchange.server.name or exchange.server.address} ({exchange.server.address})"
    return f"{who}: {exchange.question} [{exchange.probe.via}] → {said}, {exchange.elapsed_ms:.0f} ms"
