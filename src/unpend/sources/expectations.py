"""What ought to be published, read from a file of any known format; the format is told by the content."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected
from unpend.model.names import absolute
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document, document
from unpend.sources.decoding import LARGEST, NOT_TEXT, NOT_TEXT_HINT, TOO_LARGE, TOO_LARGE_HINT, is_text
from unpend.sources.formats import (
    cloudflare,
    dnscontrol,
    domain_fields,
    domain_objects,
    infrastructure_json,
    nsupdate,
    octodns_yaml,
    own_output,
    own_records,
    panel_steps,
    record_csv,
    route53_json,
    sesv1_json,
    sesv2_json,
    terraform_hcl,
    zone_file,
)
from unpend.sources.rows import NO_RECORDS, NO_RECORDS_HINT
from unpend.sources.signing_zones import known_region


class Format(Protocol):
    """One module a format. Adding one is a new file in `formats/` and its name in `FORMATS`."""

    SOURCE: str
    KNOWN_AS: Text

    def recognises(self, document: Document) -> bool: ...

    def read(self, document: Document, asked: Asked) -> Expected: ...


# The first that recognises the content reads it: structured formats before loose ones.
FORMATS: tuple[Format, ...] = (
    sesv1_json,
    sesv2_json,
    domain_objects,
    domain_fields,
    route53_json,
    own_output,
    own_records,
    octodns_yaml,
    infrastructure_json,
    panel_steps,
    record_csv,
    terraform_hcl,
    dnscontrol,
    cloudflare,
    nsupdate,
    zone_file,
)

EMPTY = Text(en="The file is empty.", ja="ファイルが空です。")
UNKNOWN = Text(en="The file is of no known format.", ja="ファイルの形式が分かりません。")
UNKNOWN_HINT = Text(en="Known are: {formats}.", ja="読み取れる形式: {formats}")
READ_AS = Text(en="The file was read as {format}.", ja="ファイルを次の形式として読み取りました: {format}")


def read_expected(text: str, domain: str, *, region: str | None = None, signing_zone: str | None = None) -> Expected:
    """What the file says ought to be published for the domain; an error says why it says nothing."""
    clean = text.removeprefix("\ufeff")
    _refuse_unreadable(clean)
    asked = Asked(absolute(domain), known_region(region), signing_zone)
    found = document(clean)
    for format_ in FORMATS:
        if format_.recognises(found):
            expected = format_.read(found, asked)
            _refuse_needless(expected)
            return replace(expected, notes=(READ_AS.fill(format=format_.KNOWN_AS), *expected.notes))
    raise ExpectationError(UNKNOWN, UNKNOWN_HINT.fill(formats=[f.KNOWN_AS for f in FORMATS]))


def _refuse_unreadable(text: str) -> None:
    if not text.strip():
        raise ExpectationError(EMPTY, UNKNOWN_HINT.fill(formats=[f.KNOWN_AS for f in FORMATS]))
    if len(text) > LARGEST or len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise ExpectationError(TOO_LARGE.fill(mebibytes=LARGEST // 1024**2), TOO_LARGE_HINT)
    if not is_text(text):
        raise ExpectationError(NOT_TEXT, NOT_TEXT_HINT)


def _refuse_needless(expected: Expected) -> None:
    """A file that demands nothing is a mistake, unless it brings the provider's own view of the identity."""
    if not expected.required and expected.view is None:
        raise ExpectationError(NO_RECORDS, NO_RECORDS_HINT)
