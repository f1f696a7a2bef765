"""A program that uses `unpend serve` while it is killed: it knows what it was promised, and asks again what was cut off."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass, field

import aiohttp

SES, REST = "/v2/email/identities", "/api/v1/domains"
LOCAL = aiohttp.ClientTimeout(total=60)


@dataclass
class Asking:
    """`there` and `gone` were promised; `unsure` was cut off at REST's door, whose repetition may have to wait."""

    url: str
    chance: random.Random
    there: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    tagged: dict[str, str] = field(default_factory=dict)
    answered: int = 0
    enough: bool = False
    _cut_off: tuple[str, str] | None = None
    _number: int = 0

    async def go_on(self, *, patient: bool = False) -> None:
        """One call after the other, until it is `enough` or the server is gone. Who is patient asks again whatever was refused for now."""
        async with aiohttp.ClientSession(self.url, timeout=LOCAL) as session:
            while not self.enough:
                what, name = self._cut_off or self._next()
                self._cut_off = what, name
                try:
                    await getattr(self, what)(session, name)
                except (aiohttp.ClientError, OSError):
                    if not patient:
                        return
                    await asyncio.sleep(0.02)
                    continue
                self._cut_off = None
                self.answered += 1

    def _next(self) -> tuple[str, str]:
        self._number += 1
        fresh = f"d{self._number}.example.com"
        lives = sorted(self.there)
        what = self.chance.choices(["create", "create_by_rest", "tag", "delete"], [5, 2, 2, 1])[0]
        if not lives and what in {"tag", "delete"}:
            what = "create"
        return (what, self.chance.choice(lives)) if what in {"tag", "delete"} else (what, fresh)

    async def create(self, session: aiohttp.ClientSession, name: str) -> None:
        async with session.post(SES, json={"EmailIdentity": name}) as answer:
            told = await answered(answer)
            assert answer.status == 200 or "AlreadyExists" in answer.headers.get("x-amzn-errortype", ""), told
        self.there.add(name)

    async def create_by_rest(self, session: aiohttp.ClientSession, name: str) -> None:
        async with session.post(REST, json={"name": name}, headers={"Idempotency-Key": name}) as answer:
            told = await answered(answer)
            assert answer.status in {201, 409}, told
            (self.there if answer.status == 201 else self.unsure).add(name)

    async def tag(self, session: aiohttp.ClientSession, name: str) -> None:
        value = str(self._number)
        arn = f"arn:aws:ses:us-east-1:000000000000:identity/{name}"
        tags = {"ResourceArn": arn, "Tags": [{"Key": "k", "Value": value}]}
        async with session.post("/v2/email/tags", json=tags) as answer:
            told = await answered(answer)
            assert answer.status == 200, told
        self.tagged[name] = value

    async def delete(self, session: aiohttp.ClientSession, name: str) -> None:
        async with session.delete(f"{SES}/{name}") as answer:
            told = await answered(answer)
            assert answer.status in {200, 404}, told
        self.there.discard(name)
        self.tagged.pop(name, None)
        self.gone.add(name)

    async def ready(self, wanted: int = 200, **said: str) -> None:
        """As soon as it says that it can work, or that it cannot (503) and why."""
        async with aiohttp.ClientSession(self.url, timeout=LOCAL) as session, asyncio.timeout(60):
            while True:
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    async with session.get("/readyz") as answer:
                        told = await answer.json()
                        if answer.status == wanted and said.items() <= told.items():
                            return
                await asyncio.sleep(0.02)


async def answered(answer: aiohttp.ClientResponse) -> str:
    """What was said; a ClientError where it was "not now"."""
    if answer.status == 503:
        raise aiohttp.ClientError
    return await answer.text()
