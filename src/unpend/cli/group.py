"""The group of sub-commands: names are known, modules are imported when one is called."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from unpend.cli.language import say
from unpend.model.errors import UsageError
from unpend.model.text import Text

SETTINGS = Path("unpend.toml")
BAD_SETTINGS = Text(en="unpend.toml cannot be read: {why}", ja="unpend.toml を読み取れません: {why}")
EXITS = Text(
    en="Exit codes: 0 all is well; 1 somebody must act; 2 usage error; 3 nothing to do but wait; 4 could not determine; 5 refused an "
    "unsafe change; 124 deadline reached while waiting.",
    ja="終了コード: 0 問題なし / 1 誰かの対応が必要 / 2 使い方の誤り / 3 待つだけでよい / 4 判定できなかった / 5 危険な変更を拒否 / 124 待機の期限に到達",
)
ABOUT = {
    "check": Text(
        "Why is a domain still pending? Looks at DNS, changes nothing.",
        "ドメインがなぜ保留のままなのかを DNS から調べます（読み取り専用）。",
    ),
    "records": Text(
        "What to publish, as the DNS panel wants it.", "登録すべきレコードを、DNS 管理画面の形式で表示します。"
    ),
    "fix": Text(
        "Make the plan's edits at the DNS host, with a diff and an undo file.",
        "計画された変更を DNS ホストで実行します（差分表示、取り消し可能）。",
    ),
    "watch": Text("Look again and again until the domain is verified.", "検証済みになるまで繰り返し確認します。"),
    "scan": Text("Which of many domains are broken, and why?", "多数のドメインのどれがなぜ壊れているかを調べます。"),
    "undo": Text("Take back what `fix` changed.", "`fix` が行った変更を元に戻します。"),
    "replay": Text("The report of a saved case, offline.", "保存したケースの報告をオフラインで表示します。"),
    "explain": Text("The page of a finding or a topic.", "所見やトピックの説明ページを表示します。"),
    "serve": Text(
        "A working SES whose verification is real: API and worker in one process.",
        "実際の DNS で検証する SES 互換サーバーです（API とワーカーを 1 プロセスで動かします）。",
    ),
    "worker": Text(
        "Look at the identities of a database as they fall due; any number of workers.",
        "データベースのアイデンティティを期限どおりに確認するワーカーです（複数起動可）。",
    ),
    "webhooks": Text(
        "Who is told when a domain's state changes, and what became of it.",
        "ドメインの状態が変わったときの通知先を管理します。",
    ),
    "keys": Text("API keys of the REST door: create, list, revoke.", "REST API の API キーを作成・一覧・失効します。"),
    "db": Text(
        "Bring the engine's database up to date, back it up, restore it.",
        "エンジンのデータベースを更新・バックアップ・復元します。",
    ),
    "lab": Text(
        "The embedded DNS world: try unpend without a network.",
        "内蔵の DNS 環境で、ネットワークなしに unpend を試します。",
    ),
}


class LazyGroup(click.Group):
    """Knows the names and their one-line texts; imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(ABOUT)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ABOUT:
            return None
        made = import_module(f"unpend.cli.{cmd_name}").command()
        return made if isinstance(made, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(say("Commands", "コマンド")):
            formatter.write_dl([(name, say(text.en, text.ja)) for name, text in ABOUT.items()])


def group() -> click.Group:
    """The command line, in the visitor's language."""
    return LazyGroup(
        "unpend",
        help=say(
            'Why is my sending domain stuck in "verification pending"? Finds the root cause, proves it, and prints the exact edit that '
            "ends it.\n\n\b\nStart here:\n  unpend lab doubled-zone\n  unpend check example.com --expect identity.json",
            "送信ドメインが「検証保留」のまま進まない原因を突き止め、証拠を示し、直し方を正確に表示します。\n\n\b\nまずはここから:\n"
            "  unpend lab doubled-zone --lang ja\n  unpend check example.com --expect identity.json --lang ja",
        ),
        epilog=say(EXITS.en, EXITS.ja),
        params=[
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_version,
                help=say("Show the version.", "版を表示します。"),
            ),
            click.Option(
                ["--lang"],
                type=click.Choice(["en", "ja"]),
                expose_value=False,
                help=say("Language (default: the locale's).", "言語（既定: ロケールに従います）。"),
            ),
        ],
        context_settings={"default_map": _settings(), "help_option_names": ["-h", "--help"], "max_content_width": 100},
    )


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from unpend import __version__

        click.echo(f"unpend {__version__}")
        ctx.exit()


def _settings() -> dict[str, Any]:
    """unpend.toml in the current folder: top-level keys hold for every command, a table for the command it is named after."""
    if not SETTINGS.is_file():
        return {}
    try:
        data = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(BAD_SETTINGS.fill(why=error)) from error
    shared = _parameters({key: value for key, value in data.items() if not isinstance(value, dict)})
    own = {key: _parameters(value) for key, value in data.items() if isinstance(value, dict)}
    return {name: {**shared, **own.get(name, {})} for name in ABOUT}


def _parameters(told: dict[str, Any]) -> dict[str, Any]:
    """Keys as options are spelt → the names that Click knows them by."""
    named = {key.replace("-", "_"): value for key, value in told.items()}
    return {"format_" if key == "format" else key: value for key, value in named.items()}
