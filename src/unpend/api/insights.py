"""The last deep diagnosis of a domain, as the door tells it."""

from __future__ import annotations

from unpend.api.problems import ProblemError
from unpend.api.shapes import Cause, RecordShape, time
from unpend.engine.deep import last_report
from unpend.engine.demands import demand_of
from unpend.model.identity import Identity
from unpend.model.names import relative
from unpend.model.text import Lang, Text
from unpend.report.as_json import rfc3339
from unpend.report.report import Report
from unpend.store.insights import insight_of
from unpend.store.store import Store

NOT_YET = Text(
    en="This domain has not been diagnosed yet; it will be within seconds.",
    ja="このドメインはまだ診断していません。数秒後にもう一度お試しください。",
)
SOON = 5


def report_of(store: Store, identity: Identity) -> Report:
    """The last report; a problem with Retry-After where there is none yet."""
    report = last_report(store, identity)
    if report is None:
        raise ProblemError(404, "not-found", NOT_YET, {"retry-after": str(SOON)})
    return report


def cause_of(store: Store, identity: Identity, lang: Lang) -> Cause | None:
    """The root cause in one line, None where all is right or nothing is known yet."""
    found = insight_of(store, identity.id)
    if found is None or found.verdict == "ok":
        return None
    report = last_report(store, identity)
    if report is None:
        return None
    told = report.findings[0].message if report.findings else report.message
    return Cause(
        code=found.cause,
        verdict=report.verdict.value,
        message=told.of(lang),
        eta=rfc3339(found.eta),
        found_at=time(found.at),
    )


def records_of(store: Store, identity: Identity) -> list[RecordShape]:
    """What to publish; and what the last diagnosis found there."""
    report = last_report(store, identity)
    seen = {(each.record.name, each.record.type): each for each in report.records} if report else {}
    zone = report.case.zone if report and report.case.zone else identity.key.domain
    shapes = []
    for record in demand_of(identity).records:
        found = seen.get((record.name, record.type))
        shapes.append(
            RecordShape(
                purpose=str(record.purpose),
                required=record.required,
                name=record.name,
                host=relative(record.name, zone),
                type=record.type,
                values=list(record.values),
                found=list(found.found) if found else [],
                status=found.status if found else "unknown",
            )
        )
    return shapes
