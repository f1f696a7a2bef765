"""The pages by HTTP: what they show, to whom, what they refuse, and what they leave to SES."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.engine.test_engine import KEY, PATIENCE, both, engine, until
from tests.pages.browsing import ACCOUNT, Browser, lacking, text

from unpend.engine.deep import last_report
from unpend.engine.opening import Installation, open_installation
from unpend.lab import Lab, load_scenario
from unpend.model.identity import IdentityKey, State
from unpend.pages.gate import ABOUT, COOKIE, LASTS, Session
from unpend.pages.render import POLICY
from unpend.store.api_keys import ApiKeys
from unpend.store.listing import regions, some

EVIL = '"><script>alert(1)</script>\u202e'
HOSTILE = """
code = "wildcard-masks"
title = { en = "Markup in DNS", ja = "DNS の中のマークアップ" }
story = { en = "Every name answers with markup.", ja = "すべての名前がマークアップを返します。" }

[[zone]]
name = "example.com"
host = "route53"
records = '''
* TXT "<script>alert(1)</script><img src=x onerror=alert(2)>"
@ MX 10 mail.example.com.
'''
"""


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    opened = open_installation(f"sqlite:///{tmp_path}/unpend.db", time_scale=60)
    yield opened
    opened.close()


@pytest.fixture
def anywhere(database_url: str) -> Iterator[Installation]:
    """On SQLite and on PostgreSQL."""
    opened = open_installation(database_url)
    yield opened
    opened.close()


def named(installation: Installation, name: str, account: str = ACCOUNT, region: str = "us-east-1") -> None:
    installation.identities.create(IdentityKey(account, region, name))


def test_the_root_is_a_page_to_read_and_ses_v1_to_post_to(installation: Installation) -> None:
    browser = Browser(installation)
    assert "No domain here yet." in text(browser.get("/"))
    told = browser.send("/", None, Action="VerifyDomainDkim", Domain="example.org")
    assert (told.status_code, told.headers["content-type"], "DkimTokens" in told.text) == (200, "text/xml", True), (
        told.text
    )
    named(installation, "example.com")
    assert browser.client.delete("/domains/example.com").headers["content-type"] == "application/json"
    assert "ドメインはまだありません" not in text(Browser(installation, "ja").get("/"))


def test_a_domain_is_added_explained_and_verified(installation: Installation) -> None:
    browser = Browser(installation)
    page = browser.send("/domains", name=" EXAMPLE.com. ", mail_from="bounce.example.com")
    assert page.url.path == "/domains/example.com"
    said = text(page)
    assert [
        word
        for word in ("Not diagnosed yet", "CNAME", "feedback-smtp", "include:amazonses.com", "not looked at yet")
        if word not in said
    ] == []
    again = browser.send("/domains", name="example.com")
    assert (again.status_code, "There is an identity example.com already." in text(again)) == (409, True)
    assert browser.send("/domains", name="a..b").status_code == 400
    assert browser.send("/domains", name="b.example", mail_from="other.example").status_code == 400
    chosen = browser.get("/?lang=ja")
    assert ("日本語" in chosen.text, 'lang="ja"' in chosen.text) == (False, True)
    assert "ドメイン一覧" in text(browser.get("/domains/example.com"))
    assert browser.send("/domains/example.com/mail-from", mail_from="").status_code == 200
    assert installation.identities.get(KEY).attributes.mail_from.domain == ""
    assert browser.send("/domains/example.com/delete").url.path == "/"
    assert installation.identities.find(KEY) is None
    assert browser.get("/domains/example.com").status_code == 404


async def test_strangers_answers_stay_text_and_success_needs_no_diagnosis(
    installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "hostile.toml").write_text(HOSTILE)
    browser, made = Browser(installation), installation.identities.create(KEY)

    async def seen(path: str = "/domains/example.com") -> Any:
        return await asyncio.to_thread(browser.get, path)

    async with Lab(load_scenario(str(tmp_path / "hostile.toml"))) as lab, engine(installation, lab):
        async with asyncio.timeout(PATIENCE):
            while (
                (found := last_report(installation.store, made)) is None
                or "&lt;img" not in (page := await seen()).text
                or lacking(page, "Somebody has to act", "What to do", found.findings[0].code)
                or lacking(await seen("/"), "pending", found.findings[0].code, "Next look")
            ):
                await asyncio.sleep(0.1)
        assert len(re.findall(r"(?i)<(?:script|img)\b", page.text)) == 1
        lab.apply(found.plan)
        lab.flush()
        installation.identities.look_now(KEY)
        await until(installation, both(State.SUCCESS))
    page = await seen()
    assert lacking(page, "Every record is right.", "everything was right", "what was seen") == []
    assert len(lacking(page, "Somebody has to act", "What to do", "missing", "conflict")) == 4


def test_every_answer_lets_nothing_in_from_elsewhere(installation: Installation) -> None:
    browser = Browser(installation)
    named(installation, "example.com")
    answers = [browser.get("/"), browser.get("/domains/example.com"), browser.get("/domains/none.example")]
    answers += [browser.send("/domains", name=EVIL, mail_from=EVIL), browser.get(f"/?state={EVIL}&region={EVIL}")]
    answers += [browser.send("/domains", "http://evil.example", name="x.example")]
    for answer in answers:
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "<script>alert" not in answer.text
        assert "\u202e" not in answer.text
        assert set(re.findall(r'(?:src|href|action)="([^"/]+)', answer.text)) == set()
    assert browser.get("/?cursor=!").status_code == 400
    for name in ("live.js", "style.css", "icon.svg"):
        link = re.search(rf'"(/pages/{name}[^"]*)"', answers[0].text)
        assert link
        assert browser.get(link[1]).headers["x-content-type-options"] == "nosniff"
    assert browser.get("/pages/door.py").status_code == 404


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1.evil.example", "http://[", "http://127.0.0.1:1"]
)
def test_what_another_site_sends_changes_nothing(origin: str | None, installation: Installation) -> None:
    browser = Browser(installation)
    named(installation, "example.com")
    for path in ("/domains", "/domains/example.com/delete", "/domains/example.com/check", "/sign-in", "/sign-out"):
        assert browser.send(path, origin, name="evil.example", key="x").status_code == 403
    assert [each.key.name for each in installation.identities.list(ACCOUNT, "us-east-1")] == ["example.com"]


def test_a_rebound_name_and_an_odd_body_are_refused(installation: Installation) -> None:
    browser = Browser(installation)
    assert browser.get("/", host="evil.example").status_code == 403
    evil = {"host": "evil.example", "origin": "http://evil.example"}
    assert browser.client.post("/domains", data={"name": "evil.example"}, headers=evil).status_code == 403
    here = {"origin": "http://127.0.0.1"}
    assert browser.client.post("/domains", data={"name": "x" * 9000}, headers=here).status_code == 413
    assert browser.client.post("/domains", json={"name": "x.example"}, headers=here).status_code == 400
    many = "&".join(f"f{n}=" for n in range(50))
    form = here | {"content-type": "application/x-www-form-urlencoded"}
    assert browser.client.post("/domains", content=many, headers=form).status_code == 400
    assert browser.client.post("/domains", content=b"name=\xff", headers=form).status_code == 400
    assert browser.get("/domains/%00").status_code == 404
    assert installation.identities.list(ACCOUNT, "us-east-1") == []


def test_a_key_opens_its_account_and_its_scopes_alone(installation: Installation) -> None:
    named(installation, "mine.example", "acme")
    named(installation, "other.example", "other")
    reader, writer = Browser(installation), Browser(installation)
    key = reader.sign_in(installation, "acme", "read")
    writer.sign_in(installation, "acme", "write")
    held = reader.client.cookies[COOKIE]
    assert not any(part in held for part in key.split("_") if len(part) > 8)
    for browser, button in ((reader, False), (writer, True)):
        page = browser.get("/")
        assert ("mine.example" in page.text, "other.example" in page.text, "Add a domain" in page.text) == (
            True,
            False,
            button,
        )
        page = browser.get("/domains/mine.example")
        assert ("Look again now" in page.text, "Stop verifying" in page.text, "read-only" in page.text) == (
            button,
            button,
            not button,
        )
        assert browser.get("/domains/other.example").status_code == 404
        assert browser.get("/domains/other.example/events").status_code == 404
        assert browser.send("/domains/other.example/delete").status_code == (404 if button else 403)
        assert browser.send("/domains/mine.example/check").status_code == (200 if button else 403)
        assert browser.send("/domains/mine.example/no-such-act").status_code == 404
    assert reader.send("/domains", name="new.example").status_code == 403
    ApiKeys(installation.database).revoke(key.split("_")[1], 1.0)
    assert reader.get("/").status_code == 401
    assert writer.send("/sign-out").status_code == 401
    assert writer.get("/").status_code == 401


def test_who_is_not_signed_in_is_asked_for_a_key_and_led_back(installation: Installation) -> None:
    browser = Browser(installation)
    named(installation, "mine.example", "acme")
    key = Browser(installation).sign_in(installation, "acme", "write")
    asked = browser.get("/domains/mine.example?lang=ja")
    assert (asked.status_code, "mine.example" in text(asked), "API キー" in text(asked)) == (401, False, True)
    assert 'name="next" value="/domains/mine.example' in asked.text
    wrong = browser.send("/sign-in", key="unpend_x_" + "y" * 150, next="/domains/mine.example")
    assert (wrong.status_code, "このサーバーの API キーではありません" in text(wrong)) == (401, True)
    answer = browser.client.post(
        "/sign-in",
        data={"key": key, "next": "/domains/mine.example"},
        headers={"origin": "http://127.0.0.1"},
        follow_redirects=False,
    )
    cookie = answer.headers["set-cookie"]
    assert answer.headers["location"] == "/domains/mine.example"
    assert [word for word in ("HttpOnly", "SameSite=strict", "Path=/") if word not in cookie] == []
    assert "Secure" not in cookie
    for outside in ("//evil.example", "https://evil.example", "/\\evil.example", "/domains/x\r\nset-cookie: a=b", ""):
        fields = {"key": key, "next": outside}
        sent = browser.client.post(
            "/sign-in", data=fields, headers={"origin": "https://127.0.0.1"}, follow_redirects=False
        )
        assert (sent.headers["location"], "Secure" in sent.headers["set-cookie"]) == ("/", True)
    assert 'http-equiv="refresh"' in Browser(installation).get("/", **{"sec-fetch-site": "cross-site"}).text


def test_a_session_is_forged_by_nobody_and_ends(installation: Installation) -> None:
    browser, secret = Browser(installation), installation.secret
    prefix = browser.sign_in(installation, "acme", "write").split("_")[1]
    good = browser.client.cookies[COOKIE]
    wall = installation.clock.wall()

    def word(session: Session, about: str = ABOUT) -> str:
        return base64.urlsafe_b64encode(secret.seal(msgspec.json.encode(session), about)).decode()

    for forged in (
        word(Session(prefix, wall - 1)),
        word(Session("nobody", wall + LASTS)),
        word(Session(prefix, wall + LASTS), "something else"),
        base64.urlsafe_b64encode(secret.seal(b"{}", ABOUT)).decode(),
        good[:-8] + "AAAAAAA=",
        "AAAA",
        "!" * 300,
        "A" * 4000,
    ):
        browser.client.cookies.clear()
        assert browser.get("/", cookie=f"{COOKIE}={forged}").status_code == 401, forged
    assert browser.get("/", cookie=f"{COOKIE}={word(Session(prefix, wall + LASTS))}").status_code == 200


def test_lists_go_on_by_cursors_and_are_filtered_by_state(anywhere: Installation) -> None:
    browser = Browser(anywhere)
    for number in range(53):
        named(anywhere, f"d{number:02}.example")
    named(anywhere, "tokyo.example", region="ap-northeast-1")
    anywhere.identities.create(IdentityKey(ACCOUNT, "us-east-1", "somebody@c.example"))
    first = browser.get("/")
    assert ("d49.example" in first.text, "d50.example" in first.text, "tokyo.example" in first.text) == (
        True,
        False,
        False,
    )
    further = re.search(r'href="(/\?cursor=([^"]+))" rel="next"', first.text)
    assert further
    second = browser.get(further[1])
    assert ("d49.example" in second.text, "d52.example" in second.text, "somebody@" in second.text) == (
        False,
        True,
        False,
    )
    rest = browser.get(f"/api/v1/domains?cursor={further[2]}").json()
    assert rest["items"][0]["name"] == "d50.example."
    assert 'rel="next"' not in second.text
    assert "tokyo.example" in browser.get("/?region=ap-northeast-1").text
    assert 'action="/domains?region=ap-northeast-1"' in browser.get("/?region=ap-northeast-1").text
    pending, failed = browser.get("/?state=pending"), browser.get("/?state=failed")
    assert ("d49.example" in pending.text, 'rel="next"' in pending.text) == (True, True)
    assert ("d00.example" in failed.text, "No domain in this state here." in text(failed)) == (False, True)
    store = anywhere.store
    assert regions(store, ACCOUNT) == ["ap-northeast-1", "us-east-1"]
    assert some(store, ACCOUNT, "us-east-1", "", 10, State.FAILED, window=20).after == "d19.example"
    assert some(store, ACCOUNT, "us-east-1", "d40.example", 10, State.FAILED, window=20).after is None
    assert [each.key.name for each in some(store, ACCOUNT, "us-east-1", "d50.example", 10, State.PENDING).items] == [
        "d51.example",
        "d52.example",
    ]
