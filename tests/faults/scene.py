"""An installation in a world where every record is right, with somebody who listens to it: what processes are killed in."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from tests.engine.receivers import Receiver, plain, receiving
from tests.faults.asking import Asking
from tests.faults.killing import Victims, victims
from tests.faults.resolving import Resolving, resolving
from tests.faults.truths import sound

from unpend.engine.opening import Installation, open_installation
from unpend.engine.webhooks.hooks import Hooks
from unpend.engine.webhooks.outgoing import hooks_of
from unpend.model.identity import IdentityKey
from unpend.store.settings import set_setting

ACCOUNT, REGION = "000000000000", "us-east-1"
PASSES = 61.0  # a lease is over, and what is pending is due
AGED = "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '61 seconds'"


@dataclass
class Scene:
    """`house` is the test's own view of the database; `passed` how much later it is in the processes than here."""

    folder: Path
    database: str
    port: int
    house: Installation
    hooks: Hooks
    victims: Victims
    resolver: Resolving
    receiver: Receiver
    chance: random.Random
    asking: Asking
    passed: float = 0.0
    made: int = 0

    def flags(self) -> list[str]:
        told = ["--database", self.database, "--resolver", f"127.0.0.1:{self.resolver.port}", "--timeout", "2"]
        return [*told, "--allow-private-targets", "--log-level", "error"]

    async def serve(self, *more: str) -> int:
        listen = ("--listen", f"127.0.0.1:{self.port}", "--region", REGION)
        return await self.victims.run(self.folder, "serve", *listen, *self.flags(), *more)

    async def worker(self, *more: str) -> int:
        return await self.victims.run(self.folder, "worker", *self.flags(), *more)

    def create(self, count: int) -> None:
        """Domains that are due at once, beside those that are asked for at the door."""
        for _ in range(count):
            self.made += 1
            name = f"w{self.made}.example.com"
            self.house.identities.create(IdentityKey(ACCOUNT, REGION, name))
            self.asking.there.add(name)

    def later(self) -> None:
        """A minute passes for all that starts from now on."""
        self.passed += PASSES
        set_setting(self.house.database, "clock", json.dumps([1.0, 0.0, self.passed]))
        if not self.house.database.sqlite:
            with self.house.database.writing() as connection:
                if connection.execute(text("SELECT to_regclass('procrastinate_workers')")).scalar():
                    connection.execute(text(AGED))

    def survived(self) -> None:
        """Nothing half written, nothing twice, and nobody has met what it does not handle."""
        sound(self.house.database)
        said = (self.folder / "said").read_text().splitlines()
        broken = [line for line in said if "Traceback" in line and '"logger": "procrastinate' not in line]
        assert not broken, broken[0][-4000:]

    async def settled(self) -> None:
        """All is looked at and all is told."""
        left = "SELECT count(*) FROM identity WHERE ownership_state <> 2"
        owed = "SELECT count(*) FROM delivery WHERE due_at IS NOT NULL"
        await until(lambda: self._count(left) + self._count(owed) == 0)

    def _count(self, query: str) -> int:
        with self.house.database.reading() as connection:
            return int(connection.execute(text(query)).scalar_one())


async def until(true: Callable[[], bool], patience: float = 120) -> None:
    """Poll until it is so."""
    async with asyncio.timeout(patience):
        while not true():
            await asyncio.sleep(0.01)


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@contextlib.asynccontextmanager
async def scene(folder: Path, database: str, chance: random.Random) -> AsyncIterator[Scene]:
    """All of it, until the block ends."""
    house = open_installation(database)
    hooks = hooks_of(house, allow_private=True)
    port = free_port()
    asking = Asking(f"http://127.0.0.1:{port}", chance)
    kind = () if house.database.sqlite else ("postgres",)
    with contextlib.closing(house):
        async with (
            victims("worker", "serve", *kind) as parent,
            resolving() as resolver,
            receiving(plain("200 OK")) as receiver,
        ):
            hooks.register(ACCOUNT, receiver.url())
            yield Scene(folder, database, port, house, hooks, parent, resolver, receiver, chance, asking)
