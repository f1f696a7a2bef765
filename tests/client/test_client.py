"""The typed client against the real door on a socket."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from msgspec import Struct
from msgspec.structs import fields
from tests.api.doors import listening
from tests.client.losing import LOST, between
from tests.engine.test_engine import engine

from unpend.client import Client, ProblemError, UnansweredError, shapes
from unpend.engine.api_keys import make_key
from unpend.engine.opening import Installation, open_installation
from unpend.lab import Lab, load_scenario
from unpend.model.errors import UsageError
from unpend.report.casefile import load
from unpend.store.api_keys import ApiKeys

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())
OPERATIONS = [each["operationId"] for path in DOCUMENT["paths"].values() for each in path.values()]
SCHEMAS = DOCUMENT["components"]["schemas"]
SHAPES: dict[str, type[Struct]] = {
    "Accepted": shapes.Accepted,
    "Cause": shapes.Cause,
    "DeliveryShape": shapes.Delivery,
    "Domain": shapes.Domain,
    "DomainPage": shapes.DomainPage,
    "Key": shapes.Key,
    "KeyPage": shapes.KeyPage,
    "MadeKey": shapes.MadeKey,
    "MadeWebhook": shapes.MadeWebhook,
    "OwnKey": shapes.OwnKey,
    "RecordShape": shapes.Record,
    "StandingShape": shapes.Standing,
    "Step": shapes.Step,
    "Webhook": shapes.Webhook,
}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    opened = open_installation(f"sqlite:///{tmp_path}/unpend.db", time_scale=60)
    yield opened
    opened.close()


@pytest.fixture
def url(installation: Installation) -> Iterator[str]:
    with listening(installation) as url:
        yield url


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_a_method(operation: str) -> None:
    assert callable(getattr(Client, re.sub("([A-Z])", lambda found: "_" + found[1].lower(), operation)))


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_the_one_of_the_document(name: str) -> None:
    told = SCHEMAS[name]["properties"]
    hints = get_type_hints(SHAPES[name])
    assert {each.name for each in fields(SHAPES[name])} - {"etag"} == set(told)
    for field, schema in told.items():
        optional = get_origin(hints[field]) in {Union, UnionType} and type(None) in get_args(hints[field])
        assert optional == ({"type": "null"} in schema.get("anyOf", [])), field


def test_what_it_imports_is_light() -> None:
    heavy = "click sqlalchemy fastapi starlette pydantic dns boto3 rich"
    code = f"import sys, unpend.client; sys.exit(sorted(set({heavy!r}.split()) & set(sys.modules)) or 0)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr == ""


async def test_a_domain_from_creation_to_its_report(url: str, installation: Installation) -> None:
    client = Client(url, lang="ja")
    async with Lab(load_scenario("record-missing")) as lab, engine(installation, lab):
        made = await asyncio.to_thread(client.create_domain, "example.com", mail_from="bounce.example.com")
        assert (made.name, made.verified, made.states["dkim"].state) == ("example.com.", False, "pending")
        assert made.states["dkim"].deadline
        assert made.states["dkim"].deadline > made.created_at
        report = await asyncio.to_thread(diagnosed, client, made.id)
    assert report["schema"] == "unpend.report/1"
    found = client.get_domain(made.id)
    assert found.cause
    assert (found.cause.code, found.cause.message.isascii()) == ("record-missing", False)
    assert [record.type for record in client.list_records(made.id)] == ["CNAME", "CNAME", "CNAME", "MX"]
    assert load(client.get_case(made.id))
    assert client.check_domain(made.id) == client.restart_domain(made.id)
    changed = client.update_domain(
        made.id, tags={"plan": "pro"}, mail_from=None, if_match=client.get_domain(made.id).etag
    )
    assert (changed.tags, changed.mail_from) == ({"plan": "pro"}, None)
    assert "withdrawn" in [step.event for step in client.get_history(made.id)]
    with pytest.raises(ProblemError) as refused:
        client.update_domain(made.id, tags={}, if_match=found.etag)
    assert (refused.value.status, refused.value.kind) == (412, "changed-meanwhile")
    assert not refused.value.detail.isascii()


def diagnosed(client: Client, uid: str) -> dict[str, Any]:
    """The report as soon as there is one, asked for as the server says."""
    until = time.monotonic() + 30
    while True:
        try:
            return client.get_report(uid)
        except ProblemError as error:
            if (error.kind, error.retry_after) != ("not-found", 5.0) or time.monotonic() > until:
                raise
            time.sleep(0.1)


def test_lists_go_on_until_their_end_and_streams_until_the_domain_is_gone(url: str) -> None:
    client = Client(url)
    made = [client.create_domain(f"d{number}.example") for number in range(3)]
    page = client.list_domains(limit=2)
    assert [each.name for each in client.list_domains(cursor=page.next or "").items] == ["d2.example."]
    assert [each.id for each in client.all_domains()] == [each.id for each in made]
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(lambda: [each.id for each in client.stream_domain(made[0].id)])
        time.sleep(0.5)
        client.delete_domain(made[0].id)
        assert reading.result(20) == [made[0].id]
    with pytest.raises(ProblemError, match="404"):
        next(client.stream_domain(made[0].id))
    for strange in ("..", ".", "a/b", "?x", "\r\n"):
        with pytest.raises(ProblemError, match="404"):
            client.delete_domain(strange)


def test_webhooks_and_keys(url: str, installation: Installation) -> None:
    admin = Client(url, make_key(ApiKeys(installation.database), "acme", ["admin"], "", 0.0)[0])
    hook = admin.create_webhook("https://hooks.example/in", types=["domain.verified"])
    assert admin.rotate_webhook(hook.id).secret != hook.secret
    assert admin.update_webhook(hook.id, active=False).state == "paused"
    assert admin.list_webhooks() == [admin.get_webhook(hook.id)]
    assert admin.list_deliveries(hook.id) == []
    with pytest.raises(ProblemError, match="404"):
        admin.replay_delivery(hook.id, "evt_none")
    admin.delete_webhook(hook.id)
    made = admin.create_key("acme", ["read"], note="reader")
    reader = Client(url, made.key)
    assert reader.list_domains().items == []
    with pytest.raises(ProblemError) as refused:
        reader.create_domain("example.com")
    assert refused.value.kind == "forbidden"
    admin.revoke_key(made.prefix)
    assert [bool(key.revoked_at) for key in admin.all_keys()] == [False, True]
    with pytest.raises(ProblemError) as refused:
        reader.list_domains()
    assert (refused.value.kind, made.key in str(refused.value)) == ("unauthorized", False)


BUSY = b"HTTP/1.1 503 No\r\nretry-after: 0\r\ncontent-length: 2\r\n\r\nno"
ELSEWHERE = b"HTTP/1.1 307 There\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"


def test_a_lost_answer_is_asked_for_again_and_nothing_is_done_twice(url: str) -> None:
    with between(url, [LOST, BUSY]) as shaky:
        made = Client(shaky).create_domain("example.com")
    assert [each.id for each in Client(url).all_domains()] == [made.id]
    with between(url, [LOST]) as shaky, pytest.raises(UnansweredError):
        Client(shaky, attempts=1).delete_domain(made.id)
    assert list(Client(url).all_domains()) == []


def test_what_is_no_answer_of_the_door_is_an_error_in_words(url: str) -> None:
    for strange, error in [(ELSEWHERE, ProblemError), (BUSY, ProblemError), (b"\x00\r\n", UnansweredError)]:
        with between(url, [strange]) as shaky, pytest.raises(error):
            Client(shaky, attempts=1).list_domains()
    for page in (b"<html>", b'{"items": 1}', b"\xff"):
        told = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(page), page)
        with between(url, [told]) as shaky, pytest.raises(UnansweredError, match="not one of unpend"):
            Client(shaky).list_domains()


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("ftp://unpend.example", ""),
        ("unpend.example", ""),
        ("http://[::1", ""),
        ("https://user:pass@unpend.example", ""),
        ("https://unpend.example/\r\nx", ""),
        ("http://unpend.example", "unpend_a_secret"),
        ("https://unpend.example", "unpend_a_secret\r\nx: y"),
    ],
)
def test_a_key_goes_to_no_address_that_cannot_keep_it(url: str, key: str) -> None:
    with pytest.raises(UsageError) as refused:
        Client(url, key)
    assert "secret" not in str(refused.value)
    assert "pass" not in str(refused.value)
