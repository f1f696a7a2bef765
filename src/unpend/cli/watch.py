"""`unpend watch DOMAIN`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import click

from unpend.cli import output
from unpend.cli.check import looking, subject
from unpend.cli.language import language, say
from unpend.cli.notify import FAILED, Notify, notifier
from unpend.cli.options import option
from unpend.model.errors import UsageError
from unpend.model.text import Lang, Text

if TYPE_CHECKING:
    from unpend.engine.watch import Event
    from unpend.report.report import Report

ONE_LOOK = 15.0
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
NOT_A_TIME = Text(en="{given} is not a length of time.", ja="{given} は時間の長さとして読み取れません。")
GIVE_A_TIME = Text(en="Give it like 90s, 30m, 72h or 3d.", ja="90s、30m、72h、3d のように指定してください。")
NEXT = Text(en="{at}  {said}  Next look in {pause} s.", ja="{at}  {said}  次の確認は {pause} 秒後です。")
UNTIL = Text(
    en="{said} Caches may hold what was there before until {until} UTC.",
    ja="{said} キャッシュには {until} UTC まで以前の内容が残ることがあります。",
)
PLAIN = Text(en="{at}  {said}", ja="{at}  {said}")
AWAITED = Text(
    en="{said} The provider, asked now, still says {status}.",
    ja="{said} 事業者に問い合わせたところ、まだ {status} です。",
)
TIMED_OUT = Text(en="The deadline is reached. {said}", ja="期限に達しました。{said}")
STOPPED = Text(en="Stopped after {looks} looks. {said}", ja="{looks} 回確認したところで終了しました。{said}")
EXITS = {"verified": 0, "action_required": 1, "deadline": 124}


def command() -> click.Command:
    """The command, in the visitor's language."""
    subject_ = [each for each in subject() if each.name != "deadline"]
    own = [each for each in output.options() if each.name != "format_"]
    return click.Command(
        "watch",
        callback=watch,
        params=[*subject_, *_when(), *own],
        help=say(
            "Looks again and again until DOMAIN is verified: after 5 seconds, then ever more rarely, at most every 15 minutes, and from the "
            "start again whenever something has changed. Ctrl-C ends it with a summary.\n\n\b\nExamples:\n"
            "  unpend watch example.com --expect identity.json\n"
            "  unpend watch example.com --expect identity.json --deadline 72h --notify https://hooks.slack.com/services/…",
            "DOMAIN が検証済みになるまで繰り返し確認します。最初は 5 秒後、その後は間隔を延ばし、最長 15 分ごとです。変化があれば最初の間隔に戻ります。"
            "Ctrl-C で要約を表示して終了します。\n\n\b\n例:\n  unpend watch example.com --expect identity.json\n"
            "  unpend watch example.com --expect identity.json --deadline 72h --notify https://hooks.slack.com/services/…",
        ),
        epilog=say(
            "Exit codes: 0 verified, 1 somebody must act, 124 the deadline is reached.",
            "終了コード: 0 検証済み、1 対応が必要、124 期限に到達",
        ),
    )


def _when() -> list[click.Parameter]:
    return [
        option(
            "--deadline",
            "When to give up: 90s, 30m, 72h, 3d.",
            "あきらめるまでの時間です（90s、30m、72h、3d）。",
            default="72h",
            show_default=True,
        ),
        option("--keep-going", "Go on although somebody must act.", "対応が必要な状態でも続けます。", is_flag=True),
        option(
            "--notify",
            "Tell this URL (webhook, Slack, smtp:, mailto:) when something changes; repeatable.",
            "変化があったときに通知する URL です（Webhook、Slack、smtp:、mailto:、複数可）。",
            multiple=True,
            metavar="URL",
        ),
        option(
            "--format format_",
            "json: one event a line.",
            "json は 1 行 1 イベントです。",
            type=click.Choice(["text", "json"]),
            default="text",
            show_default=True,
        ),
    ]


