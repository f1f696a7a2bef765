"""Judges one segment: a fast look at every row, and the whole diagnosis of what is not right."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

from unpend.engine.check import check
from unpend.engine.scan.rows import Row, rows_of
from unpend.engine.scan.settings import ScanSettings
from unpend.model.errors import UnpendError
from unpend.model.expected import Expected
from unpend.model.records import Question, Server
from unpend.model.text import Text
from unpend.observer.session import Session
from unpend.report.report import Report
from unpend.report.scan.result import Result, encoded, of_report, of_trouble
from unpend.report.verdict import Verdict
from unpend.sources.scan_row import wanted

OUR_FAULT = Text(
    en="unpend met something that it does not handle ({kind}: {what}).",
    ja="unpend が想定していない事態が起きました（{kind}: {what}）。",
)
UNKNOWN = "unknown"


class Judge:
    """Judges segments, several at once; the diagnoses of all of them share one limit."""

    def __init__(self, settings: ScanSettings, session: Session | None = None) -> None:
        self._settings = settings
        self._session = session
        self._places = asyncio.Semaphore(settings.deep)
        self._quiet = asyncio.Semaphore(max(1, settings.deep // 4))

    async def judged(self, data: bytes) -> bytes:
        """The segment's results, one line a row, in the order of the rows."""
        results = await asyncio.gather(*(self._judged(row) for row in rows_of(data)))
        return b"".join(encoded(result) for result in results)

    async def _judged(self, row: Row) -> Result:
        try:
            return await self._deep(row, read(row, self._settings))
        except Unreadable as error:
            return error.result

    async def _deep(self, row: Row, expected: Expected) -> Result:
        """The whole diagnosis. What goes wrong in one must not stop the others."""
        lang = self._settings.lang
        try:
            async with self._places:
                report = await self._looked(expected)
            if rests_on_silence(report):
                async with self._quiet:
                    report = await self._looked(expected)
        except UnpendError as error:
            return of_trouble(row.line, expected.domain, _whole(error), lang)
        except Exception as error:
            if os.environ.get("UNPEND_DEBUG"):
                raise
            said = OUR_FAULT.fill(kind=type(error).__name__, what=error)
            return of_trouble(row.line, expected.domain, said, lang, UNKNOWN)
        return of_report(row.line, report, lang)

    async def _looked(self, expected: Expected) -> Report:
        given = self._settings
        return await check(
            expected.domain,
            expected,
            resolvers=given.resolvers,
            root_hints=given.root_hints,
            port=given.port,
            ipv4=given.ipv4,
            ipv6=given.ipv6,
            timeout=given.timeout,
            deadline=given.deadline,
            contact=given.contact,
            session=self._session,
        )


class Unreadable(Exception):  # noqa: N818 -- a row like others, with its result
    """The row cannot be read; its result says why."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.message)
        self.result = result


def read(row: Row, settings: ScanSettings) -> Expected:
    """What the row asks for, or Unreadable."""
    lang = settings.lang
    if row.fields is None:
        en, ja = row.trouble or ("", "")
        said = Text("{said}", "{said}", {"said": ja if lang == "ja" else en})
        raise Unreadable(of_trouble(row.line, "", said, lang))
    try:
        expected = wanted(row.fields, settings.defaults)
    except UnpendError as error:
        raise Unreadable(of_trouble(row.line, named(row), _whole(error), lang)) from error
    except Exception as error:
        if os.environ.get("UNPEND_DEBUG"):
            raise
        said = OUR_FAULT.fill(kind=type(error).__name__, what=error)
        raise Unreadable(of_trouble(row.line, named(row), said, lang, UNKNOWN)) from error
    return replace(expected, policy=True) if settings.policy else expected


def rests_on_silence(report: Report) -> bool:
    """Whether a server left one question unanswered and answered others: the load of the scan itself may be why.

    A server that is silent throughout is silent; a second look would only take longer.
    """
    if report.verdict is Verdict.OK:
        return False
    answered: dict[tuple[Server, Question], bool] = {}
    for exchange in report.observation.exchanges:
        key = (exchange.server, exchange.question)
        answered[key] = answered.get(key, False) or exchange.outcome.conclusive
    silent = {server for (server, _), heard in answered.items() if not heard}
    return bool(silent & {server for (server, _), heard in answered.items() if heard})


def named(row: Row) -> str:
    """The domain as it was written, for a row that cannot be read."""
    given = (row.fields or {}).get("domain")
    return given[:300] if isinstance(given, str) else ""


def _whole(error: UnpendError) -> Text:
    if error.hint is None:
        return error.message
    return Text(en="{said} {hint}", ja="{said}{hint}", params={"said": error.message, "hint": error.hint})
