"""One domain: where it stands, the root cause and the plan in words, what to publish, and every step it took."""

from __future__ import annotations

from dataclasses import dataclass

from unpend.api.engine import Engine
from unpend.engine.deep import last_report
from unpend.engine.demands import expected_of
from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.finding import Severity
from unpend.model.identity import Identity, Machine, State, Transition
from unpend.model.names import relative
from unpend.model.plan import Change, Op
from unpend.model.text import Lang, Text
from unpend.pages import words
from unpend.pages.asked import link
from unpend.pages.times import When, ending, lasting, when
from unpend.repair.edits import DEFAULT_TTL
from unpend.report import phrases
from unpend.report.as_message import as_message
from unpend.report.outline import Field, Part, Told, blamed, evidence_line, fields, grouped, parts
from unpend.report.report import Report
from unpend.store.listing import known

MOST_PROOF = 40
MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one machine stands."""

    name: Text
    state: str
    said: Text
    since: When | None
    ends: When | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """One record to publish, in the fields of the panel, and what stands there."""

    purpose: Text
    required: bool
    name: str
    fields: tuple[Field, ...]
    status: str
    said: Text
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """One step of the history."""

    version: int
    machine: Text
    state: str
    before: Text
    after: Text
    event: Text
    at: When | None
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """The last diagnosis, as far as it still says something."""

    verdict: str
    heading: Text
    message: Text
    causes: tuple[Told, ...]
    others: tuple[Told, ...]
    parts: tuple[Part, ...]
    reasons: tuple[Text, ...]
    remark: Text
    letter: str
    proof: tuple[str, ...]
    at: When | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the page shows."""

    identity: Identity
    region: str
    stands: tuple[Stand, ...]
    looked: When | None
    looks: When | None
    wanted: tuple[Wanted, ...]
    why: Why | None
    history: tuple[Taken, ...]

    @property
    def state(self) -> Stand:
        return self.stands[0]

    @property
    def settled(self) -> bool:
        """Whether all that is demanded is there."""
        return _settled(self.identity)

    def way(self, act: str) -> str:
        """Where a button or the stream of this domain is."""
        return link(f"/domains/{self.identity.key.name}/{act}", {"region": self.region})

    @property
    def failed(self) -> bool:
        """Whether anything is left that has to be begun anew."""
        return State.FAILED in {self.identity.ownership.state, self.identity.dkim.state}


def sheet(engine: Engine, identity: Identity, lang: Lang) -> Sheet:
    """The page of this domain."""
    store, now = engine.identities.store, engine.identities.clock.now()
    report, found = last_report(store, identity), known(store, [identity]).get(identity.id)
    told = None if report is None or found is None or _settled(identity) else _why(report, found.at, lang, now)
    return Sheet(
        identity=identity,
        region=identity.key.region if identity.key.region != engine.region else "",
        stands=tuple(_stand(identity, machine, now) for machine in Machine),
        looked=when(identity.look.checked_at, now),
        looks=when(identity.due_at, now),
        wanted=tuple(_wanted(identity, record, report) for record in expected_of(identity).records),
        why=told,
        history=tuple(_taken(each, now) for each in store.history(identity.id, MOST_STEPS)),
    )


def _settled(identity: Identity) -> bool:
    """Whether all that is demanded is there: then an old diagnosis says nothing any more."""
    states = {identity.standing(machine).state for machine in Machine}
    return states <= {State.SUCCESS, State.NOT_STARTED}


def _stand(identity: Identity, machine: Machine, now: float) -> Stand:
    standing = identity.standing(machine)
    state = standing.state
    ends = ending(standing.deadline, now)
    return Stand(words.MACHINES[machine], _code(state), words.STATES[state], lasting(standing.since, now), ends)


def _code(state: State) -> str:
    return state.value.replace("_", "-")


def _wanted(identity: Identity, record: ExpectedRecord, report: Report | None) -> Wanted:
    """Its place in the panel, and where it stands: a look may be newer than the last diagnosis."""
    seen = {(each.record.name, each.record.type): each for each in report.records} if report else {}
    found = seen.get((record.name, record.type))
    zone = (report.case.zone_of(record.name) or report.case.zone if report else "") or identity.key.domain
    host = relative(record.name, zone)
    edit = Change(Op.CREATE, zone, record.name, host, record.type, DEFAULT_TTL, record.values, (), ())
    status = "verified" if _proved(identity, record) else found.status if found else "unlooked"
    return Wanted(
        purpose=words.PURPOSES[str(record.purpose)],
        required=record.required,
        name=record.name.rstrip("."),
        fields=tuple(fields(edit, report.dns_host if report else None)),
        status=status,
        said=phrases.STATUSES.get(status, words.UNLOOKED),
        found=found.found if found and status not in {"verified", "missing"} else (),
    )


def _proved(identity: Identity, record: ExpectedRecord) -> bool:
    """Whether a machine succeeded by this record: ownership may by DKIM's, and SPF decides nothing."""
    if record.purpose is Purpose.DKIM:
        return identity.dkim.state is State.SUCCESS
    return record.purpose is Purpose.MAIL_FROM and record.type == "MX" and identity.mail_from.state is State.SUCCESS


def _why(report: Report, at: float, lang: Lang, now: float) -> Why:
    causes = blamed(report)
    shown = grouped(report, Severity.ERROR, Severity.WARNING, Severity.INFO)
    evidence = tuple(dict.fromkeys(e for told in shown for e in told.evidence))
    return Why(
        verdict=str(report.verdict).replace("_", "-"),
        heading=phrases.HEADINGS[str(report.verdict)],
        message=report.message,
        causes=causes,
        others=tuple(each for each in shown if each not in causes),
        parts=tuple(parts(report)),
        reasons=report.plan.reasons,
        remark=phrases.SAFETY[str(report.plan.safety)],
        letter=as_message(report, lang) if causes and report.plan.changes else "",
        proof=tuple(evidence_line(each, lang) for each in evidence[:MOST_PROOF]),
        at=when(at, now),
    )


def _taken(step: Transition, now: float) -> Taken:
    seen = tuple(
        f"{each.name} {each.type}: {each.outcome} {'; '.join(each.values)}".rstrip()
        + (f" ({each.server})" if each.server else "")
        for each in step.seen
    )
    return Taken(
        version=step.version,
        machine=words.MACHINES[step.machine],
        state=_code(step.after),
        before=words.STATES[step.before],
        after=words.STATES[step.after],
        event=words.EVENTS[step.event],
        at=when(step.at, now),
        seen=seen,
    )
