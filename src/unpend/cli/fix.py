"""`unpend fix DOMAIN`."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import click

from unpend.cli import output
from unpend.cli.allowed import refuse_never
from unpend.cli.applying import Applying
from unpend.cli.check import looking, subject
from unpend.cli.language import language, say
from unpend.cli.options import option
from unpend.model.errors import UsageError
from unpend.model.plan import Plan, Safety
from unpend.model.text import Lang, Text

if TYPE_CHECKING:
    from unpend.report.report import Report

ANOTHER_DOMAIN = Text(
    en="The plan is for {other}, not for {domain}.", ja="この計画は {other} のもので、{domain} のものではありません。"
)


def command() -> click.Command:
    """The command, in the visitor's language."""
    return click.Command(
        "fix",
        callback=fix,
        params=[*subject(), *_what(), *_how(), *output.options()],
        help=say(
            "Makes the plan's edits at the DNS host: shows the diff, asks, writes, waits until every name server shows it. Every change "
            "can be taken back with `unpend undo`.\n\n\b\nExamples:\n  unpend fix example.com --expect identity.json --dry-run\n"
            "  unpend fix example.com --expect identity.json            # Route 53, with the AWS credentials that are set\n"
            "  RFC2136_NAMESERVER=192.0.2.1 RFC2136_TSIG_KEY=… RFC2136_TSIG_SECRET=… unpend fix example.com --expect records.csv\n"
            "  unpend fix example.com --expect records.csv --as terraform",
            "計画された変更を DNS ホストで実行します。差分を表示し、確認してから書き込み、すべてのネームサーバーに反映されるまで待ちます。変更は "
            "`unpend undo` で元に戻せます。\n\n\b\n例:\n  unpend fix example.com --expect identity.json --dry-run\n"
            "  unpend fix example.com --expect identity.json            # Route 53（設定済みの AWS 認証情報を使用）\n"
            "  RFC2136_NAMESERVER=192.0.2.1 RFC2136_TSIG_KEY=… RFC2136_TSIG_SECRET=… unpend fix example.com --expect records.csv\n"
            "  unpend fix example.com --expect records.csv --as terraform",
        ),
    )


def _what() -> list[click.Parameter]:
    from unpend.report.plan_as import forms

    return [
        option("--dry-run", "Show the diff, change nothing.", "差分だけを表示し、何も変更しません。", is_flag=True),
        option("--yes -y", "Do not ask.", "確認を省略します。", is_flag=True),
        option("--out", "Keep the plan in a file.", "計画をファイルに保存します。", metavar="FILE"),
        option("--from from_", "Apply this plan instead of a new one.", "保存した計画を適用します。", metavar="FILE"),
        option(
            "--as as_",
            "Print the plan in this form instead of applying it.",
            "適用せず、この形式で計画を出力します。",
            type=click.Choice(["text", "message", *forms()]),
        ),
    ]


def _how() -> list[click.Parameter]:
    from unpend.engine.hosts import WRITERS

    return [
        option(
            "--via",
            "Whose API to use (default: by the environment, then by the name servers).",
            "使う API です（既定: 環境変数、次にネームサーバーから判断）。",
            type=click.Choice(list(WRITERS)),
        ),
        option(
            "--allow",
            "Apply a plan that is not safe by itself.",
            "そのままでは安全と言えない計画も適用します。",
            type=click.Choice([Safety.REVIEW.value, Safety.MANUAL.value]),
        ),
        option("--undo-file", "Where the undo file goes.", "取り消し用ファイルの保存先です。", metavar="FILE"),
        option(
            "--wait",
            "Seconds to wait for the name servers.",
            "ネームサーバーへの反映を待つ秒数です。",
            type=click.FloatRange(0, 3600),
            default=120.0,
            show_default=True,
        ),
    ]


def fix(domain: str, **given: Any) -> int:
    """Check, show, ask, write, wait."""
    from unpend.report.as_json import plan_dict
    from unpend.report.planfile import dump

    lang: Lang = cast(Lang, given["lang"] or language())
    tell = output.progress(given["quiet"], lang)
    once = looking(domain, given)
    report = asyncio.run(once(tell))
    fresh = report.plan
    if given["from_"]:
        report = replace(report, plan=_loaded(given["from_"], report))
    plan = report.plan
    if given["out"]:
        output.save(given["out"], dump(report.domain, plan_dict(plan, lang)))
    if given["as_"]:
        sys.stdout.write(_rendered(report, given["as_"], lang))
        return 0
    if not plan.changes:
        return output.deliver(report, given)
    _show(plan, lang, given["format_"])
    applying = Applying(report, given | {"fresh": fresh}, lang)
    if given["dry_run"]:
        applying.tell_programs()
        return 1
    return applying.through(once)


def _loaded(path: str, report: Report) -> Plan:
    from unpend.report.planfile import load

    domain, plan = load(output.read(path))
    if domain != report.domain:
        raise UsageError(ANOTHER_DOMAIN.fill(other=domain, domain=report.domain))
    refuse_never(domain, plan)
    return plan


def _rendered(report: Report, form: str, lang: Lang) -> str:
    from unpend.report.as_message import as_message
    from unpend.report.as_text import steps_text
    from unpend.report.plan_as import plan_as

    if form == "text":
        return steps_text(report, lang)
    if form == "message":
        return as_message(report, lang)
    return plan_as(form, report.plan, report.dns_host.id if report.dns_host else "")


def _show(plan: Plan, lang: Lang, format_: str) -> None:
    """The diff; beside a result that programs read it goes to stderr."""
    from unpend.report.as_diff import as_diff

    stream = sys.stdout if format_ == "text" else sys.stderr
    stream.write(as_diff(plan, lang))
    stream.flush()
