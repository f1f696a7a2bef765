"""What a scan reads: each kind of input gives the same rows, from every place on, and bad ones are named by their line."""

from __future__ import annotations

import sqlite3
import threading
import xml.sax.saxutils as xml
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pyarrow
import pyarrow.parquet
import pytest

from unpend.engine.scan import database
from unpend.engine.scan.express import plain, right_line, subject
from unpend.engine.scan.fast import Feed, suffices
from unpend.engine.scan.inputs import FileInput
from unpend.engine.scan.journal import Journal, done_of
from unpend.engine.scan.rows import Place, Row, rows_of, segments
from unpend.engine.scan.settings import ScanSettings
from unpend.engine.scan.tables import app_of
from unpend.lab.words import TOKENS
from unpend.model.errors import ExpectationError, UnpendError, UsageError
from unpend.model.expected import ProviderView
from unpend.observer.ses_account import identities
from unpend.report.scan.result import decoded
from unpend.sources.scan_row import RowDefaults, wanted

ROWS = [
    {"domain": f"d{i}.example", "tokens": " ".join(TOKENS), "region": "eu-west-1", "note": 'a "b",\nc'}
    for i in range(7)
]
WANTED = [f"{token}._domainkey.d3.example." for token in TOKENS]


def told(source: FileInput, after: Place = Place()) -> list[tuple[Place, Row]]:  # noqa: B008 -- frozen
    return list(source.rows(after))


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, FileInput]:
    cells = ['{domain},"{tokens}",{region},"a ""b"",\nc"'.format(**row) for row in ROWS]
    (tmp_path / "a.csv").write_bytes(("\ufeffDomain,DKIM tokens,region,note\r\n" + "\r\n".join(cells)).encode())
    (tmp_path / "a.txt").write_bytes(b"\n".join(msgspec.json.encode(row) for row in ROWS))
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), tmp_path / "a.parquet", row_group_size=2)
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE t (domain, tokens, region)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", [tuple(row.values())[:3] for row in ROWS])
    rows = database.rows(f"sqlite:///{tmp_path / 'a.db'}", "SELECT * FROM t ORDER BY domain")
    (tmp_path / "spool").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return {name: FileInput(tmp_path / name) for name in ("a.csv", "a.txt", "a.parquet", "spool")}


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.parquet", "spool"])
def test_every_kind_gives_the_same_rows_from_every_place_on(name: str, inputs: dict[str, FileInput]) -> None:
    source = inputs[name]
    whole = told(source)
    read = [wanted(row.fields or {}, RowDefaults()) for _, row in whole]
    assert [each.domain for each in read] == [f"d{i}.example." for i in range(7)]
    assert [record.name for record in read[3].required] == WANTED
    assert read[3].region == "eu-west-1"
    assert whole[-1][0].offset == source.whole
    for index, (place, _) in enumerate(whole):
        assert told(source, place) == whole[index + 1 :]
    parts = list(segments(source.rows(Place()), 3))
    assert [part.rows for part in parts] == [3, 3, 1]
    assert rows_of(parts[1].data) == [row for _, row in whole[3:6]]


