"""Domain names on the wire (RFC 1035 sections 3.1 and 4.1.4)."""

from __future__ import annotations

from functools import lru_cache

from unpend.model.names import labels

NAME_LIMIT = 255
LABEL_LIMIT = 63
POINTER = 0xC0
_ESCAPED = frozenset(b'"().;\\@$')


class MalformedMessageError(Exception):
    """The bytes are not a DNS message that can be read."""


@lru_cache(4096)
def to_wire(name: str) -> bytes:
    """A name in presentation form as labels; ValueError if a label or the name is too long."""
    out = bytearray()
    for label in labels(name):
        raw = _unescaped(label)
        if not 0 < len(raw) <= LABEL_LIMIT:
            raise ValueError(f"a label of {len(raw)} octets")
        out.append(len(raw))
        out += raw
    out.append(0)
    if len(out) > NAME_LIMIT:
        raise ValueError(f"a name of {len(out)} octets")
    return bytes(out)


def _unescaped(label: str) -> bytes:
    if "\\" not in label:
        return label.encode("ascii")
    out = bytearray()
    i = 0
    while i < len(label):
        if label[i] == "\\" and label[i + 1 : i + 4].isdigit():
            out.append(int(label[i + 1 : i + 4]) & 0xFF)
            i += 4
        elif label[i] == "\\":
            out += label[i + 1 : i + 2].encode("ascii")
            i += 2
        else:
            out += label[i].encode("ascii")
            i += 1
    return bytes(out)


def read_name(data: bytes, at: int) -> tuple[str, int]:
    """The name at this offset, in lower case with its final dot, and the offset behind it.

    Compression pointers may only go backwards, each further than the last, so that no loop is possible.
    """
    parts: list[str] = []
    end = -1
    size = 0
    floor = at
    while True:
        if at >= len(data):
            raise MalformedMessageError("a name runs off the end")
        length = data[at]
        if length == 0:
            break
        if length & POINTER == POINTER:
            at, end, floor = _jump(data, at, end, floor)
            continue
        size += length + 1
        if length > LABEL_LIMIT or size >= NAME_LIMIT or at + 1 + length > len(data):
            raise MalformedMessageError("a label is too long")
        parts.append(_shown(data[at + 1 : at + 1 + length]))
        at += length + 1
    return (".".join(parts) + ".", at + 1 if end < 0 else end)


def _jump(data: bytes, at: int, end: int, floor: int) -> tuple[int, int, int]:
    if at + 1 >= len(data):
        raise MalformedMessageError("a pointer runs off the end")
    target = (data[at] & 0x3F) << 8 | data[at + 1]
    if target >= floor:
        raise MalformedMessageError("a pointer does not go backwards")
    return target, at + 2 if end < 0 else end, target


@lru_cache(4096)
def _shown(raw: bytes) -> str:
    """A label in presentation form (RFC 4343 section 2.1), in lower case."""
    lowered = raw.lower()
    if lowered.isalnum() or not any(b <= 0x20 or b >= 0x7F or b in _ESCAPED for b in lowered):
        return lowered.decode("ascii") if lowered.isascii() else _escaped(lowered)
    return _escaped(lowered)


def _escaped(raw: bytes) -> str:
    out = []
    for byte in raw:
        if byte in _ESCAPED:
            out.append("\\" + chr(byte))
        elif 0x20 < byte < 0x7F:
            out.append(chr(byte))
        else:
            out.append(f"\\{byte:03d}")
    return "".join(out)
