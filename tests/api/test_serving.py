"""`unpend serve` and `unpend keys` as processes: who gets in at which door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from httpx2 import Client
from tests.api.processes import serving, typed

from unpend.cli import serve
from unpend.cli.keys import command
from unpend.model.errors import UsageError

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
ACCOUNT = "111111111111"
QUIET = ("--resolver", "127.0.0.1:9", "--timeout", "0.2")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(folder, *QUIET, UNPEND_ACCESS_KEY=f"{KEY_ID}:{SECRET}:{ACCOUNT}") as url:
        yield url


def keys(folder: Path, *words: str, **settings: str) -> tuple[int, str, str]:
    return typed("keys", *words, "--database", f"sqlite:///{folder}/unpend.db", **settings)


def rest(url: str, key: str = "") -> Client:
    return Client(base_url=f"{url}/api/v1", headers={"authorization": f"Bearer {key}"} if key else {})


def ses(url: str, secret: str = SECRET) -> Any:
    return boto3.client(
        "sesv2",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_each_door_asks_for_its_own_key_and_both_show_the_same_domain(url: str, folder: Path) -> None:
    code, out, told = keys(folder, "create", "--account", ACCOUNT, "--note", "tests")
    assert (code, out.count("\n"), "only time" in told) == (0, 1, True)
    key = out.strip()
    assert key not in told
    with rest(url, key) as caller:
        assert caller.post("/domains", json={"name": "example.com"}).status_code == 201
    identity = ses(url).get_email_identity(EmailIdentity="example.com")
    assert identity["DkimAttributes"]["Status"] == "PENDING"
    with pytest.raises(ClientError, match=r"SignatureDoesNotMatch|InvalidSignature"):
        ses(url, secret=SECRET[::-1]).get_email_identity(EmailIdentity="example.com")
    for wrong in ("", key[:-1], f"{KEY_ID}:{SECRET}"):
        with rest(url, wrong) as caller:
            assert caller.get("/domains").status_code == 401
    with Client(base_url=url, headers={"authorization": f"Bearer {key}"}) as caller:
        assert "EmailIdentities" not in (answer := caller.get("/v2/email/identities")).json()
        assert answer.status_code == 400


def test_a_key_from_making_to_revoking_while_the_server_runs(
    url: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = told_here(folder, capsys, "create", "--account", "acme", "--scope", "read")
    assert (made["account"], made["scopes"], made["revoked_at"]) == ("acme", ["read"], None)
    with rest(url, made["key"]) as caller:
        assert caller.get("/domains").json()["items"] == []
        assert caller.post("/domains", json={"name": "example.com"}).status_code == 403
        assert keys(folder, "revoke", made["prefix"])[0] == 0
        assert caller.get("/domains").status_code == 401
    listed = told_here(folder, capsys, "list", "--account", "acme")
    assert listed["revoked_at"]
    assert made["key"].rpartition("_")[2] not in str(listed)
    with pytest.raises(UsageError, match="There is no key"):
        here(folder, "revoke", made["prefix"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["create", "--scope", "owner"], "owner is no scope"),
        (["create", "--account", "a/b"], "An account is"),
        (["revoke"], "revoke PREFIX"),
        (["revoke", "none"], "There is no key none"),
    ],
)
def test_what_keys_cannot_do_is_said(folder: Path, words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        here(folder, *words)


def test_the_last_key_that_ends_opens_the_door_to_this_machine_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here(tmp_path, "create", "--scope", "admin", "--note", "\x1b[2Jnew\nline")
    key = capsys.readouterr().out.strip()
    here(tmp_path, "list")
    assert "\x1b" not in capsys.readouterr().out
    here(tmp_path, "revoke", key)
    assert "No key is left" in capsys.readouterr().err


def here(folder: Path, *words: str) -> None:
    """The same command in this process."""
    command().main([*words, "--database", f"sqlite:///{folder}/unpend.db"], standalone_mode=False)


def told_here(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """The one key that it prints."""
    here(folder, *words, "--format", "json")
    (told,) = json.loads(capsys.readouterr().out)
    return told


def test_without_access_keys_only_this_machine_can_reach_it(tmp_path: Path) -> None:
    words = ["--listen", "0.0.0.0:0", "--database", f"sqlite:///{tmp_path}/unpend.db"]
    with pytest.raises(UsageError, match="loopback only"):
        serve.command().main(words, standalone_mode=False)
