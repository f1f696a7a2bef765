"""One request as it came over the wire, before anybody believes it; and one answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from unpend.sesv2.errors import malformed

MOST_PARAMETERS = 200


@dataclass(frozen=True, slots=True)
class Request:
    """`path` and `query` are as sent, still percent-encoded, since the signature is over what was sent; header names are lower-case."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The header's value, "" where there is none; several of one name are joined as HTTP says (RFC 9110, 5.3)."""
        return ",".join(value for known, value in self.headers if known == name)

    def parameters(self) -> list[tuple[str, str]]:
        """The query, decoded."""
        try:
            return parse_qsl(self.query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS, errors="strict")
        except ValueError:
            raise malformed("The query string cannot be read.") from None

    def parameter(self, name: str) -> str:
        """One value of the query, "" where there is none."""
        return next((value for known, value in self.parameters() if known == name), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes
