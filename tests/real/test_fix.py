"""`unpend fix` as a user runs it, on real servers: check, fix, check again, undo, and the zone is what it was."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import dns.query
import dns.tsigkeyring
import dns.update
import dns.zone
import msgspec
import pytest

from unpend.lab import Scenario, load_scenario, scenario_text
from unpend.report.report import Report

from .daemons import PORT, TSIG, Authoritative, PowerDns, UpdatableBind, UpdatableKnot, needed
from .world import RealWorld, real_world

pytestmark = pytest.mark.real
UNPEND = str(Path(sys.executable).parent / "unpend")
# One scenario of each family that an edit of the zone can heal.
HEALABLE = [
    "record-missing",
    "doubled-zone",
    "wrong-type",
    "wrong-target",
    "several-faults",
    "multiple-txt-at-selector",
    "spf-include-missing",
]
SERVERS = [UpdatableBind, UpdatableKnot, PowerDns]
# What differs between servers here is how they take a long TXT and an MX: two of them are enough.
FIXES = [
    *((name, kind) for name in HEALABLE for kind in SERVERS),
    *((name, kind) for name in ("key-truncated", "mailfrom-mx-wrong-region") for kind in (UpdatableBind, PowerDns)),
]


class Person:
    """Types commands at a world, with the key of the zone in the environment."""

    def __init__(self, world: RealWorld, folder: Path) -> None:
        self._world = world
        self._folder = folder
        (folder / "root.hints").write_text(world.lab.root_hints)
        (folder / "expected.json").write_bytes(msgspec.json.encode(world.lab.expected))

    async def types(self, *words: str) -> tuple[int, str, str]:
        done = await asyncio.to_thread(
            subprocess.run,
            [UNPEND, *words],
            env=os.environ | self._settings(),
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def _settings(self) -> dict[str, str]:
        server = self._world.daemons[0]
        if isinstance(server, PowerDns):
            return {"PDNS_API_URL": server.url, "PDNS_API_KEY": server.key}
        key, secret = TSIG
        where = f"{self.primary}:{PORT}"
        return {"RFC2136_NAMESERVER": where, "RFC2136_TSIG_KEY": key, "RFC2136_TSIG_SECRET": secret}

    @property
    def primary(self) -> str:
        return self._world.daemons[0].addresses[0]

    @property
    def flags(self) -> list[str]:
        resolver = self._world.daemons[-1].addresses[0]
        return [
            *(self._world.lab.domain, "--expect", "expected.json", "--root-hints", "root.hints", "--timeout", "2"),
            *("--resolver", f"{resolver}:{PORT}", "--quiet"),
        ]


def contents(address: str, zone: str) -> set[str]:
    """Everything in the zone but its serial."""
    xfr = dns.zone.from_xfr(dns.query.xfr(address, zone, port=PORT, relativize=False), relativize=False)
    return {f"{n} {ttl} {rdata}" for n, ttl, rdata in xfr.iterate_rdatas() if rdata.rdtype != 6}


def scenario_at_one_primary(name: str, folder: Path) -> Scenario:
    """The scenario with its zone at a host all of whose servers are one process here."""
    text = scenario_text(name).replace('host = "route53"', 'host = "godaddy"')
    (folder / f"{name}.toml").write_text(text)
    return load_scenario(str(folder / f"{name}.toml"))


@pytest.mark.parametrize(("name", "kind"), FIXES)
async def test_fix_and_undo(name: str, kind: type[Authoritative], tmp_path: Path) -> None:
    async with real_world(scenario_at_one_primary(name, tmp_path), tmp_path, kind) as world:
        person = Person(world, tmp_path)
        zone = world.lab.scenario.zone[0].name
        assert (await person.types("check", *person.flags))[0] == 1
        before = contents(person.primary, zone)
        code, out, err = await person.types("fix", *person.flags, "--yes", "--undo-file", "undo.json")
        assert code in {0, 3}, out + err
        assert "\n+ " in out or "\n- " in out
        await world.forget()
        after: Report = await world.check()
        assert str(after.verdict) == "ok", after.to_text("en")
        code, out, err = await person.types("undo", "undo.json", "--quiet")
        assert code == 0, out + err
        assert contents(person.primary, zone) == before
        assert not any(step["done"] for step in json.loads((tmp_path / "undo.json").read_text())["steps"])


async def test_nothing_is_written_where_the_zone_has_changed(tmp_path: Path) -> None:
    async with real_world(scenario_at_one_primary("wrong-target", tmp_path), tmp_path, UpdatableBind) as world:
        person = Person(world, tmp_path)
        zone = world.lab.scenario.zone[0].name
        assert (await person.types("fix", *person.flags, "--dry-run", "--out", "plan.json"))[0] == 1
        plan = json.loads((tmp_path / "plan.json").read_text())["plan"]
        changed = plan["changes"][-1]
        keyring = dns.tsigkeyring.from_text(dict([TSIG]))
        update = dns.update.UpdateMessage(zone, keyring=keyring)
        update.replace(changed["name"], 60, changed["type"], "somebody.else.example.")
        await asyncio.to_thread(dns.query.tcp, update, person.primary, 5, PORT)
        before = contents(person.primary, zone)
        code, _, err = await person.types("fix", *person.flags, "--yes", "--from", "plan.json", "--undo-file", "u.json")
        assert code == 5, err
        assert "somebody.else.example" in err
        assert contents(person.primary, zone) == before
        assert not (tmp_path / "u.json").exists()


async def test_refusals(tmp_path: Path) -> None:
    async with real_world(load_scenario("dname-above"), tmp_path, UpdatableBind) as world:
        person = Person(world, tmp_path)
        before = contents(person.primary, world.lab.scenario.zone[0].name)
        code, _, err = await person.types("fix", *person.flags, "--yes")
        assert (code, "--allow review" in err) == (5, True), err
        code, _, err = await person.types("fix", *person.flags, "--allow", "review")
        assert (code, "--yes" in err) == (2, True), err
        (tmp_path / "plan.json").write_text("{}")
        assert (await person.types("fix", *person.flags, "--from", "plan.json"))[0] == 2
        assert contents(person.primary, world.lab.scenario.zone[0].name) == before
        assert not list(tmp_path.glob("unpend-undo-*"))


async def test_nsupdate_applies_what_is_printed_for_it(tmp_path: Path) -> None:
    async with real_world(scenario_at_one_primary("several-faults", tmp_path), tmp_path, UpdatableBind) as world:
        person = Person(world, tmp_path)
        code, script, err = await person.types("fix", *person.flags, "--as", "nsupdate")
        assert code == 0, err
        command = [needed("nsupdate"), "-y", f"hmac-sha256:{TSIG[0]}:{TSIG[1]}"]
        told = f"server {person.primary} {PORT}\n{script}"
        for works in (True, False):
            done = await asyncio.to_thread(
                subprocess.run, command, input=told, capture_output=True, text=True, timeout=20, check=False
            )
            assert (done.returncode == 0) is works, done.stderr
        await world.forget()
        after: Report = await world.check()
        assert str(after.verdict) == "ok", after.to_text("en")
