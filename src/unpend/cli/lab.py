"""`unpend lab [list | SCENARIO | serve SCENARIO]`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

import click
import msgspec

from unpend.cli import output
from unpend.cli.language import language, say
from unpend.cli.options import option
from unpend.lab import Lab, Scenario, load_scenario, scenario_names, scenario_text
from unpend.model.errors import UsageError
from unpend.model.text import Lang, Text

WHICH = Text(
    en="Name a scenario: `unpend lab list` shows them.",
    ja="シナリオを指定してください。一覧は `unpend lab list` で表示できます。",
)
SERVING = Text(
    en="The world is up until Ctrl-C. Point any tool at it:",
    ja="Ctrl-C を押すまで動き続けます。ほかのツールからも使えます:",
)
SINGLE = Text(
    en="(This machine has only 127.0.0.1: every server has a port of its own, outside tools cannot follow the delegations.)",
    ja="（このマシンでは 127.0.0.1 しか使えないため、サーバーごとにポートが異なります。外部のツールは委任をたどれません。）",
)


def command() -> click.Command:
    """The command, in the visitor's language."""
    return click.Command(
        "lab",
        callback=lab,
        params=[
            click.Argument(["words"], nargs=-1, metavar="[list | SCENARIO | serve SCENARIO]"),
            option("--show", "Print the scenario's text instead.", "シナリオの本文を表示します。", is_flag=True),
            option(
                "--latency",
                "Seconds one way to every server.",
                "各サーバーまでの片道の遅延（秒）です。",
                type=click.FloatRange(0, 5),
                default=0.0,
            ),
            option(
                "--loss",
                "Share of queries that are lost.",
                "失われる問い合わせの割合です。",
                type=click.FloatRange(0, 0.9),
                default=0.0,
            ),
            *output.options(),
        ],
        help=_help(),
    )


def _help() -> str:
    return say(
        "The embedded DNS world: root, registries, DNS hosts, the mail provider and resolvers on loopback, one scenario for each "
        "finding. No network, no account.\n\n\b\nExamples:\n  unpend lab list\n  unpend lab doubled-zone\n  unpend lab ./my-own.toml\n"
        "  unpend lab serve lame-delegation\n\n`unpend explain scenarios` says how to write one.",
        "内蔵の DNS 環境です。ルート、レジストリ、DNS ホスト、メール事業者、リゾルバーがループバック上で動き、所見ごとにシナリオがあります。"
        "ネットワークもアカウントも不要です。\n\n\b\n例:\n  unpend lab list --lang ja\n  unpend lab doubled-zone --lang ja\n"
        "  unpend lab ./my-own.toml --lang ja\n  unpend lab serve lame-delegation\n\nシナリオの書き方は `unpend explain scenarios` で表示できます。",
    )


def lab(words: tuple[str, ...], **given: Any) -> int:
    """List, show, diagnose or serve."""
    lang: Lang = cast(Lang, given["lang"] or language())
    if words[:1] == ("list",) or not words:
        sys.stdout.write(listing(lang))
        return 0
    name = words[-1]
    if len(words) != 1 + (words[0] == "serve"):
        raise UsageError(WHICH)
    if given["show"]:
        sys.stdout.write(scenario_text(name))
        return 0
    if words[0] == "serve":
        return asyncio.run(serve(load_scenario(name), lang, given))
    return asyncio.run(diagnose(load_scenario(name), lang, given))


def listing(lang: Lang) -> str:
    """Every scenario: its name and what happened there."""
    names = scenario_names()
    wide = max(map(len, names))
    return "".join(f"{name:<{wide}}  {load_scenario(name).title.text.of(lang)}\n" for name in names)


async def diagnose(scenario: Scenario, lang: Lang, given: dict[str, Any]) -> int:
    """The scenario, end to end."""
    from unpend.engine.check import check

    tell = output.progress(given["quiet"], lang)
    tell(scenario.story.text)
    async with Lab(scenario, latency=given["latency"], loss=given["loss"]) as world:
        report = await check(
            world.domain,
            world.expected,
            resolvers=world.resolvers,
            root_hints=world.root_hints,
            port=world.port,
            also_ask=world.also_ask,
            registration=world.registration,
            hosted_zones=world.hosted_zones,
            timeout=1.5,
            progress=tell,
            route=world.route,
        )
    return output.deliver(report, given)


async def serve(scenario: Scenario, lang: Lang, given: dict[str, Any]) -> int:
    """Keep the world up and say how to reach it."""
    async with Lab(scenario, latency=given["latency"], loss=given["loss"]) as world:
        with tempfile.TemporaryDirectory(prefix="unpend-lab-") as folder:
            sys.stdout.write("\n".join([SERVING.of(lang), *_ways_in(world, Path(folder), lang)]) + "\n")
            sys.stdout.flush()
            await asyncio.Event().wait()
    return 0


def _ways_in(world: Lab, folder: Path, lang: Lang) -> list[str]:
    """The commands that reach the world; the files that they name are written."""
    if world.route is not None:
        return [SINGLE.of(lang)]
    hints, wanted = folder / "root.hints", folder / "expected.json"
    hints.write_text(world.root_hints, encoding="utf-8")
    wanted.write_bytes(msgspec.json.encode(world.expected))
    flags = [f"--root-hints {hints}", f"--port {world.port}"]
    flags += [f"--resolver {address}:{port}" for address, port in world.resolvers]
    flags += [f"--also-ask {place}" for place in world.also_ask]
    flags += [f"--expect {wanted}"] * bool(world.expected.records)
    flags += ["--policy"] * world.expected.policy
    address, port = world.resolvers[0]
    first = next((f"{r.name} {r.type}" for r in world.expected.records), f"{world.domain} SOA")
    return [
        f"  unpend check {world.domain} " + " ".join(flags),
        f"  dig @{address} -p {port} {first}",
        *(f"  dig @{address} -p {world.port}   # {name}" for name, address in world.servers.items()),
    ]
