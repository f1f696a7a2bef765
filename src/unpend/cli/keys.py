"""`unpend keys`: the API keys of the REST door."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from unpend.cli.engine_options import database_option, opened
from unpend.cli.language import language, say
from unpend.cli.options import option
from unpend.model.errors import UsageError
from unpend.model.text import Text

if TYPE_CHECKING:
    from unpend.store.api_keys import ApiKey, ApiKeys

Answer = list[dict[str, Any]]
PAGE = 500
WHAT = Text(
    en="Say what to do: create, list, or revoke PREFIX.",
    ja="create、list、revoke PREFIX のいずれかを指定してください。",
)
SHOWN_ONCE = Text(
    en="This is the only time that the key is shown. Send it as `Authorization: Bearer KEY`. From now on the REST door answers nobody without a key.",
    ja="キーが表示されるのは今回だけです。Authorization: Bearer キー の形で送信してください。以後、REST API はキーのない要求に応答しません。",
)
NONE_LEFT = Text(
    en="No key is left. A server without access keys now answers every program on its own machine.",
    ja="有効なキーがなくなりました。アクセスキーを設定していないサーバーは、同じマシン上のすべてのプログラムに応答します。",
)
UNKNOWN = Text(
    en="There is no key {given} that could be revoked. `unpend keys list` shows them.",
    ja="失効できるキー {given} はありません。`unpend keys list` で確認してください。",
)


def command() -> click.Command:
    """The command, in the visitor's language."""
    return click.Command(
        "keys",
        callback=keys,
        params=[click.Argument(["words"], nargs=-1, metavar="create | list | revoke PREFIX"), *_options()],
        help=say(
            "API keys of the REST door (/api/v1). A key belongs to an account and sees its domains alone; it is shown once, when it is made. The "
            "server may be running meanwhile.\n\n\b\nExamples:\n  unpend keys create --note deploys\n  unpend keys create --account acme "
            "--scope read\n  unpend keys list\n  unpend keys revoke PREFIX",
            "REST API（/api/v1）の API キーを管理します。キーはアカウントに属し、そのアカウントのドメインだけを扱えます。表示されるのは作成時の一度"
            "だけです。サーバーの動作中でも実行できます。\n\n\b\n例:\n  unpend keys create --note deploys\n  unpend keys create --account acme "
            "--scope read\n  unpend keys list\n  unpend keys revoke PREFIX",
        ),
    )


def _options() -> list[click.Parameter]:
    return [
        database_option(),
        option(
            "--account",
            "create: whose key it is (default: 000000000000). list: of this account only.",
            "create: キーのアカウントです（既定: 000000000000）。list: このアカウントに限定します。",
            metavar="ID",
        ),
        *_create_options(),
        option(
            "--format format_",
            "How it is printed.",
            "出力の形式です。",
            type=click.Choice(["text", "json"]),
            default="text",
        ),
        click.Option(["--lang"], type=click.Choice(["en", "ja"]), help=say("Language.", "言語です。")),
    ]


def _create_options() -> list[click.Parameter]:
    return [
        option(
            "--scope scopes",
            "create: what it may do; repeatable. read; write, which includes read; admin, which includes both and makes keys.",
            "create: 許可する操作です（複数可）。read（読み取り）、write（read を含む）、admin（すべて。キーの作成もできます）。",
            multiple=True,
            default=("write",),
            show_default=True,
            metavar="SCOPE",
        ),
        option("--note", "create: what it is for.", "create: 用途のメモです。", default="", metavar="TEXT"),
    ]


def keys(words: tuple[str, ...], **given: Any) -> int:
    """Do it, and print what there is to know."""
    verb, *rest = words or ("list",)
    if (verb, len(rest)) not in {(name, count) for name, (count, _) in VERBS.items()}:
        raise UsageError(WHAT)
    installation = opened(given)
    from unpend.store.api_keys import ApiKeys

    try:
        held = ApiKeys(installation.database)
        found = VERBS[verb][1](held, rest, {**given, "now": installation.clock.wall()})
    finally:
        installation.close()
    if given["format_"] == "json":
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("".join(_line(row) for row in found))
    return 0


def _create(held: ApiKeys, _: list[str], given: Mapping[str, Any]) -> Answer:
    from unpend.engine.api_keys import make_key

    account = given["account"] or "000000000000"
    plain, made = make_key(held, account, given["scopes"], given["note"], given["now"])
    sys.stderr.write(SHOWN_ONCE.of(language()) + "\n")
    return [{"key": plain, **_told(made)}] if given["format_"] == "json" else [{"key": plain}]


def _list(held: ApiKeys, _: list[str], given: Mapping[str, Any]) -> Answer:
    return [_told(key) for key in _all(held) if given["account"] in {None, key.account}]


def _revoke(held: ApiKeys, rest: list[str], given: Mapping[str, Any]) -> Answer:
    """Also by the key itself, since that is what who found a leaked one has."""
    prefix = rest[0].removeprefix("unpend_").partition("_")[0]
    if not held.revoke(prefix, given["now"]):
        raise UsageError(UNKNOWN.fill(given=prefix[:64]))
    if not held.any():
        sys.stderr.write(NONE_LEFT.of(language()) + "\n")
    return []


VERBS: Mapping[str, tuple[int, Callable[[ApiKeys, list[str], Mapping[str, Any]], Answer]]] = {
    "create": (0, _create),
    "list": (0, _list),
    "revoke": (1, _revoke),
}


def _all(held: ApiKeys) -> Iterator[ApiKey]:
    after = 0
    while found := held.page(after, PAGE):
        yield from found
        after = found[-1].id


def _told(key: ApiKey) -> dict[str, Any]:
    return {
        "prefix": key.prefix,
        "account": key.account,
        "scopes": list(key.scopes),
        "created_at": _clock(key.created_at),
        "revoked_at": None if key.revoked_at is None else _clock(key.revoked_at),
        "note": key.note,
    }


def _line(row: Mapping[str, Any]) -> str:
    from unpend.report.escape import for_terminal

    told = [
        ",".join(value) if isinstance(value, list) else "-" if value is None else str(value) for value in row.values()
    ]
    return for_terminal("  ".join(told).rstrip()) + "\n"


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
