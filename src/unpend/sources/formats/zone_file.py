"""A snippet of a BIND zone file (RFC 1035 section 5), as mail providers and DNS hosts print it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected
from unpend.model.names import absolute
from unpend.model.records import joined_strings
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.naming import TYPES, is_name, looks_complete
from unpend.sources.rows import Row, of_domain, record_sets, ses_region, ses_threes, ses_zone
from unpend.sources.words import plain, short

if TYPE_CHECKING:
    from dns.name import Name
    from dns.rdata import Rdata

SOURCE = "zone-file"
MOST_ORIGINS = 50
KNOWN_AS = Text(en="a snippet of a BIND zone file", ja="BIND 形式のゾーンファイルの抜粋")
_LINE = re.compile(
    r"^[^\S\n]*\S{1,255}[^\S\n]+(?:\d+[smhdw]?[^\S\n]+)?(?:IN[^\S\n]+)?(?:\d+[smhdw]?[^\S\n]+)?"
    r"(?:CNAME|TXT|MX|NS|SOA)[^\S\n]+\S",
    re.IGNORECASE | re.MULTILINE,
)
_ORIGIN = re.compile(r"^\$ORIGIN[^\S\n]+(\S{1,255})", re.IGNORECASE | re.MULTILINE)
BROKEN = Text(en="The zone file cannot be read: {where}.", ja="ゾーンファイルを読み取れません: {where}")
BROKEN_HINT = Text(
    en="Keep only the records, one a line: name, IN, type, value. $INCLUDE and $GENERATE cannot be used.",
    ja="レコードの行だけを「名前 IN タイプ 値」の形で 1 行ずつ残してください。$INCLUDE と $GENERATE は使えません。",
)
NO_DOT = Text(
    en="Names without a final dot in the file are taken as complete ({example}); in a zone file the dot is needed.",
    ja="末尾のドットがない名前（{example}）は完全な名前とみなしました。ゾーンファイルでは末尾のドットが必要です。",
)


def recognises(document: Document) -> bool:
    return document.data is None and (_LINE.search(document.text) or _ORIGIN.search(document.text)) is not None


def read(document: Document, asked: Asked) -> Expected:
    named = [absolute(name) for name in _ORIGIN.findall(document.text)][:MOST_ORIGINS]
    names = _Names(asked.domain, tuple(dict.fromkeys(sorted((asked.domain, *named), key=len, reverse=True))))
    rows = [row for entry in _entries(document.text, asked.domain) if (row := _row(entry, names))]
    records, notes = of_domain(record_sets(rows), asked.domain)
    if names.repaired:
        notes = (*notes, NO_DOT.fill(example=plain(names.repaired[0])))
    notes = (*notes, *ses_threes(records))
    zone = ses_zone(records)
    region = asked.region or ses_region(records)
    provider = "ses" if zone or region else None
    return Expected(asked.domain, records, provider, region, zone, source=SOURCE, notes=notes)


class _Entries:
    """What dnspython's zone-file reader writes into: as it stands, with neither sets nor rules to obey.

    Its own collector drops a second CNAME without a word and takes quadratic time.
    """

    def __init__(self) -> None:
        self.found: list[tuple[Name, int, Rdata]] = []
        self.manager = self

    def origin_information(self) -> tuple[Name, bool, Name]:
        """The root, with nothing relativised: a name outside the zone would silently be skipped."""
        from dns.name import root

        return root, False, root

    def check_put_rdataset(self, check: Any) -> None: ...

    def _set_origin(self, origin: Any) -> None: ...

    def add(self, name: Name, ttl: int, rdata: Rdata) -> None:
        self.found.append((name, ttl, rdata))


def _entries(text: str, domain: str) -> list[tuple[Name, int, Rdata]]:
    """What the text holds, read by dnspython without the directives that reach the disk or multiply records."""
    import dns.exception
    import dns.name
    import dns.rdataclass
    import dns.tokenizer
    import dns.zonefile

    entries: Any = _Entries()
    allowed: Any = {"$ORIGIN", "$TTL"}
    tokens = dns.tokenizer.Tokenizer(io.StringIO(text), "line")
    reader = dns.zonefile.Reader(tokens, dns.rdataclass.IN, entries, allow_directives=allowed, default_ttl=3600)
    reader.current_origin = reader.last_name = dns.name.from_text(domain)
    try:
        reader.read()
    except (dns.exception.DNSException, ValueError, KeyError, IndexError, RecursionError, OverflowError) as error:
        raise ExpectationError(BROKEN.fill(where=short(str(error) or type(error).__name__, 160)), BROKEN_HINT) from None
    return list(entries.found)


@dataclass(frozen=True, slots=True)
class _Names:
    """The origins that the file uses, the longest first, and what was repaired with their help."""

    domain: str
    origins: tuple[str, ...]
    repaired: list[str] = field(default_factory=list)

    def complete(self, name: str) -> str:
        """The name without an origin that was put behind an already complete name, as providers' snippets have it."""
        for origin in self.origins:
            host = name.removesuffix("." + origin)
            whole = host + "."
            if host != name and (whole == origin or whole.endswith("." + origin) or self._stands_alone(host)):
                self.repaired.append(whole)
                return whole
        return name

    def _stands_alone(self, host: str) -> bool:
        return host.count(".") >= 2 and looks_complete(host, self.domain)


def _row(entry: tuple[Name, int, Rdata], names: _Names) -> Row | None:
    name, ttl, rdata = entry
    type_ = rdata.rdtype.name
    if type_ not in TYPES:
        return None
    owner = names.complete(name.to_text().lower())
    return Row(owner, type_, _value(type_, rdata.to_text(), names), ttl) if is_name(owner) else None


def _value(type_: str, text: str, names: _Names) -> str:
    if type_ == "TXT":
        return joined_strings(text)
    if type_ == "MX":
        preference, host = text.lower().split(" ", 1)
        return f"{preference} {names.complete(host)}"
    return names.complete(text.lower()) if type_ in ("CNAME", "NS") else text
