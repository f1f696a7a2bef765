"""Ten thousand domains that fall due at the same moment: all of them are looked at, nobody waits for a big neighbour."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.faults.resolving import resolving

from unpend.engine.deep import DnsFlags
from unpend.engine.demands import Demand
from unpend.engine.local import LOOKS_AT_ONCE, LocalEngine
from unpend.engine.looking import Answers, QuickLook, bulk_settings
from unpend.engine.opening import Installation, open_installation
from unpend.engine.works import Works
from unpend.model.identity import Attributes, IdentityKey, Signing
from unpend.observer.settings import Resolver
from unpend.store.rows import shard_of, text_of
from unpend.store.tables import identity, schedule

BIG, SMALL = "111111111111", "222222222222"
NAMES = {BIG: "big", SMALL: "small"}
COUNTS = {BIG: 9_900, SMALL: 100}
BATCH = 50
ONE_RECORD = Attributes(signing=Signing(tokens=("t",), zone="dkim.amazonses.com."))
VERIFIED = {"state": 2, "since": 0.0, "deadline": None}


def filled(made: Installation) -> None:
    """Verified domains of one record each, as copies of one; all are due, the small tenant's a breath after the others."""
    pattern = made.identities.create(IdentityKey("pattern", "us-east-1", "pattern.example.com"))
    rows, due = [], []
    with made.database.writing() as connection:
        row = dict(connection.execute(identity.select()).mappings().one())
        row |= {"attributes": text_of(ONE_RECORD)}
        row |= {f"{machine}_{part}": value for machine in ("ownership", "dkim") for part, value in VERIFIED.items()}
        for number, account in enumerate((a for a, count in COUNTS.items() for _ in range(count)), pattern.id + 1):
            key = IdentityKey(account, "us-east-1", f"{NAMES[account]}{number}.example.com")
            rows.append(row | {"id": number, "uid": key.name, "account": account, "name": key.name})
            due.append({"id": number, "shard": shard_of(key), "due_at": number * 1e-6, "rev": 0, "attempt": 0})
        connection.execute(identity.insert(), rows)
        connection.execute(schedule.insert(), due)
        connection.execute(schedule.delete().where(schedule.c.id == pattern.id))


async def test_ten_thousand_due_at_once(tmp_path: Path) -> None:
    asked: list[str] = []
    with closing(open_installation(f"sqlite:///{tmp_path}/unpend.db")) as made:
        filled(made)
        async with resolving(pause=0.001) as resolver, asyncio.timeout(120):
            settings = bulk_settings([Resolver("127.0.0.1", resolver.port)], 5)
            with closing(QuickLook(settings)) as quick:

                async def look(demands: Sequence[Demand]) -> list[Answers]:
                    asked.extend(demand.domain for demand in demands)
                    return await quick(demands)

                works = Works(made.store, made.clock, look, DnsFlags(), batch=BATCH)
                engine = LocalEngine(works, tick=0.02)
                engine.diagnoses_at_once = 0
                running = asyncio.create_task(engine.run())
                while works.tally.looked < sum(COUNTS.values()):
                    await asyncio.sleep(0.02)
                engine.stop()
                await running
                works.close()
    assert works.tally.outcomes == {"OK": sum(COUNTS.values())}
    assert len(set(asked)) == len(asked), "each of them once"
    assert 1 < resolver.most <= settings.server_window
    last = max(place for place, domain in enumerate(asked) if domain.startswith("small"))
    assert last < LOOKS_AT_ONCE * BATCH, "among the first that are looked at, though all others were due before"
