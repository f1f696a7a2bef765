"""What a validator makes of a zone: of the servers' own answers by arithmetic, of the resolvers' by their word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from unpend.diagnosis.case import Case
from unpend.diagnosis.registry import users_cuts
from unpend.model.names import ROOT, is_under
from unpend.model.observation import ZoneCut
from unpend.model.records import Exchange, Outcome, Question, Record, Role
from unpend.standards.denial import proves_absence
from unpend.standards.dnssec import Flaw, Keys, check, record_sets, signatures, supported, trusted_keys

# RFC 8914: what a validating resolver says is wrong.
FLAW_OF_EDE = {
    6: Flaw.SIGNATURE_BAD,
    7: Flaw.SIGNATURE_EXPIRED,
    8: Flaw.NOT_YET_VALID,
    9: Flaw.DS_MATCHES_NO_KEY,
    10: Flaw.SIGNATURE_MISSING,
    11: Flaw.DS_MATCHES_NO_KEY,
    12: Flaw.DENIAL_BROKEN,
}
DNSSEC_ERRORS = frozenset({5, *FLAW_OF_EDE})


@dataclass(frozen=True, slots=True)
class Broken:
    """An answer that a validator has to refuse, and why. `keys` is the exchange that brought the zone's keys."""

    flaw: Flaw
    exchange: Exchange
    keys: Exchange


def dnssec_status(case: Case) -> Literal["unsigned", "secure", "broken"]:
    """The state of the zone that holds the domain, for the report."""
    cut = case.cut
    if cut is None or not supported(cut.ds):
        return "unsigned"
    if broken_everywhere(case, cut) or refused_by_validators(case, cut.zone):
        return "broken"
    return "secure"


# --- the servers' own answers -----------------------------------------------------------------------------------


def published_ds(case: Case, cut: ZoneCut) -> tuple[Record, ...]:
    """The DS records at the parent: as its referral brought them, or as it answered when it was asked for them."""
    asked = [e for e in case.exchanges(cut.zone, "DS", role=Role.PARENT) if case.speaks(e)]
    return cut.ds or tuple(dict.fromkeys(r for e in asked for r in e.records("DS")))


def broken_answers(case: Case, cut: ZoneCut) -> tuple[Broken, ...]:
    """Every answer of the zone's servers that fails validation from the parent's DS down."""
    if not supported(cut.ds):
        return ()
    return tuple(broken for keyed in key_answers(case, cut) for broken in _broken_at(case, cut, keyed))


def key_answers(case: Case, cut: ZoneCut) -> tuple[Exchange, ...]:
    """What each server said of the zone's keys."""
    return tuple(e for e in case.heard(cut.zone, "DNSKEY", cut.zone) if _complete(e))


def broken_everywhere(case: Case, cut: ZoneCut) -> tuple[Broken, ...]:
    """The broken answers, if no server gives validators what they need: they try one server after the other.

    Only a server that was asked for something absent can be sound where absences are not proved.
    """
    broken = broken_answers(case, cut)
    sound = {e.server for e in key_answers(case, cut)} - {b.exchange.server for b in broken}
    if all(b.flaw is Flaw.DENIAL_BROKEN for b in broken):
        questions = {b.exchange.question for b in broken}
        sound = {s for s in sound if any(e.question in questions and case.speaks(e) for e in case.with_server(s))}
    return () if sound else broken


def _broken_at(case: Case, cut: ZoneCut, keyed: Exchange) -> Iterator[Broken]:
    keys = trusted_keys(cut.zone, cut.ds, keyed.answer, keyed.asked_at)
    if keys.flaw is not None:
        yield Broken(keys.flaw, keyed, keyed)
        return
    for exchange in case.with_server(keyed.server):
        if exchange is keyed or not _complete(exchange) or not _of_zone(case, exchange, cut):
            continue
        flaw = flaw_of(exchange, keys)
        if flaw is not None:
            yield Broken(flaw, exchange, keyed)


def _complete(exchange: Exchange) -> bool:
    """Whether the server was asked for signatures and could send them."""
    return exchange.probe.dnssec and exchange.edns and not exchange.tc


def _of_zone(case: Case, exchange: Exchange, cut: ZoneCut) -> bool:
    """Whether the answer is this zone's: its servers may hold a zone below it as well, signed by other keys or not."""
    soa = exchange.soa
    held = case.speaks(exchange) and case.zone_of(exchange.question.name) == cut.zone
    return held and (bool(exchange.answer) or (soa is not None and soa.name == cut.zone))


