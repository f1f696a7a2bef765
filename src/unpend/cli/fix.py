"""`unpend fix DOMAIN`."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import click

from unpend.cli import output
from unpend.cli.check import looking, subject
from unpend.cli.errors import INTERRUPTED
from unpend.cli.language import language, say
from unpend.cli.options import option
from unpend.model.errors import RefusedError, UsageError
from unpend.model.plan import Change, Errand, Plan, Safety
from unpend.model.text import Lang, Text

if TYPE_CHECKING:
    from unpend.report.report import Report

NOT_SAFE = Text(
    en="This plan is not one that a machine may apply by itself ({safety}): {reasons}",
    ja="この計画は自動では適用できません（{safety}）: {reasons}",
)
ALLOW = Text(
    en="Read the diff above. To apply it all the same: --allow {safety}.",
    ja="上の差分を確認してください。それでも適用する場合は --allow {safety} を付けます。",
)
PANEL_ONLY = Text(
    en="Nothing in it is an edit of a zone: see what has to be done at the registrar, the DNS host or the provider.",
    ja="ゾーンの編集で済む変更はありません。レジストラ、DNS ホスト、事業者で必要な作業をご確認ください。",
)
ANOTHER_DOMAIN = Text(
    en="The plan is for {other}, not for {domain}.", ja="この計画は {other} のもので、{domain} のものではありません。"
)
NO_TERMINAL = Text(
    en="Nobody can be asked here: give --yes to apply the plan, or --dry-run to see it.",
    ja="確認を求められない環境です。適用するなら --yes、表示だけなら --dry-run を付けてください。",
)
SURE = Text(en="Make these {count} changes at {host}?", ja="{host} でこの {count} 件を変更しますか？")
LEFT_ALONE = Text(en="Nothing was changed.", ja="何も変更していません。")
UNDO_AT = Text(en="To take it back: unpend undo {file}", ja="元に戻すには: unpend undo {file}")
WRITTEN = Text(
    en="Written. Waiting until every name server shows it …",
    ja="書き込みました。すべてのネームサーバーに反映されるまで待っています…",
)
MADE = Text(
    en="Stopped waiting. The changes are made; `unpend check` shows how far they are.",
    ja="待機を中断しました。変更は完了しています。反映の状況は `unpend check` で確認できます。",
)
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)


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
    _show(plan, lang)
    if given["dry_run"]:
        return 1
    _make(report, given, lang)
    try:
        return output.deliver(asyncio.run(_settled(once, given["wait"])), given)
    except KeyboardInterrupt:
        sys.stderr.write(MADE.of(lang) + "\n")
        return INTERRUPTED


def _loaded(path: str, report: Report) -> Plan:
    from unpend.report.planfile import load

    domain, plan = load(output.read(path))
    if domain != report.domain:
        raise UsageError(ANOTHER_DOMAIN.fill(other=domain, domain=report.domain))
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


def _show(plan: Plan, lang: Lang) -> None:
    from unpend.report.as_diff import as_diff

    sys.stdout.write(as_diff(plan, lang))
    sys.stdout.flush()


def _make(report: Report, given: dict[str, Any], lang: Lang) -> None:
    """Refuse, ask, write."""
    from unpend.engine.apply import apply, prepare
    from unpend.engine.hosts import writer_for

    plan = report.plan
    _refuse_unsafe(plan, given["allow"])
    host = report.dns_host.id if report.dns_host else ""
    name, writer = writer_for(given["via"], host, report.nameservers, os.environ)
    undo = prepare(writer, report.domain, plan)
    undo.via, undo.nameservers = name, report.nameservers
    _ask(SURE.fill(count=len(undo.steps), host=writer.host), given["yes"], lang)
    file = given["undo_file"] or f"unpend-undo-{report.domain}{_stamp()}.json"
    tell = output.progress(given["quiet"], lang)
    tell(UNDO_AT.fill(file=file))
    apply(writer, undo, file, lambda data: output.save(file, data), tell)
    tell(WRITTEN)


def _refuse_unsafe(plan: Plan, allowed: str | None) -> None:
    edits = [change for change in plan.changes if isinstance(change, Change)]
    errands = [change.instructions for change in plan.changes if isinstance(change, Errand)]
    if not edits:
        raise RefusedError(NOT_SAFE.fill(safety=plan.safety, reasons=plan.reasons or errands), PANEL_ONLY)
    if plan.safety is not Safety.SAFE and plan.safety != allowed:
        reasons = plan.reasons or errands
        raise RefusedError(NOT_SAFE.fill(safety=plan.safety, reasons=reasons), ALLOW.fill(safety=plan.safety))


def _ask(question: Text, yes: bool, lang: Lang) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(NO_TERMINAL)
    if not click.confirm(question.of(lang), default=False, err=True):
        raise RefusedError(LEFT_ALONE)


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


async def _settled(once: Any, patience: float) -> Report:
    """Look again until no edit of a zone is left, or patience ends; the last report."""
    until = time.monotonic() + patience
    for pause in (*PAUSES, *[PAUSES[-1]] * 240):
        report: Report = await once(lambda _: None)
        left = any(isinstance(change, Change) for change in report.plan.changes)
        if not left or time.monotonic() + pause > until:
            return report
        await asyncio.sleep(pause)
    return report
