"""What a record is for, judged by its name and value where the file does not say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from unpend.model.expected import ExpectedRecord, Purpose

_BASIC = frozenset({Purpose.DKIM, Purpose.OWNERSHIP, Purpose.TRACKING, Purpose.OTHER})


def purpose_of(name: str, type_: str, values: Sequence[str]) -> Purpose:
    """The purpose by the conventions that all mail providers share."""
    first = values[0].lower() if values else ""
    if "._domainkey." in name or name.startswith("_domainkey."):
        return Purpose.DKIM
    if name.startswith("_dmarc."):
        return Purpose.DMARC
    if name.startswith("_amazonses.") or first.endswith(".acm-validations.aws."):
        return Purpose.OWNERSHIP
    if type_ == "MX" and "feedback-smtp." in first:
        return Purpose.MAIL_FROM
    return Purpose.SPF if type_ == "TXT" and first.startswith("v=spf1") else Purpose.OTHER


def with_mail_from(records: Sequence[ExpectedRecord]) -> tuple[ExpectedRecord, ...]:
    """An SPF record beside the MX of a MAIL FROM domain belongs to that domain."""
    mail_from = {r.name for r in records if r.purpose is Purpose.MAIL_FROM}
    return tuple(
        replace(r, purpose=Purpose.MAIL_FROM) if r.purpose is Purpose.SPF and r.name in mail_from else r
        for r in records
    )


def with_needs(records: Sequence[ExpectedRecord]) -> tuple[ExpectedRecord, ...]:
    """Beside records that verify the domain, those for alignment (MAIL FROM, SPF, DMARC) are optional.

    A file of nothing but those is asked about for their own sake.
    """
    if not any(r.purpose in _BASIC for r in records):
        return tuple(records)
    return tuple(replace(r, required=r.required and r.purpose in _BASIC) for r in records)
