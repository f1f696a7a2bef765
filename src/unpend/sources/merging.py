"""Several sources about one domain, as one."""

from __future__ import annotations

from dataclasses import fields, replace

from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected, ExpectedRecord, ProviderView, Purpose
from unpend.model.shapes import name_fits, text_fits
from unpend.model.text import Text
from unpend.sources.rows import another_domain
from unpend.sources.words import plain

CONFLICT = Text(
    en="Two sources disagree about {name} {type}: {first} ({source}) and {second} ({other}).",
    ja="{name} の {type} について 2 つの情報源が食い違っています: {first}（{source}）と {second}（{other}）",
)
CONFLICT_HINT = Text(
    en="Keep the source that the mail provider shows today, and leave the other one out.",
    ja="メール配信サービスに現在表示されている内容のものだけを残し、もう一方は外してください。",
)


def merge(a: Expected, b: Expected) -> Expected:
    """Both together; where they contradict each other nobody can say which is right."""
    if a.domain != b.domain:
        raise another_domain([b.domain], a.domain)
    records = list(a.records)
    for record in b.records:
        _join(records, record, (a.source, b.source))
    return Expected(
        a.domain,
        _without_legacy_need(tuple(records)),
        a.provider or b.provider,
        a.region or b.region,
        a.signing_zone or b.signing_zone,
        tuple(dict.fromkeys((*a.former_names, *b.former_names))),
        max((t for t in (a.entered_at, b.entered_at) if t is not None), default=None),
        merged_views(a.view, b.view),
        "+".join(dict.fromkeys(s for s in (*a.source.split("+"), *b.source.split("+")) if s)),
        (*a.notes, *(note for note in b.notes if note not in a.notes)),
    )


def _join(records: list[ExpectedRecord], record: ExpectedRecord, sources: tuple[str, str]) -> None:
    """Put a record to those that are there; TXT contents of several services stand beside each other."""
    rivals = [at for at, r in enumerate(records) if (r.name, r.type) == (record.name, record.type)]
    for at in rivals:
        if both := _more_telling(records[at], record):
            records[at] = replace(both, required=records[at].required or record.required)
            return
    if rivals and not (record.type == "TXT" and record.purpose is not Purpose.DKIM):
        raise _conflict(records[rivals[0]], sources[0], record, sources[1])
    records.append(record)


def _more_telling(first: ExpectedRecord, second: ExpectedRecord) -> ExpectedRecord | None:
    """The one that says more of the same thing: a value says more than its shape; None where they contradict."""
    if frozenset(first.values) == frozenset(second.values):
        return first
    if first.known is second.known:
        return None
    told, shape = (first, second) if first.known else (second, first)
    if told.type == "TXT" and told.purpose is Purpose.DKIM:
        return told
    fits = text_fits if told.type == "TXT" else name_fits
    return told if all(any(fits(form, value) for form in shape.values) for value in told.values) else None


def _conflict(first: ExpectedRecord, source: str, second: ExpectedRecord, other: str) -> ExpectationError:
    places = {"first": first.values, "second": second.values, "source": source or "-", "other": other or "-"}
    return ExpectationError(CONFLICT.fill(name=plain(first.name), type=first.type, **places), CONFLICT_HINT)


def _without_legacy_need(records: tuple[ExpectedRecord, ...]) -> tuple[ExpectedRecord, ...]:
    """Once SES verifies by DKIM, its old ownership record is not looked for any more."""
    if not any(r.purpose is Purpose.DKIM and r.required for r in records):
        return records
    return tuple(replace(r, required=False) if r.name.startswith("_amazonses.") else r for r in records)


def merged_views(a: ProviderView | None, b: ProviderView | None) -> ProviderView | None:
    """What either says; the first where both say something."""
    if a is None or b is None:
        return a or b
    known = {f.name: getattr(b, f.name) for f in fields(b) if getattr(a, f.name) in (None, ())}
    return replace(a, **known)
