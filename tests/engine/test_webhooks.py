"""Transitions reach those who asked to be told: through the store, the outbox, the dispatcher and real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from standardwebhooks.webhooks import Webhook
from tests.engine.receivers import Receiver, plain, receiving, silent

from unpend.engine.clock import Clock
from unpend.engine.opening import Installation, open_installation
from unpend.engine.webhooks.deliveries import BATCH, FAILING_FOR, Deliveries
from unpend.engine.webhooks.hooks import MOST, Hooks
from unpend.engine.webhooks.posting import Poster
from unpend.engine.webhooks.retries import LATEST
from unpend.lifecycle import Sighting, decide
from unpend.model.errors import LimitError, UnknownEndpointError, UsageError
from unpend.model.identity import Event, IdentityKey, Machine, MailFrom
from unpend.model.webhook import EndpointState, Outcome
from unpend.store.connect import read_url
from unpend.store.insights import KEEP
from unpend.store.looked import Looked
from unpend.store.webhooks import Webhooks

A = "111111111111"


class Hand:
    """A wall clock that a test turns."""

    def __init__(self) -> None:
        self.at = time.time()

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def house(database_url: str) -> Iterator[Installation]:
    opened = open_installation(database_url)
    yield opened
    opened.close()


@pytest.fixture
def hooks(house: Installation, hand: Hand) -> Hooks:
    return Hooks(Webhooks(house.database), Clock(wall=hand), house.secret, allow_private=True)


@pytest.fixture
async def poster() -> AsyncIterator[Poster]:
    async with Poster.open(allow_private=True, total=0.5) as opened:
        yield opened


def key(name: str = "example.com", account: str = A) -> IdentityKey:
    return IdentityKey(account, "us-east-1", name)


def due(house: Installation, hand: Hand) -> None:
    """The hand's clock goes on to where the installation's own has written."""
    hand.at = max(hand.at, house.clock.now() + 1)


async def test_each_step_is_told_once_in_the_form_of_the_standard(
    house: Installation, hooks: Hooks, poster: Poster, hand: Hand
) -> None:
    async with receiving(plain("204 No Content")) as receiver:
        endpoint = hooks.register(A, receiver.url())
        hooks.register("222222222222", receiver.url())
        hooks.register(A, receiver.url(), types=["domain.failed"])
        house.identities.create(key())
        house.identities.set_mail_from(key(), MailFrom("bounce.example.com."))
        house.identities.look_now(key())
        house.identities.set_tags(key(), {"a": "b"})
        house.identities.delete(key())
        due(house, hand)
        await Deliveries(hooks, poster).drain()
        told = {each["type"]: each for each in verified(receiver, hooks.secret_of(endpoint))}
        assert sorted(told) == ["domain.created", "domain.deleted", "domain.updated"]
        assert len(receiver.got) == 3
        updated = told["domain.updated"]["data"]
        assert updated["domain"] == "example.com"
        assert updated["change"] == {"machine": "mail_from", "before": "not_started", "after": "pending"}
        assert {each.state for each in hooks.deliveries(A, endpoint.uid)} == {"delivered"}
        await Deliveries(hooks, poster).drain()
        assert len(receiver.got) == 3


SEEN = [
    (Event.SILENT, []),
    (Event.INCOMPLETE, []),
    (Event.COMPLETE, ["domain.updated", "domain.verified"]),
    (Event.COMPLETE, []),
    (Event.SILENT, []),
    (Event.INCOMPLETE, ["domain.degraded", "domain.updated"]),
    (Event.INCOMPLETE, []),
    (Event.COMPLETE, ["domain.recovered", "domain.updated"]),
    (Event.INCOMPLETE, ["domain.degraded", "domain.updated"]),
    (Event.EXPIRED, ["domain.failed", "domain.updated"]),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_transitions_are_told_and_nothing_else(
    house: Installation, hooks: Hooks, poster: Poster, hand: Hand
) -> None:
    """What looks see, in order, and what each of them makes the world hear: ownership by name, DKIM as an update."""
    async with receiving(plain("200 OK")) as receiver:
        hooks.register(A, receiver.url())
        identity = house.identities.create(key())
        with house.database.writing() as connection:
            kept = {"id": identity.id, "at": 0, "verdict": "action_required", "cause": "doubled-zone", "eta": None}
            connection.execute(KEEP, kept | {"casefile": b""})
        due(house, hand)
        await Deliveries(hooks, poster).drain()
        for event, told in SEEN:
            receiver.got.clear()
            hand.at += 10
            sightings = dict.fromkeys((Machine.OWNERSHIP, Machine.DKIM), Sighting(event))
            decision = decide(identity, sightings, hand.at)
            look = replace(identity.look, checked_at=hand.at)
            assert house.store.commit([Looked(identity, decision, look)]) == {identity.id}
            assert house.store.commit([Looked(identity, decision, look)]) == frozenset()
            identity = house.identities.get(key())
            await Deliveries(hooks, poster).drain()
            bodies = [json.loads(each.body) for each in receiver.got]
            assert sorted(each["type"] for each in bodies) == told, event
            assert all(each["data"]["version"] <= identity.version for each in bodies)
            bad = [each["data"] for each in bodies if each["type"] in {"domain.degraded", "domain.failed"}]
            assert [each["cause"] for each in bad] == ["doubled-zone"] * len(bad)


def verified(receiver: Receiver, *secrets: str) -> list[Any]:
    """What came, each with signatures that hold for these secrets (its time is the hand's, which is not now)."""
    for each in receiver.got:
        at = datetime.fromtimestamp(int(each.headers["webhook-timestamp"]), UTC)
        signed = [Webhook(secret).sign(each.headers["webhook-id"], at, each.body.decode()) for secret in secrets]
        assert each.headers["webhook-signature"].split(" ") == signed
    return [json.loads(each.body) for each in receiver.got]


async def test_what_is_not_taken_comes_again_for_a_day_under_its_id(
    house: Installation, hooks: Hooks, poster: Poster, hand: Hand
) -> None:
    async with receiving(plain("500 Oops")) as receiver:
        endpoint = hooks.register(A, receiver.url())
        house.identities.create(key())
        due(house, hand)
        begun, at = hand.at, []
        for _ in range(20):
            await Deliveries(hooks, poster).drain()
            (delivery,) = hooks.deliveries(A, endpoint.uid)
            at.append(hand.at - begun)
            if delivery.due_at is None:
                break
            hand.at = delivery.due_at
        assert (delivery.state, delivery.code, delivery.attempt) == ("failed", 500, 11)
        assert 19 * 3600 < at[-1] < LATEST
        assert len({(each.headers["webhook-id"], each.body) for each in receiver.got}) == 1
        assert len(receiver.got) == len(at) == 11
        receiver.answer = plain("200 OK")
        hooks.replay(A, endpoint.uid, delivery.uid)
        await Deliveries(hooks, poster).drain()
        assert receiver.got[-1].headers["webhook-id"] == delivery.uid
        assert hooks.deliveries(A, endpoint.uid)[0].state == "delivered"
        assert hooks.get(A, endpoint.uid).failing_since is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_is_gone_or_fails_for_days_is_told_nothing_more_until_it_is_made_active(
    house: Installation, hooks: Hooks, poster: Poster, hand: Hand
) -> None:
    async with receiving(plain("410 Gone")) as gone, receiving(plain("503 Later")) as failing:
        first, second = hooks.register(A, gone.url()), hooks.register(A, failing.url())
        house.identities.create(key())
        due(house, hand)
        await Deliveries(hooks, poster).drain()
        assert hooks.get(A, first.uid).state is EndpointState.GONE
        assert hooks.get(A, second.uid).state is EndpointState.ACTIVE
        hand.at += FAILING_FOR + 1
        house.identities.create(key("b.example"))
        await Deliveries(hooks, poster).drain()
        assert hooks.get(A, second.uid).state is EndpointState.FAILING
        assert len(gone.got) == 1
        gone.answer = plain("200 OK")
        hooks.change(A, first.uid, active=True)
        await Deliveries(hooks, poster).drain()
        assert [each.state for each in hooks.deliveries(A, first.uid)] == ["delivered"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_rotated_secret_is_valid_for_a_day_beside_the_new_one(
    house: Installation, hooks: Hooks, poster: Poster, hand: Hand
) -> None:
    async with receiving(plain("200 OK")) as receiver:
        endpoint = hooks.register(A, receiver.url())
        old = hooks.secret_of(endpoint)
        new = hooks.secret_of(hooks.rotate(A, endpoint.uid))
        house.identities.create(key())
        due(house, hand)
        await Deliveries(hooks, poster).drain()
        verified(receiver, new, old)
        receiver.got.clear()
        hand.at += 24 * 3600 + 1
        house.identities.create(key("b.example"))
        await Deliveries(hooks, poster).drain()
        verified(receiver, new)
        house.close()
        assert old.encode() not in Path(str(house.database.url.database)).read_bytes()


async def test_one_that_hangs_holds_up_nobody_and_two_dispatchers_send_nothing_twice(
    house: Installation, hooks: Hooks, poster: Poster, hand: Hand
) -> None:
    async with receiving(silent) as bad, receiving(plain("200 OK")) as good:
        hooks.register(A, bad.url())
        hooks.register("222222222222", good.url())
        for number in range(60):
            house.identities.create(key(f"a{number}.example"))
            house.identities.create(key(f"b{number}.example", "222222222222"))
        due(house, hand)
        runs = [Deliveries(hooks, poster) for _ in range(2)]
        tasks = [asyncio.create_task(each.run()) for each in runs]
        async with asyncio.timeout(40):
            while len(good.got) < 60:
                await asyncio.sleep(0.02)
        for each in runs:
            each.stop()
        await asyncio.gather(*tasks)
        assert len({each.headers["webhook-id"] for each in good.got}) == len(good.got) == 60
        assert hooks.store.waiting()[0] == 60
        given_back = hooks.store.lease(hooks.list(A)[0].id, hand.at + 1, hand.at + 2, 100)
        assert len(given_back) >= 60 - len(bad.got)
        assert len(bad.got) < 40


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_people_read_a_sentence_in_their_language(
    house: Installation, hooks: Hooks, poster: Poster, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError):
        hooks.register(A, "mailto:ops@example.net")
    async with mail_server(monkeypatch) as received, receiving(plain("200 OK")) as chat:
        hooks.register(A, "mailto:ops@example.net")
        hooks.register(A, "slack+" + chat.url(), lang="ja")
        house.identities.create(key())
        due(house, hand)
        await Deliveries(hooks, poster).drain()
        assert b"example.com: verification has begun. Its records have to be published now.\r\n" in received
        assert b"rcpt TO:<ops@example.net>\r\n" in received
        assert (
            json.loads(chat.got[0].body)["text"] == "example.com: 検証を開始しました。DNS レコードを公開してください。"
        )


@contextlib.asynccontextmanager
async def mail_server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[bytes]]:
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            received.append(line)
            answers = {b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}
            writer.write(answers.get(line[:4].strip().upper(), b"250 ok\r\n"))
            if line[:4].upper() == b"DATA":
                while (text := await reader.readline()) != b".\r\n":
                    received.append(text)
                writer.write(b"250 kept\r\n")
            if line[:4].upper() == b"QUIT":
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    monkeypatch.setenv("SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("SMTP_PORT", str(server.sockets[0].getsockname()[1]))
    try:
        yield received
    finally:
        server.close()


def test_an_account_sees_and_repeats_only_what_is_its_own(house: Installation, hooks: Hooks, hand: Hand) -> None:
    mine = hooks.register(A, "https://hooks.example.com/")
    house.identities.create(key())
    house.identities.create(key("other.example", "222222222222"))
    theirs = hooks.register("222222222222", "https://hooks.example.com/")
    house.identities.delete(key("other.example", "222222222222"))
    event = hooks.deliveries("222222222222", theirs.uid)[0].uid
    for forbidden in (
        lambda: hooks.get(A, theirs.uid),
        lambda: hooks.replay(A, theirs.uid, event),
        lambda: hooks.replay(A, mine.uid, event),
        lambda: hooks.delete(A, theirs.uid),
        lambda: hooks.rotate(A, theirs.uid),
    ):
        with pytest.raises(UnknownEndpointError):
            forbidden()
    assert [each.uid for each in hooks.list(A)] == [mine.uid]
    for _ in range(MOST - 1):
        hooks.register(A, "https://hooks.example.com/")
    with pytest.raises(LimitError):
        hooks.register(A, "https://hooks.example.com/")
    hooks.delete(A, mine.uid)
    hooks.register(A, "https://hooks.example.com/")
    with pytest.raises(UsageError):
        hooks.register(A, "https://hooks.example.com/", types=["domain.*"])


def test_who_wakes_up_after_its_lease_has_nothing_to_say(house: Installation, hooks: Hooks) -> None:
    endpoint = hooks.register(A, "https://hooks.example.com/")
    house.identities.create(key())
    now = house.clock.now() + 1
    (late,) = hooks.store.lease(endpoint.id, now, now + 60, 10)
    assert hooks.store.lease(endpoint.id, now + 59, now + 120, 10) == []
    (fresh,) = hooks.store.lease(endpoint.id, now + 60, now + 120, 10)
    assert hooks.store.finish([Outcome(late, None, 1, 500)], now + 61) == 0
    assert hooks.store.finish([Outcome(fresh, None, 1, 204)], now + 62) == 1
    assert hooks.store.finish([Outcome(fresh, None, 1, 500)], now + 63) == 0
    assert [(each.state, each.code) for each in hooks.deliveries(A, endpoint.uid)] == [("delivered", 204)]


def test_old_events_are_forgotten_and_the_rest_kept(house: Installation, hooks: Hooks) -> None:
    endpoint = hooks.register(A, "https://hooks.example.com/")
    for number in range(5):
        house.identities.create(key(f"a{number}.example"))
    middle = sorted(each.at for each in hooks.deliveries(A, endpoint.uid))[3]
    assert hooks.store.prune(middle, limit=2) == 2
    assert hooks.store.prune(middle, limit=2) == 1
    assert hooks.store.prune(middle, limit=2) == 0
    assert len(hooks.deliveries(A, endpoint.uid)) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_dispatcher_that_is_killed_loses_nothing(house: Installation, hooks: Hooks, hand: Hand) -> None:
    """Killed at random while it posts, again and again: each event arrives, repeated ones under their id and unchanged."""
    async with receiving(plain("200 OK")) as receiver:
        hooks.register(A, receiver.url())
        for number in range(120):
            house.identities.create(key(f"a{number}.example"))
        due(house, hand)
        async with dispatchers() as (told, heard):
            for killed_after in (5, 20, 40, 60, None):
                before = len(receiver.got)
                told.write(f"{house.database.url.render_as_string(hide_password=False)} {hand.at}\n".encode())
                child = int(await heard.readline())
                while killed_after and len(receiver.got) < before + killed_after:
                    await asyncio.sleep(0.002)
                if killed_after:
                    os.kill(child, signal.SIGKILL)
                assert int(await heard.readline()) == (-9 if killed_after else 0)
                hand.at += 3600
        bodies = {(each.headers["webhook-id"], each.body) for each in receiver.got}
        assert len(bodies) == len({each for each, _ in bodies}) == 120
        assert 120 < len(receiver.got) <= 120 + 4 * BATCH
        assert hooks.store.waiting() == (0, None)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_database_that_goes_away_meanwhile_costs_nothing_but_repetition(
    house: Installation, hooks: Hooks, poster: Poster, hand: Hand, database_url: str
) -> None:
    """All connections are cut again and again; what was sent and not written down comes again under its id."""
    away = create_engine(read_url(database_url), isolation_level="AUTOCOMMIT")
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
    )
    async with receiving(plain("200 OK")) as receiver:
        hooks.register(A, receiver.url())
        for number in range(60):
            house.identities.create(key(f"a{number}.example"))
        due(house, hand)
        deliveries = Deliveries(hooks, poster, lease=0.0)
        running = asyncio.create_task(deliveries.run())
        cuts = 0
        async with asyncio.timeout(60):
            while len({each.headers["webhook-id"] for each in receiver.got}) < 60 or cuts < 8:
                await asyncio.sleep(0.05)
                with away.connect() as connection:
                    cuts += len(connection.execute(cut).all())
        deliveries.stop()
        await running
        assert len({(each.headers["webhook-id"], each.body) for each in receiver.got}) == 60
    away.dispose()


@contextlib.asynccontextmanager
async def dispatchers() -> AsyncIterator[tuple[asyncio.StreamWriter, asyncio.StreamReader]]:
    """Where lines make processes, and what is heard of them."""
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.engine.dispatching"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    try:
        yield parent.stdin, parent.stdout
    finally:
        parent.stdin.close()
        await parent.wait()
