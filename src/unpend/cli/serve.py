"""`unpend serve`: API, pages and worker in one process."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from unpend.cli.engine_options import engine_options, log_as_told, metrics_of, opened, outgoing_of, works_of
from unpend.cli.language import language, say
from unpend.cli.options import option
from unpend.cli.signing_zone_options import key_options, key_work
from unpend.model.errors import UsageError
from unpend.model.text import Text

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from starlette.routing import BaseRoute

    from unpend.engine.metrics import Metrics
    from unpend.engine.opening import Installation
    from unpend.server.operating import Readiness
    from unpend.server.running import Beside
    from unpend.sesv2.gate import AccessKey, Gate

ACCESS_KEY = re.compile(r"([\w.+=@-]{1,128}):([^:\s]{8,256})(?::(\d{12}))?", re.ASCII)
SHAPES = {"account": re.compile(r"\d{12}", re.ASCII), "region": re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)}
THREADS = 8
BAD_KEY = Text(
    en="An access key is ID:SECRET or ID:SECRET:ACCOUNT, with a secret of 8 to 256 characters and an account of 12 digits.",
    ja="アクセスキーは ID:SECRET または ID:SECRET:ACCOUNT の形で指定してください（シークレットは 8〜256 文字、アカウントは 12 桁の数字）。",
)
BAD_SHAPE = Text(
    en="{given} is not a value for --{name}: an account has 12 digits, a region is one like us-east-1.",
    ja="{given} は --{name} に使えません。アカウントは 12 桁の数字、リージョンは us-east-1 のような形です。",
)
SERVING = Text(
    en="unpend serves {url} from {database}. Ctrl-C stops.",
    ja="{database} を使って {url} で動作しています。Ctrl-C で停止します。",
)
OPEN = Text(
    en="No access keys are set: every signature is accepted, from this machine only.",
    ja="アクセスキーが設定されていません。このマシンからの要求は、署名にかかわらずすべて受け付けます。",
)
STOPPED = Text(en="Stopped.", ja="停止しました。")


def command() -> click.Command:
    """The command, in the visitor's language."""
    return click.Command(
        "serve",
        callback=serve,
        params=[*_doors(), *engine_options(), *key_options()],
        help=say(
            "A working SES for domain identities, whose verification is real: point boto3, the AWS CLI or Terraform at it. The worker that looks "
            "at DNS runs in the same process.\n\n\b\nExamples:\n  unpend serve\n  AWS_ENDPOINT_URL_SESV2=http://127.0.0.1:8025 aws sesv2 "
            "create-email-identity \\\n    --email-identity example.com --region us-east-1\n  UNPEND_ACCESS_KEY=ID:SECRET unpend serve --listen "
            "0.0.0.0:8025",
            "ドメインの検証を実際の DNS で行う SES 互換サーバーです。boto3・AWS CLI・Terraform の接続先を変えるだけで使えます。DNS を確認する"
            "ワーカーも同じプロセスで動きます。\n\n\b\n例:\n  unpend serve\n  AWS_ENDPOINT_URL_SESV2=http://127.0.0.1:8025 aws sesv2 "
            "create-email-identity \\\n    --email-identity example.com --region ap-northeast-1\n  UNPEND_ACCESS_KEY=ID:SECRET unpend serve "
            "--listen 0.0.0.0:8025",
        ),
        epilog=say(
            "docs/sesv2.md lists every operation and field.", "操作と項目の一覧は docs/sesv2.ja.md にあります。"
        ),
    )


def _doors() -> list[click.Parameter]:
    return [
        option(
            "--listen",
            "Where to listen.",
            "待ち受けるアドレスとポートです。",
            default="127.0.0.1:8025",
            show_default=True,
            metavar="ADDR:PORT",
        ),
        option(
            "--access-key",
            "Who may call; repeatable. Better set as UNPEND_ACCESS_KEY, since other users of the machine can see command lines.",
            "呼び出しを許可するキーです（複数可）。コマンドラインは他の利用者から見えるため、UNPEND_ACCESS_KEY での指定をお勧めします。",
            multiple=True,
            metavar="ID:SECRET[:ACCOUNT]",
        ),
        *_callers(),
        option(
            "--no-worker",
            "Answer calls only; `unpend worker` looks.",
            "API だけを動かします（確認は `unpend worker`）。",
            is_flag=True,
        ),
    ]


def _callers() -> list[click.Parameter]:
    return [
        option(
            "--account",
            "The account of callers that name none.",
            "呼び出し側がアカウントを示さない場合のアカウントです。",
            default="000000000000",
            show_default=True,
            metavar="ID",
        ),
        option(
            "--region",
            "The region of callers that do not sign.",
            "署名のない呼び出しのリージョンです。",
            default="us-east-1",
            show_default=True,
            metavar="REGION",
        ),
    ]


