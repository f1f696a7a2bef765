"""Input of `nsupdate`: the records that it adds. What it deletes or requires is not wanted."""

from __future__ import annotations

import re
from dataclasses import replace

from unpend.model.expected import Expected
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.formats import zone_file

SOURCE = "nsupdate"
KNOWN_AS = Text(en="input of `nsupdate`", ja="`nsupdate` の入力")
_ADD = re.compile(r"^[^\S\n]*(?:update[^\S\n]+)?add[^\S\n]+(\S.*)$", re.IGNORECASE | re.MULTILINE)


def recognises(document: Document) -> bool:
    return document.data is None and _ADD.search(document.text) is not None


def read(document: Document, asked: Asked) -> Expected:
    """What is behind `add` is a line of a zone file."""
    lines = "\n".join(_ADD.findall(document.text)) + "\n"
    return replace(zone_file.read(Document(lines), asked), source=SOURCE)
