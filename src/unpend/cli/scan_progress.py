"""The progress of a scan on stderr: one line that is written over on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from unpend.model.text import Lang, Text

if TYPE_CHECKING:
    from unpend.engine.scan.progress import State

ON_TERMINAL, ELSEWHERE = 0.5, 10.0
LINE = Text(
    en="{rows} domains ({share}), {rate} a second, {left} left; {ok} right, {act} to act on",
    ja="{rows} 件（{share}）、毎秒 {rate} 件、残り {left}。正常 {ok} 件、要対応 {act} 件",
)


def teller(quiet: bool, lang: Lang) -> Callable[[State], None]:
    """Says how far the scan is, not too often."""
    terminal = sys.stderr.isatty()
    said = [time.monotonic()]

    def tell(state: State) -> None:
        now = time.monotonic()
        if quiet or now - said[0] < (ON_TERMINAL if terminal else ELSEWHERE):
            return
        said[0] = now
        line = sentence(state).of(lang)
        sys.stderr.write(f"\r{line}\033[K" if terminal else line + "\n")
        sys.stderr.flush()

    return tell


def sentence(state: State) -> Text:
    """The state in one line."""
    return LINE.fill(
        rows=f"{state.rows:,}",
        share="?" if state.share is None else f"{state.share:.0%}",
        rate=f"{state.rate:,.0f}",
        left="?" if state.eta is None else clock(state.eta),
        ok=f"{state.verdicts['ok']:,}",
        act=f"{state.verdicts['action_required']:,}",
    )


def clock(seconds: float) -> str:
    """As h:mm:ss or m:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
