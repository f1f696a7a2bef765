"""The record sets that a console offers for download as CSV: Amazon SES, and AWS Certificate Manager's header.

AWS does not document the columns, so that they are found by their names, in any order.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import dropwhile

from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.naming import owner_name, record_type, record_value
from unpend.sources.rows import Row, of_domain, record_sets, ses_region, ses_threes, ses_zone
from unpend.sources.words import unquoted

SOURCE = "ses-console-csv"
ACM = "acm-csv"
KNOWN_AS = Text(
    en="the CSV file of the SES console (Type, Name, Value) or of AWS Certificate Manager",
    ja="SES コンソール（Type, Name, Value）または AWS Certificate Manager の CSV ファイル",
)
_COLUMNS = {
    "type": ("type", "record type", "recordtype", "種別", "タイプ", "種類", "レコードタイプ", "レコードの種類"),
    "name": ("name", "record name", "recordname", "host", "hostname", "host name", "名前", "ホスト名", "レコード名"),
    "value": (
        "value",
        "record value",
        "recordvalue",
        "data",
        "content",
        "points to",
        "値",
        "内容",
        "レコード値",
        "データ",
    ),
    "priority": ("priority", "preference", "優先度", "優先"),
    "ttl": ("ttl",),
    "action": ("action",),
}
_EMPTY = ",; \t"
BROKEN = Text(en="Line {line} of the CSV file cannot be read.", ja="CSV ファイルの {line} 行目を読み取れません。")
SHORT_LINE = Text(
    en="Line {line} of the CSV file has fewer columns than its header.",
    ja="CSV ファイルの {line} 行目は、見出しより列の数が少なくなっています。",
)
AGAIN = Text(
    en="Download the file again and leave it as it is; spreadsheets rewrite such files.",
    ja="ファイルをもう一度ダウンロードし、そのまま使ってください。表計算ソフトで保存すると内容が変わることがあります。",
)


def recognises(document: Document) -> bool:
    return document.data is None and _header(document.text) is not None


def _header(text: str) -> tuple[str, dict[str, int]] | None:
    """The delimiter and the place of every column, from the first line that has text."""
    first = next((line for line in text.splitlines() if line.strip(_EMPTY)), "")
    for delimiter in (",", "\t", ";"):
        cells = [unquoted(cell).lower() for cell in first[:1000].split(delimiter)]
        places = {key: cells.index(word) for key, words in _COLUMNS.items() for word in words if word in cells}
        if {"type", "name", "value"} <= places.keys():
            return delimiter, places
    return None


def read(document: Document, asked: Asked) -> Expected:
    delimiter, places = _header(document.text) or (",", {})
    lines = list(dropwhile(lambda line: not line.strip(_EMPTY), document.text.splitlines()))
    records, notes = of_domain(record_sets(_rows(lines, delimiter, places, asked.domain)), asked.domain)
    if any(value.endswith(".acm-validations.aws.") for record in records for value in record.values):
        return Expected(asked.domain, records, "acm", source=ACM, notes=notes)
    notes = (*notes, *ses_threes(records))
    zone = ses_zone(records)
    region = asked.region or ses_region(records)
    provider = "ses" if zone or region else None
    return Expected(asked.domain, records, provider, region, zone, source=SOURCE, notes=notes)


def _rows(lines: list[str], delimiter: str, places: dict[str, int], domain: str) -> Iterator[Row]:
    for line, cells in _cells(lines, delimiter):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= max(places[key] for key in ("type", "name", "value")):
            raise ExpectationError(SHORT_LINE.fill(line=line), AGAIN)
        named = {key: cells[at] for key, at in places.items() if at < len(cells)}
        if unquoted(named.get("action", "")).lower() != "delete":
            yield _row(named, domain)


def _cells(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    next(reader, None)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error:
        raise ExpectationError(BROKEN.fill(line=reader.line_num), AGAIN) from None


def _row(cells: dict[str, str], domain: str) -> Row:
    type_ = record_type(cells["type"])
    name = owner_name(cells["name"], domain)
    value, priority = cells["value"].strip(), unquoted(cells.get("priority", ""))
    if type_ == "MX" and priority.isdigit() and " " not in value:
        value = f"{priority} {value}"
    ttl = unquoted(cells.get("ttl", ""))
    seconds = int(ttl) if ttl.isascii() and ttl.isdigit() and len(ttl) < 10 else None
    return Row(name, type_, record_value(type_, value, domain, name), seconds)