def watch(domain: str, **given: Any) -> int:
    """Look, say, wait, until it comes to something."""
    lang: Lang = cast(Lang, given["lang"] or language())
    deadline = seconds(given["deadline"])
    targets = [notifier(url) for url in given["notify"]]
    once = looking(domain, given | {"deadline": ONE_LOOK})
    run = _Run(lang, given, targets)
    try:
        return asyncio.run(run.through(once, deadline))
    except KeyboardInterrupt:
        if run.report is None:
            raise
        told = STOPPED.fill(looks=run.looks, said=run.report.message)
        sys.stderr.write("\n" + told.of(lang) + "\n")
        return output.EXIT[run.report.verdict]


class _Run:
    """One watch: what it has seen, and whom it tells."""

    def __init__(self, lang: Lang, given: dict[str, Any], targets: list[Notify]) -> None:
        self._lang = lang
        self._given = given
        self._targets = targets
        self.report: Report | None = None
        self.looks = 0

    async def through(self, once: Any, deadline: float) -> int:
        from unpend.engine.watch import watch as events

        def look(names: frozenset[str] | None) -> Any:
            return once(lambda _: None, names)

        last: Event | None = None
        async with contextlib.aclosing(events(look, deadline=deadline, keep_going=self._given["keep_going"])) as stream:
            async for event in stream:
                self.looks += 1
                self.report, last = event.report, event
                self._show(event)
                if event.kind != "looked":
                    await asyncio.to_thread(self._notify, event)
        if last is None:
            raise RuntimeError("a watch without a look")
        if self._given["format_"] == "text" and last.kind != "verified":
            output.deliver(last.report, self._given)
        return EXITS[last.kind]

    def _show(self, event: Event) -> None:
        if self._given["format_"] == "json":
            sys.stdout.write(json.dumps(told(event, self._lang), ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(sentence(event, self._lang) + "\n")
        sys.stdout.flush()

    def _notify(self, event: Event) -> None:
        for target in self._targets:
            try:
                target(sentence(event, self._lang), told(event, self._lang))
            except OSError as error:
                sys.stderr.write(FAILED.fill(why=error).of(self._lang) + "\n")


def sentence(event: Event, lang: Lang) -> str:
    """One line: when, what, and when the next look is."""
    from unpend.engine.watch import provider_waits
    from unpend.report.escape import for_terminal

    at = _clock(event.report.case.now)
    said = event.report.message
    if event.report.eta_seconds and event.report.verdict == "waiting":
        said = UNTIL.fill(said=said, until=_clock(event.report.case.now + event.report.eta_seconds))
    view = event.report.expected.view
    if view and provider_waits(event.report):
        said = AWAITED.fill(said=said, status=view.verification_status or view.dkim_status)
    if event.kind == "deadline":
        said = TIMED_OUT.fill(said=said)
    line = (
        PLAIN.fill(at=at, said=said) if event.pause is None else NEXT.fill(at=at, said=said, pause=round(event.pause))
    )
    return for_terminal(line.of(lang))


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")


def told(event: Event, lang: Lang) -> dict[str, Any]:
    """The event for programs."""
    report = event.report.to_dict(lang)
    opened = [each["name"] for each in report["records"] if each["status"] != "verified"]
    keys = ("domain", "verdict", "message", "checked_at", "eta_seconds")
    return {
        "event": str(event.kind),
        **{key: report[key] for key in keys},
        "open": opened,
        "findings": list(dict.fromkeys(finding["code"] for finding in report["findings"])),
        "provider": {key: report["provider"][key] for key in ("verification_status", "dkim_status")},
        "next_look_seconds": event.pause,
    }


def seconds(text: str) -> float:
    """A length of time: 90, 90s, 30m, 72h, 3d. UsageError for anything else."""
    match = re.fullmatch(r"([0-9]{1,7})([smhd]?)", text.strip().lower())
    if match is None or int(match[1]) == 0:
        raise UsageError(NOT_A_TIME.fill(given=text), GIVE_A_TIME)
    return float(match[1]) * UNITS[match[2]]