def test_bad_rows_are_named_by_their_line_and_hide_no_other(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(b'domain,tokens\nok.example,\n\xff.example,\n\n"' + b"x" * 200_000 + b'",\nlast.example,\n')
    rows = [row for _, row in told(FileInput(path))]
    assert [(row.line, bool(row.trouble)) for row in rows] == [(2, False), (3, True), (5, True), (6, False)]
    path.write_bytes(
        b'{"domain":"a.example"}\n{"domain":\n[1]\n' + b'{"x":"' + b"y" * 3_000_000 + b'"}\n{"domain":"b.example"}'
    )
    rows = [row for _, row in told(FileInput(path))]
    assert [(row.line, bool(row.trouble)) for row in rows] == [(1, False), (2, True), (3, True), (4, True), (5, False)]
    for fields in ({}, {"domain": 5}, {"domain": "a.example", "tokens": "x"}, {"domain": "a.example", "records": [[]]}):
        with pytest.raises(UnpendError):
            wanted(fields, RowDefaults())
    with pytest.raises(UsageError):
        told(FileInput(_written(tmp_path / "no", "host,port\na,1\n")))
    assert [row.fields for _, row in told(FileInput(_written(tmp_path / "list", "a.example\nb.example\n")))] == [
        {"domain": "a.example"},
        {"domain": "b.example"},
    ]


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_database_that_refuses_tells_no_password() -> None:
    with pytest.raises(UsageError) as refused:
        list(database.rows("postgresql://me:hush@127.0.0.1:9/x", "SELECT 1"))
    assert "hush" not in str(refused.value)
    assert "127.0.0.1" in str(refused.value)
    with pytest.raises(UsageError) as gone:
        app_of("postgresql://me:hush@127.0.0.1:9/x")
    assert "hush" not in str(gone.value)
    with pytest.raises(UsageError):
        app_of("sqlite:///x")


def test_the_journal_trusts_only_what_checks_out(tmp_path: Path) -> None:
    manifest = {"input": "x", "settings": {"deep": 1}}
    journal = Journal(tmp_path / "w")
    journal.open(manifest, resume=False)
    for number in (0, 2, 1, 3):
        data = b"%d\n" % number
        journal.finish(done_of(number, 1, data, Place(10 * number + 10, number + 1)), data)
    journal.segment(1).write_bytes(b"9\n")
    with open(journal.folder / "journal.ndjson", "ab") as file:
        file.write(b'{"segment":4')
    again = Journal(tmp_path / "w")
    again.open(manifest, resume=True)
    assert sorted(again.done) == [0, 2, 3]
    assert again.goes_on() == (1, Place(10, 1))
    again.finish(done_of(1, 1, b"1\n", Place(20, 2)), b"1\n")
    (tmp_path / "w" / "segment-00000004.ndjson.half").mkdir()
    with pytest.raises(UsageError) as full:
        again.finish(done_of(4, 1, b"4\n", Place(30, 3)), b"4\n")
    assert full.value.hint
    assert "--resume" in full.value.hint.en
    last = Journal(tmp_path / "w")
    last.open(manifest, resume=True)
    assert b"".join(last.results()) == b"0\n1\n2\n3\n"
    with pytest.raises(UsageError):
        Journal(tmp_path / "w").open({**manifest, "input": "y"}, resume=True)


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, bool]]]:
    """A server that answers as SES v1 documents it, two pages of 150 identities.

    The actions that were asked for, and whether the User-Agent said by whom.
    """
    asked: list[tuple[str, bool]] = []
    names = [f"d{i}.example" for i in range(150)]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            asked.append((form["Action"][0], "unpend (me@example.com)" in self.headers["User-Agent"]))
            data = _answer(form, names).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SES", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    yield asked
    server.shutdown()
    server.server_close()


def _answer(form: dict[str, list[str]], names: list[str]) -> str:
    action = form["Action"][0]
    if action == "ListIdentities":
        second = "NextToken" in form
        members = "".join(f"<member>{name}</member>" for name in (names[100:] if second else names[:100]))
        body = f"<Identities>{members}</Identities>" + ("" if second else "<NextToken>more</NextToken>")
    else:
        kind = "DkimAttributes" if "Dkim" in action else "VerificationAttributes"
        tokens = "".join(f"<member>{token}</member>" for token in TOKENS)
        held = f"<DkimEnabled>true</DkimEnabled><DkimVerificationStatus>Pending</DkimVerificationStatus><DkimTokens>{tokens}</DkimTokens>"
        held = held if "Dkim" in action else "<VerificationStatus>Pending</VerificationStatus>"
        asked = [value[0] for key, value in form.items() if key.startswith("Identities.member")]
        assert len(asked) <= 100
        entries = (f"<entry><key>{xml.escape(name)}</key><value>{held}</value></entry>" for name in asked)
        body = f"<{kind}>{''.join(entries)}</{kind}>"
    space = "http://ses.amazonaws.com/doc/2010-12-01/"
    return f'<{action}Response xmlns="{space}"><{action}Result>{body}</{action}Result></{action}Response>'


@pytest.mark.parametrize("contact", ["", "me@example.com"])
def test_every_identity_of_an_account_a_hundred_at_a_call(ses: list[tuple[str, bool]], contact: str) -> None:
    rows = list(identities("eu-west-1", pause=0, contact=contact))
    assert [row["domain"] for row in rows] == [f"d{i}.example" for i in range(150)]
    expected = wanted(rows[3], RowDefaults())
    assert [record.name for record in expected.required] == WANTED
    assert expected.view
    assert (expected.view.dkim_status, expected.region) == ("PENDING", "eu-west-1")
    assert not suffices(expected)
    actions = ["ListIdentities", "GetIdentityDkimAttributes", "GetIdentityVerificationAttributes"] * 2
    assert sorted(ses) == sorted((action, bool(contact)) for action in actions)


