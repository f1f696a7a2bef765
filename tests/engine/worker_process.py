"""Workers as processes of their own, for tests that kill them: each line on stdin starts one, its number is told.

`python -m tests.engine.worker_process URL RESOLVER_ADDRESS RESOLVER_PORT`. The whole of the engine but the deep
diagnosis, against real sockets; a batch is small, so that there are many points to be killed at. One process imports
everything and forks, since starting Python costs more than what is tested.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from unpend.engine.deep import DnsFlags
from unpend.engine.distributed import DistributedEngine
from unpend.engine.local import LocalEngine
from unpend.engine.looking import QuickLook, bulk_settings
from unpend.engine.opening import open_installation
from unpend.engine.works import Works
from unpend.observer.settings import Resolver


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while sys.stdin.readline():
        child = os.fork()
        if child == 0:
            work(*sys.argv[1:])
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def work(url: str, address: str, port: str) -> None:
    """One worker, until it is killed."""
    made = open_installation(url)
    quick = QuickLook(bulk_settings([Resolver(address, int(port))], 0.5))
    works = Works(made.store, made.clock, quick, DnsFlags(), batch=10)

    async def run() -> None:
        local = LocalEngine(works, tick=0.02)
        local.diagnoses_at_once = 0
        await (local if made.database.sqlite else DistributedEngine(works, tick=0.2, heartbeat=0.5, stalled=2)).run()

    asyncio.run(run())


if __name__ == "__main__":
    main()
