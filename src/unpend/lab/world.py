"""Builds a world from a scenario: root, registries, DNS hosts, the mail provider, the user's zones, the resolvers."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import dns.name
import dns.rdatatype
import dns.rrset

from unpend.lab.resolver import LabResolver
from unpend.lab.scenario import Cut, Scenario, ZoneText
from unpend.lab.server import Held, LabServer
from unpend.lab.signing import Signer, ds_of
from unpend.lab.words import KEY, TOKENS, fill, signing_zone
from unpend.lab.zone import Name, Zone
from unpend.model.errors import ScenarioError
from unpend.model.text import Text

SUFFIXES = ("com", "net", "org", "jp", "uk", "co.uk", "io", "dev", "shop", "info", "email", "test", "de")
SUFFIXES_INSIDE = ("co.jp", "ne.jp", "or.jp")
NO_HOST = Text(
    en="The scenario names a DNS host that the lab does not have: {host}",
    ja="ラボにない DNS ホストが指定されています: {host}",
)
NETWORK = "127.53"
ROOTS = ("a.root-servers.net", "b.root-servers.net")


@cache
def hosts() -> dict[str, list[list[str]]]:
    """The DNS hosts of the lab: id → server sets."""
    text = (resources.files(__package__) / "hosts.toml").read_text(encoding="utf-8")
    return {host: entry["sets"] for host, entry in tomllib.loads(text).items()}


def absolute(name: str) -> Name:
    """A name of a scenario as dnspython holds it."""
    return dns.name.from_text(name.lower())


def registrable(name: str) -> str:
    """The part of a name that a registry of the lab delegates, without the final dot."""
    parts = name.rstrip(".").lower().split(".")
    known = {*SUFFIXES, *SUFFIXES_INSIDE}
    for i in range(len(parts)):
        if ".".join(parts[i + 1 :]) in known:
            return ".".join(parts[i:])
    return ".".join(parts[-2:])


def suffix_zone(name: str) -> str:
    """The registry's zone that holds the delegation of a registrable name."""
    parts = name.split(".")
    return next(s for i in range(1, len(parts)) if (s := ".".join(parts[i:])) in SUFFIXES)


