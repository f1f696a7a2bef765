"""What INPUT means: a file, stdin, an SES account, or a database."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec

from unpend.cli import output
from unpend.cli.language import language
from unpend.model.errors import UsageError
from unpend.model.text import Lang, Text

if TYPE_CHECKING:
    from unpend.engine.scan.inputs import FileInput

SES = "ses:"
LISTING = Text(en="Asking SES in {region} for every identity …", ja="{region} の SES に全 ID を問い合わせています…")
NO_REGION = Text(
    en="Name the region of the SES account: ses:eu-west-1.",
    ja="SES アカウントのリージョンを指定してください（例: ses:ap-northeast-1）。",
)
READING = Text(en="Reading the rows of the query …", ja="問い合わせ結果の行を読み取っています…")


def reads_again(name: str) -> bool:
    """Whether the input can be read again from any place."""
    return name != "-" and "://" not in name and not name.startswith(SES)


def shown(name: str, given: dict[str, Any]) -> str:
    """The input by a name that holds no secret: a database's URL may have a password in it."""
    if "://" not in name:
        return name
    return "database:" + hashlib.sha256(f"{name}\n{given['query']}".encode()).hexdigest()


def input_of(name: str, spool: Path, given: dict[str, Any]) -> FileInput:
    """The input as a file: what can be read only once is written down first."""
    from unpend.engine.scan.inputs import FileInput
    from unpend.engine.scan.spool import spooled

    if reads_again(name):
        return FileInput(Path(name))
    if not spool.exists():
        spooled(_once(name, given), spool)
    return FileInput(spool, None if name == "-" else "ndjson")


def _once(name: str, given: dict[str, Any]) -> Iterator[bytes]:
    from unpend.engine.scan import database
    from unpend.engine.scan.spool import chunks
    from unpend.observer.ses_account import identities

    tell = output.progress(given["quiet"], cast(Lang, given["lang"] or language()))
    if name == "-":
        return chunks(sys.stdin.buffer)
    if name.startswith(SES):
        region = name.removeprefix(SES) or given["region"]
        if not region:
            raise UsageError(NO_REGION)
        tell(LISTING.fill(region=region))
        rows = identities(region, profile=given["profile"], contact=given["contact"])
    else:
        tell(READING)
        rows = database.rows(name, given["query"])
    return (msgspec.json.encode(row) + b"\n" for row in rows)
