"""The list of an account's domains: where each stands, why in one line, and when it is looked at next."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request

from unpend.api.domains import cursor_of, read_cursor
from unpend.api.engine import Engine
from unpend.api.gate import Caller
from unpend.diagnosis.rulebook import rule_of
from unpend.model.identity import Identity, Kind, State
from unpend.model.text import Text
from unpend.pages import words
from unpend.pages.asked import link
from unpend.pages.times import When, lasting, when
from unpend.report import phrases
from unpend.store.listing import Known, known, regions, some

PAGE = 50
REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
LONGEST_CURSOR = 400
CODES = {state.value.replace("_", "-"): state for state in State}


@dataclass(frozen=True, slots=True)
class Row:
    """One domain of the list."""

    name: str
    link: str
    state: str
    said: Text
    since: When | None
    cause: Text | None
    code: str
    looks: When | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One state to filter by."""

    said: Text
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """What the list shows. `first` and `further` lead to other pages of it, `add` is where a new domain goes."""

    rows: tuple[Row, ...]
    region: str
    regions: tuple[str, ...]
    choices: tuple[Choice, ...]
    state: str
    add: str
    first: str | None
    further: str | None


def listing(engine: Engine, caller: Caller, request: Request) -> Listing:
    """The page that was asked for."""
    asked = request.query_params
    region, cursor = region_of(request, engine), asked.get("cursor", "")[:LONGEST_CURSOR]
    state = asked.get("state", "") if asked.get("state", "") in CODES else ""
    store = engine.identities.store
    found = some(store, caller.account, region, read_cursor(cursor), PAGE, CODES.get(state))
    shown = tuple(each for each in found.items if each.kind is Kind.DOMAIN)
    causes, now = known(store, shown), engine.identities.clock.now()
    kept = {"region": asked.get("region"), "state": state}
    return Listing(
        rows=tuple(_row(each, causes.get(each.id), now, engine) for each in shown),
        region=region,
        regions=tuple(dict.fromkeys([*regions(store, caller.account), region])),
        choices=tuple(_choices(kept, state)),
        state=state,
        add=link("/domains", {"region": asked.get("region")}),
        first=link("/", kept) if cursor else None,
        further=link("/", kept | {"cursor": cursor_of(found.after)}) if found.after is not None else None,
    )


def region_of(request: Request, engine: Engine) -> str:
    """The region that was asked for, else the server's own."""
    given = request.query_params.get("region", "")[:32]
    return given if REGION.fullmatch(given) else engine.region


def link_of(identity: Identity, engine: Engine) -> str:
    """Where the page of a domain is."""
    region = identity.key.region
    return link(f"/domains/{identity.key.name}", {"region": region if region != engine.region else None})


def cause_in_a_line(identity: Identity, found: Known | None) -> tuple[Text | None, str]:
    """The root cause by its title, and its code; a verified domain needs neither."""
    if identity.verified:
        return None, ""
    if found is None:
        return words.NOT_DIAGNOSED, ""
    if not found.cause:
        return (words.RIGHT_NOW if found.verdict == "ok" else phrases.HEADINGS[found.verdict]), ""
    try:
        return rule_of(found.cause).title, found.cause
    except KeyError:  # found by a newer worker
        return Text("{code}", "{code}").fill(code=found.cause), ""


def _row(identity: Identity, found: Known | None, now: float, engine: Engine) -> Row:
    standing = identity.ownership
    cause, code = cause_in_a_line(identity, found)
    return Row(
        name=identity.key.name,
        link=link_of(identity, engine),
        state=standing.state.value.replace("_", "-"),
        said=words.STATES[standing.state],
        since=lasting(standing.since, now),
        cause=cause,
        code=code,
        looks=when(identity.due_at, now),
    )


def _choices(kept: dict[str, str | None], chosen: str) -> list[Choice]:
    shown = [("", words.ALL)]
    shown += [(code, words.STATES[state]) for code, state in CODES.items() if state is not State.NOT_STARTED]
    return [Choice(said, link("/", kept | {"state": code}), code == chosen) for code, said in shown]