def serve(**given: Any) -> int:
    """Serve until stopped."""
    from unpend.server.running import run_process

    gate = gate_of(given)
    installation = opened(given)
    log_as_told(given)
    try:
        run_process(_serve(installation, gate, given))
    finally:
        installation.close()
    sys.stderr.write(STOPPED.of(language()) + "\n")
    return 0


def gate_of(given: dict[str, Any]) -> Gate:
    """Who may call, as the options say."""
    from unpend.sesv2.gate import Gate

    for name, shape in SHAPES.items():
        if shape.fullmatch(given[name]) is None:
            raise UsageError(BAD_SHAPE.fill(given=given[name], name=name))
    return Gate(given["account"], given["region"], _keys(given["access_key"], given["account"]))


def _keys(told: Sequence[str], account: str) -> dict[str, AccessKey]:
    """Never echoed, not even where it is wrong."""
    from unpend.sesv2.gate import AccessKey

    read = [ACCESS_KEY.fullmatch(each) for each in told]
    if not all(read):
        raise UsageError(BAD_KEY)
    return {each[1]: AccessKey(each[2], each[3] or account) for each in read if each}


async def _serve(installation: Installation, gate: Gate, given: dict[str, Any]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from unpend.server.app import application
    from unpend.server.listening import shown, sockets
    from unpend.server.operating import Observed, operating
    from unpend.server.running import Process
    from unpend.sesv2.door import Door

    listening = sockets(given["listen"], guarded=not gate.open)
    with ExitStack() as held:
        for each in listening:
            held.enter_context(each)
        threads = held.enter_context(ThreadPoolExecutor(THREADS, thread_name_prefix="unpend-api"))
        metrics = metrics_of(installation)
        beside, readiness = held.enter_context(_worker(installation, given, metrics, threads))
        doors = [*operating(readiness, metrics), *_rest_and_pages(installation, gate, given)]
        app = application(Door(installation.identities, gate), threads, doors)
        process = Process(Observed(app, metrics), listening, beside)

        def ready() -> None:
            where = installation.database.url.render_as_string(hide_password=True)
            told = SERVING.fill(url=" ".join(shown(each) for each in listening), database=where)
            lines = [told, OPEN] if gate.open else [told]
            sys.stderr.write("".join(line.of(language()) + "\n" for line in lines))

        await process.run(ready)


def _rest_and_pages(installation: Installation, gate: Gate, given: dict[str, Any]) -> list[BaseRoute]:
    """The REST door and the pages. Where SES's callers need keys, theirs need API keys."""
    from starlette.routing import Mount

    from unpend.api.app import PREFIX, rest_door
    from unpend.api.engine import Engine
    from unpend.api.gate import Gate as RestGate
    from unpend.engine.webhooks.outgoing import hooks_of
    from unpend.pages.door import Pages
    from unpend.pages.gate import PageGate
    from unpend.store.api_keys import ApiKeys
    from unpend.store.replies import Replies

    database = installation.database
    engine = Engine(installation.identities, Replies(database), given["region"])
    account, keys = given["account"], ApiKeys(database)
    hooks = hooks_of(installation, allow_private=given["allow_private_targets"])
    rest = rest_door(engine, RestGate(keys, account, guarded=not gate.open), hooks)
    lookers = PageGate(keys, installation.secret, installation.clock, account, guarded=not gate.open)
    return [Mount(PREFIX, rest), *Pages(engine, lookers, rest.state.streams).routes()]


@contextmanager
def _worker(
    installation: Installation, given: dict[str, Any], metrics: Metrics, threads: Executor
) -> Iterator[tuple[Sequence[Beside], Readiness]]:
    """The engine and the webhooks in this process (on SQLite it is the only one), and how ready they are."""
    from unpend.engine.running import Side, engine_for
    from unpend.server.operating import Readiness
    from unpend.server.running import Beside
    from unpend.store.lock import only_worker

    if given["no_worker"]:
        yield [], Readiness(installation.database, threads)
        return
    works = works_of(installation, given)
    metrics.of_work(works.tally)
    outgoing = outgoing_of(installation, given, metrics)
    try:
        with only_worker(installation.database):
            engine = engine_for(installation, works)
            parts: list[Side] = [engine, outgoing, *key_work(installation, given)]
            sides = [Beside(part.run, part.stop) for part in parts]
            yield sides, Readiness(installation.database, threads, lambda: engine.trouble)
    finally:
        works.close()
