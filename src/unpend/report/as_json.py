"""The report for programs: schema unpend.report/1, exactly. Keys and codes are never translated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from unpend.model.finding import Finding
from unpend.model.plan import Change, Errand, Plan, Then
from unpend.model.records import Exchange
from unpend.model.text import Lang, Text
from unpend.report.report import RecordReport, Report

SCHEMA = "unpend.report/1"


def as_json(report: Report, lang: Lang) -> str:
    """The report as indented JSON with a final newline."""
    return json.dumps(as_dict(report, lang), ensure_ascii=False, indent=2) + "\n"


def as_dict(report: Report, lang: Lang) -> dict[str, Any]:
    """The report as the contract lays it out."""
    observation = report.observation
    return {
        "schema": SCHEMA,
        "domain": report.domain,
        "verdict": str(report.verdict),
        "message": report.message.of(lang),
        "hint": report.hint.of(lang) if report.hint else None,
        "checked_at": rfc3339(observation.ended_at),
        "duration_ms": round((observation.ended_at - observation.started_at) * 1000),
        "queries": report.queries,
        "rounds": observation.rounds,
        "next_check_at": rfc3339(report.next_check_at),
        "eta_seconds": report.eta_seconds,
        "zone": _zone(report, lang),
        "provider": _provider(report),
        "expectation": _expectation(report, lang),
        "records": [_record(each) for each in report.records],
        "findings": [_finding(each, lang) for each in report.findings],
        "plan": plan_dict(report.plan, lang),
    }


def rfc3339(time: float | None) -> str | None:
    """Unix seconds as RFC 3339 in UTC, whole seconds."""
    return None if time is None else datetime.fromtimestamp(int(time), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _zone(report: Report, lang: Lang) -> dict[str, Any]:
    host = report.dns_host
    return {
        "apex": report.case.zone or None,
        "dns_host": {"id": host.id, "name": host.name.of(lang)} if host else None,
        "nameservers": list(report.nameservers),
        "soa_serial": report.soa_serial,
        "dnssec": report.dnssec,
    }


def _provider(report: Report) -> dict[str, Any]:
    expected, view = report.expected, report.expected.view
    return {
        "id": expected.provider,
        "region": expected.region,
        "verification_status": view.verification_status if view else None,
        "dkim_status": view.dkim_status if view else None,
        "error_type": view.error_type if view else None,
        "last_checked_at": rfc3339(view.last_checked_at) if view else None,
        "would_report": report.would_report,
    }


def _expectation(report: Report, lang: Lang) -> dict[str, Any]:
    """Where the demand was read from, and what its reader had to say."""
    return {"source": report.expected.source or None, "notes": [note.of(lang) for note in report.expected.notes]}


def _record(each: RecordReport) -> dict[str, Any]:
    record = each.record
    return {
        "purpose": str(record.purpose),
        "required": record.required,
        "name": record.name,
        "type": record.type,
        "expected": list(record.values),
        "known": record.known,
        "verified": record.verified,
        "found": list(each.found),
        "status": each.status,
        "findings": list(each.findings),
    }


def _finding(finding: Finding, lang: Lang) -> dict[str, Any]:
    return {
        "code": finding.code,
        "family": finding.family,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "about": list(finding.about),
        "params": _params(finding.params, lang),
        "message": finding.message.of(lang),
        "consequences": list(finding.consequences),
        "evidence": [_evidence(exchange) for exchange in finding.evidence],
    }


def _params(params: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    return {key: _plain(value, lang) for key, value in params.items()}


def _plain(value: Any, lang: Lang) -> Any:
    if isinstance(value, Text):
        return value.of(lang)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, lang) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _evidence(exchange: Exchange) -> dict[str, Any]:
    ttls = [record.ttl for record in exchange.answer]
    return {
        "role": str(exchange.server.role),
        "server": exchange.server.name,
        "address": exchange.server.address,
        "question": str(exchange.question),
        "via": str(exchange.probe.via),
        "outcome": str(exchange.outcome),
        "answer": [f"{record.type} {record.value}" for record in exchange.answer],
        "ttl": min(ttls) if ttls else None,
        "asked_at": rfc3339(exchange.asked_at),
        "elapsed_ms": round(exchange.elapsed_ms),
    }


def plan_dict(plan: Plan, lang: Lang) -> dict[str, Any]:
    """The plan as the report and the plan file hold it."""
    return {
        "safety": str(plan.safety),
        "reasons": [reason.of(lang) for reason in plan.reasons],
        "changes": [_change(each) if isinstance(each, Change) else _errand(each, lang) for each in plan.changes],
        "then": [_then(step) for step in plan.then],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "where": "dns",
        "op": str(change.op),
        "zone": change.zone,
        "name": change.name,
        "host": change.host,
        "type": change.type,
        "ttl": change.ttl,
        "values": list(change.values),
        "before": list(change.before),
        "because": list(change.because),
    }


def _errand(errand: Errand, lang: Lang) -> dict[str, Any]:
    return {
        "where": str(errand.where),
        "op": errand.op,
        "target": errand.target,
        "values": list(errand.values),
        "instructions": errand.instructions.of(lang),
        "because": list(errand.because),
    }


def _then(step: Then) -> dict[str, Any]:
    if step.op == "wait":
        return {"op": step.op, "seconds": step.seconds, "until": rfc3339(step.until)}
    return {"op": step.op, "where": str(step.where)}
