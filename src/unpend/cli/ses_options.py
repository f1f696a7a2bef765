"""The flags about AWS, and the provider's own word that they get."""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

import click

from unpend.cli import output
from unpend.cli.language import language
from unpend.cli.options import option
from unpend.model.expected import Expected
from unpend.model.text import Lang

# SES looks at intervals of minutes at best, and throttles who asks more often than once a second.
FRESH = 5.0


def options() -> list[click.Parameter]:
    """Whom of AWS to ask, and where."""
    return [
        option(
            "--region", "The AWS region of the identity.", "アイデンティティの AWS リージョンです。", metavar="REGION"
        ),
        option(
            "--profile",
            "The AWS profile; without --expect and tokens SES itself is asked.",
            "AWS のプロファイルです。--expect もトークンもない場合は SES に直接問い合わせます。",
            metavar="NAME",
        ),
        *_asking(),
    ]


def _asking() -> list[click.Parameter]:
    return [
        option(
            "--ask-ses",
            "Ask SES itself beside what was given.",
            "指定した内容に加えて、SES にも直接問い合わせます。",
            is_flag=True,
        ),
        option(
            "--all-regions",
            "Ask SES in every region of the account, one call a second.",
            "アカウントの全リージョンの SES に、1 秒に 1 回ずつ問い合わせます。",
            is_flag=True,
        ),
        option(
            "--ses-pause",
            "Seconds between two calls to SES (AWS allows one a second).",
            "SES への呼び出しの間隔（秒）です（AWS の上限は 1 秒に 1 回）。",
            type=click.FloatRange(0, 60),
            default=1.0,
            show_default=True,
        ),
    ]


class Wanted:
    """What ought to be published: what was given, and SES's own word where a flag wants it or nothing was given.

    SES's word is kept fresh for commands that look more than once; where SES does not answer, the last one stands.
    """

    def __init__(self, domain: str, given: dict[str, Any], file: Expected | None) -> None:
        self._domain, self._given, self._file = domain, given, file
        self._asks = file is None or given["ask_ses"] or given["all_regions"]
        self._at = 0.0
        self.expected = self._asked(every_region=given["all_regions"]) if self._asks else file

    async def now(self) -> Expected | None:
        """What is wanted, SES asked again if it answered before and that is some seconds ago."""
        if self._asks and time.monotonic() - self._at > FRESH and self.expected and self.expected.view:
            again = await asyncio.to_thread(self._asked, every_region=False, region=self.expected.region)
            self.expected = again if again.view and again.view.asked_at else self.expected
        return self.expected

    def _asked(self, *, every_region: bool, region: str | None = None) -> Expected:
        from unpend.engine.provider import from_ses
        from unpend.sources import read_domain

        lang: Lang = cast(Lang, self._given["lang"] or language())
        try:
            return from_ses(
                read_domain(self._domain).name,
                self._file,
                region=region or self._given["region"],
                profile=self._given["profile"],
                every_region=every_region,
                progress=output.progress(self._given["quiet"] or region is not None, lang),
                pause=self._given["ses_pause"],
            )
        finally:
            self._at = time.monotonic()