def flaw_of(exchange: Exchange, keys: Keys) -> Flaw | None:
    """Why a validator refuses this answer of a signed zone, or None; only what answers the question is checked."""
    now = exchange.asked_at
    section = exchange.answer or exchange.authority
    for (name, type_), rrset in record_sets(section, keys.zone).items():
        if exchange.answer and name != exchange.question.name and type_ != "DNAME":
            continue
        flaw = check(rrset, signatures(section, name, type_), keys, now)
        if flaw is not None:
            return Flaw.DENIAL_BROKEN if type_ in {"NSEC", "NSEC3"} and flaw is Flaw.SIGNATURE_MISSING else flaw
    return None if exchange.answer else _denial_flaw(exchange, keys)


def _denial_flaw(exchange: Exchange, keys: Keys) -> Flaw | None:
    """A negative answer has to be proved."""
    question, nxdomain = exchange.question, exchange.outcome is Outcome.NXDOMAIN
    if exchange.outcome not in {Outcome.NODATA, Outcome.NXDOMAIN} or not is_under(question.name, keys.zone):
        return None
    proved = proves_absence(question.name, question.type, nxdomain, keys.zone, exchange.authority)
    return None if proved else Flaw.DENIAL_BROKEN


# --- the resolvers' word ----------------------------------------------------------------------------------------


def questions_to(case: Case, zone: str) -> tuple[Question, ...]:
    """The questions about names of this zone that resolvers are asked anyway."""
    wanted = [Question(r.name, r.type) for r in case.records if case.zone_of(r.name) == zone]
    apex = [Question(case.domain, "SOA")] if case.zone == zone else []
    return tuple(dict.fromkeys([*apex, *wanted]))


def failures(case: Case, zone: str) -> tuple[Exchange, ...]:
    """The resolvers' SERVFAILs about names of the zone, checking not disabled."""
    asked = [e for q in questions_to(case, zone) for e in case.at_resolvers(q.name, q.type)]
    return tuple(e for e in asked if e.outcome is Outcome.SERVFAIL)


def refused_by_validators(case: Case, zone: str) -> tuple[Exchange, ...]:
    """Pairs of resolvers' answers about the zone that only validation turns from an answer into a failure."""
    return tuple(e for question in questions_to(case, zone) for e in refused(case, question))


def refused(case: Case, question: Question) -> tuple[Exchange, ...]:
    """SERVFAIL with validation, an answer without it (CD, RFC 4035 section 3.2.2), from one and the same resolver."""
    proof: list[Exchange] = []
    for failure in case.at_resolvers(question.name, question.type):
        for unchecked in case.at_resolvers(question.name, question.type, cd=True):
            same = unchecked.server == failure.server
            if same and failure.outcome is Outcome.SERVFAIL and unchecked.outcome.conclusive:
                proof += [failure, unchecked]
    return tuple(proof)


def blamed_by_resolvers(case: Case, cut: ZoneCut) -> tuple[ZoneCut, tuple[Exchange, ...]] | None:
    """The user's zone that the resolvers' refusal concerns, with the proof: this one, or the one above it.

    An unsigned zone is refused where the zone above is signed and cannot prove that there is no DS for it.
    """
    proof = refused_by_validators(case, cut.zone)
    if not proof or refused_above(case):
        return None
    if supported(published_ds(case, cut)):
        return cut, proof
    unproved = refused(case, Question(cut.zone, "DS"))
    signer = next((c for c in users_cuts(case) if c.zone == cut.parent and supported(c.ds)), None)
    return (signer, (*unproved, *proof)) if unproved and signer else None


def vouched(case: Case, cut: ZoneCut) -> bool:
    """Whether a validating resolver calls any answer of the zone authentic (AD)."""
    asked = [e for q in questions_to(case, cut.zone) for e in case.at_resolvers(q.name, q.type)]
    return any(e.ad and e.outcome.conclusive for e in asked)


def errors_said(exchanges: tuple[Exchange, ...]) -> tuple[int, ...]:
    """The extended DNS errors about DNSSEC in these answers (RFC 8914)."""
    return tuple(sorted({e.code for exchange in exchanges for e in exchange.ede} & DNSSEC_ERRORS))


def chain_complete(case: Case, cut: ZoneCut) -> bool:
    """Whether every zone of the user above this one is signed as well; below an unsigned one nobody validates."""
    above = [c for c in users_cuts(case) if c.zone != cut.zone and is_under(cut.zone, c.zone)]
    return all(supported(c.ds) for c in above)


def above(case: Case) -> tuple[Question, ...]:
    """What to ask resolvers to see whether already the zone above the user's own fails: its apex, its word on the DS."""
    top = next(iter(users_cuts(case)), None)
    if top is None or top.parent == ROOT:
        return ()
    return (Question(top.parent, "SOA"), Question(top.zone, "DS"))


def refused_above(case: Case) -> tuple[Exchange, ...]:
    """The proof that resolvers refuse already the zone above the user's own."""
    return tuple(e for question in above(case) for e in refused(case, question))