@pytest.mark.parametrize(
    "parameters",
    ["host=em1 user=7 server=9", {"host": "em1", "user": "7", "server": "9"}, ["host=em1", "user=7", "server=9"]],
)
def test_a_provider_with_its_parameters(parameters: Any) -> None:
    row = {"domain": "a.example.com", "provider": "sendgrid", "parameters": parameters}
    assert "u7.wl9.sendgrid.net." in {
        value for record in wanted(row, RowDefaults()).required for value in record.values
    }
    told = RowDefaults(provider="sendgrid", parameters=("host=em1", "user=7", "server=9"))
    assert wanted({"domain": "a.example.com"}, told) == wanted(row, RowDefaults())
    assert wanted({**row, "tokens": list(TOKENS), "region": "eu-west-1"}, told).provider == "ses"


SAID = ProviderView(
    verification_status="TEMPORARY_FAILURE", dkim_status="NOT_STARTED", signing_enabled=False, last_checked_at=1.0
)


@pytest.mark.parametrize(
    "words",
    [
        {"VerificationStatus": "TemporaryFailure", "dkim-status": "NOT_STARTED", "signing_enabled": "false"}
        | {"last_checked_at": "1970-01-01T00:00:01Z"},
        {"view": msgspec.json.encode(SAID).decode()},
        {"view": msgspec.to_builtins(SAID), "dkim_status": ""},
        {"records": {"records": [], "view": msgspec.to_builtins(SAID)}},
    ],
)
def test_what_the_provider_says_of_a_row_sends_it_to_the_diagnosis(words: dict[str, Any]) -> None:
    row = {"domain": "a.example.com", "tokens": " ".join(TOKENS), "region": "eu-west-1", **words}
    if "records" in row:
        row["records"]["records"] = [
            {"name": f"{token}._domainkey", "type": "CNAME", "values": [f"{token}.dkim.amazonses.com"]}
            for token in TOKENS
        ]
    assert plain(row, RowDefaults()) is None
    told = wanted(row, RowDefaults())
    assert told.view == SAID
    assert len(told.required) == 3
    assert not suffices(told)
    settled = {"verification_status": "SUCCESS", "dkim_status": "Success", "mail_from_status": None}
    assert suffices(wanted({**row, "records": None, "view": None, **dict.fromkeys(words), **settled}, RowDefaults()))
    lines: list[bytes | None] = []
    feed = Feed(ScanSettings(deep=0), lambda: None, lambda _, looked: lines.extend(looked.lines))
    feed.add(0, next(segments([(Place(), Row(1, row))], 1)).data)
    assert list(feed) == []
    assert "NOT_STARTED" in decoded(lines[0] or b"").message


@pytest.mark.parametrize("view", ["[", "[1]", 7, "[" * 20_000])
def test_a_view_that_is_none_is_an_error_of_its_row(view: Any) -> None:
    with pytest.raises(ExpectationError):
        wanted({"domain": "a.example.com", "view": view}, RowDefaults())


@pytest.mark.parametrize(
    "domain", ["a.example.com", "co.uk", "www.example.com", "例え.jp", "x", "a..b.com", "-a.com", "1.2.3.4", "a.b.1"]
)
@pytest.mark.parametrize(
    "tokens", [" ".join(TOKENS), " ".join(TOKENS[:2]), f"{TOKENS[0]} {TOKENS[0]} {TOKENS[1]}", f" {','.join(TOKENS)}"]
)
@pytest.mark.parametrize("region", ["eu-central-2", "EU-west-1", "mars-1", ""])
def test_the_express_way_says_the_same_as_the_long_one(domain: str, tokens: str, region: str) -> None:
    fields = {"domain": domain, "DKIM Tokens": tokens, "region": region, "note": "x"}
    told = plain(fields, RowDefaults(region="us-east-1"))
    try:
        expected = wanted(fields, RowDefaults(region="us-east-1"))
    except UnpendError:
        assert told is None
        return
    if told is not None:
        for behind in (False, True):
            assert subject(told, 1, behind=behind) == subject(expected, 1, behind=behind)
        assert right_line(20, told, "ja") == right_line(20, expected, "ja")
    assert (told is not None) is (domain == "a.example.com" and tokens == " ".join(TOKENS))
