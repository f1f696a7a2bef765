"""Input that nobody ought to give, and places where nothing can be written: a sentence each, at once, and no row lost."""

from __future__ import annotations

import csv
import io
import os
import random
import sqlite3
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unpend.cli.main import run
from unpend.engine.scan.inputs import FileInput
from unpend.engine.scan.rows import Place, Row
from unpend.model.errors import UsageError

ROWS = 4000
LONG = 10_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every bad input, by a name that says what is bad about it."""
    path = tmp_path_factory.mktemp("bad")
    names = [f"d{n}.example" for n in range(ROWS)]
    table = pyarrow.table({"domain": names, "note": [str(random.Random(n).random()) for n in range(ROWS)]})
    pyarrow.parquet.write_table(table, path / "good.parquet", row_group_size=1000)
    pyarrow.parquet.write_table(table.select(["note"]), path / "nameless.parquet")
    whole = (path / "good.parquet").read_bytes()
    files = {
        "ok.csv": b"domain\nnot a domain\n",
        "cut.parquet": whole[: len(whole) // 2],
        "headless.parquet": whole[100:],
        "spoilt.parquet": whole[:2000] + bytes(3000) + whole[5000:],
        "empty.csv": b"",
        "blank.csv": b"\xef\xbb\xbf\r\n \n",
        "header.csv": b"domain,tokens\n",
        "long-header.csv": b"x" * LONG + b"\n",
        "wide-header.csv": b"domain," + b"y" * 200_000 + b"\na.example,\n",
        "nameless.csv": b"host,\x1b[31mport\na.example,1\n" * 500,
        "cr.csv": b"domain,tokens\ra.example,x\rb.example,y\r",
        "cr.ndjson": b'{"domain":"a.example"}\r{"domain":"b.example"}\r',
        "zip.csv": b"PK\x03\x04\x14\0\x06\0",
    }
    for name, data in files.items():
        (path / name).write_bytes(data)
    with sqlite3.connect(path / "rows.db") as connection:
        connection.execute("CREATE TABLE t (name, tokens)")
        connection.execute("INSERT INTO t VALUES ('a.example', 'x')")
    (path / "folder").mkdir()
    os.mkfifo(path / "pipe")
    (path / "device").symlink_to("/dev/null")
    return path


def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """What `unpend scan` says on stderr before it gives up with exit code 2, and that it does nothing else."""
    monkeypatch.setattr("sys.argv", ["unpend", "scan", *words])
    monkeypatch.setattr("unpend.engine.scan.crew.Crew.__enter__", pytest.fail)
    with pytest.raises(SystemExit) as ended:
        run()
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, ""), err
    assert "does not handle" not in err
    assert "想定していない" not in err
    return err


TARGETS = [
    ("folder", "is a folder", "--out folder/result.csv", "フォルダーです"),
    ("device", "a device", "Leave --out away", "デバイス"),
    ("pipe", "a named pipe", "Leave --out away", "名前付きパイプ"),
    ("-", "no file", "Leave --out away", "通常のファイル"),
    ("no/out.csv", "does not exist", "mkdir -p no", "フォルダーがありません"),
    ("/proc/out.csv", "cannot be written", "may write to", "書き込めません"),
    ("ok.csv/out.csv", "cannot be written", "may write to", "書き込めません"),
    ("ok.csv", "place of INPUT", "another file", "同じファイル"),
]


@pytest.mark.parametrize(("out", "what", "next_", "ja"), TARGETS)
def test_where_nothing_can_be_written_is_said_before_anything_is_asked(
    out: str,
    what: str,
    next_: str,
    ja: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(path.name for path in folder.iterdir())
    given = ("ok.csv", "--format", "csv", "--lang")
    english = said(capsys, monkeypatch, *given, "en", "--out", out)
    assert what in english
    assert next_ in english
    assert ja in said(capsys, monkeypatch, *given, "ja", "--out", out)
    if out != "ok.csv":
        assert what in said(capsys, monkeypatch, *given, "en", "--out", "fine.csv", "--report", out)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_report_in_place_of_the_result_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert "place of --out" in said(capsys, monkeypatch, "ok.csv", "--out", "x.csv", "--report", "./x.csv")


INPUTS = [
    ("cut.parquet", "cut.parquet is not a readable Parquet file", "Parquet ファイルではありません"),
    ("headless.parquet", "headless.parquet is not a readable Parquet file", "Parquet ファイルではありません"),
    ("spoilt.parquet", "spoilt.parquet is not a readable Parquet file", "Parquet ファイルではありません"),
    ("nameless.parquet", "the columns are: note", "列は note です"),
    ("empty.csv", "is empty", "は空です"),
    ("blank.csv", "is empty", "は空です"),
    ("header.csv", "has no rows", "行がありません"),
    ("long-header.csv", "longer than 1 MiB", "1 MiB を超えています"),
    ("wide-header.csv", "longer than 128 KiB", "128 KiB を超えるセル"),
    ("nameless.csv", "the columns are: host, \\u{1b}[31mport", "列は host、\\u{1b}[31mport です"),
    ("cr.csv", "carriage return", "CR だけ"),
    ("cr.ndjson", "carriage return", "CR だけ"),
    ("zip.csv", "spreadsheet", "表計算ソフト"),
    ("pipe", "| unpend scan -", "| unpend scan -"),
    ("folder", "not a file", "ファイルではありません"),
    ("nothing", "no such file", "そのようなファイルはありません"),
]


@pytest.mark.parametrize(("name", "en", "ja"), INPUTS)
def test_an_input_that_is_none_is_refused_once(
    name: str, en: str, ja: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for lang, words in (("en", en), ("ja", ja)):
        told = said(capsys, monkeypatch, str(folder / name), "--lang", lang, "--out", str(folder / "result.csv"))
        assert words in told
        assert len(told.splitlines()) <= 2
    assert not (folder / "result.csv.scan").exists()


def test_stdin_and_a_query_are_refused_alike_and_leave_nothing_behind(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = ("--quiet", "--out", str(folder / "result.csv"))
    for data, words in (
        (b"", "Standard input is empty"),
        (b"PAR1....", "Standard input is not a readable Parquet file"),
    ):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert words in said(capsys, monkeypatch, "-", *out)
    url = f"sqlite:///{folder / 'rows.db'}"
    assert "columns are: name, tokens" in said(capsys, monkeypatch, url, "--query", "SELECT * FROM t", *out)
    query = "SELECT name AS domain FROM t WHERE name = ''"
    assert "query's result is empty" in said(capsys, monkeypatch, url, "--query", query, *out)
    assert [path.name for path in folder.iterdir() if path.name.startswith("result")] == []


def read(path: Path, after: Place = Place()) -> list[tuple[Place, Row]]:  # noqa: B008 -- frozen
    return list(FileInput(path).rows(after))


def test_a_later_line_of_ten_megabytes_is_one_bad_row_and_later_numbers_are_right(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    long = b"b.example," + b"x" * LONG + b'"\n'
    path.write_bytes(
        b"domain,note\na.example,\n" + long + b"c.example,\n" + b'd.example,"open\n' + long + b"e.example,\n"
    )
    rows = read(path)
    assert [(row.line, row.fields and row.fields["domain"]) for _, row in rows] == [
        *((2, "a.example"), (3, None), (4, "c.example"), (5, None), (6, None), (7, "e.example"))
    ]
    troubles = {row.line: row.trouble for _, row in rows if row.trouble}
    assert "1 MiB" in troubles[3][0]
    assert "1 MiB" in troubles[6][1]
    assert "in line 5" in troubles[5][0]
    for index, (place, _) in enumerate(rows):
        assert read(path, place) == rows[index + 1 :]


CELLS = st.text(alphabet='ab ,;"\u3042', max_size=8)
SLOPPY = st.sampled_from(['"Foo" Inc', 'a"b', '5"', "plain", ""])


@settings(max_examples=60, deadline=None)
@given(
    notes=st.lists(CELLS, min_size=2, max_size=9),
    at=st.integers(0, 8),
    sloppy=SLOPPY,
    ends=st.sampled_from(["\n", "\r\n"]),
)
def test_a_quotation_mark_that_nobody_closed_hides_no_other_row(
    notes: list[str], at: int, sloppy: str, ends: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=ends)
    writer.writerow(["domain", "note", "more"])
    for number, note in enumerate(notes):
        writer.writerow([f"d{number}.example", note, "x"])
    lines = out.getvalue().split(ends)[:-1]
    at %= len(notes)
    lines[1 + at] = f'd{at}.example,{sloppy},"open'
    path = tmp_path_factory.getbasetemp() / "quotes.csv"
    path.write_bytes(ends.join([*lines, ""]).encode())
    rows = read(path)
    assert [row.line for _, row in rows] == list(range(2, len(notes) + 2))
    for number, (place, row) in enumerate(rows):
        if number == at:
            assert f"in line {at + 2} is not closed" in (row.trouble or ("",))[0]
            assert f"{at + 2} 行目" in (row.trouble or ("", ""))[1]
        else:
            assert row.fields == {"domain": f"d{number}.example", "note": notes[number], "more": "x"}
        assert read_on(path, place) == rows[number + 1 :]


def read_on(path: Path, after: Place) -> list[tuple[Place, Row]]:
    return list(FileInput(path).rows(after))


def test_cells_of_several_lines_are_read_and_the_line_of_an_open_mark_is_said(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text('domain,a,b\nx.example,"1\n2","3\n4"\ny.example,"1\n2","open\nz.example,"Foo" Inc,\n')
    rows = [row for _, row in read(path)]
    assert rows[0] == Row(2, {"domain": "x.example", "a": "1\n2", "b": "3\n4"})
    assert [row.line for row in rows] == [2, 5, 6, 7]
    assert "in line 6 is not closed" in (rows[2].trouble or ("",))[0]
    assert rows[-1] == Row(7, {"domain": "z.example", "a": "Foo Inc", "b": ""})


@pytest.mark.parametrize("seed", range(25))
def test_a_parquet_file_with_any_bytes_spoilt_gives_rows_or_the_one_sentence(seed: int, folder: Path) -> None:
    dice = random.Random(seed)
    data = bytearray((folder / "good.parquet").read_bytes())
    for _ in range(dice.randint(1, 12)):
        data[dice.randrange(4, len(data))] = dice.randrange(256)
    if dice.random() < 0.3:
        del data[dice.randrange(4, len(data)) :]
    path = folder / "seeded.parquet"
    path.write_bytes(data)
    told, rows = "", []
    try:
        rows = read(path)
    except UsageError as error:
        told = error.message.en
    assert not told or "not a readable Parquet file" in told or "columns are" in told or "no rows" in told
    assert [row.line for _, row in rows] == list(range(1, len(rows) + 1))
