"""dns-lexicon: what has no compare-and-swap still writes nothing that the plan does not name, and says what it could not do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from unpend.engine.hosts import writer_for
from unpend.model.errors import CredentialsError, RefusedError, WriterError
from unpend.writers import Held, lexicon, lexicon_session
from unpend.writers.lexicon import Lexicon

from .cloudflare import TOKEN, Cloudflare, serving

ZONE = "example.com."
NAME = f"tok._domainkey.{ZONE}"
CNAME = Held(("tok.dkim.amazonses.com.",), 300)
SERVERS = ("dina.ns.cloudflare.com.", "christian.ns.cloudflare.com.")
ENVIRONMENT = {"CLOUDFLARE_API_TOKEN": TOKEN}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloudflare]:
    monkeypatch.setattr(lexicon_session, "PAUSES", (0.01, 0.01, 0.01))
    monkeypatch.setattr(lexicon, "READ_BACK", (0.0, 0.01))
    held = Cloudflare("example.net", "example.com")
    with serving(held):
        yield held


def made(environment: dict[str, str] = ENVIRONMENT) -> Lexicon:
    name, writer = writer_for(None, "cloudflare", SERVERS, environment)
    assert name == "lexicon"
    assert isinstance(writer, Lexicon)
    return writer


def add(cloud: Cloudflare, type_: str, name: str, content: str) -> None:
    body = {"type": type_, "name": name.rstrip("."), "content": content, "ttl": 60}
    assert cloud.answer("POST", "/client/v4/zones/zone1/dns_records", {}, body, f"Bearer {TOKEN}")[0] == 200


@pytest.mark.parametrize("variable", ["LEXICON_CLOUDFLARE_AUTH_TOKEN", "LEXICON_CLOUDFLARE_TOKEN", "CF_DNS_API_TOKEN"])
def test_credentials_by_the_names_that_people_have(variable: str, cloud: Cloudflare) -> None:
    assert made({variable: TOKEN}).read(ZONE, NAME, "CNAME") == Held()


def test_no_credentials_and_wrong_ones(cloud: Cloudflare) -> None:
    with pytest.raises(CredentialsError, match=r"LEXICON_CLOUDFLARE_AUTH_TOKEN, .*CLOUDFLARE_API_TOKEN"):
        made({})
    with pytest.raises(CredentialsError, match="HTTP 403") as error:
        made({"CLOUDFLARE_API_TOKEN": "wrong-token-here"}).write(ZONE, NAME, "CNAME", Held(), CNAME)
    assert "wrong-token" not in str(error.value)
    for provider in ("no-such", "nosuch", "../x"):
        with pytest.raises(CredentialsError, match="no provider"):
            writer_for(None, "", (), {"LEXICON_PROVIDER_NAME": provider})
    with pytest.raises(CredentialsError, match="LEXICON_PROVIDER_NAME"):
        writer_for("lexicon", "", ("ns1.unknown.example.",), ENVIRONMENT)


def test_a_doubled_name_is_not_taken_for_the_right_one(cloud: Cloudflare) -> None:
    doubled = f"{NAME}example.com."
    for name in (NAME, doubled):
        add(cloud, "CNAME", name, "tok.dkim.amazonses.com")
    made().write(ZONE, doubled, "CNAME", CNAME, Held())
    assert [record["name"] for record in cloud.records.values()] == [NAME.rstrip(".")]


def test_only_the_records_of_the_set_are_touched(cloud: Cloudflare) -> None:
    for type_, name, content in [("A", "a", "192.0.2.1"), ("TXT", "send", "keep"), ("TXT", "other", "v=spf1 -all")]:
        add(cloud, type_, f"{name}.{ZONE}", content)
    before = dict(cloud.records)
    writer, name = made(), f"send.{ZONE}"
    writer.write(ZONE, name, "TXT", Held(("keep",), 60), Held(("keep", "new"), 60))
    deleted = [call for call in cloud.calls if call.startswith("DELETE")]
    assert (deleted, set(before) <= set(cloud.records)) == ([], True)
    writer.write(ZONE, name, "TXT", Held(("new", "keep"), 60), Held(("keep",), 60))
    assert cloud.records == before


def test_too_many_requests_are_waited_out(cloud: Cloudflare) -> None:
    cloud.refusals = [429, 429]
    made().write(ZONE, NAME, "CNAME", Held(), CNAME)
    assert made().read(ZONE, NAME, "CNAME") == CNAME
    cloud.refusals = [429] * 9
    with pytest.raises(WriterError, match="HTTP 429") as error:
        made().read(ZONE, NAME, "CNAME")
    assert TOKEN not in str(error.value)


def test_what_the_host_made_otherwise_is_put_back(cloud: Cloudflare) -> None:
    add(cloud, "CNAME", NAME, "old.example.net")
    cloud.mangles = {"tok.dkim.amazonses.com": "tok.dkim.amazonses.com.example.com"}
    with pytest.raises(WriterError, match=r"did not take .* tok\.dkim\.amazonses\.com\.example\.com stands there"):
        made().write(ZONE, NAME, "CNAME", Held(("old.example.net.",), 60), CNAME)
    assert made().read(ZONE, NAME, "CNAME") == Held(("old.example.net.",), 60)


def test_a_failure_between_delete_and_create_puts_back(cloud: Cloudflare) -> None:
    add(cloud, "CNAME", NAME, "old.example.net")
    old = Held(("old.example.net.",), 60)
    answer = cloud.answer

    def failing(method: str, *rest: object) -> object:
        if method == "POST":
            cloud.answer = answer  # type: ignore[method-assign]
            return 500, {"errors": []}
        return answer(method, *rest)  # type: ignore[arg-type]

    cloud.answer = failing  # type: ignore[method-assign, assignment]
    with pytest.raises(WriterError, match="HTTP 500"):
        made().write(ZONE, NAME, "CNAME", old, CNAME)
    assert made().read(ZONE, NAME, "CNAME") == old


def test_a_host_that_stays_down_is_told_with_what_stood_there(
    cloud: Cloudflare, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(cloud, "CNAME", NAME, "old.example.net")
    writer = made()
    monkeypatch.setattr(Cloudflare, "_created", lambda *_: (503, {"errors": []}))
    with pytest.raises(WriterError, match=r"\(old\.example\.net\) could not be made sure"):
        writer.write(ZONE, NAME, "CNAME", Held(("old.example.net.",), 60), CNAME)


def test_records_that_cannot_be_told_apart_are_not_deleted(cloud: Cloudflare) -> None:
    """Gandi names records by their owner: to delete one id there is to delete everything at the name."""
    add(cloud, "TXT", f"send.{ZONE}", "old")
    add(cloud, "A", f"send.{ZONE}", "192.0.2.1")
    for record in cloud.records.values():
        record["id"] = "send"
    with pytest.raises(WriterError, match="cannot be named apart"):
        made().write(ZONE, f"send.{ZONE}", "TXT", Held(("old",), 60), Held(("new",), 60))
    assert len(cloud.records) == 2


def test_a_changed_set_is_refused(cloud: Cloudflare) -> None:
    add(cloud, "CNAME", NAME, "somebody.example.net")
    with pytest.raises(RefusedError, match="somebody"):
        made().write(ZONE, NAME, "CNAME", Held(), CNAME)
    assert not any(call.startswith("DELETE") for call in cloud.calls)


def test_a_call_that_does_not_come_back_ends(cloud: Cloudflare, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    hold = threading.Event()
    monkeypatch.setattr(lexicon_session, "TIMEOUT", 0.2)
    answer = cloud.answer
    monkeypatch.setattr(cloud, "answer", lambda *call: hold.wait(5) and answer(*call))
    with pytest.raises(WriterError, match="cannot be reached: TimeoutError"):
        made().read(ZONE, NAME, "CNAME")
    hold.set()
