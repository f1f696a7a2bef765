"""`unpend fix` as a process: what it tells programs, what it leaves behind when it breaks off, what it refuses."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from lab_cases import report_of

from unpend.cli.allowed import refuse_never, refuse_strange
from unpend.lab import Lab, load_scenario
from unpend.model.errors import RefusedError
from unpend.report.planfile import dump, load

from .lab_flags import UNPEND, flags, typed
from .powerdns_api import KEY, PowerDnsApi, powerdns_api

QUICK = ("--wait", "3")


class World:
    """A lab whose zone is written through PowerDNS's API, and somebody who types at it."""

    def __init__(self, lab: Lab, api: PowerDnsApi, folder: Path) -> None:
        self.api = api
        self.folder = folder
        self.flags = flags(lab, folder)
        self.before = dict(api.sets)
        self.undo_file = folder / "undo.json"

    @property
    def command(self) -> list[str]:
        return ["fix", *self.flags, *QUICK, "--undo-file", str(self.undo_file)]

    async def types(self, *words: str, **settings: str) -> tuple[int, str, str]:
        return await typed(*self.command, *words, settings=self.api.settings | settings)

    async def starts(self, *words: str, stdin: int = subprocess.DEVNULL) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(UNPEND, *self.command, *words),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"LANG": "C.UTF-8"} | self.api.settings,
        )

    async def takes_back(self) -> None:
        code, _, err = await typed("undo", str(self.undo_file), settings=self.api.settings)
        assert code == 0, err
        assert self.api.sets == self.before

    def steps(self) -> list[Any]:
        return [step["done"] for step in json.loads(self.undo_file.read_text())["steps"]]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with Lab(load_scenario("doubled-zone")) as lab:
        with powerdns_api(lab) as api:
            yield World(lab, api, tmp_path)


async def interrupted(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


async def heard(stream: asyncio.StreamReader | None, word: bytes) -> bytes:
    """What came until the word did."""
    assert stream is not None
    said = b""
    while word not in said:
        piece = await asyncio.wait_for(stream.read(4096), 60)
        assert piece, said
        said += piece
    return said


async def test_programs_are_told_what_was_done(world: World) -> None:
    code, out, err = await world.types("--dry-run", "--format", "json")
    told = json.loads(out)
    planned = len(told["plan"]["changes"])
    assert (code, told["applied"]["made"], len(told["applied"]["not_made"])) == (1, [], planned)
    code, out, err = await world.types("--yes", "--format", "json")
    told = json.loads(out)
    applied = told["applied"]
    assert (code, told["verdict"]) == (0, "ok"), err
    assert (len(applied["made"]), applied["not_made"], applied["unknown"], applied["why"]) == (planned, [], [], None)
    assert (applied["shown_everywhere"], applied["undo_file"]) == (True, str(world.undo_file))
    assert applied["provider"]["op"] == "await"
    assert "\n+ " in err
    await world.takes_back()


async def test_an_api_that_fails_half_way(world: World) -> None:
    world.api.fails_at = 3
    code, out, err = await world.types("--yes", "--format", "json")
    applied = json.loads(out)["applied"]
    assert (code, len(applied["made"])) == (4, 2), err
    assert "backend is down" in applied["why"]
    assert all(each["name"].rstrip(".") in err.partition("Not made:")[2] for each in applied["not_made"])
    assert f"unpend undo {world.undo_file}" in err
    assert world.steps() == [True, True, *[False] * len(applied["not_made"])]
    await world.takes_back()


@pytest.mark.parametrize("done", [True, False])
async def test_ctrl_c_while_writing(done: bool, world: World) -> None:
    world.api.hangs_at, world.api.does_before_it_hangs = 2, done
    process = await world.starts("--yes", "--format", "json")
    await asyncio.to_thread(world.api.hanging.wait, 60)
    code, out, err = await interrupted(process)
    applied = json.loads(out)["applied"]
    assert (code, len(applied["made"])) == (130, 2 if done else 1), err
    assert "interrupted by Ctrl-C" in applied["why"]
    assert f"unpend undo {world.undo_file}" in err
    world.api.hangs_at = 0
    await world.takes_back()


async def test_a_kill_while_writing_is_taken_back_too(world: World) -> None:
    world.api.hangs_at = 2
    process = await world.starts("--yes")
    await asyncio.to_thread(world.api.hanging.wait, 60)
    process.kill()
    await process.communicate()
    assert world.steps()[:3] == [True, None, False]
    await world.takes_back()


async def test_ctrl_c_while_waiting(world: World) -> None:
    world.api.publishes = False
    process = await world.starts("--yes", "--wait", "60")
    await heard(process.stderr, b"Waiting until every name server")
    await asyncio.sleep(0.5)
    code, _, err = await interrupted(process)
    assert (code, "The changes are made" in err, f"undo {world.undo_file}" in err) == (130, True, True), err
    await world.takes_back()


async def test_ctrl_c_and_no_at_the_question(world: World) -> None:
    for answer, code, said in ((None, 130, "Nothing was changed"), (b"n\n", 5, "Nothing was changed")):
        master, slave = pty.openpty()
        process = await world.starts(stdin=slave)
        await heard(process.stderr, b"[y/N]")
        if answer is None:
            await asyncio.sleep(0.5)  # until input() waits: between the prompt and that CPython looks at no signal
            told = await interrupted(process)
        else:
            os.write(master, answer)
            out, err = await asyncio.wait_for(process.communicate(), 60)
            told = (process.returncode, out.decode(), err.decode())
        assert (told[0], said in told[2]) == (code, True), told
        os.close(master)
        os.close(slave)
    assert (world.api.sets, world.undo_file.exists()) == (world.before, False)


async def test_ctrl_c_before_anything(world: World) -> None:
    process = await world.starts("--yes", "--port", "9", "--timeout", "5")
    await heard(process.stderr, b"\n")
    code, _, err = await interrupted(process)
    assert (code, "Nothing was changed" in err, world.api.writes) == (130, True, 0), err


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ({"PDNS_API_KEY": "wrong"}, 2, "PDNS_API_KEY"),
        ({"PDNS_SERVER_NAME": "other"}, 4, "does not hold the zone"),
    ],
)
async def test_hosts_that_cannot_be_used(settings: dict[str, str], code: int, said: str, world: World) -> None:
    got, out, err = await world.types("--yes", "--quiet", "--format", "json", **settings)
    assert (got, said in err, KEY in err + out) == (code, True, False), err
    assert json.loads(out)["applied"]["made"] == []
    assert (world.api.writes, world.undo_file.exists()) == (0, False)


