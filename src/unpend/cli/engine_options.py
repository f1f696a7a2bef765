"""The options of everything that runs the engine: `serve`, `worker`, `db`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from unpend.cli.check import subject
from unpend.cli.options import option
from unpend.model.errors import UsageError
from unpend.model.text import Text

if TYPE_CHECKING:
    from unpend.engine.metrics import Metrics
    from unpend.engine.opening import Installation
    from unpend.engine.webhooks.outgoing import Outgoing
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
        *_operating_options(),
    ]


def _operating_options() -> list[click.Parameter]:
    return [
        option(
            "--log-format",
            "How logs are written to stderr (default: text on a terminal, JSON elsewhere).",
            "標準エラー出力へのログの形式です（既定: 端末では text、それ以外では json）。",
            type=click.Choice(["text", "json"]),
        ),
        option(
            "--log-level",
            "From what on something is logged.",
            "ログに出す最低レベルです。",
            type=click.Choice(["debug", "info", "warning", "error"]),
            default="info",
            show_default=True,
        ),
        allow_private_option(),
    ]


def allow_private_option() -> click.Option:
    """Whether webhooks may go inside."""
    return option(
        "--allow-private-targets",
        "Send webhooks to private addresses and over plain HTTP as well: for tests and closed networks.",
        "プライベートアドレスや暗号化されていない HTTP にも Webhook を送信します。テストや閉じたネットワーク向けです。",
        is_flag=True,
    )


def log_as_told(given: dict[str, Any]) -> None:
    """Send logs to stderr in the form that the options want."""
    import sys

    from unpend.engine.logs import configure

    form = given.get("log_format") or ("text" if sys.stderr.isatty() else "json")
    configure("text" if form == "text" else "json", given.get("log_level") or "info")


def metrics_of(installation: Installation) -> Metrics:
    """This process's metrics, with what its database knows."""
    from unpend.engine.metrics import Metrics

    metrics = Metrics()
    metrics.of_store(installation.store, installation.clock)
    return metrics


def outgoing_of(installation: Installation, given: dict[str, Any], metrics: Metrics) -> Outgoing:
    """The webhooks of the installation, going out as the options allow."""
    from unpend.engine.webhooks.outgoing import Outgoing, hooks_of

    return Outgoing(hooks_of(installation, allow_private=given["allow_private_targets"]), metrics.tried)


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
    from unpend.cli.check import both_families
    from unpend.cli.expectation import text_of
    from unpend.engine.check import read_resolvers
    from unpend.engine.deep import DnsFlags
    from unpend.engine.looking import QuickLook, bulk_settings
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
    quick = QuickLook(bulk_settings(resolvers, given["timeout"]))
    return Works(installation.store, installation.clock, quick, dns)
