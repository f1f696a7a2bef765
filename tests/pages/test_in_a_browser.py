"""`unpend serve` over the lab, in a real browser: a domain is added, explained, published and verified without a reload."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, Request, async_playwright, expect
from tests.api.processes import serving
from tests.cli.lab_flags import flags

from unpend.engine.deep import last_report
from unpend.engine.opening import open_installation
from unpend.lab import Lab, load_scenario
from unpend.model.identity import IdentityKey

CHROMIUM = shutil.which("chromium")
KEY = IdentityKey("000000000000", "us-east-1", "example.com")
PATIENCE = 60_000
WIDTHS = (400, 1280)
LEGIBLE = {
    "en": (["Domains", "pending", "Next look", "boto3.client"], ["What to do", "Add this record:", "missing", "copy"]),
    "ja": (
        ["ドメイン", "保留中", "次の確認", "boto3.client"],
        ["やること", "次のレコードを追加します:", "なし", "コピー"],
    ),
}


def watched(page: Page, here: str, told: list[str]) -> None:
    """What the page says on its console, and what it wants from elsewhere: both are to be nothing."""

    def request(asked: Request) -> None:
        if not asked.url.startswith(here):
            told.append(asked.url)

    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", request)


async def legible(context: BrowserContext, url: str, lang: str, told: list[str]) -> None:
    """Both pages fit every width in this language, by the browser's own preference."""
    page = await context.new_page()
    watched(page, url, told)
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        for path, wanted in zip(("/", "/domains/example.com"), LEGIBLE[lang], strict=True):
            await page.goto(url + path)
            said = await page.inner_text("body")
            assert [word for word in wanted if word not in said] == [], said
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            assert len(await page.screenshot(full_page=True)) > 20_000
    await page.close()


async def added(page: Page, url: str) -> None:
    """Type the name, press the button, and wait for the cause to appear by itself."""
    await page.goto(url)
    await page.fill("input[name=name]", "example.com")
    await page.click("button.main")
    await page.evaluate("window.loadedOnce = true")
    await expect(page.locator(".why")).to_contain_text("record-missing", timeout=PATIENCE)
    name = page.locator(".records button.copy").first
    await name.click()
    assert await page.evaluate("navigator.clipboard.readText()") == await name.get_attribute("data-copy")


async def verified(page: Page) -> None:
    """The page tells it without having been loaded anew."""
    await page.click("form[action$='/check'] button")
    await page.evaluate("window.loadedOnce = true")
    await expect(page.locator(".head .chip")).to_have_class("chip success", timeout=PATIENCE)
    await expect(page.locator(".records .chip.verified")).to_have_count(3, timeout=PATIENCE)
    assert await page.evaluate("window.loadedOnce") is True


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
async def test_from_a_name_typed_to_verified_in_both_languages(tmp_path: Path) -> None:
    told: list[str] = []
    lab = Lab(load_scenario("record-missing"))
    async with lab, async_playwright() as playwright:
        looking = [
            word for word in flags(lab, tmp_path)[1:] if word not in {"--expect", str(tmp_path / "expected.json")}
        ]
        with ExitStack() as held:
            url = await asyncio.to_thread(held.enter_context, serving(tmp_path, *looking))
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = await browser.new_context(locale="en-US", permissions=["clipboard-read", "clipboard-write"])
            page = await context.new_page()
            watched(page, url, told)
            await added(page, url)
            await legible(context, url, "en", told)
            await legible(await browser.new_context(locale="ja-JP"), url, "ja", told)
            installation = open_installation(f"sqlite:///{tmp_path}/unpend.db")
            report = last_report(installation.store, installation.identities.get(KEY))
            installation.close()
            assert report
            lab.apply(report.plan)
            lab.flush()
            await verified(page)
            await browser.close()
            await asyncio.to_thread(held.close)
    assert told == []
