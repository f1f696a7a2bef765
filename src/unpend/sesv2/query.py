"""The query protocol of SES v1: a form in, XML out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from unpend.sesv2.errors import V1_NAMES, SesError, malformed
from unpend.sesv2.request import Answer, Request

NAMESPACE = "http://ses.amazonaws.com/doc/2010-12-01/"
MOST_FIELDS = 400


@dataclass(frozen=True, slots=True)
class Entries:
    """A map with names of its callers' choice, which the query protocol writes as entries."""

    named: Mapping[str, Mapping[str, Value]]


Value = str | bool | Sequence[str] | Entries


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one call."""

    fields: Mapping[str, str]

    @property
    def action(self) -> str:
        """The operation."""
        return self.fields.get("Action", "")

    def text(self, name: str) -> str:
        """A field that has to be there."""
        if name not in self.fields:
            raise SesError(
                "ValidationError", f"1 validation error detected: Value null at '{name}': Member must not be null"
            )
        return self.fields[name]

    def flag(self, name: str) -> bool:
        """A boolean, as the query protocol spells it."""
        told = self.text(name).lower()
        if told not in ("true", "false"):
            raise malformed(f"{name} must be true or false.")
        return told == "true"

    def members(self, name: str) -> list[str]:
        """A list, in its order."""
        numbers = (key.removeprefix(f"{name}.member.") for key in self.fields if key.startswith(f"{name}.member."))
        known = sorted(int(number) for number in numbers if number.isascii() and number.isdecimal() and len(number) < 6)
        return [self.fields[f"{name}.member.{number}"] for number in known if f"{name}.member.{number}" in self.fields]


def read(request: Request) -> Form:
    """The form; it comes by POST."""
    if request.method != "POST":
        raise SesError("InvalidAction", "Calls of SES v1 are made by POST.", 400)
    try:
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise malformed("The body is not a form of at most 400 fields.") from None
    return Form(dict(pairs))


def answered(action: str, result: Mapping[str, Value], asked: str) -> Answer:
    """200, with the result in its wrapper."""
    inner = f"<{action}Result>{_members(result)}</{action}Result>"
    meta = f"<ResponseMetadata><RequestId>{asked}</RequestId></ResponseMetadata>"
    return _answer(200, f'<{action}Response xmlns="{NAMESPACE}">{inner}{meta}</{action}Response>', asked)


def refused(error: SesError, asked: str) -> Answer:
    """An ErrorResponse, with the names that v1 has for the same refusals."""
    code = V1_NAMES.get(error.code, error.code.removesuffix("Exception"))
    kind = "Sender" if error.status < 500 else "Receiver"
    told = f"<Error><Type>{kind}</Type><Code>{code}</Code><Message>{_text(error.message)}</Message></Error>"
    return _answer(
        400 if error.status == 429 else error.status,
        f'<ErrorResponse xmlns="{NAMESPACE}">{told}<RequestId>{asked}</RequestId></ErrorResponse>',
        asked,
    )


def _answer(status: int, text: str, asked: str) -> Answer:
    return Answer(status, {"content-type": "text/xml", "x-amzn-requestid": asked}, text.encode())


def _members(result: Mapping[str, Value]) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in result.items())


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Entries):
        pairs = value.named.items()
        return "".join(f"<entry><key>{_text(k)}</key><value>{_members(v)}</value></entry>" for k, v in pairs)
    return "".join(f"<member>{_text(each)}</member>" for each in value)


def _text(text: str) -> str:
    """Escaped; characters that XML cannot hold (XML 1.0, section 2.2) are left out."""
    return escape(
        "".join(c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")
    )
