"""The domain that a person typed: what was meant, or why it cannot be a sending domain."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from unpend.model.errors import DomainError
from unpend.model.text import Text
from unpend.sources import domain_texts as say
from unpend.sources.suffixes import is_public_suffix, registrable_of
from unpend.sources.words import plain, short, unquoted

LONGEST_INPUT = 2000
_STOPS = str.maketrans("。．｡", "...")
_LETTERS_DIGITS_HYPHENS = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://|mailto:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DomainInput:
    """A sending domain. `name` is absolute, lower-case, in A-label form (RFC 5890); `shown` is for people."""

    name: str
    shown: str
    registrable: str
    notes: tuple[Text, ...] = ()


def read_domain(text: str) -> DomainInput:
    """The domain meant by this text, with a note about everything that was understood into it."""
    given = unquoted(text[: LONGEST_INPUT + 1])
    if not given:
        raise DomainError(say.EMPTY, say.EMPTY_HINT)
    if len(text) > LONGEST_INPUT:
        raise DomainError(say.TOO_LONG.fill(length=len(text)), say.TYPE_IT)
    notes: list[Text] = []
    host = _bare(given, notes)
    labels = _labels(host, given, notes)
    name = ".".join(labels)
    _refuse_unverifiable(name, labels)
    if labels[0] == "www":
        notes.append(say.WWW.fill(name=name, bare=name.removeprefix("www.")))
    return DomainInput(name + ".", _shown(labels), registrable_of(name) + ".", tuple(notes))


def _bare(given: str, notes: list[Text]) -> str:
    """The host part of an address, a URL or a plain name."""
    _refuse_address(given, given)
    mail = given.lower().startswith("mailto:")
    rest = _SCHEME.sub("", given, count=1)
    host = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    url = not mail and host != given
    local, at, host = host.rpartition("@")
    if url:
        notes.append(say.FROM_URL)
    elif at:
        notes.append(say.FROM_MAIL if local else say.LEADING_AT)
    if host.startswith("["):
        _refuse_address(host.split("]")[0] + "]", given)
    if port := re.fullmatch(r"([^:]*):\d{1,5}", host):
        host = port[1]
        notes.append(say.PORT)
    return unquoted(host.strip("<>")).translate(_STOPS)


def _labels(host: str, given: str, notes: list[Text]) -> list[str]:
    """The labels in A-label form, every one valid."""
    if host.endswith(".") and len(host) > 1:
        host = host[:-1]
    if not host:
        raise DomainError(say.NO_NAME.fill(given=short(given)), say.TYPE_IT)
    if "" in host.split("."):
        raise DomainError(say.EMPTY_LABEL.fill(name=short(host)), say.EMPTY_LABEL_HINT)
    if host.isascii() and host != host.lower():
        notes.append(say.UPPER_CASE)
    _refuse_address(host, given)
    _refuse_record_name(host)
    labels = _ascii(host) if host.isascii() else _international(host, notes)
    if len(".".join(labels)) > 253:
        raise DomainError(say.TOO_LONG.fill(length=len(".".join(labels))), say.TYPE_IT)
    return labels


def _ascii(host: str) -> list[str]:
    labels = host.lower().split(".")
    for label in labels:
        if len(label) > 63:
            raise DomainError(say.LONG_LABEL.fill(label=short(label), length=len(label)), say.TYPE_IT)
        if not _LETTERS_DIGITS_HYPHENS.fullmatch(label):
            raise DomainError(say.BAD_CHARACTERS.fill(name=short(host), label=short(label)), say.TYPE_IT)
    return labels


def _international(host: str, notes: list[Text]) -> list[str]:
    """IDNA 2008 (RFC 5891) after the mapping of UTS 46, as browsers do it."""
    import idna

    try:
        mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
        if mapped.isascii():
            return _ascii(mapped.removesuffix("."))
        name = idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        if "too long" in str(error).lower():
            raise DomainError(say.LONG_LABEL_OR_NAME.fill(name=short(host)), say.TYPE_IT) from None
        raise DomainError(say.NOT_IDNA.fill(name=short(host)), say.NOT_IDNA_HINT) from None
    notes.append(say.INTERNATIONAL.fill(name=name))
    return name.lower().removesuffix(".").split(".")


def _refuse_address(host: str, given: str) -> None:
    try:
        ipaddress.ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)+", host):
            return
    raise DomainError(say.IP_ADDRESS.fill(given=short(given)), say.IP_ADDRESS_HINT)


def _refuse_record_name(host: str) -> None:
    """A label with an underscore belongs to a record (RFC 8552), not to a domain that sends mail."""
    labels = host.lower().split(".")
    marked = [i for i, label in enumerate(labels) if "_" in label]
    if not marked:
        return
    rest = ".".join(labels[marked[-1] + 1 :])
    if "." in rest and not is_public_suffix(rest):
        raise DomainError(say.RECORD_NAME.fill(name=short(plain(host))), say.RECORD_NAME_HINT.fill(domain=short(rest)))
    raise DomainError(say.UNDERSCORE.fill(name=short(host)), say.TYPE_IT)


def _refuse_unverifiable(name: str, labels: list[str]) -> None:
    if len(labels) == 1 and not is_public_suffix(name):
        raise DomainError(say.SINGLE_LABEL.fill(name=name), say.SINGLE_LABEL_HINT.fill(name=name))
    if labels[-1].isdigit():
        raise DomainError(say.BAD_CHARACTERS.fill(name=short(name), label=short(labels[-1])), say.TYPE_IT)
    if is_public_suffix(name):
        raise DomainError(say.PUBLIC_SUFFIX.fill(name=name), say.PUBLIC_SUFFIX_HINT.fill(name=name))


def _shown(labels: list[str]) -> str:
    return ".".join(_unicode(label) if label.startswith("xn--") else label for label in labels)


def _unicode(label: str) -> str:
    """The label as people write it; a registered label that IDNA 2008 does not know (emoji) stays as it is."""
    import idna

    try:
        return idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return label
