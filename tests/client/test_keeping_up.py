"""How the client keeps up with a domain: by asking whether it has changed, and by a stream that breaks off and is taken up again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

import pytest
from tests.api.doors import listening
from tests.client.losing import LOST, between, cutting

from unpend.client import Client, Domain, ProblemError, UnansweredError
from unpend.client.wire import Wire
from unpend.engine.opening import open_installation

UNAVAILABLE = b"HTTP/1.1 503 No\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    opened = open_installation(f"sqlite:///{tmp_path}/unpend.db")
    with listening(opened) as url:
        yield url
    opened.close()


def test_what_has_not_changed_is_not_sent_again(url: str) -> None:
    heads: list[bytes] = []
    with cutting(url, [], heads) as way:
        client = Client(way)
        made = client.create_domain("example.com", tags={"a": "1"})
        first = client.get_domain(made.id)
        first.tags["a"] = "a caller's own business"
        again = client.get_domain(made.id)
        assert (again.tags, again.etag) == ({"a": "1"}, first.etag)
        Client(url).update_domain(made.id, tags={"a": "2"})
        assert client.get_domain(made.id).tags == {"a": "2"}
        client.delete_domain(made.id)
        with pytest.raises(ProblemError, match="404"):
            client.get_domain(made.id)
    tags = [re.findall(rb"(?i)if-none-match: (\S+)", head) for head in heads if head.startswith(b"GET")]
    assert [len(each) for each in tags] == [0, 1, 1, 1]
    assert tags[1][0].decode() == first.etag


def test_the_server_has_the_client_take_what_it_has(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(url, "", 10, 1, "", plain_http=False)
    made = Client(url).create_domain("example.com")
    path = f"/domains/{made.id}"
    tag = wire.read(path).headers["etag"]
    told = wire.ask("GET", path, if_none_match=tag)
    assert (told.status, told.body, told.headers["etag"]) == (304, b"", tag)
    assert (wire.read(path).status, bool(wire.read(path).body)) == (200, True)
    monkeypatch.setattr("unpend.client.wire.MOST_KEPT", 2)
    others = [f"/domains/{Client(url).create_domain(f'd{n}.example').id}" for n in range(2)]
    for each in (path, others[0], path, others[1]):
        wire.read(each)
    assert list(wire._kept) == [path, others[1]]
    with (
        between(url, [b"HTTP/1.1 304 No\r\ncontent-length: 0\r\n\r\n"]) as way,
        pytest.raises(ProblemError, match="304"),
    ):
        Client(way).get_domain(made.id)  # nobody asked whether it has changed


def test_a_stream_that_is_cut_off_is_taken_up_where_it_was(url: str) -> None:
    """The second event is cut in the middle of its data: it is told once, by the second connection."""
    heads: list[bytes] = []
    seen: Queue[Domain] = Queue()
    made = Client(url).create_domain("example.com")
    with cutting(url, [b'"tags": {"a', b"HTTP/1.1 2"], heads) as way, ThreadPoolExecutor(1) as pool:

        def read() -> list[dict[str, str]]:
            told = []
            for domain in Client(way).stream_domain(made.id):
                seen.put(domain)
                told.append(domain.tags)
            return told

        reading = pool.submit(read)
        seen.get(timeout=30)
        for tags in ({"a": "1"}, {"a": "2"}):
            Client(url).update_domain(made.id, tags=tags)
            assert seen.get(timeout=30).tags == tags
        Client(url).delete_domain(made.id)
        assert reading.result(30) == [{}, {"a": "1"}, {"a": "2"}]
    known = [re.findall(rb"(?i)last-event-id: (\S+)", head) for head in heads]
    assert known[0] == []
    assert len(known) == 3, "cut in an event, cut in a head, and then to the end"
    assert known[1] == known[2] != []


def test_a_stream_ends_with_its_domain_and_gives_up_when_nobody_answers(url: str) -> None:
    made = Client(url).create_domain("example.com")
    with between(url, [LOST, UNAVAILABLE, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"]) as way:
        stream = Client(way, attempts=4).stream_domain("none")
        with pytest.raises(ProblemError, match="404"):
            next(stream)
    for answers in ([LOST] * 2, [b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"] * 2):
        with between(url, answers) as way, pytest.raises(UnansweredError):
            next(Client(way, attempts=2).stream_domain(made.id))
    event = (
        b"id: 1\nevent: domain\ndata: %s\n\n"
        % Wire(url, "", 10, 1, "", plain_http=False).read(f"/domains/{made.id}").body
    )
    once = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(event), event)
    Client(url).delete_domain(made.id)
    with between(url, [once]) as way:
        assert [each.id for each in Client(way).stream_domain(made.id)] == [
            made.id
        ]  # then 404: it was deleted meanwhile
