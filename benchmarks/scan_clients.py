"""One engine at a time on the same work, in a process of its own: `python scan_clients.py ENGINE PORT DOMAINS [WINDOW]`.

Prints one JSON line: seconds, CPU, memory, and how many names were right, absent, wrong and lost. Everything from the
name as text to the verdict is inside. It imports what its engine needs and nothing else, as the peers live in a virtual
environment without unpend.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ADDRESS = "127.0.0.1"
ZONE = "example."
PROVIDER = "dkim.amazonses.com."
RECORDS = 3


def wanted(number: int) -> list[tuple[str, str]]:
    """The names of a domain and their targets, as long as those of Amazon SES."""
    tokens = [f"{i}{number:07d}abcdefghijklmnopqrstuvwx" for i in range(RECORDS)]
    return [(f"{t}._domainkey.d{number:07d}.{ZONE}", f"{t}.{PROVIDER}") for t in tokens]


def state(number: int) -> str:
    """80 % right, 15 % absent, 5 % with another target."""
    place = number % 20
    return "right" if place < 16 else "absent" if place < 19 else "wrong"


def zone_file(domains: int) -> Iterator[str]:
    """The zone that the server holds."""
    yield f"$ORIGIN {ZONE}\n@ 300 IN SOA ns.example. admin.example. 1 3600 600 86400 300\n@ 300 IN NS ns\nns 300 IN A 127.0.0.1\n"
    for number in range(domains):
        for name, target in wanted(number) if state(number) != "absent" else []:
            yield f"{name} 300 IN CNAME {target if state(number) == 'right' else 'elsewhere.example.net.'}\n"


def names(domains: int) -> dict[str, str]:
    return {name: target for number in range(domains) for name, target in wanted(number)}


def unpend(port: int, domains: int, window: int) -> Counter[str]:
    """`look_up`, all of it on, from the names as text."""
    return looked_up(port, window, subjects(domains))


def prepared(port: int, domains: int, window: int) -> Counter[str]:
    """The look-ups alone: the questions were encoded before the clock starts."""
    ready = list(subjects(domains))
    gc.collect()
    gc.freeze()
    start()
    return looked_up(port, window, ready)


def subjects(domains: int) -> Iterator[Any]:
    from unpend.model.expected import Expected, ExpectedRecord, Purpose
    from unpend.observer.bulk import subject_of

    for number in range(domains):
        records = tuple(ExpectedRecord(Purpose.DKIM, name, "CNAME", (target,)) for name, target in wanted(number))
        yield subject_of(Expected(f"d{number}.{ZONE}", records), number, behind=False)


def looked_up(port: int, window: int, subjects: Iterable[Any]) -> Counter[str]:
    """Every verdict is held against what the zone says; one that is all right says as much of each of its names."""
    from unpend.observer.bulk import UNLIMITED, BulkSettings, Fast, look_up_in_batches
    from unpend.observer.settings import Resolver

    found: Counter[str] = Counter()
    right = mistaken = 0
    settings = BulkSettings((Resolver(ADDRESS, port),), window=window, server_window=window, rate=UNLIMITED)
    for batch in look_up_in_batches(subjects, settings):
        for verdict in batch:
            if verdict.fast is Fast.RIGHT:
                right += len(verdict.seen)
                mistaken += verdict.key % 20 >= 16
            else:
                mistaken += verdict.fast is not Fast.OTHER or verdict.key % 20 < 16
                found.update("right" if s.right else WORDS.get(s.outcome, "lost") for s in verdict.seen)
    found["right"] += right
    return found + Counter(mistaken=mistaken)


WORDS = {"nxdomain": "absent", "answer": "wrong"}


def blastdns(port: int, domains: int, window: int) -> Counter[str]:
    """Its fastest way, `resolve_batch`, which leaves out what has no answer; its cache is off."""
    import blastdns as b

    async def run() -> Counter[str]:
        config = b.ClientConfig(max_inflight_per_resolver=window, cache_capacity=0, adaptive=False)
        client = b.Client([f"{ADDRESS}:{port}"], config)
        left = names(domains)
        found: Counter[str] = Counter()
        async for host, _, answers in client.resolve_batch(list(left), "CNAME"):
            target = left.pop(host if host.endswith(".") else host + ".")
            found["right" if answers and answers[0].lower() == target else "wrong"] += 1
        found["absent or lost"] += len(left)
        return found

    return asyncio.run(run())


def pycares(port: int, domains: int, window: int) -> Counter[str]:
    """Callbacks and its own event thread."""
    import threading

    import pycares as p

    channel = p.Channel(servers=[ADDRESS], udp_port=port, tcp_port=port, timeout=2.0, tries=3)
    room = threading.Semaphore(window)
    found: Counter[str] = Counter()

    def told(target: str) -> Callable[[Any, int | None], None]:
        def callback(result: Any, error: int | None) -> None:
            if error is None:
                cnames = [r.data.cname for r in result.answer]
                found["right" if cnames and cnames[0].lower().rstrip(".") + "." == target else "wrong"] += 1
            else:
                found["absent" if error == p.errno.ARES_ENOTFOUND else "lost"] += 1
            room.release()

        return callback

    for name, target in names(domains).items():
        room.acquire()
        channel.query(name, p.QUERY_TYPE_CNAME, callback=told(target))
    for _ in range(window):
        room.acquire()
    channel.close()
    return found


def dnspython(port: int, domains: int, window: int) -> Counter[str]:
    """Its asynchronous resolver, so many at once."""
    import dns.asyncresolver
    import dns.exception
    import dns.resolver

    async def run() -> Counter[str]:
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = [ADDRESS], port
        found: Counter[str] = Counter()
        todo = iter(names(domains).items())

        async def work() -> None:
            for name, target in todo:
                try:
                    answer = await resolver.resolve(name, "CNAME", search=False)
                    found["right" if answer[0].target.to_text().lower() == target else "wrong"] += 1
                except dns.resolver.NXDOMAIN:
                    found["absent"] += 1
                except dns.exception.DNSException:
                    found["lost"] += 1

        await asyncio.gather(*(work() for _ in range(window)))
        return found

    return asyncio.run(run())


def peak_memory() -> float:
    """In MB. Not ru_maxrss, which begins with that of the process that started this one."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


STARTED = [0.0, 0.0]


def start() -> None:
    """The clocks begin here, after Python has started."""
    STARTED[:] = clocks()


def clocks() -> tuple[float, float]:
    """Wall and CPU; the threads of the engines count."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), usage.ru_utime + usage.ru_stime


def main() -> None:
    engine = {
        "unpend": unpend,
        "unpend prepared": prepared,
        "blastdns": blastdns,
        "pycares": pycares,
        "dnspython": dnspython,
    }[sys.argv[1]]
    port, domains, window = map(int, [*sys.argv[2:4], *(sys.argv[4:] or ["256"])])
    start()
    found = engine(port, domains, window)
    seconds, cpu = (now - then for now, then in zip(clocks(), STARTED, strict=True))
    told = {"seconds": seconds, "cpu": cpu, "memory": peak_memory()}
    print(json.dumps({**told, "names": domains * RECORDS, "found": found}))


if __name__ == "__main__":
    main()
