"""What changed between two scans: which domains broke, were mended, changed their cause, came or went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from unpend.model.text import Lang, Text
from unpend.report.escape import for_terminal

MOST = 20


class Kind(StrEnum):
    """How a domain differs from the scan before."""

    BROKE = "broke"
    MENDED = "mended"
    OTHERWISE = "otherwise"
    CAME = "came"
    WENT = "went"


SAID = {
    Kind.BROKE: Text(en="not right any more", ja="正常ではなくなったもの"),
    Kind.MENDED: Text(en="right now", ja="正常になったもの"),
    Kind.OTHERWISE: Text(en="broken in another way", ja="原因や状態が変わったもの"),
    Kind.CAME: Text(en="new", ja="新しく加わったもの"),
    Kind.WENT: Text(en="gone", ja="なくなったもの"),
}
TITLE = Text(en="Since the last scan", ja="前回のスキャンからの変化")
NOTHING = Text(en="Nothing has changed since the last scan.", ja="前回のスキャンから変化はありません。")
LINE = Text(en="    {domain}: {before} → {after}", ja="    {domain}: {before} → {after}")
MORE = Text(en="    … and {count} more", ja="    … ほか {count} 件")


@dataclass(frozen=True, slots=True)
class Stand:
    """How a domain stood: its verdict and its cause."""

    verdict: str
    cause: str | None = None

    def __str__(self) -> str:
        return f"{self.verdict} ({self.cause})" if self.cause else self.verdict


@dataclass(frozen=True, slots=True)
class Change:
    """One domain that differs."""

    kind: Kind
    domain: str
    before: Stand | None
    after: Stand | None


@dataclass(slots=True)
class Changes:
    """Counts of each kind, and the first of each by name."""

    counts: Counter[Kind] = field(default_factory=Counter)
    first: dict[Kind, list[Change]] = field(default_factory=dict)

    def add(self, change: Change) -> None:
        self.counts[change.kind] += 1
        kept = self.first.setdefault(change.kind, [])
        if len(kept) < MOST:
            kept.append(change)


def change_of(domain: str, before: Stand | None, after: Stand | None) -> Change | None:
    """The change from one to the other, if there is one."""
    if before == after:
        return None
    if before is None or after is None:
        return Change(Kind.CAME if before is None else Kind.WENT, domain, before, after)
    kinds = {(True, False): Kind.BROKE, (False, True): Kind.MENDED}
    return Change(kinds.get((before.verdict == "ok", after.verdict == "ok"), Kind.OTHERWISE), domain, before, after)


def as_text(changes: Changes, lang: Lang) -> str:
    """For a person at a terminal."""
    if not changes.counts:
        return NOTHING.of(lang) + "\n"
    lines = [TITLE.of(lang)]
    for kind in Kind:
        if count := changes.counts[kind]:
            lines.append(f"  {count:>10,}  {SAID[kind].of(lang)}")
            lines += [_line(change).of(lang) for change in changes.first[kind]]
            lines += [MORE.fill(count=count - MOST).of(lang)] if count > MOST else []
    return "".join(for_terminal(line) + "\n" for line in lines)


def _line(change: Change) -> Text:
    return LINE.fill(domain=change.domain, before=str(change.before or "-"), after=str(change.after or "-"))
