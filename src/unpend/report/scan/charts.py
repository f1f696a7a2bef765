"""The plots of the page, by matplotlib, as SVG whose words stay words: a browser draws them in its own fonts."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

from unpend.model.errors import UsageError
from unpend.model.text import Text

# Told apart by people who see colours otherwise too (Okabe and Ito), and by their place in the legend.
COLOURS = {
    "ok": "#009E73",
    "action_required": "#D55E00",
    "waiting": "#E69F00",
    "unknown": "#8A8A8A",
    "invalid": "#CC79A7",
}
NOT_INSTALLED = Text(en="The page's plots need matplotlib.", ja="ページのグラフには matplotlib が必要です。")
INSTALL = Text(en="pip install 'unpend[scan]'", ja="pip install 'unpend[scan]' で入れてください。")
WIDTH, ROW, LEFT = 8.6, 0.34, 0.3
WIDEST = 28
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.bottom": False,
}
_OWN_IDS = re.compile(r'<g id="[^"]*"')


def stacked(rows: Sequence[tuple[str, Counter[str]]], salt: str) -> str:
    """A bar a row, its verdicts beside one another."""

    def draw(axes: Any) -> None:
        left = [0] * len(rows)
        for verdict, colour in COLOURS.items():
            widths = [counts[verdict] for _, counts in rows]
            axes.barh(range(len(rows)), widths, left=left, color=colour, height=0.7)
            left = [before + width for before, width in zip(left, widths, strict=True)]
        _numbers(axes, left)

    return _svg([name for name, _ in rows], draw, salt)


def bars(rows: Sequence[tuple[str, int]], salt: str) -> str:
    """A bar a row with its number."""

    def draw(axes: Any) -> None:
        axes.barh(range(len(rows)), [count for _, count in rows], color=COLOURS["action_required"], height=0.7)
        _numbers(axes, [count for _, count in rows])

    return _svg([name for name, _ in rows], draw, salt)


def _numbers(axes: Any, counts: Sequence[int]) -> None:
    axes.set_xlim(0, max([1, *counts]) * 1.14)
    for row, count in enumerate(counts):
        axes.annotate(f"{count:,}", (count, row), xytext=(5, 0), textcoords="offset points", va="center")


def _svg(names: Sequence[str], draw: Any, salt: str) -> str:
    """The SVG element; no date, no file's own ids, so that several stand in one page."""
    matplotlib = drawing()
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": salt}), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fonts that matplotlib lacks: the browser has them
        figure = matplotlib.figure.Figure(figsize=(WIDTH, 0.35 + ROW * max(1, len(names))))
        left = LEFT if any(names) else 0.01
        axes = figure.add_axes((left, 0.02, 0.99 - left, 0.96))
        draw(axes)
        axes.set_yticks(range(len(names)), [_short(name) for name in names])
        axes.tick_params(left=False, bottom=False, labelbottom=False)
        axes.invert_yaxis()
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return _OWN_IDS.sub("<g", text[text.index("<svg") :])


def drawing() -> Any:
    """matplotlib, or how to get it."""
    try:
        import matplotlib
        import matplotlib.figure
    except ImportError as error:
        raise UsageError(NOT_INSTALLED, INSTALL) from error
    return matplotlib


def _short(name: str) -> str:
    """What fits beside the bars: a Japanese character is as wide as two Latin ones."""
    kept, width = "", 0
    for char in name:
        width += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if width > WIDEST:
            return kept.rstrip() + "…"
        kept += char
    return kept
