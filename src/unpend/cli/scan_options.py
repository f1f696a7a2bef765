"""What `unpend scan` can be told, and its help."""

from __future__ import annotations

import os
from typing import Any

import click

from unpend.cli.check import subject
from unpend.cli.language import say
from unpend.cli.options import option

SHARED = {
    "resolver",
    "root_hints",
    "policy",
    "port",
    "ipv4_only",
    "ipv6_only",
    "timeout",
    "deadline",
    "region",
    "signing_zone",
    "provider",
    "set_",
    "profile",
}


def parameters() -> list[click.Parameter]:
    """All of them."""
    shared = [each for each in subject() if each.name in SHARED]
    return [
        click.Argument(["source"], metavar="INPUT", required=False, default=""),
        *_result(),
        *_conclusions(),
        *_amount(),
        *_pace(),
        _contact(),
        *_machines(),
        *shared,
        *_telling(),
    ]


def _result() -> list[click.Parameter]:
    return [
        option(
            "--query",
            "What a database as INPUT is asked: a SELECT whose columns are named as above.",
            "INPUT がデータベースのときに実行する SELECT 文です。列名は上記のとおりです。",
            metavar="SQL",
        ),
        option(
            "--out",
            "The result file; without it results go to stdout and nothing can be resumed.",
            "結果のファイルです。省略すると標準出力に出し、再開はできません。",
            metavar="FILE",
        ),
        option(
            "--format format_",
            "Form of the result (default: by the file's ending, else ndjson).",
            "結果の形式です（既定: ファイルの拡張子、なければ ndjson）。",
            type=click.Choice(["ndjson", "csv", "parquet"]),
        ),
        option("--resume", "Go on with a scan that was stopped.", "中断したスキャンを再開します。", is_flag=True),
    ]


def _conclusions() -> list[click.Parameter]:
    return [
        option(
            "--report",
            "Write a page with the summary and plots (HTML, self-contained).",
            "要約とグラフのページ（単独で開ける HTML）を書き出します。",
            metavar="FILE",
        ),
        option(
            "--diff",
            "A result of an earlier scan: tell what has changed since.",
            "以前のスキャンの結果です。そこからの変化を表示します。",
            metavar="LAST",
        ),
    ]


def _amount() -> list[click.Parameter]:
    shown: dict[str, Any] = {"show_default": True}
    return [
        option(
            "--processes",
            "Processes that judge (default: one a core).",
            "判定に使うプロセスの数です（既定: コアごとに 1 つ）。",
            type=click.IntRange(1, 256),
            default=cores(),
        ),
        option(
            "--deep",
            "Whole diagnoses at once in one process; 0: only the fast look, no causes and no plans.",
            "1 プロセスで同時に行う詳しい診断の数です。0 なら簡易確認だけで、原因と計画は出しません。",
            type=click.IntRange(0, 1000),
            default=16,
            **shown,
        ),
        option(
            "--segment",
            "Rows that are judged, written and resumed together.",
            "まとめて判定・保存・再開する行数です。",
            type=click.IntRange(1, 100_000),
            default=1000,
            **shown,
        ),
    ]


def _machines() -> list[click.Parameter]:
    return [
        option(
            "--through",
            "Hand the work to workers on any machines, by way of this PostgreSQL (postgresql://…).",
            "この PostgreSQL（postgresql://…）を通じて、複数のマシンのワーカーに作業を渡します。",
            metavar="URL",
        ),
        option(
            "--work",
            "Be such a worker, until stopped (without INPUT).",
            "そのワーカーとして、停止されるまで動きます（INPUT は不要）。",
            metavar="URL",
        ),
    ]


