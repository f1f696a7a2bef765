"""One provider of dns-lexicon at one zone: its records in the model's words, its troubles as ours, nothing without an end."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from unpend.model.errors import CredentialsError, UnpendError, WriterError
from unpend.model.names import absolute, is_under
from unpend.model.records import modelled, presented
from unpend.model.text import Text
from unpend.writers.contract import API_REFUSED, API_UNREACHABLE, NO_ZONE, Held
from unpend.writers.lexicon_hosts import LexiconHost

NOT_INSTALLED = Text(
    en="This DNS host needs dns-lexicon: pip install 'unpend[dns]'",
    ja="この DNS ホストには dns-lexicon が必要です: pip install 'unpend[dns]'",
)
NO_PROVIDER = Text(
    en="dns-lexicon has no provider {name}.", ja="dns-lexicon に {name} というプロバイダーはありません。"
)
NO_PREFERENCE = Text(
    en="The preference of {name} MX cannot be learned through dns-lexicon.",
    ja="{name} の MX の優先度を dns-lexicon では取得できません。",
)
NOT_ALONE = Text(
    en="{name} {type} cannot be named apart from other records through dns-lexicon.",
    ja="dns-lexicon では、{name} の {type} だけを指定して削除できません。",
)
TIMEOUT = 60.0
# For "too many requests", which is refused before anything is done; the host's own Retry-After goes first.
PAUSES = (1.0, 3.0, 10.0)
LONGEST_PAUSE = 60.0
SAID = 300
_MX = re.compile(r"(\d{1,5})\s+(\S+)")


@dataclass(frozen=True, slots=True)
class Row:
    """One record as the provider lists it; `value` in the model's form, `content` in its own."""

    id: str | None
    name: str
    type: str
    value: str
    ttl: int | None
    content: str


