"""The text of a scenario: what a person writes to make a world (`unpend explain scenarios` has the format)."""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import msgspec

from unpend.model.errors import ScenarioError
from unpend.model.expected import Elsewhere
from unpend.model.text import Text

Does = Literal[
    "",
    "dead",
    "silent",
    "silent-to-us",
    "refused",
    "refuse-us",
    "servfail",
    "not-loaded",
    "upward",
    "loop-referral",
    "no-aa",
    "silent-edns",
    "formerr-edns",
    "badvers",
    "no-tcp",
    "truncate-no-tcp",
    "drop-mixed-case",
    "lower-case",
    "txt-silent",
    "txt-servfail",
    "rotate",
    "huge",
    "garbage",
    "wrong-id",
    "wrong-question",
]
FOLDER = resources.files(__package__) / "scenarios"
UNKNOWN = Text(en="There is no scenario {name}.", ja="{name} というシナリオはありません。")
NEAR = Text(
    en="Did you mean {near}? `unpend lab list` names them all.",
    ja="{near} ではありませんか。一覧は `unpend lab list` で表示できます。",
)
UNREADABLE = Text(en="The scenario {name} cannot be read: {why}", ja="シナリオ {name} を読み取れません: {why}")

FORMAT = Text(
    en="`unpend explain scenarios` has the format.",
    ja="書式は `unpend explain scenarios` で確認できます。",
)


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence in both languages."""

    en: str
    ja: str

    @property
    def text(self) -> Text:
        return Text("{words}", "{words_ja}", {"words": self.en, "words_ja": self.ja})


class ZoneText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"break_": "break"}):
    """A zone at a host; `before` is what it held when the resolvers were warmed, `only` limits it to some servers.

    `elsewhere` is what the same servers show to the lab's resolvers in its place (a view, a location).
    """

    name: str
    host: str = "route53"
    set: int = 1
    records: str = ""
    before: str | None = None
    only: tuple[str, ...] = ()
    ttl: int = 3600
    soa_minimum: int = 900
    serial: int = 2026112300
    mname: str = ""
    signed: bool = False
    ds: Literal["right", "none", "stale", "wrong-digest"] = "right"
    break_: Literal["", "expired", "missing-rrsig", "bad-signature", "bad-denial"] = ""
    refresh: int = 7200
    elsewhere: bool = False


class Cut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A delegation: by default to the zone's host. `glue` overrides the addresses that the parent gives."""

    nameservers: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    glue: dict[str, str] = {}
    registered: bool = True
    ttl: int = 172800
    zone: str = ""


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a server (or every server of a host) does wrong."""

    name: str = ""
    host: str = ""
    does: Does = ""
    slow_ms: int = 0
    loss: float = 0.0
    address: str = ""


class ResolverText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A resolver: what it was asked before (`warm`: "name TYPE"), how long ago (seconds), and a private view."""

    name: str
    warm: tuple[str, ...] = ()
    elapsed: int = 0
    serves_private: str = ""
    does: Literal["", "silent", "servfail", "refused"] = ""


class RegistrationText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the registry says."""

    registered: bool | None = None
    status: tuple[str, ...] = ()
    expires_at: str = ""
    changed_at: str = ""
    nameservers: tuple[str, ...] = ()
    registrar: str = ""


class HostedZoneText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A zone as the DNS host's account shows it."""

    name: str
    id: str = ""
    private: bool = False
    nameservers: tuple[str, ...] = ()
    records: str = ""


class WantedText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One record that ought to be published."""

    name: str
    type: str
    values: tuple[str, ...]
    purpose: str = "dkim"
    required: bool = True


class ViewText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the mail provider says of the identity (SES: GetEmailIdentity); no status where it does not exist."""

    verification_status: str | None = "PENDING"
    dkim_status: str | None = "PENDING"
    error_type: str | None = None
    checked_minutes_ago: int | None = None
    success_minutes_ago: int | None = None
    soa_primary: str | None = None
    mail_from_domain: str | None = None
    mail_from_status: str | None = None
    signing_enabled: bool | None = None
    exists: bool | None = None
    searched: int | None = None
    unanswered: tuple[str, ...] = ()
    asked_region: str | None = None
    elsewhere: tuple[Elsewhere, ...] = ()
    unwanted_names: tuple[str, ...] = ()
    overriding: tuple[str, ...] = ()
    production: bool | None = None


class ExpectText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ought to be published, where it is not the three CNAMEs of SES; `policy` looks at SPF and DMARC too."""

    none: bool = False
    policy: bool = False
    records: tuple[WantedText, ...] = ()
    former_names: tuple[str, ...] = ()
    entered_minutes_ago: int | None = None
    view: ViewText | None = None


class NetworkText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Our own network: `blocked` drops whatever we send to authoritative servers."""

    blocked: bool = False


class ProviderText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mail provider's side: how many of the three targets hold a key (one, as it should be)."""

    keys: Literal["one", "all", "none"] = "one"


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One world, with the first finding (`code`, "ok" where it is healthy) and the verdict it must lead to.

    `domain` is the first zone's name unless told.
    """

    code: str
    title: Words
    story: Words
    verdict: str = "action_required"
    heals: bool | None = None
    also: tuple[str, ...] = ()
    domain: str = ""
    region: str = "us-east-1"
    signing_zone: str = ""
    zone: tuple[ZoneText, ...] = ()
    delegation: Cut = Cut()
    delegate: tuple[Cut, ...] = ()
    server: tuple[Behaviour, ...] = ()
    resolver: tuple[ResolverText, ...] = ()
    registration: RegistrationText | None = None
    hosted_zone: tuple[HostedZoneText, ...] = ()
    network: NetworkText = NetworkText()
    provider: ProviderText = ProviderText()
    also_ask: tuple[str, ...] = ()
    expect: ExpectText = ExpectText()
    name: str = ""

    @property
    def can_heal(self) -> bool:
        """Whether the plan, applied by machine, ends it."""
        return self.verdict == "action_required" if self.heals is None else self.heals


@cache
def scenario_names() -> tuple[str, ...]:
    """The shipped scenarios, in order."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in FOLDER.iterdir() if f.name.endswith(".toml")))


def scenario_text(name_or_path: str) -> str:
    """The text of a shipped scenario or of a person's own file."""
    if name_or_path in scenario_names():
        return (FOLDER / f"{name_or_path}.toml").read_text(encoding="utf-8")
    path = Path(name_or_path)
    if path.is_file() and path.stat().st_size < 1 << 20:
        return path.read_text(encoding="utf-8")
    near = difflib.get_close_matches(name_or_path, scenario_names(), 3, 0.4) or scenario_names()[:3]
    raise ScenarioError(UNKNOWN.fill(name=name_or_path), NEAR.fill(near=near))


def load_scenario(name_or_path: str) -> Scenario:
    """A shipped scenario by name, or a file by its path. ScenarioError says what cannot be read."""
    text = scenario_text(name_or_path)
    try:
        data: dict[str, Any] = tomllib.loads(text)
        scenario = msgspec.convert(data, Scenario)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ScenarioError(UNREADABLE.fill(name=name_or_path, why=error), FORMAT) from error
    domain = scenario.domain or next((zone.name for zone in scenario.zone), "example.com")
    return msgspec.structs.replace(scenario, name=Path(name_or_path).stem, domain=domain)
