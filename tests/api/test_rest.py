"""The REST door over real databases: what it does, what it refuses, and in whose name."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.api.doors import caller
from tests.engine.test_engine import both, engine, until

from unpend.engine.api_keys import make_key
from unpend.engine.opening import Installation, open_installation
from unpend.lab import Lab, load_scenario
from unpend.model.identity import State
from unpend.report.casefile import load
from unpend.report.report import Report, report_of
from unpend.store.api_keys import ApiKeys
from unpend.store.replies import ABANDONED, KEPT, Replies, Reply

NAME = {"name": "example.com"}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    opened = open_installation(f"sqlite:///{tmp_path}/unpend.db", time_scale=60)
    yield opened
    opened.close()


@pytest.fixture
def anywhere(database_url: str) -> Iterator[Installation]:
    """On SQLite and on PostgreSQL."""
    opened = open_installation(database_url, time_scale=60)
    yield opened
    opened.close()


def key_of(installation: Installation, account: str, *scopes: str) -> str:
    return make_key(ApiKeys(installation.database), account, scopes, "", 0.0)[0]


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


def test_a_domain_from_creation_to_deletion(anywhere: Installation) -> None:
    rest = caller(anywhere)
    made = rest.post("/domains", json=NAME | {"mail_from": "bounce.example.com", "tags": {"plan": "pro"}})
    assert made.status_code == 201
    told = made.json()
    assert made.headers["location"] == f"/api/v1/domains/{told['id']}"
    assert {name: each["state"] for name, each in told["states"].items()} == dict.fromkeys(told["states"], "pending")
    assert problem(rest.post("/domains", json={"name": "EXAMPLE.com."})) == (409, "conflict")
    here = f"/domains/{told['id']}"
    wanted = rest.get(here + "/records").json()["items"]
    assert [each["type"] for each in wanted] == ["CNAME", "CNAME", "CNAME", "MX"]
    assert wanted[0]["host"] + ".example.com." == wanted[0]["name"]
    tag = rest.get(here).headers["etag"]
    assert rest.get(here, headers={"if-none-match": tag}).status_code == 304
    changed = rest.patch(here, json={"tags": {}, "mail_from": None}, headers={"if-match": tag})
    assert (changed.json()["tags"], changed.json()["mail_from"]) == ({}, None)
    assert problem(rest.patch(here, json={"tags": {}}, headers={"if-match": tag})) == (412, "changed-meanwhile")
    steps = [(step["machine"], step["event"]) for step in rest.get(here + "/history").json()["items"]]
    assert steps[0] == ("mail_from", "withdrawn")
    assert sorted(steps[1:]) == [(machine, "begin") for machine in ("dkim", "mail_from", "ownership")]
    assert rest.delete(here).status_code == 204
    assert problem(rest.get(here)) == (404, "not-found")
    again = rest.post("/domains", json=NAME).json()
    assert rest.get(f"/domains/{again['id']}/records").json()["items"][:3] == wanted[:3]


UNUSABLE: list[dict[str, Any]] = [
    {},
    {"name": "not a domain"},
    {"name": "x" * 300},
    {"name": "example.com", "surprise": 1},
    {"name": "example.com", "mail_from": "example.org"},
    {"name": "example.com", "mail_from": "example.com"},
    {"name": "example.com", "own_key": {"selector": "a.b", "public_key": "AAAA"}},
    {"name": "example.com", "own_key": {"selector": "s1", "public_key": "AAAA"}},
    {"name": "example.com", "key_length": "RSA_512_BIT"},
    {"name": "example.com", "region": "../../etc"},
    {"name": "example.com", "tags": {"k" * 200: "v"}},
    {"name": "example.com", "tags": {str(n): "v" for n in range(60)}},
]


def test_what_cannot_be_used_is_a_problem_and_makes_nothing(installation: Installation) -> None:
    rest = caller(installation, **{"accept-language": "ja, en;q=0.5"})
    for wish in UNUSABLE:
        assert problem(rest.post("/domains", json=wish)) == (400, "bad-request"), wish
    assert rest.get("/domains").json()["items"] == []


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "a\\u0000b"])
def test_text_that_no_database_holds_is_refused(anywhere: Installation, text: str) -> None:
    rest = caller(anywhere, **{"content-type": "application/json"})
    for path, body in [
        ("/domains", '{"name": "example.com", "tags": {"TEXT": "v"}}'),
        ("/domains", '{"name": "example.com", "tags": {"k": "TEXT"}}'),
        ("/domains", '{"name": "TEXT.example", "TEXT": 1}'),
        ("/domains", '"TEXT"'),
        ("/webhooks", '{"url": "https://hooks.example/TEXT"}'),
        ("/webhooks", '{"url": "https://hooks.example/", "types": ["TEXT"]}'),
        ("/keys", '{"account": "acme", "scopes": ["read"], "note": "TEXT"}'),
    ]:
        assert problem(rest.post(path, content=body.replace("TEXT", text))) == (400, "bad-request"), body
    for path in (
        "/domains/%00",
        "/domains/%00/report",
        "/webhooks/%00",
        "/webhooks/a/deliveries/%00/replay",
        "/keys/%00",
    ):
        assert {rest.request(method, path).status_code for method in ("GET", "POST", "DELETE")} == {404}, path
    for query in ("region=%00", "cursor=AA", "cursor=%00"):
        assert problem(rest.get(f"/domains?{query}")) == (400, "bad-request")


def test_bodies_are_bounded(installation: Installation) -> None:
    rest = caller(installation)
    assert problem(rest.post("/domains", content=b"[" * 100_000)) == (413, "too-large")
    assert problem(rest.post("/domains", content=b"[" * 60_000))[0] == 400
    assert problem(rest.post("/domains", content=(b"x" for _ in range(3)))) == (413, "too-large")


def test_keys_have_scopes_and_see_their_account_alone(anywhere: Installation) -> None:
    one, other = (caller(anywhere, key_of(anywhere, account, "write")) for account in ("one", "other"))
    reader = caller(anywhere, key_of(anywhere, "one", "read"))
    admin = caller(anywhere, key_of(anywhere, "one", "admin"))
    here = f"/domains/{one.post('/domains', json=NAME).json()['id']}"
    assert reader.get(here).status_code == 200
    assert problem(reader.delete(here)) == (403, "forbidden")
    for path in ("", "/records", "/report", "/history", "/case", "/events"):
        assert problem(other.get(here + path)) == (404, "not-found")
    for path in ("/check", "/restart"):
        assert problem(other.post(here + path)) == (404, "not-found")
    assert problem(other.delete(here)) == (404, "not-found")
    assert other.post("/domains", json=NAME).status_code == 201
    assert problem(one.get("/keys")) == (403, "forbidden")
    made = admin.post("/keys", json={"account": "one", "scopes": ["read"]}).json()
    fresh = caller(anywhere, made["key"])
    assert fresh.get(here).status_code == 200
    assert made["key"] not in admin.get("/keys").text
    assert admin.delete(f"/keys/{made['prefix']}").status_code == 204
    for refused in (fresh, caller(anywhere), caller(anywhere, "unpend_a_b"), caller(anywhere, "x" * 5000)):
        answer = refused.get(here)
        assert problem(answer) == (401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_without_keys_only_programs_on_this_machine_are_answered(installation: Installation) -> None:
    assert caller(installation).get("/domains").status_code == 200
    assert problem(caller(installation, origin="https://evil.example").get("/domains")) == (403, "forbidden")
    assert problem(caller(installation, host="rebound.example").get("/domains")) == (403, "forbidden")


def test_a_repeated_request_is_done_once(anywhere: Installation) -> None:
    rest = caller(anywhere, **{"idempotency-key": "k1"})
    first = rest.post("/domains", json=NAME)
    again = rest.post("/domains", json=NAME)
    assert again.status_code == 201, again.text
    assert (first.status_code, first.content, first.headers["location"]) == (
        again.status_code,
        again.content,
        again.headers["location"],
    )
    assert problem(rest.post("/domains", json={"name": "example.org"})) == (422, "key-reused")
    with ThreadPoolExecutor(4) as pool:
        racing = caller(anywhere, **{"idempotency-key": "k2"})
        told = list(pool.map(lambda _: racing.post("/domains", json={"name": "raced.example"}).status_code, range(4)))
    assert set(told) <= {201, 409}
    assert told.count(201) >= 1


def test_a_request_that_died_with_its_process_can_be_made_again(anywhere: Installation) -> None:
    replies, digest = Replies(anywhere.database), bytes(32)
    assert replies.claim("acme", "k", digest, 0.0) is None
    assert replies.claim("acme", "k", digest, ABANDONED - 1) == Reply(digest)
    assert replies.claim("acme", "k", digest, ABANDONED + 1) is None
    replies.keep("acme", "k", Reply(digest, 201), ABANDONED + 2)
    told = replies.claim("acme", "k", digest, KEPT)
    assert told
    assert told.status == 201


def test_an_answer_that_is_kept_for_its_repetition_shows_no_secret(installation: Installation, tmp_path: Path) -> None:
    rest = caller(installation, **{"idempotency-key": "k1"})
    first, again = (rest.post("/webhooks", json={"url": "https://hooks.example/in"}).json() for _ in range(2))
    assert first == again
    written = b"".join(path.read_bytes() for path in tmp_path.glob("unpend.db*"))
    assert b"https://hooks.example/in" in written
    assert first["secret"].encode() not in written


def test_pages_follow_one_another(installation: Installation) -> None:
    rest = caller(installation)
    names = [f"d{n}.example" for n in range(5)]
    for name in reversed(names):
        rest.post("/domains", json={"name": name})
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = rest.get("/domains", params={"limit": 2, "cursor": cursor}).json()
        seen += [each["name"].rstrip(".") for each in page["items"]]
        cursor = page["next"]
    assert seen == names
    assert problem(rest.get("/domains", params={"cursor": "é"})) == (400, "bad-request")
    assert problem(rest.get("/domains", params={"limit": 0})) == (400, "bad-request")


def test_webhooks(installation: Installation) -> None:
    rest = caller(installation)
    made = rest.post("/webhooks", json={"url": "https://hooks.example/in", "types": ["domain.verified"]}).json()
    here = f"/webhooks/{made['id']}"
    assert "secret" not in rest.get(here).json()
    assert rest.post(here + "/rotate").json()["secret"] != made["secret"]
    assert rest.patch(here, json={"active": False}).json()["state"] == "paused"
    assert rest.get(here + "/deliveries").json() == {"items": []}
    for url in ("http://hooks.example/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "x"):
        assert problem(rest.post("/webhooks", json={"url": url})) == (400, "bad-request")
    assert problem(rest.post("/webhooks", json={"url": made["url"], "types": ["x"]})) == (400, "bad-request")
    assert rest.delete(here).status_code == 204
    assert problem(rest.get(here)) == (404, "not-found")


async def test_a_pending_domain_tells_its_cause_and_plan_in_both_languages(installation: Installation) -> None:
    async with Lab(load_scenario("record-missing")) as lab, engine(installation, lab):
        rest = caller(installation)
        made = await asyncio.to_thread(rest.post, "/domains", json=NAME)
        here = f"/domains/{made.json()['id']}"
        async with asyncio.timeout(60):
            while (told := await asyncio.to_thread(rest.get, here + "/report")).status_code == 404:
                assert told.headers["retry-after"]
                await asyncio.sleep(0.1)
        assert (told.json()["findings"][0]["code"], told.json()["schema"]) == ("record-missing", "unpend.report/1")
        assert told.json()["plan"]["changes"]
        causes = {lang: rest.get(here, params={"lang": lang}).json()["cause"] for lang in ("en", "ja")}
        assert {each["code"] for each in causes.values()} == {"record-missing"}
        assert causes["en"]["message"].isascii()
        assert not causes["ja"]["message"].isascii()
        replayed: Report = report_of(*load(rest.get(here + "/case").content))
        assert replayed.findings[0].code == "record-missing"
        lab.apply(replayed.plan)
        lab.flush()
        assert rest.post(here + "/check").status_code == 202
        await until(installation, both(State.SUCCESS))
        after = rest.get(here).json()
        assert (after["verified"], after["cause"], after["error_type"]) == (True, None, None)
        seen = rest.get(here + "/history").json()["items"][0]["seen"]
        assert any(each["type"] == "CNAME" and each["values"] for each in seen)


def test_events_stream_the_domain_until_it_is_gone(installation: Installation) -> None:
    rest = caller(installation)
    here = f"/domains/{rest.post('/domains', json=NAME).json()['id']}"
    lines: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(lambda: lines.extend(rest.get(here + "/events").text.splitlines()))
        time.sleep(0.7)
        rest.delete(here)
        reading.result(15)
    assert [line for line in lines if line.startswith("event: ")] == ["event: domain", "event: deleted"]


def test_the_document_that_is_committed_is_the_one_that_is_served(installation: Installation) -> None:
    served = caller(installation).get("/openapi.json").json()
    committed = Path(__file__).parents[2] / "docs" / "openapi.json"
    text = msgspec.json.format(msgspec.json.encode(served), indent=2) + b"\n"
    assert hashlib.sha256(committed.read_bytes()).digest() == hashlib.sha256(text).digest(), (
        "docs/openapi.json is not what the door says; write it anew: python -m unpend.api > docs/openapi.json"
    )
    assert served["openapi"].startswith("3.1")
