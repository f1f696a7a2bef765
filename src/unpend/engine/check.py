"""The main job: look at one domain and say what keeps it pending. Owns the clock and wires the floors together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from unpend.catalog import parse_hints, public_resolvers, root_hints
from unpend.model.expected import Expected
from unpend.model.observation import HostedZone, Observation, Registration
from unpend.model.text import Text
from unpend.observer.look import Look
from unpend.observer.settings import Hints, Resolver, Settings
from unpend.observer.system import system_resolvers
from unpend.observer.wire import Wire
from unpend.report.report import Report, report_of
from unpend.sources import DomainInput, read_domain, read_expected

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
    ipv4: bool = True,
    ipv6: bool = True,
    timeout: float = DEFAULT_TIMEOUT,
    deadline: float = DEFAULT_DEADLINE,
    registration: Registration | None = None,
    hosted_zones: Sequence[HostedZone] = (),
    progress: Callable[[Text], None] | None = None,
    route: Route | None = None,
) -> Report:
    """Why is this domain not verified? Asks real servers, changes nothing.

    `expected` is what the mail provider asked for: an `Expected`, or the text of any format that `--expect` takes;
    None where it is not known. `resolvers` are "ADDR", "ADDR:PORT", "[V6]:PORT" or pairs (default: the system's and
    three public ones); `root_hints` is the text of a root hints file; `also_ask` holds "HOST" or "HOST@ADDR";
    `timeout` (seconds) bounds one server's silence, `deadline` the whole check.

    Raises DomainError, ExpectationError or UsageError for input that cannot be used; trouble on the network is in the
    report. Source of the procedure: docs/architecture.md.
    """
    subject = read_domain(domain)
    wanted = _expected(subject, expected)
    settings = Settings(
        root_hints=_hints(root_hints),
        resolvers=_resolvers(resolvers),
        port=port,
        also_ask=tuple(_host(text) for text in also_ask),
        ipv4=ipv4,
        ipv6=ipv6,
        timeout=timeout,
        deadline=deadline,
    )
    inputs = (registration, tuple(hosted_zones))
    observation = await _observe(subject, wanted, settings, inputs, progress, route)
    return report_of(wanted, observation)


async def _observe(
    subject: DomainInput,
    expected: Expected,
    settings: Settings,
    inputs: tuple[Registration | None, tuple[HostedZone, ...]],
    progress: Callable[[Text], None] | None,
    route: Route | None,
) -> Observation:
    async with Wire(route=route, budget=settings.budget) as wire:
        look = Look(
            expected,
            settings,
            wire,
            registrable=subject.registrable,
            registration=inputs[0],
            hosted_zones=inputs[1],
            progress=progress or (lambda _: None),
        )
        return await look.observe()


def _expected(subject: DomainInput, expected: Expected | str | None) -> Expected:
    if expected is None:
        expected = Expected(subject.name)
    elif isinstance(expected, str):
        expected = read_expected(expected, subject.name)
    return replace(expected, notes=(*subject.notes, *expected.notes))


def _hints(text: str | None) -> Hints:
    return root_hints() if text is None else parse_hints(text)


def _resolvers(given: Sequence[str | tuple[str, int]] | None) -> tuple[Resolver, ...]:
    if given is None:
        found = (*system_resolvers(), *(Resolver(each.address, 53, each.name) for each in public_resolvers()))
        return tuple({resolver.address: resolver for resolver in reversed(found)}.values())[::-1]
    return tuple(_resolver(each) for each in given)


def _resolver(given: str | tuple[str, int]) -> Resolver:
    if isinstance(given, tuple):
        return Resolver(*given)
    if given.startswith("["):
        address, _, port = given[1:].partition("]")
        return Resolver(address, int(port.removeprefix(":") or 53))
    address, colon, port = given.partition(":")
    if ":" in port or not colon:
        return Resolver(given)
    return Resolver(address, int(port))


def _host(text: str) -> tuple[str, str]:
    name, _, address = text.partition("@")
    return (name.rstrip(".").lower() + ".", address)
