"""A snippet of a BIND zone file (RFC 1035 section 5), as mail providers and DNS hosts print it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected
from unpend.model.names import absolute
from unpend.model.records import joined_strings
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.naming import TYPES, is_name
from unpend.sources.rows import Row, of_domain, record_sets, ses_region, ses_zone
from unpend.sources.suffixes import ends_in_known_top_level
from unpend.sources.words import plain, short

if TYPE_CHECKING:
    from dns.rrset import RRset

SOURCE = "zone-file"
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
    origins = {asked.domain, *(absolute(name) for name in _ORIGIN.findall(document.text))}
    repaired: list[str] = []
    rows = list(_rows(_rrsets(document.text, asked.domain), origins, repaired))
    records, notes = of_domain(record_sets(rows), asked.domain)
    if repaired:
        notes = (*notes, NO_DOT.fill(example=plain(repaired[0])))
    zone = ses_zone(records)
    region = asked.region or ses_region(records)
    provider = "ses" if zone or region else None
    return Expected(asked.domain, records, provider, region, zone, source=SOURCE, notes=notes)


def _rrsets(text: str, domain: str) -> list[RRset]:
    """What the text holds, read by dnspython without the directives that reach the disk or multiply records."""
    import dns.exception
    import dns.name
    import dns.rdataclass
    import dns.tokenizer
    import dns.zonefile

    origin = dns.name.from_text(domain)
    manager: Any = dns.zonefile.RRSetsReaderManager(origin, False, dns.rdataclass.IN)
    try:
        with manager.writer(True) as transaction:
            tokens = dns.tokenizer.Tokenizer(io.StringIO(text), "line")
            allowed: Any = {"$ORIGIN", "$TTL"}
            reader = dns.zonefile.Reader(
                tokens, dns.rdataclass.IN, transaction, allow_directives=allowed, default_ttl=3600
            )
            reader.zone_origin = dns.name.root  # or it would silently skip the names of other zones
            reader.read()
    except (dns.exception.DNSException, ValueError, KeyError, IndexError, RecursionError, OverflowError) as error:
        raise ExpectationError(BROKEN.fill(where=short(str(error) or type(error).__name__, 160)), BROKEN_HINT) from None
    return list(manager.rrsets)


def _rows(rrsets: list[RRset], origins: set[str], repaired: list[str]) -> Iterator[Row]:
    for rrset in rrsets:
        type_ = rrset.rdtype.name
        if type_ not in TYPES:
            continue
        owner = _complete(rrset.name.to_text().lower(), origins, repaired)
        if not is_name(owner):
            continue
        for rdata in rrset:
            yield Row(owner, type_, _value(type_, rdata.to_text(), origins, repaired), rrset.ttl)


def _value(type_: str, text: str, origins: set[str], repaired: list[str]) -> str:
    if type_ == "TXT":
        return joined_strings(text)
    if type_ == "MX":
        preference, host = text.lower().split(" ", 1)
        return f"{preference} {_complete(host, origins, repaired)}"
    return _complete(text.lower(), origins, repaired) if type_ in ("CNAME", "NS") else text


def _complete(name: str, origins: set[str], repaired: list[str]) -> str:
    """The name without an origin that was put behind an already complete name, as providers' snippets have it."""
    for origin in origins:
        host = name.removesuffix("." + origin)
        whole = host + "."
        doubled = whole == origin or whole.endswith("." + origin)
        if host != name and (doubled or _is_complete_target(host)):
            repaired.append(whole)
            return whole
    return name


def _is_complete_target(host: str) -> bool:
    return host.count(".") >= 2 and "_" not in host and ends_in_known_top_level(host)
