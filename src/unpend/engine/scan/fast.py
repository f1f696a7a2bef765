"""The fast look: rows in, results of the right ones out; the others are handed back for the whole diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from unpend.engine.scan.express import Plain, plain, right_line, subject
from unpend.engine.scan.judge import Unreadable, read
from unpend.engine.scan.rows import Row, encoded_row, rows_of
from unpend.engine.scan.settings import ScanSettings
from unpend.model.expected import Expected, ProviderView
from unpend.model.text import Text
from unpend.observer.bulk import Fast, FastVerdict, Subject
from unpend.report.scan.result import NOT_RIGHT, NOT_VERIFIED, encoded, of_other

SETTLED = frozenset({None, "SUCCESS"})


@dataclass(frozen=True, slots=True)
class Looked:
    """A segment after the fast look: a line for each row that is settled, and the rows (by index) that are not."""

    lines: list[bytes | None]
    open: list[tuple[int, bytes]]


@dataclass(slots=True)
class Held:
    """A segment on its way through the fast look."""

    number: int
    rows: list[Row]
    lines: list[bytes | None]
    left: int
    next: int = 0


class Key(NamedTuple):
    """What a subject is known by: its segment, its place there, and what its row asks for."""

    held: Held
    at: int
    told: Plain | Expected


class Feed(Iterator[Subject]):
    """Subjects of the segments that have come. It ends when there is nothing now, and goes on when there is again.

    So the bulk look-up never waits for input while answers come; `more` brings a segment, or None where none has come.
    `right` holds what was right at the first stage and waits for the others.
    """

    def __init__(
        self,
        settings: ScanSettings,
        more: Callable[[], tuple[int, bytes] | None],
        done: Callable[[int, Looked], None],
    ) -> None:
        self._settings = settings
        self._behind = settings.look == "resolvers"
        self._more = more
        self._done = done
        self._held: Held | None = None
        self.right: list[Key] = []

    def add(self, number: int, data: bytes) -> None:
        """One segment; only while none is being read."""
        rows = rows_of(data)
        self._held = Held(number, rows, [None] * len(rows), len(rows))

    def __next__(self) -> Subject:
        while True:
            held = self._held
            if held is None or held.next >= len(held.rows):
                come = self._more()
                if come is None:
                    raise StopIteration
                self.add(*come)
                continue
            index = held.next
            held.next += 1
            if made := self._subject(held, index):
                return made

    def _subject(self, held: Held, index: int) -> Subject | None:
        """The row as a subject; None where the fast look has nothing to ask."""
        row = held.rows[index]
        try:
            told = self._plain(row) or read(row, self._settings)
        except Unreadable as error:
            self._settle(held, index, encoded(error.result))
            return None
        try:
            if isinstance(told, Plain) or suffices(told):
                return subject(told, Key(held, index, told), behind=self._behind)
        except ValueError:  # a name that cannot be asked for: the diagnosis says so
            pass
        self._leave(held, index, told, None)
        return None

    def _plain(self, row: Row) -> Plain | None:
        if row.fields is None or self._settings.policy:
            return None
        return plain(row.fields, self._settings.defaults)

    def judged(self, verdict: FastVerdict) -> None:
        """What came of a subject at the first stage."""
        if self.is_right(verdict):
            self.right.append(verdict.key)

    def is_right(self, verdict: FastVerdict) -> bool:
        """Whether the subject may go on to the next stage; where not, its row is left to the diagnosis."""
        if verdict.fast is Fast.RIGHT:
            return True
        key: Key = verdict.key
        self._leave(key.held, key.at, key.told, verdict)
        return False

    def taken(self) -> list[Key]:
        """What has been right so far, for the further stages."""
        right, self.right = self.right, []
        return right

    def all_right(self, key: Key) -> None:
        """Right at every stage: the row is settled."""
        line = right_line(key.held.rows[key.at].line, key.told, self._settings.lang)
        self._settle(key.held, key.at, line)

    def _leave(self, held: Held, index: int, told: Plain | Expected, verdict: FastVerdict | None) -> None:
        """Not right, or nothing that a fast look could tell: for the diagnosis, or for the user where none is wanted."""
        line = None
        if not self._settings.deep:
            provider = "ses" if isinstance(told, Plain) else told.provider
            result = of_other(held.rows[index].line, told.domain, provider, self._settings.lang, _why(told, verdict))
            line = encoded(result)
        self._settle(held, index, line)

    def _settle(self, held: Held, index: int, line: bytes | None) -> None:
        held.lines[index] = line
        held.left -= 1
        if held.left == 0:
            rows, lines = held.rows, held.lines
            open_ = [(at, encoded_row(rows[at])) for at, line in enumerate(lines) if line is None]
            self._done(held.number, Looked(lines, open_))


def _why(told: Plain | Expected, verdict: FastVerdict | None) -> Text:
    """What would have been a reason to diagnose it: what was seen of the first record that is not right, or the provider's word."""
    for seen in verdict.seen if verdict else ():
        if not seen.right:
            return NOT_RIGHT.fill(seen=", ".join(seen.values[:2]) or seen.note or str(seen.outcome))
    if isinstance(told, Expected) and told.view and not is_content(told.view):
        said = (told.view.dkim_status, told.view.verification_status, told.view.mail_from_status, told.view.error_type)
        return NOT_VERIFIED.fill(said=next((each for each in said if each not in SETTLED), "-"))
    return NOT_RIGHT.fill(seen="-")


def suffices(expected: Expected) -> bool:
    """Whether right records are all that there is to say: no policy was asked about, and the provider does not complain."""
    return bool(expected.required) and not expected.policy and is_content(expected.view)


def is_content(view: ProviderView | None) -> bool:
    """Whether the provider says nothing of the identity that a diagnosis would have to look into.

    What it does not call verified goes there even where every record is right: the cause may be with the provider.
    """
    if view is None:
        return True
    statuses = {view.verification_status, view.dkim_status, view.mail_from_status}
    switched_off = False in (view.signing_enabled, view.sending_allowed, view.exists, view.production)
    trouble = (view.error_type, view.unwanted_names, view.overriding, view.elsewhere, view.asked_region)
    return statuses <= SETTLED and not switched_off and not any(trouble)
