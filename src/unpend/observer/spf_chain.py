"""Follows what SPF records include, one resolver at a time; the only chain of questions that three rounds cannot hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from unpend.diagnosis.case import Case
from unpend.diagnosis.spf_view import unknown
from unpend.model.records import Question
from unpend.observer.battery import resolver_servers
from unpend.observer.notebook import Notebook
from unpend.observer.settings import Settings

# More than RFC 7208 section 4.6.4 lets a receiver look up: beyond it the record fails whatever follows.
FOLLOWED = 12
QUESTIONS = 30
TRIED = 3


async def follow(notebook: Notebook, settings: Settings, case: Callable[[], Case]) -> None:
    """Ask what the records lead to until nothing new comes of it, or more was asked than any receiver would."""
    asked: dict[Question, None] = {}
    while True:
        room = FOLLOWED - sum(question.type == "TXT" for question in asked)
        new = [question for question in unknown(case()) if question not in asked]
        records = [question for question in new if question.type == "TXT"][:room]
        addresses = [question for question in new if question.type != "TXT"]
        wave = [*records, *addresses][: QUESTIONS - len(asked)]
        if not wave:
            return
        asked |= dict.fromkeys(wave)
        await asyncio.gather(*(_ask(notebook, settings, question) for question in wave))


async def _ask(notebook: Notebook, settings: Settings, question: Question) -> None:
    """The first resolver that can tell."""
    for server in resolver_servers(settings)[:TRIED]:
        if (await notebook.ask(server, question, recurse=True)).outcome.conclusive:
            return
