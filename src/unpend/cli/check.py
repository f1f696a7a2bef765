"""`unpend check DOMAIN`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import click

from unpend.cli import output, ses_options
from unpend.cli.expectation import demands, expectation, text_of
from unpend.cli.language import language, say
from unpend.cli.options import option
from unpend.model.errors import UsageError
from unpend.model.expected import Expected
from unpend.model.text import Lang, Text

if TYPE_CHECKING:
    from unpend.report.report import Report

BOTH_FAMILIES = Text(
    en="--ipv4-only and --ipv6-only exclude each other.", ja="--ipv4-only と --ipv6-only は同時に指定できません。"
)


def command() -> click.Command:
    """The command, in the visitor's language."""
    return click.Command(
        "check",
        callback=check,
        params=[*subject(), *output.options(), _save()],
        help=say(
            "Why is DOMAIN still pending? Asks every name server and the resolvers, prints the cause, its proof and the plan. Changes "
            "nothing.\n\n\b\nExamples:\n  unpend check example.com --expect identity.json\n  aws sesv2 get-email-identity "
            "--email-identity example.com | unpend check example.com --expect -\n  unpend check example.com --dkim-token aaa… "
            "--dkim-token bbb… --dkim-token ccc… --region eu-west-1",
            "DOMAIN がなぜ保留のままなのかを調べます。すべてのネームサーバーとリゾルバーに問い合わせ、原因・証拠・変更内容を表示します。何も変更しません。"
            "\n\n\b\n例:\n  unpend check example.com --expect identity.json\n  unpend check example.com --dkim-token aaa… "
            "--dkim-token bbb… --dkim-token ccc… --region ap-northeast-1",
        ),
        epilog=say(
            "Exit codes: 0 ok, 1 somebody must act, 2 usage error, 3 only waiting, 4 could not determine.",
            "終了コード: 0 問題なし、1 対応が必要、2 使い方の誤り、3 待つだけ、4 判定できず",
        ),
    )


def subject() -> list[click.Parameter]:
    """The domain, what it ought to publish, whom to ask and how: the same for every command that looks."""
    return [click.Argument(["domain"]), *demands(), *ses_options.options(), *_whom(), *_transport()]


def _whom() -> list[click.Parameter]:
    return [
        option(
            "--resolver",
            "Recursive resolvers to ask instead of the default set; repeatable.",
            "問い合わせるリゾルバーです（既定の組の代わり、複数可）。",
            multiple=True,
            metavar="ADDR[:PORT]",
        ),
        option(
            "--root-hints",
            "Where the walk from the root starts.",
            "ルートからの探索に使うヒントファイルです。",
            metavar="FILE",
        ),
        option(
            "--also-ask",
            "A DNS host to ask although the domain is not delegated to it; repeatable.",
            "委任されていなくても問い合わせる DNS ホストです（複数可）。",
            multiple=True,
            metavar="HOST[@ADDR]",
        ),
        option(
            "--policy",
            "Look at the domain's SPF and DMARC as well.",
            "ドメインの SPF と DMARC も確認します。",
            is_flag=True,
        ),
    ]


def _transport() -> list[click.Parameter]:
    shown: dict[str, Any] = {"show_default": True}
    port, wait, whole = click.IntRange(1, 65535), click.FloatRange(0.2, 60), click.FloatRange(1, 600)
    return [
        option(
            "--port", "Port of authoritative servers.", "権威サーバーのポートです。", type=port, default=53, **shown
        ),
        option("--ipv4-only", "Ask over IPv4 only.", "IPv4 だけを使います。", is_flag=True),
        option("--ipv6-only", "Ask over IPv6 only.", "IPv6 だけを使います。", is_flag=True),
        option(
            "--timeout",
            "Seconds to wait for one server.",
            "1 台のサーバーを待つ秒数です。",
            type=wait,
            default=3.0,
            **shown,
        ),
        option(
            "--deadline",
            "Seconds for the whole check.",
            "確認全体の制限秒数です。",
            type=whole,
            default=15.0,
            **shown,
        ),
    ]


def _save() -> click.Parameter:
    return option(
        "--save",
        "Keep the case file for `unpend replay`.",
        "`unpend replay` 用のケースファイルを保存します。",
        metavar="FILE",
    )


def check(domain: str, **given: Any) -> int:
    """Look, save, print."""
    from unpend.report.casefile import dump

    lang: Lang = cast(Lang, given["lang"] or language())
    report = asyncio.run(looking(domain, given)(output.progress(given["quiet"], lang)))
    if given["save"]:
        output.save(given["save"], dump(report.expected, report.observation))
    return output.deliver(report, given)


def looking(domain: str, given: dict[str, Any]) -> Callable[..., Coroutine[Any, Any, Report]]:
    """One look as the flags want it, as often as it is called: files and stdin are read once.

    It takes where progress is told and, if not all, the names of the records to look at.
    """
    from unpend.engine.check import check as look

    both_families(given)
    wanted = ses_options.Wanted(domain, given, expectation(domain, given))
    hints = text_of(given["root_hints"]) if given["root_hints"] else None

    async def once(progress: Callable[[Text], None], names: frozenset[str] | None = None) -> Report:
        return await look(
            domain,
            narrowed(await wanted.now(), names),
            resolvers=given["resolver"] or None,
            root_hints=hints,
            port=given["port"],
            also_ask=given["also_ask"],
            policy=given["policy"],
            ipv4=not given["ipv6_only"],
            ipv6=not given["ipv4_only"],
            timeout=given["timeout"],
            deadline=given["deadline"],
            progress=progress,
        )

    return once


def both_families(given: dict[str, Any]) -> None:
    """UsageError where IPv4 alone and IPv6 alone are wanted."""
    if given["ipv4_only"] and given["ipv6_only"]:
        raise UsageError(BOTH_FAMILIES)


def narrowed(expected: Expected | None, names: frozenset[str] | None) -> Expected | None:
    """Only the records of these names."""
    if expected is None or names is None:
        return expected
    return replace(expected, records=tuple(record for record in expected.records if record.name in names))
