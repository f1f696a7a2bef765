"""What holds of a database whoever was killed when: nothing half written, nothing twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, text

from unpend.store.connect import Database


def read(connection: Connection, query: str) -> list[Any]:
    return list(connection.execute(text(query)).all())


def sound(database: Database) -> None:
    """The file, the references between tables, and each identity with what belongs to it."""
    with database.reading() as connection:
        if database.sqlite:
            assert read(connection, "PRAGMA integrity_check") == [("ok",)]
            assert read(connection, "PRAGMA foreign_key_check") == []
        alone = "SELECT i.id FROM identity i LEFT JOIN schedule s ON s.id = i.id WHERE s.id IS NULL"
        assert read(connection, alone) == []
        steps = "SELECT id, version, machine, before, after FROM transition ORDER BY id, version"
        versions: dict[int, int] = dict(map(tuple, read(connection, "SELECT id, version FROM identity")))
        told = read(connection, "SELECT identity, version, type FROM event")
        _in_order(read(connection, steps), versions)
        _told_once(told, versions)
        owed = Counter(event for (event,) in read(connection, "SELECT event FROM delivery"))
        assert set(owed.values()) <= {1}
        assert len(owed) == len(told), "each event is owed to the one who listens"


def _in_order(steps: list[Any], versions: dict[int, int]) -> None:
    """Versions without a gap, each step from where the one before it led to, none taken twice."""
    stands: dict[tuple[int, int], int] = {}
    last: Counter[int] = Counter()
    for identity, version, machine, before, after in steps:
        last[identity] += 1
        assert version == last[identity]
        assert stands.get((identity, machine), before) == before
        assert before != after
        stands[identity, machine] = after
    assert {identity: last[identity] for identity in versions} == versions
    assert set(Counter((identity, machine, after) for identity, _, machine, _, after in steps).values()) <= {1}


def _told_once(told: list[Any], versions: dict[int, int]) -> None:
    """A creation, an event a step, and a deletion where it is gone."""
    of: dict[int, list[tuple[int, str]]] = {}
    for identity, version, type_ in told:
        of.setdefault(identity, []).append((version, type_))
    assert set(versions) <= set(of)
    for identity, events in of.items():
        assert events.count((0, "domain.created")) == 1
        deleted = [each for each in events if each[1] == "domain.deleted"]
        assert len(deleted) == (identity not in versions)
        steps = sorted(version for version, type_ in events if type_ not in {"domain.created", "domain.deleted"})
        assert steps == list(range(1, len(steps) + 1))
        assert len(steps) == versions.get(identity, len(steps))
        assert [type_ for _, type_ in events].count("domain.verified") <= 1
