"""A world on paper for pure tests: what each server holds → the Observation that a look at it would give.

`Paper` answers round 1 and then whatever the rules ask, three rounds in all, as the observer does, without a socket.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.diagnose import Diagnosis, diagnose, wishes
from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.names import absolute, is_under, labels
from unpend.model.observation import NameServer, Observation, ZoneCut
from unpend.model.records import Exchange, Outcome, Probe, Question, Record, Role, Server

NOW = 1_800_000_000.0
TOKENS = ("a" * 32, "b" * 32, "c" * 32)
SES = "dkim.amazonses.com."


def ses(domain: str = "example.com.") -> Expected:
    """The three CNAMEs that SES asks for."""
    wanted = [ExpectedRecord(Purpose.DKIM, f"{t}._domainkey.{domain}", "CNAME", (f"{t}.{SES}",)) for t in TOKENS]
    return Expected(domain, tuple(wanted), provider="ses", region="us-east-1", signing_zone=SES)


def right(domain: str = "example.com.") -> str:
    """Zone lines with the three CNAMEs as they should be."""
    return "\n".join(f"{t}._domainkey.{domain} CNAME {t}.{SES}" for t in TOKENS)


@dataclass
class Host:
    """One server: what it holds for one zone, or how it fails (`does`: an Outcome for every question)."""

    name: str
    text: str = ""
    does: Outcome | None = None
    role: Role = Role.AUTHORITATIVE
    zone: str = "example.com."
    address: str = ""
    serial: int = 1
    mname: str = ""
    aa: bool = True
    fails: dict[str, Outcome] = field(default_factory=dict)  # type -> outcome

    def server(self) -> Server:
        return Server(
            self.role, self.name, self.address or f"192.0.2.{sum(self.name.encode()) % 250 + 1}", 53, self.zone
        )

    def records(self) -> list[Record]:
        lines = [line.split(None, 2) for line in self.text.splitlines() if line.strip()]
        return [Record(absolute(n), t, 300, v.lower() if t != "TXT" else v) for n, t, v in lines]

    def soa(self) -> Record:
        mname = self.mname or "ns1." + self.zone
        return Record(self.zone, "SOA", 900, f"{mname} admin.{self.zone} {self.serial} 7200 900 1209600 900")

    def answers(self, question: Question, *, recurse: bool = False, cd: bool = False) -> Exchange:
        told = Exchange(
            self.server(),
            Probe(question, recurse=recurse, cd=cd),
            Outcome.ANSWER,
            "NOERROR",
            aa=self.aa,
            asked_at=NOW - 1,
        )
        trouble = self.does or self.fails.get(question.type)
        if trouble is not None:
            return replace(told, outcome=trouble, rcode="", aa=False)
        held = [*self.records(), self.soa()]
        here = [r for r in held if r.name == question.name]
        answer = tuple(r for r in here if r.type in {question.type, "CNAME"})
        if answer:
            return replace(told, answer=answer)
        exists = bool(here) or any(is_under(r.name, question.name) for r in held)
        star = [r for r in held if r.name.startswith("*.") and is_under(question.name, r.name[2:])]
        if not exists and star:
            synthesised = [replace(r, name=question.name) for r in star if r.type in {question.type, "CNAME"}]
            outcome = Outcome.ANSWER if synthesised else Outcome.NODATA
            return replace(
                told, outcome=outcome, answer=tuple(synthesised), authority=() if synthesised else (self.soa(),)
            )
        outcome = Outcome.NODATA if exists else Outcome.NXDOMAIN
        return replace(told, outcome=outcome, rcode="NOERROR" if exists else "NXDOMAIN", authority=(self.soa(),))


@dataclass
class Paper:
    """Servers of all roles, the delegation, and the domain with what is wanted of it."""

    hosts: list[Host]
    expected: Expected = field(default_factory=ses)
    cuts: tuple[ZoneCut, ...] = ()

    def case(self) -> Case:
        observation = self._observation(self._first_round())
        for _ in range(2):
            case = Case(self.expected, observation)
            more = [e for ask in wishes(case) for e in self._granted(ask) if e not in observation.exchanges]
            if not more:
                return case
            observation = replace(observation, exchanges=(*observation.exchanges, *dict.fromkeys(more)))
        return Case(self.expected, observation)

    def diagnosis(self) -> Diagnosis:
        return diagnose(self.case())

    def codes(self) -> set[str]:
        return {f.code for f in self.diagnosis().causes}

    def _observation(self, exchanges: Iterable[Exchange]) -> Observation:
        zones = sorted({h.zone for h in self.hosts if h.role is Role.AUTHORITATIVE}, key=lambda z: len(labels(z)))
        own = tuple(ZoneCut(z, "com.", self._nameservers(z), asked=True) for z in zones)
        root = (ZoneCut(".", ".", ()), ZoneCut("com.", ".", ()))
        cuts = self.cuts or (*root, *own)
        domain = self.expected.domain
        return Observation(domain, domain, cuts, tuple(exchanges), started_at=NOW - 1, ended_at=NOW, rounds=1)

    def _nameservers(self, zone: str) -> tuple[NameServer, ...]:
        own = [h for h in self.hosts if h.zone == zone and h.role is Role.AUTHORITATIVE]
        return tuple(NameServer(h.name, (h.server().address,), (h.server().address,)) for h in own)

    def _first_round(self) -> list[Exchange]:
        heard: list[Exchange] = []
        for host in self.hosts:
            recurse = host.role is Role.RESOLVER
            apex = self.expected.domain if recurse else host.zone
            questions = [Question(apex, "SOA")]
            if host.role is Role.AUTHORITATIVE:
                questions += [Question(host.zone, "NS"), Question("_domainkey." + self.expected.domain, "SOA")]
            for record in self.expected.records:
                if recurse or is_under(record.name, host.zone):
                    questions.append(Question(record.name, record.type))
                    questions.append(Question(record.name, "TXT"))
            heard += [host.answers(q, recurse=recurse) for q in dict.fromkeys(questions)]
        return heard

    def _granted(self, ask: Ask) -> list[Exchange]:
        chosen = [h for h in self.hosts if self._meant(ask, h)]
        if ask.whom is Whom.ONE:
            chosen = [h for h in chosen if h.does is None][:1]
        return [h.answers(ask.question, recurse=h.role is Role.RESOLVER, cd=ask.cd) for h in chosen]

    def _meant(self, ask: Ask, host: Host) -> bool:
        if ask.whom is Whom.SERVER:
            return ask.server == host.server()
        if ask.whom is Whom.HOST:
            return host.role is Role.UNDELEGATED and host.name == ask.host
        if ask.whom is Whom.RESOLVERS:
            return host.role is Role.RESOLVER
        if ask.whom is Whom.PARENT:
            return host.role is Role.PARENT
        zone = ask.zone or self._zone_of(ask.question.name)
        return host.role is Role.AUTHORITATIVE and host.zone == zone

    def _zone_of(self, name: str) -> str:
        zones = [h.zone for h in self.hosts if h.role is Role.AUTHORITATIVE and is_under(name, h.zone)]
        return max(zones, key=len, default="")


def two(text: str, **kwargs: object) -> list[Host]:
    """Two authoritative servers of example.com. that hold the same."""
    return [Host(name, text, **kwargs) for name in ("ns1.example.com.", "ns2.example.com.")]  # type: ignore[arg-type]
