"""Amazon SES's own view of an identity, region by region, through boto3's standard credential chain. Reads only."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unpend.aws import NotThereError, Session, called, client_of, session_of
from unpend.model.errors import UnpendError
from unpend.model.expected import Elsewhere
from unpend.model.text import Text

# AWS throttles everything but sending at one call a second for an account and region.
PAUSE = 1.0
OVERRIDING_ASKED = 5
PAGE, PAGES = 1000, 10
FIRST = ("us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "eu-central-1", "us-east-2")
NOT_ASKED = Text(en="SES was not asked what it wants: {why}", ja="SES には問い合わせていません。{why}")
NOT_TOLD = Text(
    en="SES in {region} did not tell what it wants: {why}", ja="{region} の SES から情報を得られませんでした: {why}"
)
LOOKING = Text(
    en="Asking SES in {region} … ({number} of {count})", ja="{region} の SES に問い合わせています…（{number}/{count}）"
)
MORE = Text(
    en="Asking SES in {region} about the account …", ja="{region} の SES にアカウントの状態を問い合わせています…"
)
Progress = Callable[[Text], None]


@dataclass(frozen=True, slots=True)
class SesAnswer:
    """The identity as JSON text and its region, or neither; and what the account tells beside it.

    `exists` is None where SES could not be asked, `asked` the region that was meant, `searched` how many regions said
    whether they have it, `unanswered` those that did not. `production` and `overriding` are read of a verified identity.
    """

    text: str | None = None
    region: str | None = None
    asked: str | None = None
    exists: bool | None = None
    searched: int = 0
    unanswered: tuple[str, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    production: bool | None = None
    overriding: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()


def ask_ses(
    domain: str,
    *,
    region: str | None = None,
    profile: str | None = None,
    every_region: bool = False,
    progress: Progress = lambda _: None,
    pause: float = PAUSE,
) -> SesAnswer:
    """What SES says of the domain (without final dot); where it is missing, all regions of the account are asked.

    Nothing is raised: what went wrong is a note. A further region that refuses (it may be switched off in the account)
    is passed over.
    """
    try:
        session = session_of(region=region, profile=profile)
    except UnpendError as error:
        return SesAnswer(notes=(NOT_ASKED.fill(why=error.message),))
    with closing(Scan(session, domain, progress, pause)) as scan:
        return scan.run(every_region)


class Scan:
    """Asks region after region, no faster than `pause` seconds a call."""

    def __init__(self, session: Session, domain: str, progress: Progress, pause: float) -> None:
        self._session = session
        self._domain = domain
        self._progress = progress
        self._pause = pause
        self._next_at = 0.0
        self._boto: Any = None
        self._connected = ""
        self._found: dict[str, dict[str, Any]] = {}
        self._absent: list[str] = []
        self._trouble: dict[str, Text] = {}

    def run(self, every_region: bool) -> SesAnswer:
        """The region that is meant first; the others where it has no such identity, or all are wanted."""
        home = self._session.region
        self._look(home, 1, 1)
        if home in self._trouble and not every_region:
            return SesAnswer(asked=home, notes=self._notes())
        if every_region or home in self._absent:
            others = _ordered(self._session.partition_regions, home)
            for number, region in enumerate(others, 2):
                if self._found and not every_region:
                    break
                self._look(region, number, len(others) + 1)
        return self._answer(home)

    def _look(self, region: str, number: int, count: int) -> None:
        self._progress(LOOKING.fill(region=region, number=number, count=count))
        try:
            self._found[region] = self._identity(region, self._domain)
        except NotThereError:
            self._absent.append(region)
        except UnpendError as error:
            self._trouble[region] = error.message

    def _answer(self, home: str) -> SesAnswer:
        searched, silent = len(self._found) + len(self._absent), tuple(self._trouble)
        told: dict[str, Any] = {"asked": home, "searched": searched, "unanswered": silent, "notes": self._notes()}
        if not self._found:
            return SesAnswer(exists=False if self._absent else None, **told)
        region = home if home in self._found else max(self._found, key=lambda r: _status(self._found[r]) == "SUCCESS")
        held = self._found[region]
        elsewhere = tuple(Elsewhere(r, _status(each)) for r, each in self._found.items() if r != region)
        more: dict[str, Any] = {}
        if _status(held) == "SUCCESS":
            self._progress(MORE.fill(region=region))
            more = {"production": self._production(region), "overriding": tuple(self._overriding(region))}
        text = json.dumps(held, default=_plain)
        return SesAnswer(text=text, region=region, exists=True, elsewhere=elsewhere, **told, **more)

    def _notes(self) -> tuple[Text, ...]:
        """The trouble of the region that was meant; those of others are only counted."""
        why = self._trouble.get(self._session.region)
        return (NOT_TOLD.fill(region=self._session.region, why=why),) if why else ()

    def _production(self, region: str) -> bool | None:
        try:
            answer = self._call(region, "get_account")
        except UnpendError:
            return None
        allowed = answer.get("ProductionAccessEnabled")
        return allowed if isinstance(allowed, bool) else None

    def _overriding(self, region: str) -> Iterator[str]:
        """More specific identities that do not sign; none where the permission to list or to look is missing."""
        try:
            for name in self._more_specific(region)[:OVERRIDING_ASKED]:
                dkim = self._identity(region, name).get("DkimAttributes", {})
                if not dkim.get("SigningEnabled") or dkim.get("Status") != "SUCCESS":
                    yield name
        except UnpendError:
            return

    def _more_specific(self, region: str) -> list[str]:
        found: list[str] = []
        token: dict[str, str] = {}
        for _ in range(PAGES):
            page = self._call(region, "list_email_identities", PageSize=PAGE, **token)
            names = (str(each.get("IdentityName", "")) for each in page.get("EmailIdentities", ()))
            found += [n for n in names if n.lower().endswith(("@" + self._domain, "." + self._domain))]
            if not page.get("NextToken"):
                break
            token = {"NextToken": page["NextToken"]}
        return sorted(found)

    def _identity(self, region: str, name: str) -> dict[str, Any]:
        return self._call(region, "get_email_identity", EmailIdentity=name)

    def _call(self, region: str, operation: str, **arguments: Any) -> dict[str, Any]:
        time.sleep(max(0.0, self._next_at - time.monotonic()))
        try:
            return called(self._client(region), operation, **arguments)
        finally:
            self._next_at = time.monotonic() + self._pause

    def _client(self, region: str) -> Any:
        """The region's client; that of the last region is given back first: one connection at a time."""
        if self._connected != region:
            self.close()
            self._boto, self._connected = client_of(self._session, "sesv2", region=region), region
        return self._boto

    def close(self) -> None:
        """Give the connection back."""
        if self._boto is not None:
            self._boto.close()
            self._boto, self._connected = None, ""


def _ordered(regions: tuple[str, ...], home: str) -> list[str]:
    """The regions most in use first."""
    return [r for r in dict.fromkeys((*(r for r in FIRST if r in regions), *regions)) if r != home]


def _status(identity: dict[str, Any]) -> str:
    return str(identity.get("VerificationStatus", ""))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
