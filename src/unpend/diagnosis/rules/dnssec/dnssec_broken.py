"""Signatures do not hold: the parent vouches for keys that the zone does not use, or signatures are old, absent or bad.

Proved twice where possible: by validating the servers' own answers from the parent's DS down, and by resolvers that
fail with validation and answer without it (the CD bit).
"""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.dnssec_status import (
    FLAW_OF_EDE,
    Broken,
    blamed_by_resolvers,
    broken_answers,
    broken_everywhere,
    chain_complete,
    errors_said,
    failures,
    published_ds,
    refused_by_validators,
    vouched,
)
from unpend.diagnosis.dnssec_texts import CACHED, RESOLVERS_SAY, SAYS, SOME_SERVERS, TITLE, WHY, cure
from unpend.diagnosis.registry import users_cuts
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.observation import ZoneCut
from unpend.model.plan import Wait
from unpend.model.records import Exchange, Question
from unpend.standards.dnssec import Flaw

ASKED_AGAIN = 3


def asks(case: Case) -> Iterator[Ask]:
    """Where a resolver fails, the same without validation, and the DS that it remembers."""
    for cut in users_cuts(case):
        failed = list(dict.fromkeys(e.question for e in failures(case, cut.zone)))
        yield from (Ask(question, Whom.RESOLVERS, cd=True) for question in failed[:ASKED_AGAIN])
        if failed:
            ds = Question(cut.zone, "DS")
            yield Ask(ds, Whom.PARENT, zone=cut.zone)
            yield from (Ask(ds, Whom.RESOLVERS, cd=cd) for cd in (False, True))
        if cut.ds:
            unproved = {b.exchange.question for b in broken_answers(case, cut) if b.flaw is Flaw.DENIAL_BROKEN}
            yield from (Ask(question, Whom.EVERY, zone=cut.zone) for question in unproved)


def finds(case: Case) -> Iterator[Finding]:
    for cut in users_cuts(case):
        if broken := broken_everywhere(case, cut):
            yield by_arithmetic(case, cut, broken)
            return
        if some := broken_answers(case, cut):
            yield at_some(case, cut, some)
        elif blamed := blamed_by_resolvers(case, cut):
            yield by_word(case, *blamed)
        else:
            yield from still_cached(case, cut)


def by_arithmetic(case: Case, cut: ZoneCut, broken: tuple[Broken, ...]) -> Finding:
    """An error, unless a validator vouches for the zone, nobody validates it, or only absences are unproved."""
    refusals = refused_by_validators(case, cut.zone)
    worst = min(broken, key=lambda b: list(Flaw).index(b.flaw))
    doubtful = vouched(case, cut) or not chain_complete(case, cut) or worst.flaw is Flaw.DENIAL_BROKEN
    return rule.finding(
        cut.zone,
        SAYS,
        [worst.keys, worst.exchange, *refusals, *(b.exchange for b in broken)],
        severity=Severity.ERROR if refusals or not doubtful else Severity.WARNING,
        confidence=Confidence.LIKELY if doubtful and not refusals else Confidence.CERTAIN,
        fix=[cure(case, cut, worst.flaw, worst.keys)],
        zone=cut.zone,
        why=str(worst.flaw),
        reason=WHY[worst.flaw],
        ede=errors_said(refusals),
    )


def at_some(case: Case, cut: ZoneCut, broken: tuple[Broken, ...]) -> Finding:
    servers = tuple(sorted({b.exchange.server.name for b in broken}))
    first = broken[0]
    evidence = [first.keys, *(b.exchange for b in broken)]
    return rule.finding(
        cut.zone,
        SOME_SERVERS,
        evidence,
        severity=Severity.WARNING,
        zone=cut.zone,
        servers=servers,
        why=str(first.flaw),
        reason=WHY[first.flaw],
    )


def by_word(case: Case, cut: ZoneCut, refusals: tuple[Exchange, ...]) -> Finding:
    """Only resolvers say so: our own arithmetic found nothing, or the keys were not heard."""
    codes = errors_said(refusals)
    flaw = next((FLAW_OF_EDE[code] for code in codes if code in FLAW_OF_EDE), None)
    why = str(flaw or "refused")
    likely, fix = Confidence.LIKELY, [cure(case, cut, flaw)]
    return rule.finding(
        cut.zone, RESOLVERS_SAY, refusals, confidence=likely, fix=fix, zone=cut.zone, why=why, ede=codes
    )


def still_cached(case: Case, cut: ZoneCut) -> Iterator[Finding]:
    """The DS is gone from the parent, and resolvers remember it: only time is missing."""
    refusals = refused_by_validators(case, cut.zone)
    remembered = [e for e in case.at_resolvers(cut.zone, "DS") if e.records("DS")]
    if not refusals or not remembered or published_ds(case, cut):
        return
    wait = Wait(max(e.asked_at + min(r.ttl for r in e.records("DS")) for e in remembered))
    told = [*remembered, *refusals]
    warning, why = Severity.WARNING, "ds-still-cached"
    yield rule.finding(cut.zone, CACHED, told, severity=warning, fix=[wait], keeps_waiting=True, zone=cut.zone, why=why)


EXPLAINS = ("negative-cached", "old-value-cached", "answers-differ-by-place")
rule = Rule("dnssec-broken", "dnssec", TITLE, finds, asks, explains=EXPLAINS)
