"""`unpend records DOMAIN`."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any, cast

import click

from unpend.cli import output
from unpend.cli.check import looking, subject
from unpend.cli.language import language, say
from unpend.cli.options import option
from unpend.model.text import Lang


def command() -> click.Command:
    """The command, in the visitor's language."""
    from unpend.report.plan_as import forms

    own = [each for each in output.options() if each.name not in {"format_", "fail_on", "verbose", "color"}]
    return click.Command(
        "records",
        callback=records,
        params=[
            *subject(),
            option(
                "--format format_",
                "text: as the DNS panel wants it; json; or the form of a tool.",
                "text は DNS 管理画面の形式、ほかに json と各ツールの形式があります。",
                type=click.Choice(["text", "json", *forms()]),
                default="text",
                show_default=True,
            ),
            *own,
        ],
        help=say(
            "What to publish for DOMAIN, as its DNS host's panel wants it, with copyable fields, and what would be in the way. Looks at DNS, "
            "changes nothing.\n\n\b\nExamples:\n  unpend records example.com --expect identity.json\n"
            "  unpend records example.com --dkim-token aaa… --dkim-token bbb… --dkim-token ccc… --format terraform",
            "DOMAIN に登録すべきレコードを、DNS ホストの管理画面の形式で表示します。妨げになるものがあれば警告します。何も変更しません。"
            "\n\n\b\n例:\n  unpend records example.com --expect identity.json\n"
            "  unpend records example.com --dkim-token aaa… --dkim-token bbb… --dkim-token ccc… --format terraform",
        ),
        epilog=say("Exit codes: 0 printed, 2 usage error.", "終了コード: 0 表示しました、2 使い方の誤り"),
    )


def records(domain: str, **given: Any) -> int:
    """Look for the panel and the obstacles, print what to publish."""
    from unpend.model.plan import Plan
    from unpend.report.as_records import as_records, not_printed, records_dict, whole_sets
    from unpend.report.plan_as import plan_as

    lang: Lang = cast(Lang, given["lang"] or language())
    report = asyncio.run(looking(domain, given)(output.progress(given["quiet"], lang)))
    form = given["format_"]
    if form == "text":
        sys.stdout.write(as_records(report, lang, output.width()))
    elif form == "json":
        sys.stdout.write(json.dumps(records_dict(report, lang), indent=2, ensure_ascii=False) + "\n")
    else:
        host = report.dns_host.id if report.dns_host else ""
        sys.stdout.write(plan_as(form, Plan(changes=whole_sets(report)), host))
        if left := not_printed(report):
            output.progress(given["quiet"], lang)(left)
    return 0
