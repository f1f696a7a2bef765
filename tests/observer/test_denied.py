"""What a server denies and what it is asked below that all the same, on real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest
from tests.observer.peers import peer

from unpend.diagnosis.ask import one
from unpend.diagnosis.case import Case
from unpend.model.expected import Expected
from unpend.model.observation import NameServer, Observation, ZoneCut
from unpend.model.records import Question, Role, Server
from unpend.observer.notebook import Notebook
from unpend.observer.settings import Settings
from unpend.observer.walk import Walker
from unpend.observer.wire import Wire
from unpend.observer.wishes import Genie

ZONE = "example.com."
KEYS = f"_domainkey.{ZONE}"
GUESSES = tuple(f"tok{n}.{KEYS}" for n in range(6))
SOA = f"ns.{ZONE} a.{ZONE} 1 3600 600 86400 60"
Spoils = Callable[[dns.message.Message, str], None]


def honest(response: dns.message.Message, name: str) -> None:
    pass


def cached(response: dns.message.Message, name: str) -> None:
    """No authority at all: such a denial is somebody else's word."""
    if name != ZONE:
        response.flags &= ~dns.flags.AA


def cached_keys(response: dns.message.Message, name: str) -> None:
    if name == KEYS:
        response.flags &= ~dns.flags.AA


def through_an_alias(response: dns.message.Message, name: str) -> None:
    """The denial is about the alias's target."""
    if name == KEYS:
        response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", "gone.example.net."))


def apex_denied(response: dns.message.Message, name: str) -> None:
    """Says of the zone's own name that it does not exist, by type, and would then exist no more itself."""
    if response.question[0].rdtype == dns.rdatatype.MX:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif name == KEYS:
        response.set_rcode(dns.rcode.NOERROR)


def refused(response: dns.message.Message, name: str) -> None:
    if name == KEYS:
        response.set_rcode(dns.rcode.REFUSED)


def world(published: Iterable[str], spoils: Spoils, told: list[str]) -> Callable[[bytes], Iterable[bytes]]:
    """A server that denies whatever is not published, also a name with something below it."""
    there = {ZONE, *published}

    def answers(data: bytes) -> Iterable[bytes]:
        query = dns.message.from_wire(data)
        name, response = query.question[0].name.to_text().lower(), dns.message.make_response(query)
        told.append(name)
        response.flags |= dns.flags.AA
        soa = dns.rrset.from_text(ZONE, 60, "IN", "SOA", SOA)
        is_soa = name == ZONE and query.question[0].rdtype == dns.rdatatype.SOA
        (response.answer if is_soa else response.authority).append(soa)
        response.set_rcode(dns.rcode.NOERROR if name in there else dns.rcode.NXDOMAIN)
        spoils(response, name)
        return [response.to_wire()]

    return answers


async def asked_below(published: Iterable[str], spoils: Spoils, first: Iterable[Question]) -> set[str]:
    """Which guesses one server is asked, having been asked `first` before."""
    told: list[str] = []
    async with peer(world(published, spoils, told)) as port, Wire() as wire:
        settings = Settings(root_hints=(), port=port)
        nameserver = NameServer(f"ns.{ZONE}", ("127.0.0.1",))
        server = Server(Role.AUTHORITATIVE, nameserver.name, "127.0.0.1", port, ZONE)
        notebook = Notebook(wire, settings)
        await asyncio.gather(*(notebook.ask(server, q) for q in (Question(ZONE, "SOA"), *first)))
        cuts = (ZoneCut(".", ".", ()), ZoneCut(ZONE, ".", (nameserver,), asked=True))
        case = Case(Expected(ZONE), Observation(ZONE, ZONE, cuts, tuple(notebook.exchanges)))
        before = set(told)
        genie = Genie(notebook, Walker(notebook, settings), settings)
        await genie.grant([one(name, "CNAME") for name in GUESSES if name not in before], case)
        await notebook.close()
    return set(told) & set(GUESSES) - before


BELOW, ELSEWHERE = Question(KEYS, "SOA"), Question(f"nothing.{ZONE}", "SOA")
FIRST, OTHERS = set(GUESSES[:1]), set(GUESSES[1:])
CASES: dict[str, tuple[Iterable[str], Spoils, Iterable[Question], set[str]]] = {
    "denied: one guess": ((), honest, (BELOW,), FIRST),
    "found to be denied": ((), honest, (ELSEWHERE,), FIRST),
    "found to be denied without authority": ((), cached_keys, (ELSEWHERE,), set(GUESSES)),
    "the guess shows it wrong": (GUESSES[:1], honest, (BELOW,), set(GUESSES)),
    "shown wrong before": (GUESSES[:1], honest, (BELOW, Question(GUESSES[0], "CNAME")), OTHERS),
    "the zone itself denied, for one type": (
        GUESSES[3:4],
        apex_denied,
        (Question(KEYS, "TXT"), Question(ZONE, "MX")),
        set(GUESSES),
    ),
    "no authority": ((), cached, (BELOW,), set(GUESSES)),
    "the target is denied": ((), through_an_alias, (BELOW,), set(GUESSES)),
    "refused": ((), refused, (BELOW,), set(GUESSES)),
    "not denied": ((KEYS,), honest, (BELOW,), set(GUESSES)),
}


@pytest.mark.parametrize("case", CASES)
async def test_what_is_asked_below_a_denied_name(case: str) -> None:
    published, spoils, first, asked = CASES[case]
    assert await asked_below(published, spoils, first) == asked
