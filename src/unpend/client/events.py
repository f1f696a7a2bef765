"""Server-sent events over as many connections as it takes (WHATWG HTML, 9.2): a stream that breaks off is taken up where it was left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from unpend.client.wire import PASSING, UNANSWERED, ProblemError, UnansweredError, Wire, pause
from unpend.model.text import Text

ENDED = Text(en="the stream ends before anything is said", ja="何も届かないままストリームが終了しました")
GONE = 404


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `id` is what the server is told on the next connection, as Last-Event-ID."""

    name: str
    data: str
    id: str


@dataclass(slots=True)
class _Reader:
    """Lines until an empty one ends the event; an event that is cut off before that has not happened."""

    last: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    def take(self, line: str) -> Event | None:
        if line:
            name, _, value = line.partition(":")
            self.fields[name] = value.removeprefix(" ")
            return None
        told, self.fields = self.fields, {}
        if "data" not in told:
            return None
        self.last = told.get("id", self.last)
        return Event(told.get("event", "message"), told["data"], self.last)


def events(wire: Wire, path: str) -> Iterator[Event]:
    """Each event once. ProblemError for what is refused; UnansweredError where nothing comes any more in `attempts` tries. Ends where
    what was streamed is no longer there."""
    reader, failed = _Reader(), 0
    while True:
        said, problem = False, UnansweredError(UNANSWERED.fill(url=wire.base, why=ENDED))
        told: float | None = None
        try:
            with wire.lines(path, reader.last) as lines:
                for line in lines:
                    said = True
                    if (event := reader.take(line)) is not None:
                        yield event
        except UnansweredError as error:
            problem = error
        except ProblemError as error:
            if error.status == GONE and reader.last:
                return
            if error.status not in PASSING or failed + 1 >= wire.attempts:
                raise
            told = error.retry_after
        reader.fields.clear()
        failed = 0 if said else failed + 1
        if failed >= wire.attempts:
            raise problem
        time.sleep(pause(failed, told))
