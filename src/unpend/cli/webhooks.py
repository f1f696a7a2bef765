"""`unpend webhooks`: who is told of transitions, and what became of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from unpend.cli.engine_options import allow_private_option, database_option, opened
from unpend.cli.language import language, say
from unpend.cli.options import option
from unpend.model.errors import UsageError
from unpend.model.text import Text
from unpend.model.webhook import EVENT_TYPES

if TYPE_CHECKING:
    from unpend.engine.webhooks.hooks import Hooks
    from unpend.model.webhook import Delivery, Endpoint

Answer = list[dict[str, Any]]
WHAT = Text(
    en="Say what to do: list, add URL, secret ID, rotate ID, pause ID, resume ID, delete ID, log ID, or replay ID EVENT.",
    ja="list、add URL、secret ID、rotate ID、pause ID、resume ID、delete ID、log ID、replay ID EVENT のいずれかを指定してください。",
)
KEEP_SECRET = Text(
    en="The receiver verifies signatures with this secret (Standard Webhooks 1.0). Do not show it to anybody else.",
    ja="受信側はこのシークレットで署名を検証します（Standard Webhooks 1.0）。ほかの人には見せないでください。",
)
BOTH_VALID = Text(
    en="For 24 hours messages are signed with the old secret as well.",
    ja="以後 24 時間は、古いシークレットの署名も併せて付けます。",
)


def command() -> click.Command:
    """The command, in the visitor's language."""
    return click.Command(
        "webhooks",
        callback=webhooks,
        params=[click.Argument(["words"], nargs=-1, metavar="list | add URL | …"), *_options()],
        help=say(
            "Who is told when a domain's state changes: signed webhooks (Standard Webhooks 1.0), Slack, Discord and Google Chat, or "
            "mailto:ADDRESS. The server may be running meanwhile.\n\n\b\nExamples:\n  unpend webhooks add https://hooks.example.com/unpend\n"
            "  unpend webhooks add https://hooks.slack.com/services/… --say ja --type domain.failed\n  unpend webhooks log ID\n"
            "  unpend webhooks replay ID EVENT",
            "ドメインの状態が変わったときの通知先を管理します。署名付き Webhook（Standard Webhooks 1.0）、Slack・Discord・Google Chat、"
            "mailto:アドレス が使えます。サーバーの動作中でも実行できます。\n\n\b\n例:\n  unpend webhooks add https://hooks.example.com/unpend\n"
            "  unpend webhooks add https://hooks.slack.com/services/… --say ja --type domain.failed\n  unpend webhooks log ID\n"
            "  unpend webhooks replay ID EVENT",
        ),
    )


def _options() -> list[click.Parameter]:
    return [
        database_option(),
        option(
            "--account",
            "Whose webhooks.",
            "対象のアカウントです。",
            default="000000000000",
            show_default=True,
            metavar="ID",
        ),
        *_add_options(),
        option(
            "--format format_",
            "How it is printed.",
            "出力の形式です。",
            type=click.Choice(["text", "json"]),
            default="text",
        ),
        allow_private_option(),
        click.Option(["--lang"], type=click.Choice(["en", "ja"]), help=say("Language.", "言語です。")),
    ]


def _add_options() -> list[click.Parameter]:
    return [
        option(
            "--type types",
            "add: tell of these only; repeatable. One of: " + ", ".join(EVENT_TYPES) + ".",
            "add: 通知するイベントを限定します（複数可）。指定できるのは " + "、".join(EVENT_TYPES) + " です。",
            multiple=True,
            metavar="TYPE",
        ),
        option(
            "--say lang_there",
            "add: the language of the sentences that people read there.",
            "add: 通知先で人が読む文の言語です。",
            type=click.Choice(["en", "ja"]),
        ),
    ]


def webhooks(words: tuple[str, ...], **given: Any) -> int:
    """Do it, and print what there is to know."""
    verb, *rest = words or ("list",)
    if (verb, len(rest)) not in {(name, count) for name, (count, _) in VERBS.items()}:
        raise UsageError(WHAT)
    installation = opened(given)
    from unpend.engine.webhooks.outgoing import hooks_of

    try:
        hooks = hooks_of(installation, allow_private=given["allow_private_targets"])
        found = VERBS[verb][1](hooks, given["account"], rest, given)
    finally:
        installation.close()
    if given["format_"] == "json":
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("".join("  ".join(str(value) for value in row.values()) + "\n" for row in found))
    return 0


def _list(hooks: Hooks, account: str, _: list[str], __: Mapping[str, Any]) -> Answer:
    return [_told(each) for each in hooks.list(account)]


def _add(hooks: Hooks, account: str, rest: list[str], given: Mapping[str, Any]) -> Answer:
    made = hooks.register(account, rest[0], given["types"], given["lang_there"] or language())
    _note(KEEP_SECRET)
    return [{"id": made.uid, "secret": hooks.secret_of(made)}]


def _secret(hooks: Hooks, account: str, rest: list[str], _: Mapping[str, Any]) -> Answer:
    _note(KEEP_SECRET)
    return [{"secret": hooks.secret_of(hooks.get(account, rest[0]))}]


def _rotate(hooks: Hooks, account: str, rest: list[str], _: Mapping[str, Any]) -> Answer:
    _note(BOTH_VALID)
    return [{"secret": hooks.secret_of(hooks.rotate(account, rest[0]))}]


def _pause(hooks: Hooks, account: str, rest: list[str], _: Mapping[str, Any]) -> Answer:
    return [_told(hooks.change(account, rest[0], active=False))]


def _resume(hooks: Hooks, account: str, rest: list[str], _: Mapping[str, Any]) -> Answer:
    return [_told(hooks.change(account, rest[0], active=True))]


def _delete(hooks: Hooks, account: str, rest: list[str], _: Mapping[str, Any]) -> Answer:
    hooks.delete(account, rest[0])
    return []


def _log(hooks: Hooks, account: str, rest: list[str], _: Mapping[str, Any]) -> Answer:
    return [_became(each) for each in hooks.deliveries(account, rest[0])]


def _replay(hooks: Hooks, account: str, rest: list[str], _: Mapping[str, Any]) -> Answer:
    hooks.replay(account, rest[0], rest[1])
    return []


VERBS: Mapping[str, tuple[int, Callable[[Hooks, str, list[str], Mapping[str, Any]], Answer]]] = {
    "list": (0, _list),
    "add": (1, _add),
    "secret": (1, _secret),
    "rotate": (1, _rotate),
    "pause": (1, _pause),
    "resume": (1, _resume),
    "delete": (1, _delete),
    "log": (1, _log),
    "replay": (2, _replay),
}


def _note(text: Text) -> None:
    sys.stderr.write(text.of(language()) + "\n")


def _told(each: Endpoint) -> dict[str, Any]:
    return {"id": each.uid, "state": each.state.value, "types": ",".join(each.types) or "*", "url": each.url}


def _became(each: Delivery) -> dict[str, Any]:
    return {
        "event": each.uid,
        "at": _clock(each.at),
        "type": each.type,
        "state": each.state,
        "tries": each.attempt,
        "answer": each.code or each.word or "-",
        "next_try": _clock(each.due_at) if each.due_at else "-",
    }


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
