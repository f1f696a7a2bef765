"""The second half of `unpend fix`: refuse, ask, write, wait, and say exactly what was done, to people and to programs."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from unpend.cli import output
from unpend.cli.errors import INTERRUPTED
from unpend.model.errors import RefusedError, UnpendError, UsageError
from unpend.model.plan import Change
from unpend.model.text import Lang, Text
from unpend.report.verdict import Verdict

if TYPE_CHECKING:
    from unpend.engine.apply import Undo
    from unpend.engine.provider_step import ProviderStep
    from unpend.report.report import Report

NO_TERMINAL = Text(
    en="Nobody can be asked here: give --yes to apply the plan, or --dry-run to see it.",
    ja="確認を求められない環境です。適用するなら --yes、表示だけなら --dry-run を付けてください。",
)
SURE = Text(en="Make these {count} changes at {host}?", ja="{host} でこの {count} 件を変更しますか？")
SURE_TOO = Text(
    en="Make these {count} changes at {host}, and have the provider start its verification again?",
    ja="{host} でこの {count} 件を変更し、事業者側の検証をやり直しますか？",
)
SURE_RESTART = Text(
    en="The records are right, and the provider has given up. Have it start its verification again?",
    ja="レコードは正しく登録されていますが、事業者側の検証は打ち切られています。検証をやり直しますか？",
)
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
# A provider shows what it was told a little later.
PROVIDER_SHOWS = 6.0
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)


@dataclass(slots=True)
class Applying:
    """One plan on its way into the zone: what is known of it at any moment, also when it breaks off."""

    report: Report
    given: dict[str, Any]
    lang: Lang
    undo: Undo | None = None
    file: str | None = None
    shown: bool | None = None
    step: ProviderStep | None = None

    def restarted(self, once: Any) -> int:
        """Nothing to write: only the provider has to start again."""
        _ask(SURE_RESTART, self.given["yes"], self.lang)
        try:
            self._see_to_the_provider(once)
        except KeyboardInterrupt:
            if self.step is None:
                raise
            self.tell_programs()
            return INTERRUPTED
        return self._delivered()

    def through(self, once: Any) -> int:
        """Write, wait, and see to the provider; the exit code."""
        try:
            self._write()
        except UnpendError as error:
            self.tell_programs(error)
            raise
        return self._wait(once)

    def tell_programs(self, error: UnpendError | None = None) -> None:
        """The report with `applied`, where JSON is wanted."""
        if self.given["format_"] == "json":
            told = self.report.to_dict(self.lang) | {"applied": self._told(error)}
            sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
            sys.stdout.flush()

    def _write(self) -> None:
        from unpend.cli.allowed import refuse_strange, refuse_unsafe
        from unpend.engine.apply import apply, prepare
        from unpend.engine.hosts import writer_for
        from unpend.engine.provider_step import given_up

        report, given = self.report, self.given
        refuse_unsafe(report.plan, given["allow"])
        host = report.dns_host.id if report.dns_host else ""
        name, writer = writer_for(given["via"], host, report.nameservers, os.environ)
        undo = prepare(writer, report.domain, report.plan)
        undo.via, undo.nameservers = name, report.nameservers
        refuse_strange(given["fresh"], report.plan, given["allow"])
        sure = SURE_TOO if given_up(report) else SURE
        _ask(sure.fill(count=len(undo.steps), host=writer.host), given["yes"], self.lang)
        file = given["undo_file"] or f"unpend-undo-{report.domain}{_stamp()}.json"
        tell = output.progress(given["quiet"], self.lang)
        tell(UNDO_AT.fill(file=file))
        self.undo, self.file = undo, file
        apply(writer, undo, file, lambda data: output.save(file, data), tell)

    def _wait(self, once: Any) -> int:
        """From here on everything is made, whatever happens."""
        tell = output.progress(self.given["quiet"], self.lang)
        try:
            tell(WRITTEN)
            self.report = asyncio.run(_settled(once, self.given["wait"]))
            self.shown = not _left(self.report)
            self._see_to_the_provider(once)
        except KeyboardInterrupt:
            sys.stderr.write(MADE.of(self.lang) + "\n" + UNDO_AT.fill(file=self.file).of(self.lang) + "\n")
            self.tell_programs()
            return INTERRUPTED
        return self._delivered()

    def _see_to_the_provider(self, once: Any) -> None:
        from unpend.engine.provider_step import provider_step, restarts

        self.step = provider_step(self.report, restarts(self.given["profile"], self.given["ses_pause"]))
        if self.step.op == "restart" and self.step.done:
            output.progress(self.given["quiet"], self.lang)(self.step.message)
            time.sleep(PROVIDER_SHOWS)
            self.report = asyncio.run(once(lambda _: None))

    def _delivered(self) -> int:
        if self.given["format_"] == "json":
            self.tell_programs()
            return output.exit_code(self.report, self.given)
        code = output.deliver(self.report, self.given)
        if self.step and not (self.step.op == "restart" and self.step.done):
            output.progress(self.given["quiet"], self.lang)(self.step.message)
        return code

    def _told(self, error: UnpendError | None) -> dict[str, Any]:
        steps = self.undo.steps if self.undo else []
        planned = [c for c in self.report.plan.changes if isinstance(c, Change)] if not steps else []
        sets = [(s.done, s.zone, s.name, s.type, s.before.values, s.after.values) for s in steps]
        sets += [(False, c.zone, c.name, c.type, c.before, c.after) for c in planned]
        step = self.step
        return {
            **{key: [_set(*each[1:]) for each in sets if each[0] is done] for key, done in STATES.items()},
            "host": self.undo.host if self.undo else None,
            "undo_file": self.file,
            "why": error.message.of(self.lang) if error else None,
            "shown_everywhere": self.shown,
            "provider": {"op": step.op, "done": step.done, "message": step.message.of(self.lang)} if step else None,
        }


STATES = {"made": True, "not_made": False, "unknown": None}


def _set(zone: str, name: str, type_: str, before: Any, after: Any) -> dict[str, Any]:
    return {"zone": zone, "name": name, "type": type_, "before": list(before), "after": list(after)}


def _ask(question: Text, yes: bool, lang: Lang) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(NO_TERMINAL)
    if not click.confirm(question.of(lang), default=False, err=True):
        raise RefusedError(LEFT_ALONE)


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def _left(report: Report) -> bool:
    return any(isinstance(change, Change) for change in report.plan.changes)


async def _settled(once: Any, patience: float) -> Report:
    """Look again until no edit of a zone is left, or patience ends; the last report.

    A look may straddle the moment at which the edit shows: the resolvers asked before it, the servers after. A second look tells.
    """
    until, again = time.monotonic() + patience, False
    for pause in (*PAUSES, *[PAUSES[-1]] * 240):
        report: Report = await once(lambda _: None)
        done = not _left(report)
        if (done and (again or report.verdict is Verdict.OK)) or time.monotonic() + pause > until:
            return report
        again = done
        await asyncio.sleep(pause)
    return report
