"""The flags about AWS, and the provider's own word that they get."""

from __future__ import annotations

from typing import Any, cast

import click

from unpend.cli import output
from unpend.cli.language import language
from unpend.cli.options import option
from unpend.model.expected import Expected
from unpend.model.text import Lang


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


def with_ses(domain: str, given: dict[str, Any], expected: Expected | None) -> Expected | None:
    """What was given, with SES's own word where it is wanted: by a flag, or because nothing was given."""
    if expected is not None and not (given["ask_ses"] or given["all_regions"]):
        return expected
    from unpend.engine.provider import from_ses
    from unpend.sources import read_domain

    lang: Lang = cast(Lang, given["lang"] or language())
    return from_ses(
        read_domain(domain).name,
        expected,
        region=given["region"],
        profile=given["profile"],
        every_region=given["all_regions"],
        progress=output.progress(given["quiet"], lang),
        pause=given["ses_pause"],
    )
