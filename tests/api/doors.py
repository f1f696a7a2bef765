"""The REST door over an installation, called as any program calls it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from unpend.api.app import PREFIX, rest_door
from unpend.api.engine import Engine
from unpend.api.gate import Gate
from unpend.engine.opening import Installation
from unpend.engine.webhooks.hooks import Hooks
from unpend.server.listening import shown, sockets
from unpend.server.running import Process
from unpend.store.api_keys import ApiKeys
from unpend.store.replies import Replies
from unpend.store.webhooks import Webhooks


def application(installation: Installation) -> Starlette:
    database = installation.database
    engine = Engine(installation.identities, Replies(database), "us-east-1")
    hooks = Hooks(Webhooks(database), installation.clock, installation.secret)
    door = rest_door(engine, Gate(ApiKeys(database), "000000000000"), hooks)
    return Starlette(routes=[Mount(PREFIX, door)])


def caller(installation: Installation, key: str = "", **headers: str) -> TestClient:
    given: dict[str, Any] = headers | ({"authorization": f"Bearer {key}"} if key else {})
    return TestClient(
        application(installation), f"http://127.0.0.1{PREFIX}", headers=given, raise_server_exceptions=False
    )


@contextlib.contextmanager
def listening(installation: Installation) -> Iterator[str]:
    """The URL of the door behind a real server on loopback, in a thread, until the block ends."""
    bound = sockets("127.0.0.1:0", guarded=False)
    process = Process(application(installation), bound)
    ready, loop = threading.Event(), asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(process.run(ready.set)))
    thread.start()
    assert ready.wait(20)
    try:
        yield shown(bound[0])
    finally:
        loop.call_soon_threadsafe(process.stop)
        thread.join(20)
        loop.close()