def _pace() -> list[click.Parameter]:
    shown: dict[str, Any] = {"show_default": True}
    return [
        option(
            "--look",
            "The fast look that spares right domains the diagnosis: at the domain's own name servers, at a resolver, at both, at every resolver too (as `check` does), or none.",
            "正常なドメインの診断を省く簡易確認の相手です: ドメイン自身のネームサーバー、リゾルバー、その両方、すべてのリゾルバーも含む every（`check` と同じ）、またはなし（none）。",
            type=click.Choice(["direct", "resolvers", "both", "every", "none"]),
            default="both",
            **shown,
        ),
        option(
            "--rate",
            "Questions a second to one server, at most; trouble lowers it.",
            "1 台のサーバーへの問い合わせの上限（毎秒）です。障害があれば自動で下げます。",
            type=click.FloatRange(1, 1_000_000),
            default=500.0,
            **shown,
        ),
        option(
            "--window",
            "Questions under way at once in the fast look.",
            "簡易確認で同時に送る問い合わせの数です。",
            type=click.IntRange(16, 65_536),
            default=4096,
            **shown,
        ),
    ]


def _contact() -> click.Parameter:
    return option(
        "--contact",
        "An address or URL that says who asks: sent to name servers as an EDNS option (65301), to Amazon SES in the User-Agent. Not sent unless given.",
        "問い合わせ元を示すメールアドレスまたは URL です。ネームサーバーには EDNS オプション（65301）、Amazon SES には User-Agent で伝えます。指定しなければ送りません。",
        metavar="ADDRESS",
        default="",
    )


def _telling() -> list[click.Parameter]:
    return [
        option(
            "--lang",
            "Language (default: the locale's).",
            "言語です（既定: ロケールに従います）。",
            type=click.Choice(["en", "ja"]),
        ),
        option("--quiet -q", "No progress on stderr.", "進行状況を表示しません。", is_flag=True),
    ]


def texts() -> tuple[str, str]:
    """The help and the exit codes."""
    return say(*HELP), say(
        "Exit codes: 0 every domain is right, 1 somebody must act, 3 only waiting, 4 something could not be determined or read, "
        "2 usage error or no row could be read. A bad row is named with its line number and does not stop the scan.",
        "終了コード: 0 すべて正常、1 対応が必要、3 待つだけ、4 判定や読み取りのできないものがある、2 使い方の誤り・読める行がない。"
        "読み取れない行は行番号とともに示し、スキャンは続けます。",
    )


HELP = (
    "Which of many domains are broken, and why? INPUT is a file (CSV, NDJSON, Parquet), '-' for stdin, `ses:REGION` for every "
    "identity of an SES account, or a database URL with --query. Every row ends with a verdict, its causes and the plan. Changes "
    "nothing.\n\n"
    "Columns (a header in any order, others are ignored): domain, and one of tokens (the three Easy DKIM tokens, with region or "
    "signing_zone), records (any text that --expect takes), provider with parameters. A plain list of domains is taken too.\n\n"
    "\b\nExamples:\n  unpend scan domains.csv --region eu-west-1 --out result.csv --report result.html\n"
    "  unpend scan domains.parquet --out result.parquet --resume\n"
    "  unpend scan ses:ap-northeast-1 --out today.ndjson --diff yesterday.ndjson\n"
    "  psql -Atc 'select domain from …' | unpend scan - | jq 'select(.verdict != \"ok\")'",
    "多数のドメインのうち、どれがなぜ壊れているかを調べます。INPUT はファイル（CSV、NDJSON、Parquet）、'-'（標準入力）、`ses:REGION`"
    "（SES アカウントの全 ID）、または --query を伴うデータベースの URL です。行ごとに判定・原因・変更計画を出力します。何も変更しません。\n\n"
    "列（見出しの順序は自由、ほかの列は無視します）: domain のほか、tokens（Easy DKIM トークン 3 つ。region または signing_zone も）、"
    "records（--expect で読める内容）、provider と parameters のいずれか。ドメインだけの一覧も使えます。\n\n"
    "\b\n例:\n  unpend scan domains.csv --region ap-northeast-1 --out result.csv --report result.html\n"
    "  unpend scan domains.parquet --out result.parquet --resume\n"
    "  unpend scan ses:ap-northeast-1 --out today.ndjson --diff yesterday.ndjson",
)


def cores() -> int:
    """One process a core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
