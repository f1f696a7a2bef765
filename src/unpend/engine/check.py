"""The main job: look at one domain and say what keeps it pending. Owns the clock and wires the floors together."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import ip_address

from unpend.catalog import parse_hints, public_resolvers, root_hints
from unpend.diagnosis.case import Case
from unpend.model.errors import UsageError
from unpend.model.expected import Expected
from unpend.model.observation import HostedZone, Registration
from unpend.model.text import Text
from unpend.observer.look import Look
from unpend.observer.session import Session
from unpend.observer.settings import Hints, Resolver, Settings
from unpend.observer.system import system_resolvers
from unpend.observer.wire import Wire
from unpend.report.report import Report, report_on
from unpend.sources import DomainInput, read_domain, read_expected
from unpend.sources.contact import read_contact

NOT_A_RESOLVER = Text(en="{given} is not a resolver's address.", ja="{given} はリゾルバーのアドレスではありません。")
GIVE_AN_ADDRESS = Text(
    en="Give an IP address, with a port if it is not 53: 9.9.9.9, 127.0.0.1:5353, [2620:fe::fe]:53.",
    ja="IP アドレスを指定してください。ポートが 53 でない場合は 127.0.0.1:5353 や [2620:fe::fe]:53 のように付けます。",
)
NOT_A_HOST = Text(
    en="{given} is not a DNS host: give the name of a name server, or NAME@ADDRESS.",
    ja="{given} は DNS ホストとして扱えません。ネームサーバーの名前、または 名前@アドレス を指定してください。",
)
ENDPOINT = re.compile(r"(?:\[(?P<v6>[^]]+)\]|(?P<v4>[^:\[\]]+))(?::(?P<port>[0-9]{1,5}))?")
HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")
DEFAULT_TIMEOUT = 3.0
DEFAULT_DEADLINE = 15.0
Route = Callable[[str, int], tuple[str, int]]


async def check(
    domain: str,
    expected: Expected | str | None = None,
    *,
    resolvers: Sequence[str | tuple[str, int]] | None = None,
    root_hints: str | None = None,
    port: int = 53,
    also_ask: Sequence[str] = (),
    policy: bool = False,
    ipv4: bool = True,
    ipv6: bool = True,
    timeout: float = DEFAULT_TIMEOUT,
    deadline: float = DEFAULT_DEADLINE,
    registration: Registration | None = None,
    hosted_zones: Sequence[HostedZone] = (),
    progress: Callable[[Text], None] | None = None,
    route: Route | None = None,
    contact: str = "",
    session: Session | None = None,
) -> Report:
    """Why is this domain not verified? Asks real servers, changes nothing.

    `expected` is what the mail provider asked for: an `Expected`, or the text of any format that `--expect` takes;
    None where it is not known. `resolvers` are "ADDR", "ADDR:PORT", "[V6]:PORT" or pairs (default: the system's and
    three public ones); `root_hints` is the text of a root hints file; `also_ask` holds "HOST" or "HOST@ADDR";
    `policy` has SPF and DMARC of the domain looked at as well; `contact` (an address, a URL) is told to the servers;
    `timeout` (seconds) bounds one server's silence, `deadline` the whole check. Checks with the same settings in one
    `session` share sockets and what they learn of the registries, of name servers' addresses and of common targets.

    Raises DomainError, ExpectationError or UsageError for input that cannot be used; trouble on the network is in the
    report. Source of the procedure: docs/architecture.md.
    """
    subject = read_domain(domain)
    wanted = _expected(subject, expected, policy)
    settings = Settings(
        root_hints=_hints(root_hints),
        resolvers=read_resolvers(resolvers),
        port=port,
        also_ask=tuple(_host(text) for text in also_ask),
        ipv4=ipv4,
        ipv6=ipv6,
        timeout=timeout,
        deadline=deadline,
        contact=read_contact(contact) if contact else "",
    )
    inputs = (registration, tuple(hosted_zones))
    case = await _observe(subject, wanted, settings, inputs, progress, route, session)
    return report_on(case)


async def _observe(
    subject: DomainInput,
    expected: Expected,
    settings: Settings,
    inputs: tuple[Registration | None, tuple[HostedZone, ...]],
    progress: Callable[[Text], None] | None,
    route: Route | None,
    session: Session | None,
) -> Case:
    sockets = session.sockets if session else None
    async with Wire(route=route, budget=settings.budget, contact=settings.contact, sockets=sockets) as wire:
        look = Look(
            expected,
            settings,
            wire,
            registrable=subject.registrable,
            registration=inputs[0],
            hosted_zones=inputs[1],
            progress=progress or (lambda _: None),
            memory=session.memory(settings, route) if session else None,
        )
        return await look.observe()


def _expected(subject: DomainInput, expected: Expected | str | None, policy: bool) -> Expected:
    if expected is None:
        expected = Expected(subject.name)
    elif isinstance(expected, str):
        expected = read_expected(expected, subject.name)
    return replace(expected, notes=(*subject.notes, *expected.notes), policy=policy or expected.policy)


def _hints(text: str | None) -> Hints:
    return root_hints() if text is None else parse_hints(text)


def read_resolvers(given: Sequence[str | tuple[str, int]] | None) -> tuple[Resolver, ...]:
    """The resolvers of the flags; the system's and three public ones where none is given."""
    if given is None:
        found = (*system_resolvers(), *(Resolver(each.address, 53, each.name) for each in public_resolvers()))
        return tuple({resolver.address: resolver for resolver in reversed(found)}.values())[::-1]
    return tuple(_resolver(each) for each in given)


def _resolver(given: str | tuple[str, int]) -> Resolver:
    """ "ADDR", "ADDR:PORT", "V6", "[V6]:PORT" or a pair; UsageError for anything else."""
    if isinstance(given, tuple):
        return Resolver(*given)
    match = ENDPOINT.fullmatch(given.strip())
    address = (match["v6"] or match["v4"]) if match else given.strip()
    port = int(match["port"] or 53) if match else 53
    if not _is_address(address) or not 0 < port < 65536:
        raise UsageError(NOT_A_RESOLVER.fill(given=given), GIVE_AN_ADDRESS)
    return Resolver(address, port)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _host(text: str) -> tuple[str, str]:
    """HOST or HOST@ADDR as (absolute name, address or "")."""
    name, at, address = text.strip().partition("@")
    if not HOST.fullmatch(name) or (at and not _is_address(address)):
        raise UsageError(NOT_A_HOST.fill(given=text))
    return (name.rstrip(".").lower() + ".", address)
