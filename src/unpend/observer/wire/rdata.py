"""Record data → presentation form. The types that the diagnosis reads are decoded here, the rare ones by dnspython."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

from unpend.observer.wire.names import MalformedMessageError, read_name

TYPES = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "DNAME": 39, "DS": 43,
    "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52, "CDS": 59, "CDNSKEY": 60,
    "SVCB": 64, "HTTPS": 65, "SPF": 99, "ANY": 255, "CAA": 257,
}  # fmt: skip
MNEMONICS = {number: name for name, number in TYPES.items()}
_BY_DNSPYTHON = frozenset({"DS", "RRSIG", "NSEC", "DNSKEY", "NSEC3", "NSEC3PARAM", "TLSA", "CDS", "CDNSKEY", "CAA"})


def type_number(mnemonic: str) -> int:
    """The number of a type: a mnemonic, or TYPE65280 (RFC 3597 section 5)."""
    return TYPES[mnemonic] if mnemonic in TYPES else int(mnemonic.removeprefix("TYPE"))


def type_name(number: int) -> str:
    """The mnemonic of a type, or TYPE65280."""
    return MNEMONICS.get(number, f"TYPE{number}")


def read_rdata(type_: str, data: bytes, at: int, length: int) -> str:
    """The value in presentation form; MalformedMessageError if it does not fit its length."""
    reader = _READERS.get(type_)
    if reader is not None:
        return reader(data, at, at + length)
    if type_ in _BY_DNSPYTHON:
        return _rare(type_, data[at : at + length])
    return f"\\# {length} {data[at : at + length].hex()}".rstrip()


def _a(data: bytes, at: int, end: int) -> str:
    _must_be(end - at == 4)
    return socket.inet_ntop(socket.AF_INET, data[at:end])


def _aaaa(data: bytes, at: int, end: int) -> str:
    _must_be(end - at == 16)
    return socket.inet_ntop(socket.AF_INET6, data[at:end])


def _name(data: bytes, at: int, end: int) -> str:
    name, after = read_name(data, at)
    _must_be(after == end)
    return name


def _mx(data: bytes, at: int, end: int) -> str:
    _must_be(end - at >= 3)
    return f"{int.from_bytes(data[at : at + 2], 'big')} {_name(data, at + 2, end)}"


def _srv(data: bytes, at: int, end: int) -> str:
    _must_be(end - at >= 7)
    priority, weight, port = struct.unpack_from("!HHH", data, at)
    return f"{priority} {weight} {port} {_name(data, at + 6, end)}"


def _soa(data: bytes, at: int, end: int) -> str:
    primary, at = read_name(data, at)
    mailbox, at = read_name(data, at)
    _must_be(end - at == 20)
    numbers = struct.unpack_from("!5I", data, at)
    return " ".join([primary, mailbox, *map(str, numbers)])


def _txt(data: bytes, at: int, end: int) -> str:
    strings = []
    while at < end:
        length = data[at]
        _must_be(at + 1 + length <= end)
        strings.append(f'"{_quoted(data[at + 1 : at + 1 + length])}"')
        at += length + 1
    return " ".join(strings)


def _quoted(raw: bytes) -> str:
    out = []
    for byte in raw:
        if byte in b'"\\':
            out.append("\\" + chr(byte))
        elif 0x20 <= byte < 0x7F:
            out.append(chr(byte))
        else:
            out.append(f"\\{byte:03d}")
    return "".join(out)


def _must_be(true: bool) -> None:
    if not true:
        raise MalformedMessageError("record data of the wrong length")


_READERS: dict[str, Callable[[bytes, int, int], str]] = {
    "A": _a, "AAAA": _aaaa, "CNAME": _name, "NS": _name, "PTR": _name, "DNAME": _name, "MX": _mx, "SRV": _srv,
    "SOA": _soa, "TXT": _txt, "SPF": _txt,
}  # fmt: skip


def _rare(type_: str, raw: bytes) -> str:
    import dns.exception
    import dns.rdata
    import dns.rdatatype

    try:
        rdata = dns.rdata.from_wire("IN", dns.rdatatype.from_text(type_), raw, 0, len(raw))
        return rdata.to_text()
    except (dns.exception.DNSException, ValueError, struct.error, IndexError) as error:
        raise MalformedMessageError(f"{type_} record data: {error}") from error
