"""Mail providers, recognised by what they make people publish: target first, key shape next, selector last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from unpend.catalog.tables import table, text
from unpend.model.text import Text


@dataclass(frozen=True, slots=True)
class MailProvider:
    """One provider. `targets` and `texts` are regular expressions on the lower-cased target without its final dot
    and on the content of a TXT record, `keys` on that of a DKIM key; `selectors` are fixed selector names, `selector_patterns` their shapes.

    `underneath` is the id of the provider whose records these really are (a brand on top of Amazon SES).
    `switched_on` is whether it is known to publish a domain's key only once DKIM is switched on for it.
    """

    id: str
    name: Text
    targets: tuple[str, ...]
    texts: tuple[str, ...]
    keys: tuple[str, ...]
    selectors: tuple[str, ...]
    selector_patterns: tuple[str, ...]
    underneath: str
    switched_on: bool
    own_knowledge: bool


@cache
def all_providers() -> tuple[MailProvider, ...]:
    """Every provider of the catalogue, the more specific before the one it builds upon."""
    return tuple(_provider(entry) for entry in table("mail_providers.toml")["provider"])


@cache
def provider_by_id(id_: str) -> MailProvider | None:
    """The provider of this id."""
    return next((provider for provider in all_providers() if provider.id == id_), None)


def provider_of_record(name: str, type_: str, value: str) -> MailProvider | None:
    """Whose record stands at this name: by its target or content, then by the shape of its key, then by its selector.

    Selectors collide (`google` in two organisations, `k1` at two services): the last is the weakest word.
    """
    selector, key, _ = name.lower().partition("._domainkey.")
    found = provider_of_txt(value) if type_ == "TXT" else provider_of_target(value)
    if found is None and key:
        shaped = _first(_keys(), re.sub(r"\s+", "", value)) if type_ == "TXT" else None
        return shaped or provider_of_selector(selector)
    return found


def provider_of_target(target: str) -> MailProvider | None:
    """Whose record points there. `target` is a name, or an MX value with its preference."""
    bare = target.lower().rpartition(" ")[2].removesuffix(".")
    return _first(_targets(), bare)


def keyless_at_first(target: str) -> bool:
    """Whether there may be no key behind this target although it is right: its provider waits to be told."""
    return _first(_switched(), target.lower().removesuffix(".")) is not None


def provider_of_txt(content: str) -> MailProvider | None:
    """Whose TXT record this is; None for a key that anybody could have made."""
    return _first(_texts(), content.strip())


def provider_of_selector(selector: str) -> MailProvider | None:
    """Who uses this selector; None where several do."""
    found = [p for p in all_providers() if selector.lower() in p.selectors]
    if found:
        return found[0] if len(found) == 1 else None
    return _first(_selectors(), selector.lower())


@cache
def common_selectors() -> tuple[str, ...]:
    """Selectors worth asking for when nothing is known about the domain, the most frequent first."""
    held = table("mail_providers.toml")
    named = (selector for provider in all_providers() for selector in provider.selectors)
    return tuple(dict.fromkeys((*held["shared_selectors"], *named)))


Patterns = tuple[tuple[re.Pattern[str], MailProvider], ...]


def _first(patterns: Patterns, subject: str) -> MailProvider | None:
    return next((provider for pattern, provider in patterns if pattern.fullmatch(subject)), None)


@cache
def _targets() -> Patterns:
    return tuple((re.compile(pattern), p) for p in all_providers() for pattern in p.targets)


@cache
def _switched() -> Patterns:
    return tuple((pattern, provider) for pattern, provider in _targets() if provider.switched_on)


@cache
def _texts() -> Patterns:
    return tuple((re.compile(pattern, re.IGNORECASE), p) for p in all_providers() for pattern in p.texts)


@cache
def _keys() -> Patterns:
    return tuple((re.compile(pattern, re.IGNORECASE), p) for p in all_providers() for pattern in p.keys)


@cache
def _selectors() -> Patterns:
    return tuple((re.compile(pattern), p) for p in all_providers() for pattern in p.selector_patterns)


def _provider(entry: dict[str, Any]) -> MailProvider:
    return MailProvider(
        id=entry["id"],
        name=text(entry["name"]),
        targets=tuple(entry.get("targets", ())),
        texts=tuple(entry.get("texts", ())),
        keys=tuple(entry.get("keys", ())),
        selectors=tuple(entry.get("selectors", ())),
        selector_patterns=tuple(entry.get("selector_patterns", ())),
        underneath=entry.get("underneath", ""),
        switched_on=entry.get("switched_on", False),
        own_knowledge=entry.get("confidence") == "own-knowledge",
    )