def another_services_record(plan: dict[str, Any]) -> None:
    change = plan["plan"]["changes"][0]
    more = {"op": "delete", "name": "www.example.com.", "host": "www", "type": "A", "values": ["192.0.2.80"]}
    plan["plan"]["changes"].append(change | more | {"before": ["192.0.2.80"]})


def another_value(plan: dict[str, Any]) -> None:
    created = [change for change in plan["plan"]["changes"] if change["op"] == "create"]
    created[0]["values"] = ["tok.dkim.attacker.example."]


def cname_at_the_apex(plan: dict[str, Any]) -> None:
    change = plan["plan"]["changes"][-1]
    change |= {"op": "create", "name": "example.com.", "host": "@", "type": "CNAME", "values": ["x.example.net."]}


def name_servers(plan: dict[str, Any]) -> None:
    plan["plan"]["changes"][0] |= {"name": "example.com.", "type": "NS"}


def another_zone(plan: dict[str, Any]) -> None:
    plan["plan"]["changes"][0] |= {"zone": "example.org.", "name": "a.example.org."}


TAMPERED = [
    (another_services_record, "not what unpend would do now: delete www.example.com. A"),
    (another_value, "not what unpend would do now"),
    (cname_at_the_apex, "never makes"),
    (name_servers, "never makes"),
    (another_zone, "never makes"),
]


@pytest.mark.parametrize(("tampered", "said"), TAMPERED)
def test_plans_that_somebody_changed(tampered: Any, said: str) -> None:
    report = report_of("doubled-zone")
    file = json.loads(dump(report.domain, report.to_dict()["plan"]))
    tampered(file)
    _, plan = load(json.dumps(file).encode())

    def judged() -> None:
        refuse_never(report.domain, plan)
        refuse_strange(report.plan, plan, None)

    with pytest.raises(RefusedError, match=re.escape(said)):
        judged()


async def test_a_changed_plan_writes_nothing(world: World) -> None:
    file = world.folder / "plan.json"
    world.api.sets["www.example.com.", "A"] = (300, ["192.0.2.80"])
    await world.types("--dry-run", "--out", str(file))
    plan = json.loads(file.read_text())
    another_services_record(plan)
    file.write_text(json.dumps(plan))
    code, _, err = await world.types("--yes", "--from", str(file))
    assert (code, "delete www.example.com. A" in err) == (5, True), err
    assert (world.api.writes, world.undo_file.exists()) == (0, False)
