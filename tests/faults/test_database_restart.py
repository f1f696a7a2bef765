"""PostgreSQL is stopped at once and started again under those who work with it: they say so, and go on by themselves."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from pathlib import Path

from tests.databases import fresh_database, own_postgres, pg_ctl
from tests.faults.killing import seeded
from tests.faults.promises import as_promised, told_once
from tests.faults.scene import free_port, scene, until

NOW = ("-m", "immediate")


async def test_postgres_restarts_under_two_workers_and_the_api(tmp_path: Path) -> None:
    with own_postgres() as server:
        url = fresh_database(server.get_uri())
        async with scene(tmp_path, url, seeded()) as here:
            metrics = free_port()
            watched = replace(here.asking, url=f"http://127.0.0.1:{metrics}")
            running = [await here.serve("--no-worker"), await here.worker()]
            running.append(await here.worker("--metrics-listen", f"127.0.0.1:{metrics}"))
            await here.asking.ready()
            await watched.ready()
            asking = asyncio.create_task(here.asking.go_on(patient=True))
            await until(lambda: here.asking.answered > 20 and len(here.receiver.got) > 5)
            await asyncio.to_thread(pg_ctl, server, "restart", *NOW)
            before = here.asking.answered
            await until(lambda: here.asking.answered > before + 20)
            await asyncio.to_thread(pg_ctl, server, "stop", *NOW)
            await here.asking.ready(503, database="away")
            await watched.ready(503, database="away")
            await asyncio.to_thread(pg_ctl, server, "start", "-o", f'-h "" -k {server.pgdata}')
            before = here.asking.answered
            await until(lambda: asking.done() or here.asking.answered > before + 20)
            here.asking.enough = True
            await asking
            await here.asking.ready()
            await watched.ready(worker="ok")
            await here.settled()
            for each in running:
                assert await here.victims.kill(each, signal.SIGTERM) == 0
            here.survived()
            as_promised(here)
            told_once(here)
