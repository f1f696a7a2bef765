"""The report: everything that is said about one look, computed from what was wanted and what was heard alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from unpend.catalog import DnsHost, host_of
from unpend.diagnosis.case import Case
from unpend.diagnosis.diagnose import Diagnosis, diagnose
from unpend.diagnosis.dnssec_status import dnssec_status
from unpend.diagnosis.reach import in_earnest
from unpend.diagnosis.soa import soa_serial
from unpend.model.expected import Expected, ExpectedRecord
from unpend.model.finding import Finding
from unpend.model.observation import Observation
from unpend.model.plan import Plan
from unpend.model.text import Lang, Text
from unpend.repair.planner import about, plan_for
from unpend.repair.status import record_status
from unpend.report.sentences import hint_of, message_of
from unpend.report.verdict import Verdict, verdict_of, would_report

NEXT_LOOK = {Verdict.ACTION_REQUIRED: None, Verdict.OK: None, Verdict.UNKNOWN: 60.0, Verdict.WAITING: 300.0}


@dataclass(frozen=True, slots=True)
class RecordReport:
    """One wanted record: where it stands, what was found, and the codes of the causes about it."""

    record: ExpectedRecord
    status: str
    found: tuple[str, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One look at one domain. Times in Unix seconds; `eta_seconds` until nothing but the provider's look is missing."""

    case: Case
    diagnosis: Diagnosis
    plan: Plan
    verdict: Verdict
    message: Text
    hint: Text | None
    records: tuple[RecordReport, ...]
    dns_host: DnsHost | None
    dnssec: str
    would_report: str | None

    @property
    def domain(self) -> str:
        return self.case.domain

    @property
    def expected(self) -> Expected:
        return self.case.expected

    @property
    def observation(self) -> Observation:
        return self.case.observation

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The causes, the most probable root cause first."""
        return self.diagnosis.causes

    @property
    def nameservers(self) -> tuple[str, ...]:
        """The delegated name servers of the zone that holds the domain."""
        return self.servers_of(self.case.zone)

    def servers_of(self, zone: str) -> tuple[str, ...]:
        """The delegated name servers of a zone on the way to the wanted names."""
        cut = next((cut for cut in self.case.zones if cut.zone == zone), None)
        return tuple(ns.name for ns in cut.nameservers) if cut else ()

    @property
    def queries(self) -> int:
        """How many questions were sent."""
        return sum(map(in_earnest, self.observation.exchanges))

    @property
    def soa_serial(self) -> int | None:
        """The highest serial that any of its servers showed."""
        soas = [soa for server in self.case.servers(self.case.zone) if (soa := self.case.soa(server))]
        return max((soa_serial(soa) for soa in soas), default=None)

    @property
    def eta_seconds(self) -> int | None:
        """How long caches may still hold what was there before; 0 where all is well, None where nobody can say."""
        if self.verdict is Verdict.OK:
            return 0
        waits = [step.seconds for step in self.plan.then if step.op == "wait" and step.seconds is not None]
        return max(waits, default=None)

    @property
    def next_check_at(self) -> float | None:
        """When it is worth looking again, where nobody has to act before."""
        pause = NEXT_LOOK[self.verdict]
        if pause is None:
            return None
        eta = self.eta_seconds
        return self.case.now + (min(pause, max(eta, 1)) if eta else pause)

    # --- renderings ---------------------------------------------------------------------------------------------

    def to_dict(self, lang: Lang = "en") -> dict[str, Any]:
        """The report as the schema unpend.report/1 lays it out."""
        from unpend.report.as_json import as_dict

        return as_dict(self, lang)

    def to_json(self, lang: Lang = "en") -> str:
        """The same as JSON text."""
        from unpend.report.as_json import as_json

        return as_json(self, lang)

    def to_text(self, lang: Lang = "en", **options: Any) -> str:
        """For a person at a terminal: options verbose, width, colour."""
        from unpend.report.as_text import as_text

        return as_text(self, lang, **options)

    def to_markdown(self, lang: Lang = "en") -> str:
        """For a ticket or a message."""
        from unpend.report.as_markdown import as_markdown

        return as_markdown(self, lang)

    def to_support(self, lang: Lang = "en") -> str:
        """For the mail provider's support, with the evidence in it."""
        from unpend.report.as_support import as_support

        return as_support(self, lang)

    def to_github(self, lang: Lang = "en") -> str:
        """Annotations of a GitHub workflow."""
        from unpend.report.as_ci import as_github

        return as_github(self, lang)

    def to_sarif(self, lang: Lang = "en") -> str:
        """SARIF 2.1.0, for code scanning."""
        from unpend.report.as_ci import as_sarif

        return as_sarif(self, lang)

    def to_junit(self, lang: Lang = "en") -> str:
        """JUnit XML, for test reports."""
        from unpend.report.as_ci import as_junit

        return as_junit(self, lang)


def report_of(expected: Expected, observation: Observation) -> Report:
    """The report on what was heard. Pure: a saved case gives the same report, byte for byte."""
    return report_on(Case(expected, observation))


def report_on(case: Case) -> Report:
    """The same on a case of which something may have been worked out already."""
    diagnosis = diagnose(case)
    verdict = verdict_of(case, diagnosis)
    plan = plan_for(case, diagnosis)
    return Report(
        case=case,
        diagnosis=diagnosis,
        plan=plan,
        verdict=verdict,
        message=message_of(case, diagnosis, verdict),
        hint=hint_of(case, diagnosis, verdict, plan),
        records=tuple(_record(case, diagnosis, record) for record in case.records),
        dns_host=host_of(ns.name for ns in case.cut.nameservers) if case.cut else None,
        dnssec=dnssec_status(case),
        would_report=would_report(case, verdict),
    )


def _record(case: Case, diagnosis: Diagnosis, record: ExpectedRecord) -> RecordReport:
    codes = tuple(dict.fromkeys(f.code for f in about(diagnosis, record.name)))
    return RecordReport(record, record_status(case, record), case.found(record), codes)
