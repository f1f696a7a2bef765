"""The page in a real browser, in both languages; the result in every format; and what changed since the last scan."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, sync_playwright

from unpend.cli.scan_progress import sentence
from unpend.engine.scan.compare import compared
from unpend.engine.scan.outputs import write
from unpend.engine.scan.progress import Progress
from unpend.model.text import Lang
from unpend.report.scan.changes import Kind, as_text
from unpend.report.scan.page import page
from unpend.report.scan.result import Result, encoded
from unpend.report.scan.summary import Summary, exit_code

WIDTHS = (400, 1280)
ENOUGH = 4.5
# Every piece of text with the contrast of its colour (an SVG's: its fill) to what is painted below its middle, by WCAG 2.
CONTRASTS = """() => {
  const rgba = colour => { const n = colour.match(/[\\d.]+/g).map(Number); return n.length === 3 ? [...n, 1] : n }
  const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3]))
  const linear = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  const light = colour => { const [r, g, b] = colour.map(linear); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
  const painted = element => {
    const style = getComputedStyle(element), shape = element instanceof SVGGeometryElement
    const colour = shape ? style.fill : element instanceof SVGElement ? 'none' : style.backgroundColor
    return colour.startsWith('rgb') ? rgba(colour) : [0, 0, 0, 0]
  }
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim(), parent = walk.currentNode.parentElement
    if (!text || parent.closest('style, script, defs, metadata')) continue
    const range = document.createRange()
    range.selectNodeContents(walk.currentNode)
    const box = range.getBoundingClientRect()
    if (!box.width || !box.height) continue
    const style = getComputedStyle(parent)
    const below = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    if (!below.length) { found.push([text, 0, 'out of sight']); continue }
    const ground = below.reverse().map(painted).reduce((base, top) => over(top, base), [255, 255, 255])
    const colour = over(rgba(parent instanceof SVGElement ? style.fill : style.color), ground)
    const [dark, bright] = [light(colour), light(ground)].sort((a, b) => a - b)
    found.push([text, (bright + 0.05) / (dark + 0.05), `${colour} on ${ground}`])
  }
  return found
}"""

HOSTILE = '<script>document.title="mine"</script>$x$&"\u202e\n'
CHROMIUM = shutil.which("chromium")
CODES = ["doubled-zone", "record-missing", "swapped-targets"]


def results() -> list[Result]:
    right = [Result(i, f"r{i}.com.", "ok", message="m", by="fast", provider="ses", eta_seconds=0) for i in range(40)]
    broken = [
        Result(
            100 + i, f"b{i}.com.", "action_required", CODES[i % 3], (CODES[i % 3],), HOSTILE, "deep", "ses", None, host
        )
        for i, host in enumerate(["route53", "sakura", "cloudflare", None] * 3)
    ]
    return [*right, *broken, Result(300, HOSTILE, "invalid", message=f"{HOSTILE} is no domain")]


def test_exit_codes() -> None:
    for verdicts, code in [("ok", 0), ("ok waiting", 3), ("ok waiting unknown", 4), ("ok invalid", 4), ("invalid", 2)]:
        assert exit_code(Summary(Counter(verdicts.split()))) == code
    assert exit_code(Summary(Counter(["ok", "action_required", "unknown", "waiting", "invalid"]))) == 1


def watched(sheet: Page, told: list[str]) -> None:
    """What the page says on the console, and what it wants from the network: both are to be nothing."""

    def request(asked: Request) -> None:
        if asked.url.startswith("http"):
            told.append(asked.url)

    sheet.on("console", lambda message: told.append(message.text))
    sheet.on("request", request)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_the_page_is_legible_in_a_browser_in_both_languages(tmp_path: Path) -> None:
    summary = Summary()
    for result in results():
        summary.add(result)
    words: dict[Lang, list[str]] = {
        "en": ["somebody must act", "Amazon Route 53", "$x$"],
        "ja": ["要対応", "さくら", "読み取れない行"],
    }
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for lang, wanted in words.items():
            path = tmp_path / f"{lang}.html"
            path.write_text(page(summary, lang, "2026-11-25 01:00 UTC"), encoding="utf-8")
            for width in WIDTHS:
                sheet = browser.new_page(viewport={"width": width, "height": 900})
                told: list[str] = []
                watched(sheet, told)
                sheet.goto(path.as_uri())
                text = sheet.inner_text("main")
                assert [word for word in [*wanted, "doubled-zone", "\\u{202e}"] if word not in text] == []
                assert "53" in sheet.title()
                assert sheet.evaluate("document.documentElement.scrollWidth") <= width
                drawn(sheet)
                readable(sheet, width)
                assert told == []
                sheet.close()
        browser.close()


def drawn(sheet: Page) -> None:
    """Four plots with an area, and a picture that is not blank."""
    plots = sheet.locator("figure svg")
    boxes = [plots.nth(n).bounding_box() for n in range(plots.count())]
    assert [box for box in boxes if box and box["width"] > 250 and box["height"] > 20] == boxes
    assert len(boxes) == 4
    assert len(sheet.screenshot(full_page=True)) > 20_000


def readable(sheet: Page, width: int) -> None:
    """Every text stands out from its ground (WCAG 2.2 AA, 1.4.3), whichever colours the reader's system prefers."""
    sheet.set_viewport_size({"width": width, "height": sheet.evaluate("document.documentElement.scrollHeight")})
    for scheme in ("light", "dark"):
        sheet.emulate_media(color_scheme=scheme)
        found = sheet.evaluate(CONTRASTS)
        assert len(found) > 50
        assert [each for each in found if each[1] < ENOUGH] == [], scheme


@pytest.mark.parametrize("ending", ["ndjson", "csv", "parquet"])
def test_what_changed_since_a_scan_in_any_format(ending: str, tmp_path: Path) -> None:
    before = results()
    last = tmp_path / f"last.{ending}"
    write(last, map(encoded, before), ending)
    after = [
        Result(0, "r0.com.", "action_required", "doubled-zone", ("doubled-zone",), provider="ses"),
        *before[1:40],
        Result(100, "b0.com.", "ok", provider="ses"),
        Result(101, "b1.com.", "waiting", "negative-cached", ("negative-cached",), provider="ses"),
        *before[43:],
        Result(999, "new.com.", "ok", provider="ses"),
    ]
    changes = compared(last, map(encoded, after))
    assert changes.counts == {Kind.BROKE: 1, Kind.MENDED: 1, Kind.OTHERWISE: 1, Kind.CAME: 1, Kind.WENT: 1}
    assert [change.domain for change in changes.first[Kind.WENT]] == ["b2.com."]
    assert "r0.com: ok → action_required (doubled-zone)" in as_text(changes, "en")
    assert not compared(last, map(encoded, before)).counts


def test_rate_and_time_left_are_those_of_the_last_seconds_and_of_this_run() -> None:
    now = [0.0]
    progress = Progress(1000, lambda: now[0])
    progress.begin(rows=10, offset=100)
    for second in range(1, 61):
        now[0] = second
        progress.add(Counter(ok=1 if second <= 30 else 3), 100 + (second if second <= 30 else 30 + 10 * (second - 30)))
    state = progress.state()
    assert (state.rows, state.share, state.verdicts["ok"]) == (130, 0.43, 120)
    assert state.rate == pytest.approx(3, rel=0.05)
    assert state.eta == pytest.approx(57, rel=0.05)
    assert sentence(state).of("en") == "130 domains (43%), 3 a second, 0:57 left; 120 right, 0 to act on"
