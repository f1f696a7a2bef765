"""The flags that say what ought to be published, and what they come to: files, tokens, a template, or SES itself."""

from __future__ import annotations

import sys
from functools import reduce
from typing import Any, cast

import click

from unpend.cli import output
from unpend.cli.language import language
from unpend.cli.options import option
from unpend.model.errors import ExpectationError, UsageError
from unpend.model.expected import Expected
from unpend.model.text import Lang, Text

UNREADABLE = Text(en="{path} cannot be read: {why}", ja="{path} を読み取れません: {why}")
GIVE_A_FILE = Text(
    en="--expect takes the JSON of `aws sesv2 get-email-identity`, the console's CSV, a zone-file snippet, or unpend's own YAML.",
    ja="--expect には `aws sesv2 get-email-identity` の JSON、コンソールの CSV、ゾーンファイルの断片、unpend の YAML を指定できます。",
)
SIZE_LIMIT = 4 << 20
TOO_LARGE = Text(en="it is larger than 4 MiB", ja="4 MiB を超えています")
SET_ALONE = Text(en="--set belongs to --provider.", ja="--set は --provider と一緒に指定します。")
NAME_IT = Text(
    en="Name the mail provider: --provider NAME. `unpend explain providers` lists them.",
    ja="--provider でメール配信サービスを指定してください。一覧は `unpend explain providers` で表示できます。",
)


def demands() -> list[click.Parameter]:
    """What ought to be published: files, a provider's template, or tokens."""
    return [
        option(
            "--expect",
            "What ought to be published ('-': stdin); repeatable; the format is recognised.",
            "あるべきレコードのファイルです（'-' は標準入力、複数可、形式は自動判別）。",
            multiple=True,
            metavar="FILE",
        ),
        *_template(),
        option(
            "--dkim-token",
            "One of the three Easy DKIM tokens; give it three times.",
            "Easy DKIM のトークンです。3 回指定します。",
            multiple=True,
            metavar="TOKEN",
        ),
        option(
            "--signing-zone",
            "Where the tokens' targets live (SigningHostedZone).",
            "トークンの参照先ゾーン（SigningHostedZone）です。",
            metavar="ZONE",
        ),
    ]


def _template() -> list[click.Parameter]:
    return [
        option(
            "--provider",
            "Another mail provider, by name: its records come from a template (`unpend explain providers`).",
            "メール配信サービスの名前です。テンプレートのレコードを使います（一覧: `unpend explain providers`）。",
            metavar="NAME",
        ),
        option(
            "--set set_",
            "What the provider's template has to know of your account; repeatable.",
            "テンプレートに必要な、アカウントごとの値です（複数可）。",
            multiple=True,
            metavar="KEY=VALUE",
        ),
    ]


def expectation(domain: str, given: dict[str, Any]) -> Expected | None:
    """What the flags and files say ought to be published; None where nothing was given."""
    from unpend.sources import from_template, from_tokens, merge, read_domain, read_expected

    name = read_domain(domain).name
    region, zone = given["region"], given["signing_zone"]
    found = [read_expected(text_of(path), name, region=region, signing_zone=zone) for path in given["expect"]]
    if given["dkim_token"]:
        found.append(from_tokens(name, given["dkim_token"], region=region, signing_zone=zone))
    if given["set_"] and not given["provider"]:
        raise UsageError(SET_ALONE, NAME_IT)
    if given["provider"]:
        found.append(from_template(name, given["provider"], given["set_"]))
    if not found:
        return None
    tell = output.progress(given["quiet"], cast(Lang, given["lang"] or language()))
    for each in found:
        tell(each.notes[0])
    return reduce(merge, found)


def text_of(path: str) -> str:
    """The text of a file or of stdin, in whatever encoding it is."""
    from unpend.sources import decode_bytes

    try:
        if path == "-":
            data = sys.stdin.buffer.read(SIZE_LIMIT + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise ExpectationError(UNREADABLE.fill(path=path, why=error.strerror or error), GIVE_A_FILE) from error
    if len(data) > SIZE_LIMIT:
        raise ExpectationError(UNREADABLE.fill(path=path, why=TOO_LARGE), GIVE_A_FILE)
    return decode_bytes(data)
