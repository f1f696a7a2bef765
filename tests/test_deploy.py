"""What is in `deploy/` is understood by the tools that it is for, and by our own command line."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from unpend.cli.group import group

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
OTHERS = {"UNPEND_SECRET"}


def typed(words: list[str]) -> None:
    """What these words are to our command line: a usage error where an option is unknown."""
    with group().make_context("unpend", words) as context:
        command = group().get_command(context, words[0])
        assert command is not None, words
        command.make_context(words[0], words[1:], parent=context)


def variables() -> set[str]:
    """Every UNPEND_ variable that some option reads."""
    found = set(OTHERS)
    context = click.Context(group())
    for name in group().list_commands(context):
        command = group().get_command(context, name)
        found |= {str(each.envvar) for each in (command.params if command else []) if isinstance(each, click.Option)}
    return found


def commands() -> Iterator[list[str]]:
    """Every command line of ours."""
    for unit in UNITS:
        for line in re.findall(r"^ExecStart=\S+/unpend (.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE):
            yield shlex.split(line.replace("%i", "1"))
    yield [str(each) for each in yaml.safe_load(re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[-1])]
    yield from (service["command"] for service in COMPOSE["services"].values() if "command" in service)


def test_every_command_line_and_variable_is_known() -> None:
    told = list(commands())
    assert len(told) == 5
    for words in told:
        typed(words)
    files = [each.read_text(encoding="utf-8") for each in DEPLOY.iterdir()]
    used = {name for text in files for name in re.findall(r"\bUNPEND_[A-Z_]+\b", text)}
    assert used >= {"UNPEND_DATABASE", "UNPEND_SECRET", "UNPEND_ACCESS_KEY", "UNPEND_LOG_FORMAT"}
    assert used - variables() == set()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_units(unit: Path, tmp_path: Path) -> None:
    program = str(Path(sys.executable).parent / "unpend")
    copy = tmp_path / unit.name.replace("@", "@1")
    copy.write_text(unit.read_text(encoding="utf-8").replace("/opt/unpend/bin/unpend", program), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=30, check=False)
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if unit.stem.split("@")[0] in line]
    assert (complaints, done.returncode) == ([], 0), done.stderr


def test_the_container_is_nobody_and_keeps_secrets_out() -> None:
    assert re.search(r"^USER 10001", DOCKERFILE, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["unpend"\]$', DOCKERFILE, re.MULTILINE)
    copied = [word for line in re.findall(r"^COPY (?!--)(.*)$", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]]
    assert all((DEPLOY.parent / each).exists() for each in copied)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert ignored[0] == "*"
    assert {f"!{each}" for each in copied} <= set(ignored)


def test_compose_names_only_what_it_has() -> None:
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        assert {str(each) for each in service.get("secrets", [])} <= set(COMPOSE["secrets"]), name
        assert {str(each).split(":")[0] for each in service.get("volumes", [])} <= set(COMPOSE["volumes"]), name
        assert "image" in service
    assert (DEPLOY / services["api"]["build"]["context"] / services["api"]["build"]["dockerfile"]).exists()
    assert services["worker"]["read_only"] is True
    assert all(str(port).startswith("127.0.0.1:") for each in services.values() for port in each.get("ports", []))
