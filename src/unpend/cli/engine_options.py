"""The options of everything that runs the engine: `serve`, `worker`, `db`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from unpend.cli.check import subject
from unpend.cli.options import option
from unpend.model.errors import UsageError
from unpend.model.text import Text

if TYPE_CHECKING:
    from unpend.engine.opening import Installation
    from unpend.engine.works import Works

DNS_FLAGS = ("resolver", "root_hints", "also_ask", "port", "ipv4_only", "ipv6_only", "timeout", "deadline")
NOT_INSTALLED = Text(en="The engine's packages are not installed.", ja="エンジンに必要なパッケージが入っていません。")
INSTALL_IT = Text(
    en='Install them with: pip install "unpend[server]"', ja='pip install "unpend[server]" で入れてください。'
)


def database_option() -> click.Option:
    """Where everything is kept."""
    return option(
        "--database",
        "Where everything is kept: sqlite:///FILE or postgresql://…",
        "保存先です。sqlite:///ファイル または postgresql://… を指定します。",
        default="sqlite:///unpend.db",
        show_default=True,
        metavar="URL",
    )


def engine_options() -> list[click.Parameter]:
    """The database, the signing zone, the clock, and how to look."""
    return [
        database_option(),
        option(
            "--signing-zone",
            "The zone that issued CNAMEs point into (default: SES's own, by region).",
            "発行する CNAME の参照先ゾーンです（既定: リージョンごとの SES のゾーン）。",
            default="",
            metavar="ZONE",
        ),
        option(
            "--time-scale",
            "Seconds of verification time that pass in one real second, for tests of what takes days.",
            "実時間 1 秒あたりに進める検証時間の秒数です。何日もかかる動作のテストに使います。",
            type=float,
            metavar="N",
        ),
        *(each for each in subject() if each.name in DNS_FLAGS),
    ]


def opened(given: dict[str, Any]) -> Installation:
    """The installation that the options name. UNPEND_SECRET holds its secret; by default a file beside SQLite does."""
    import os

    store_installed()
    from unpend.engine.opening import open_installation

    return open_installation(
        given["database"],
        secret=os.environ.get("UNPEND_SECRET"),
        time_scale=given.get("time_scale"),
        signing_zone=given.get("signing_zone") or "",
    )


def store_installed() -> None:
    """UsageError where the extra `server` is missing."""
    from importlib.util import find_spec

    if find_spec("sqlalchemy") is None:
        raise UsageError(NOT_INSTALLED, INSTALL_IT)


def works_of(installation: Installation, given: dict[str, Any]) -> Works:
    """The work on it, looking as the DNS flags want it."""
    from unpend.cli.check import both_families, text_of
    from unpend.engine.check import read_resolvers
    from unpend.engine.deep import DnsFlags
    from unpend.engine.looking import QuickLook
    from unpend.engine.works import Works

    both_families(given)
    resolvers = read_resolvers(given["resolver"] or None)
    dns = DnsFlags(
        resolvers=tuple((each.address, each.port) for each in resolvers) if given["resolver"] else None,
        root_hints=text_of(given["root_hints"]) if given["root_hints"] else None,
        port=given["port"],
        also_ask=given["also_ask"],
        ipv4=not given["ipv6_only"],
        ipv6=not given["ipv4_only"],
        timeout=given["timeout"],
        deadline=given["deadline"],
    )
    quick = QuickLook(resolvers, timeout=given["timeout"])
    return Works(installation.store, installation.clock, quick, dns)