@dataclass(slots=True)
class World:
    """Everything that is there, before sockets are opened."""

    scenario: Scenario
    now: Callable[[], float]
    network: str = NETWORK
    servers: dict[str, LabServer] = field(default_factory=dict)
    resolvers: list[LabResolver] = field(default_factory=list)
    zones: dict[str, list[Zone]] = field(default_factory=dict)
    signed: bool = False

    # --- servers ------------------------------------------------------------------------------------------------

    def server(self, name: str, address: str = "") -> LabServer:
        """The server of this name, made when it is first named."""
        if name not in self.servers:
            count = len(self.servers) + 10
            self.servers[name] = LabServer(name, address or f"{self.network}.{count // 200}.{count % 200 + 1}")
        return self.servers[name]

    def host_names(self, host: str, number: int, zone: str) -> list[str]:
        """The name servers of a host's set; "own" are two servers inside the zone itself."""
        if host == "own":
            return [f"ns{i}.{zone}" if number == 1 else f"ns{number}{i}.{zone}" for i in (1, 2)]
        if host not in hosts() or number > len(hosts()[host]):
            raise ScenarioError(NO_HOST.fill(host=host))
        return hosts()[host][number - 1]

    def put(self, server: str, zone: Zone, signer: Signer | None = None, *, elsewhere: bool = False) -> None:
        """Load a zone at a server; `elsewhere` is what only the lab's resolvers see of it."""
        place = self.server(server)
        (place.elsewhere if elsewhere else place.zones)[zone.apex] = Held(zone, signer)
        known = self.zones.setdefault(zone.apex.to_text(omit_final_dot=True), [])
        if zone not in known:
            known.append(zone)

    def zone(
        self, apex: str, servers: Iterable[str], text: str, *, sign: str = "", broken: str = "", ttl: int = 3600
    ) -> Zone:
        """Make a zone and load it at servers; `sign` is the label of its key."""
        made = Zone(absolute(apex))
        made.read(text, ttl)
        for server in servers:
            self.put(server, made, Signer(made, sign, broken) if sign else None)
        return made

    def held(self, apex: str) -> list[Zone]:
        """Every version of a zone that some server holds."""
        return self.zones.get(apex, [])

    # --- the registries -----------------------------------------------------------------------------------------

    def build(self) -> None:
        """Everything but the user's own zones, which `publish` loads."""
        self.signed = any(z.signed or z.ds in {"stale", "wrong-digest"} for z in self.scenario.zone)
        for told in self.scenario.server:
            if told.name and told.address:
                self.server(told.name, told.address)
        self._registries()
        self._infrastructure([*ROOTS])
        for host in self._hosts_needed():
            for names in hosts()[host]:
                self._infrastructure(names)
        self._provider()

    def _hosts_needed(self) -> list[str]:
        named = {z.host for z in self.scenario.zone if z.host != "own"} or {"route53"}
        listed = {*self.scenario.delegation.nameservers, *self.scenario.delegation.before, *self.scenario.also_ask}
        listed |= {n for c in self.scenario.delegate for n in c.nameservers}
        listed |= {s.name for s in self.scenario.server}
        asked = {h for h, sets in hosts().items() if any(n in listed for names in sets for n in names)}
        return [h for h in hosts() if h in named | asked | {"ses"}]

    def _registries(self) -> None:
        lines = [_soa(f"{ROOTS[0]}.", 1), *(f". NS {r}." for r in ROOTS)]
        lines += [f"{r}. A {self.server(r).address}" for r in ROOTS]
        for suffix in SUFFIXES:
            servers = [f"{letter}.nic.{suffix}" for letter in "ab"]
            text = [_soa(f"{servers[0]}.", 1), *(f"@ NS {s}." for s in servers)]
            text += [f"{s}. A {self.server(s).address}" for s in servers]
            self.zone(suffix, servers, "\n".join(text), sign=suffix if self.signed else "", ttl=86400)
            if suffix == "co.uk":
                self._delegate("uk", suffix, servers)
            else:
                lines += [f"{suffix}. NS {s}." for s in servers]
                lines += [f"{s}. A {self.server(s).address}" for s in servers]
                lines += [f"{suffix}. DS {ds_of(absolute(suffix), suffix)}"] * self.signed
        self.zone(".", ROOTS, "\n".join(lines), sign="." if self.signed else "", ttl=86400)

    def _delegate(
        self,
        parent: str,
        child: str,
        servers: Iterable[str],
        *,
        ttl: int = 172800,
        ds: str = "",
        glue: dict[str, str] | None = None,
    ) -> None:
        """Put a delegation into every version of the parent zone, with glue for names inside it."""
        for zone in self.held(parent):
            zone.remove(absolute(child), dns.rdatatype.NS)
            zone.remove(absolute(child), dns.rdatatype.DS)
            lines = [f"{child}. {ttl} NS {s}." for s in servers]
            for server in servers:
                address = (glue or {}).get(server) or self._glue(server, child)
                if address and not zone.set(absolute(server), dns.rdatatype.A):
                    lines.append(f"{server}. {ttl} A {address}")
            zone.read("\n".join([*lines, f"{child}. {ttl} DS {ds}" if ds else ""]), ttl)

    def _glue(self, server: str, child: str) -> str:
        return self.server(server).address if server.endswith("." + child) and server in self.servers else ""

    def _infrastructure(self, names: list[str]) -> None:
        """The zones in which a host's name servers have their addresses."""
        by_domain: dict[str, list[str]] = {}
        for name in names:
            by_domain.setdefault(registrable(name), []).append(name)
        for domain, servers in by_domain.items():
            known = self.held(domain)
            lines = [f"{s}. A {self.server(s).address}" for s in servers]
            if known:
                known[0].read("\n".join(lines), 3600)
                continue
            text = [_soa(f"{servers[0]}.", 1), *(f"@ NS {s}." for s in servers), *lines]
            self.zone(domain, servers, "\n".join(text))
            self._delegate(suffix_zone(domain), domain, servers)

    def _provider(self) -> None:
        """The mail provider's zone: one of the three targets holds a key, the others an empty TXT."""
        names = self.host_names("ses", 1, "")
        keys = self.scenario.provider.keys
        lines = [_soa(f"{names[0]}.", 1), *(f"@ NS {n}." for n in names)]
        lines.append('@ TXT "v=spf1 ip4:199.255.192.0/22 ip4:199.127.232.0/22 -all"')
        lines.append(f'somebody-elses-token.{signing_zone(self.scenario)} TXT "p=MA=="')
        for i, token in enumerate(TOKENS):
            content = KEY if keys == "all" or (keys == "one" and i == 0) else ""
            halves = f'"{content[:200]}" "{content[200:]}"' if content else '""'
            if keys != "none":
                lines.append(f"{token}.{signing_zone(self.scenario)} TXT {halves}")
        self.zone("amazonses.com", names, "\n".join(lines))
        self._delegate("com", "amazonses.com", names)

    # --- the user's zones ---------------------------------------------------------------------------------------

    def publish(self, *, before: bool) -> None:
        """Load the user's zones as they were before, or as they are now, and delegate them."""
        texts = self.scenario.zone or (ZoneText(name=self.scenario.domain, records="<wanted>"),)
        for apex in {t.name for t in texts}:
            self.zones.pop(apex, None)
        for text in texts:
            self._own_zone(text, before=before)
        self._delegations(texts, before=before)
        self._behave()

    def _own_zone(self, text: ZoneText, *, before: bool) -> None:
        names = self.host_names(text.host, text.set, text.name)
        content = text.before if before and text.before is not None else text.records
        lines = [_soa(f"{text.mname or names[0]}.", text.serial, text.soa_minimum, text.refresh, text.ttl)]
        filled = fill(content, self.scenario)
        if "@ NS " not in filled and f"{text.name}. NS" not in filled:
            lines += [f"@ NS {n}." for n in names]
        if text.host == "own":
            lines += [f"{n}. A {self.server(n).address}" for n in names]
        made = Zone(absolute(text.name))
        made.read("\n".join([*lines, filled]), text.ttl)
        for name in text.only or names:
            signer = Signer(made, text.name, text.break_) if text.signed else None
            self.put(name, made, signer, elsewhere=text.elsewhere)

    def _delegations(self, texts: tuple[ZoneText, ...], *, before: bool) -> None:
        top = registrable(self.scenario.domain)
        cuts = {c.zone: c for c in self.scenario.delegate}
        cuts.setdefault(top, self.scenario.delegation)
        for apex in dict.fromkeys([t.name for t in texts] + list(cuts)):
            self._delegation(apex, [t for t in texts if t.name == apex], cuts.get(apex, Cut()), before=before)

    def _delegation(self, apex: str, texts: list[ZoneText], cut: Cut, *, before: bool) -> None:
        parent = self._parent(apex)
        if not cut.registered or not parent:
            for zone in self.held(parent):
                zone.remove(absolute(apex), dns.rdatatype.NS)
            return
        named = (cut.before if before and cut.before else cut.nameservers) or tuple(
            self.host_names(texts[0].host, texts[0].set, apex) if texts else ()
        )
        for name in named:
            self.server(name)
        if named:
            self._delegate(parent, apex, named, ttl=cut.ttl, ds=_ds(texts), glue=cut.glue)

    def _parent(self, apex: str) -> str:
        parts = apex.split(".")
        return next((p for i in range(1, len(parts)) if self.held(p := ".".join(parts[i:]))), "")

    def _behave(self) -> None:
        for behaviour in self.scenario.server:
            names = (
                [behaviour.name] if behaviour.name else [n for names in hosts().get(behaviour.host, []) for n in names]
            )
            for name in names:
                server = self.server(name, behaviour.address)
                server.does |= {behaviour.does} - {""}
                server.slow = behaviour.slow_ms / 1000
                server.loss = behaviour.loss
        if self.scenario.network.blocked:
            for server in self.servers.values():
                server.does.add("silent-to-us")


def _ds(texts: list[ZoneText]) -> str:
    if not texts or texts[0].ds == "none" or not (texts[0].signed or texts[0].ds == "stale"):
        return ""
    label = texts[0].name + (" of old" if texts[0].ds == "stale" else "")
    made = ds_of(absolute(texts[0].name), label)
    return made[:-1] + ("0" if made[-1] != "0" else "1") if texts[0].ds == "wrong-digest" else made


def _soa(primary: str, serial: int, minimum: int = 900, refresh: int = 7200, ttl: int = 3600) -> str:
    return f"@ {ttl} SOA {primary} hostmaster.{primary} {serial} {refresh} 900 1209600 {minimum}"