class Session:
    """Authenticated at a zone; new for every look, because providers keep what they have once listed."""

    def __init__(self, known: LexiconHost, options: Mapping[str, str], zone: str, after: Held = Held()) -> None:  # noqa: B008
        self.host = f"dns-lexicon, {known.provider}"
        self._known = known
        self._options = dict(options)
        self._zone = zone
        self._ttl = after.ttl
        self._provider = self._opened()

    def rows(self, type_: str | None = None) -> list[Row]:
        """Every record of the zone, or of one type. Names are compared by us: providers take a doubled zone for one."""
        listed: Iterable[dict[str, Any]] = self._asked(self._provider.list_records, type_)
        return [self._row(held) for held in listed if type_ in {None, held["type"]}]

    def create(self, name: str, type_: str, value: str) -> None:
        """One more record."""
        content, provider = value, self._provider
        if type_ == "MX" and self._known.preference_apart:
            preference, _, content = value.partition(" ")
            provider = self._opened(priority=preference)
        if type_ == "TXT" and self._known.quoted:
            content = presented(type_, value)
        if type_ in {"CNAME", "MX", "NS"}:
            content = content.removesuffix(".")
        self._asked(provider.create_record, type_, name.removesuffix("."), content)

    def delete(self, row: Row, everything: list[Row]) -> None:
        """This record alone. An id that the listing shows twice would take others along, so that it is no name for one."""
        alone = [each for each in everything if each.id == row.id]
        if row.id is None:
            alone = [
                each for each in alone if (each.name, each.type, each.content) == (row.name, row.type, row.content)
            ]
        if len(alone) != 1:
            raise WriterError(NOT_ALONE.fill(name=row.name, type=row.type))
        told = {"rtype": row.type, "name": row.name.removesuffix("."), "content": row.content}
        self._asked(self._provider.delete_record, identifier=row.id, **told)

    def _opened(self, **more: Any) -> Any:
        """Straight from the provider's class: dns-lexicon's client guesses the zone from a list that it downloads."""
        from lexicon.config import ConfigResolver

        general = {"provider_name": self._known.provider, "domain": self._zone.removesuffix("."), **more}
        if self._ttl is not None:
            general["ttl"] = self._ttl
        resolver: Any = ConfigResolver
        config = resolver().with_dict(general | {self._known.provider: self._options})
        provider = self._asked(provider_class(self._known.provider), config)
        self._asked(provider.authenticate)
        return provider

    def _row(self, held: dict[str, Any]) -> Row:
        name = absolute(str(held["name"]))
        name = name if is_under(name, self._zone) else f"{name}{self._zone}"
        content, ttl = str(held["content"]), held.get("ttl")
        id_ = held.get("id")
        value = self._value(held, name, content)
        return Row(None if id_ is None else str(id_), name, held["type"], value, int(ttl) if ttl else None, content)

    def _value(self, held: dict[str, Any], name: str, content: str) -> str:
        kind = held["type"]
        if kind == "TXT":
            return modelled(kind, content) if content[:1] == content[-1:] == '"' and len(content) > 1 else content
        if kind == "MX":
            return self._exchanger(held, name, content)
        return modelled(kind, content)

    def _exchanger(self, held: dict[str, Any], name: str, content: str) -> str:
        if whole := _MX.fullmatch(content):
            return f"{whole[1]} {absolute(whole[2])}"
        preference = held.get("priority")
        if preference is None and self._known.provider == "cloudflare":
            path = f"/zones/{self._provider.domain_id}/dns_records/{held['id']}"
            preference = self._asked(self._provider._get, path)["result"].get("priority")
        if preference is None:
            raise WriterError(NO_PREFERENCE.fill(name=name))
        return f"{preference} {absolute(content)}"

    def _asked(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        for pause in (*PAUSES, None):
            try:
                return _within(TIMEOUT, lambda: call(*arguments, **named))
            except UnpendError:
                raise
            except Exception as error:
                if pause is None or _code(error) != 429:
                    raise self._trouble(error) from None
                time.sleep(_asked_to_wait(error) or pause)
        raise AssertionError("the last pause is None")

    def _trouble(self, error: Exception) -> WriterError:
        """What went wrong, without the address (it may hold a key) and without any credential."""
        from lexicon.exceptions import AuthenticationError
        from requests import RequestException

        if isinstance(error, AuthenticationError):
            return WriterError(NO_ZONE.fill(zone=self._zone), API_REFUSED.fill(host=self.host, why=self._said(error)))
        code = _code(error)
        if code in {401, 403}:
            return CredentialsError(API_REFUSED.fill(host=self.host, why=f"HTTP {code}"))
        if code is not None:
            body = getattr(error, "response").text  # noqa: B009 -- any exception that carries a code carries a response
            return WriterError(API_REFUSED.fill(host=self.host, why=self._said(f"HTTP {code} {body}")))
        if isinstance(error, RequestException | OSError):
            return WriterError(API_UNREACHABLE.fill(host=self.host, why=type(error).__name__))
        return WriterError(API_REFUSED.fill(host=self.host, why=self._said(f"{type(error).__name__}: {error}")))

    def _said(self, what: object) -> str:
        said = str(what)
        for secret in self._options.values():
            said = said.replace(secret, "…") if len(secret) > 3 else said
        return said[:SAID].strip()


def provider_class(name: str) -> Any:
    """The class of a provider. CredentialsError where dns-lexicon, or what the provider needs, is not installed."""
    if importlib.util.find_spec("lexicon") is None:
        raise CredentialsError(NOT_INSTALLED)
    if not re.fullmatch(r"[a-z0-9]+", name):
        raise CredentialsError(NO_PROVIDER.fill(name=name))
    try:
        return importlib.import_module(f"lexicon._private.providers.{name}").Provider
    except (ImportError, AttributeError) as error:
        raise CredentialsError(NO_PROVIDER.fill(name=name)) from error


def option_names(name: str) -> tuple[str, ...]:
    """The options of a provider, as its own command line has them."""
    parser = argparse.ArgumentParser(add_help=False)
    provider_class(name).configure_parser(parser)
    return tuple(action.dest for action in parser._actions)


def _within(seconds: float, call: Callable[[], Any]) -> Any:
    """dns-lexicon sets no time limit; a call that does not come back is left behind in a thread of its own."""
    came: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            came.append(call())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not came:
        raise TimeoutError
    return came[0]


def _code(error: Exception) -> int | None:
    return getattr(getattr(error, "response", None), "status_code", None)


def _asked_to_wait(error: Exception) -> float:
    told = getattr(error, "response").headers.get("Retry-After", "")  # noqa: B009
    return min(float(told), LONGEST_PAUSE) if told.isdigit() else 0.0
