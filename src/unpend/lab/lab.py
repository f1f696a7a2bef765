"""The lab: a scenario's world on loopback sockets, and what a plan does to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from datetime import datetime
from types import TracebackType

import dns.name
import dns.rdatatype
import msgspec

from unpend.lab.applied import apply
from unpend.lab.resolver import LabResolver
from unpend.lab.scenario import Scenario, ViewText
from unpend.lab.server import Endpoint, LabServer
from unpend.lab.signing import ds_of
from unpend.lab.words import TOKENS, fill, signing_zone
from unpend.lab.world import NETWORK, ROOTS, World, absolute
from unpend.lab.zone import Zone
from unpend.model.errors import LabError
from unpend.model.expected import Expected, ExpectedRecord, ProviderView, Purpose
from unpend.model.observation import HostedZone, Registration
from unpend.model.plan import Errand, Plan
from unpend.model.records import Record
from unpend.model.text import Text

PORT_TRIES = 20
NO_PORT = Text(en="The lab found no free port on loopback.", ja="ラボが使えるループバックのポートが見つかりません。")
RESOLVERS = ("resolver-1.lab", "resolver-2.lab")
Address = tuple[str, int]


class Lab:
    """A running world: `async with Lab(load_scenario("doubled-zone")) as lab`.

    `latency` (seconds, one way) and `loss` (0 to 1) are between us and every server. `single_address` puts everything
    on 127.0.0.1 with a port each, for machines that have no other loopback address; then `route` maps addresses.
    `network` is the first half of every other address, so that two labs can share a port. `external` servers get no
    socket: something else, a real name server, is to answer at their addresses.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        single_address: bool | None = None,
        latency: float = 0.0,
        loss: float = 0.0,
        port: int = 0,
        external: Collection[str] = (),
        network: str = NETWORK,
    ) -> None:
        self.scenario = scenario
        self.domain = scenario.domain
        self.port = port
        self.route: Callable[[str, int], Address] | None = None
        self.ignored: list[Errand] = []
        self._single = single_address
        self._fixed_port = port
        self._external = frozenset(external)
        self._latency = latency
        self._loss = loss
        self._offset = 0.0
        self._endpoints: list[Endpoint] = []
        self._routes: dict[str, int] = {}
        self._world = World(scenario, self.now, network)

    def now(self) -> float:
        """The lab's clock."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Let time pass for caches."""
        self._offset += seconds

    def flush(self) -> None:
        """Resolvers forget everything."""
        for resolver in self._world.resolvers:
            resolver.flush()

    # --- what a check needs to know -----------------------------------------------------------------------------

    @property
    def resolvers(self) -> tuple[Address, ...]:
        """Where the resolvers listen."""
        return tuple((r.address, self.port) for r in self._world.resolvers)

    @property
    def root_hints(self) -> str:
        """The root hints file of this world."""
        lines = [f". 3600000 NS {n}." for n in ROOTS]
        return "\n".join([*lines, *(f"{n}. 3600000 A {self._world.server(n).address}" for n in ROOTS)]) + "\n"

    @property
    def trust_anchor(self) -> str:
        """The DS record of the root, for a validating resolver; "" where this world is unsigned."""
        return f". DS {ds_of(dns.name.root, '.')}" if self._world.signed else ""

    @property
    def also_ask(self) -> tuple[str, ...]:
        """Undelegated hosts that the scenario's user names, as HOST@ADDR."""
        return tuple(f"{n}@{self._world.server(n).address}" for n in self.scenario.also_ask)

    @property
    def servers(self) -> dict[str, str]:
        """Every authoritative server: name → address."""
        return {name: server.address for name, server in self._world.servers.items()}

    @property
    def expected(self) -> Expected:
        """What ought to be published."""
        told = self.scenario.expect
        domain = self.domain + "."
        zone = signing_zone(self.scenario)
        tokens = [ExpectedRecord(Purpose.DKIM, f"{t}._domainkey.{domain}", "CNAME", (f"{t}.{zone}",)) for t in TOKENS]
        own = [
            ExpectedRecord(Purpose(w.purpose), self._name(w.name), w.type, tuple(map(self._fill, w.values)), w.required)
            for w in told.records
        ]
        return Expected(
            domain,
            () if told.none else tuple(own or tokens),
            provider=None if told.none or own else "ses",
            region=self.scenario.region,
            signing_zone=zone,
            former_names=tuple(map(self._name, told.former_names)),
            entered_at=_ago(told.entered_minutes_ago),
            view=_view(told.view),
            source="lab",
            policy=told.policy,
        )

    def _fill(self, text: str) -> str:
        return fill(text, self.scenario)

    def _name(self, text: str) -> str:
        return self._fill(text).rstrip(".").lower() + "."

    @property
    def registration(self) -> Registration | None:
        """What the registry says, where the scenario tells."""
        told = self.scenario.registration
        if told is None:
            return None
        return Registration(
            told.registered,
            told.status,
            _time(told.expires_at),
            _time(told.changed_at),
            told.nameservers,
            told.registrar,
        )

    @property
    def hosted_zones(self) -> tuple[HostedZone, ...]:
        """The zones in the DNS host's account, where the scenario tells."""
        return tuple(
            HostedZone(
                self._name(z.name),
                z.id,
                z.private,
                tuple(map(self._name, z.nameservers)),
                _records(self._fill(z.records), self._name(z.name)),
            )
            for z in self.scenario.hosted_zone
        )

    # --- up and down --------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Lab:
        self._world.build()
        self._world.publish(before=True)
        self._make_resolvers()
        self._warm()
        self._world.publish(before=False)
        await self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    def _make_resolvers(self) -> None:
        texts = {r.name: r for r in self.scenario.resolver}
        for i, name in enumerate(texts or RESOLVERS, 1):
            told = texts.get(name)
            resolver = LabResolver(
                name,
                f"{self._world.network}.250.{i}",
                self._world.servers,
                ROOTS,
                self.now,
                validates=self._world.signed or any(z.ds == "stale" for z in self.scenario.zone),
            )
            if told:
                resolver.does |= {told.does} - {""}
                self._serve_privately(resolver, told.serves_private)
            self._world.resolvers.append(resolver)

    def _serve_privately(self, resolver: LabResolver, text: str) -> None:
        zone = Zone(absolute(self.domain))
        zone.read(fill(text, self.scenario), 300)
        for name, rrsets in zone.nodes.items():
            for rrset in rrsets:
                resolver.private[(name, rrset.rdtype)] = (rrset,)

    def _warm(self) -> None:
        """The resolvers were asked some time ago, when the zones were as they were before."""
        for resolver, told in zip(self._world.resolvers, self.scenario.resolver, strict=False):
            for question in told.warm:
                name, type_ = self._fill(question).split()
                resolver.resolve(absolute(name), dns.rdatatype.from_text(type_))
        self._offset += max((r.elapsed for r in self.scenario.resolver), default=0)

    async def _open(self) -> None:
        own = [server for name, server in self._world.servers.items() if name not in self._external]
        wanted: list[LabServer | LabResolver] = [*own, *self._world.resolvers]
        for _ in range(PORT_TRIES):
            try:
                await self._bind(wanted)
                return
            except OSError:
                await self._close()
                if self._single is None and not await _has_loopback_range():
                    self._single = True
                self.port = self._fixed_port
        raise LabError(NO_PORT)

    async def _bind(self, wanted: list[LabServer | LabResolver]) -> None:
        for server in wanted:
            endpoint = Endpoint(server, self._latency, self._loss)
            self._endpoints.append(endpoint)
            if self._single:
                self._routes[server.address] = await endpoint.open("127.0.0.1", 0)
            else:
                self.port = await endpoint.open(server.address, self.port)
        if self._single:
            self.port = 53
            self.route = lambda address, port: ("127.0.0.1", self._routes.get(address, 9))

    async def _close(self) -> None:
        for endpoint in self._endpoints:
            await endpoint.close()
        self._endpoints.clear()

    def apply(self, plan: Plan) -> None:
        """Do what the plan says to the zones at the delegated host, and the mechanical errands at the registry."""
        self.ignored += apply(self._world.zones, plan)

    def zone_texts(self) -> dict[str, dict[str, str]]:
        """Server name → zone apex → master-file text, for real servers; signed where the zone is."""
        return {
            name: {apex.to_text(): (held.signer or held.zone).to_text() for apex, held in server.zones.items()}
            for name, server in self._world.servers.items()
        }


def _ago(minutes: int | None) -> float | None:
    return None if minutes is None else time.time() - 60 * minutes


def _view(told: ViewText | None) -> ProviderView | None:
    if told is None:
        return None
    same = msgspec.structs.asdict(told)
    looked, found = _ago(same.pop("checked_minutes_ago")), _ago(same.pop("success_minutes_ago"))
    if told.exists is False:
        same |= {"verification_status": None, "dkim_status": None}
    return ProviderView(last_checked_at=looked, last_success_at=found, **same)


def _time(text: str) -> float | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() if text else None


def _records(text: str, apex: str) -> tuple[Record, ...]:
    zone = Zone(absolute(apex))
    zone.read(text, 300)
    return tuple(
        Record(name.to_text().lower(), dns.rdatatype.to_text(r.rdtype), r.ttl, str(rdata))
        for name, rrsets in zone.nodes.items()
        for r in rrsets
        for rdata in r
    )


async def _has_loopback_range() -> bool:
    """Whether 127.9.9.9 can be bound (Linux), or only 127.0.0.1 (macOS)."""
    try:
        server = await asyncio.start_server(lambda r, w: None, "127.9.9.9", 0)
    except OSError:
        return False
    server.close()
    return True
