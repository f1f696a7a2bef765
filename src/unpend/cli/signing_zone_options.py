"""The options that say where the keys behind issued names are published."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from unpend.cli.options import option
from unpend.model.errors import UsageError
from unpend.model.names import absolute
from unpend.model.text import Text

if TYPE_CHECKING:
    from unpend.engine.opening import Installation
    from unpend.engine.running import Side

SES_ZONE = "dkim.amazonses.com."
ONE_OF_BOTH = Text(
    en="--publish-keys and --serve-keys cannot be given together.",
    ja="--publish-keys と --serve-keys は同時に指定できません。",
)
NOT_AN_ENDPOINT = Text(en="{given} is not ADDRESS:PORT.", ja="{given} は アドレス:ポート の形ではありません。")


def key_options() -> list[click.Parameter]:
    """Where the keys go; without any of these none is made, as nobody could use it."""
    return [
        option(
            "--publish-keys",
            "Make DKIM keys and publish them in --signing-zone: rfc2136 (with RFC2136_NAMESERVER, RFC2136_TSIG_KEY, RFC2136_TSIG_SECRET), "
            "or a FILE (*.yaml for octoDNS, else zone-file text to $INCLUDE).",
            "DKIM の鍵を作成し、--signing-zone に公開します。rfc2136（RFC2136_NAMESERVER、RFC2136_TSIG_KEY、RFC2136_TSIG_SECRET を使用）または"
            "ファイル（*.yaml は octoDNS 用、それ以外は $INCLUDE 用のゾーンファイル）を指定します。",
            metavar="rfc2136|FILE",
        ),
        option(
            "--serve-keys",
            "Make DKIM keys and serve the signing zone from here, over UDP and TCP.",
            "DKIM の鍵を作成し、署名ゾーンをここから UDP と TCP で提供します。",
            metavar="ADDRESS:PORT",
        ),
    ]


def key_work(installation: Installation, given: dict[str, Any]) -> list[Side]:
    """What goes on beside the engine for the options' sake; UsageError, CredentialsError."""
    from unpend.engine.issuing import IssuingWork
    from unpend.engine.signing_server import SigningServer
    from unpend.engine.signing_zone import ServedZone, SigningZone, UpdatedZone, ZoneFile
    from unpend.store.signing_keys import SigningKeys
    from unpend.writers.rfc2136 import Rfc2136

    where, served = given["publish_keys"], given["serve_keys"]
    if where and served:
        raise UsageError(ONE_OF_BOTH)
    if not where and not served:
        return []
    name = absolute(given["signing_zone"]) if given["signing_zone"] else SES_ZONE
    keys = SigningKeys(installation.database)
    beside: list[Side] = []
    zone: SigningZone
    if served:
        zone = ServedZone(name)
        beside.append(SigningServer(name, keys, _endpoint(served)))
    elif where == "rfc2136":
        zone = UpdatedZone(name, Rfc2136.from_environment(os.environ))
    else:
        zone = ZoneFile(name, Path(where).absolute(), keys)
    beside.append(IssuingWork(keys, installation.clock, installation.secret, zone))
    return beside


def _endpoint(given: str) -> tuple[str, int]:
    address, colon, port = given.rpartition(":")
    if not colon or not address or not port.isdigit() or not 0 < int(port) < 65_536:
        raise UsageError(NOT_AN_ENDPOINT.fill(given=given))
    return address.strip("[]"), int(port)
