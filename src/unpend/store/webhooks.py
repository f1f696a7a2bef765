"""Endpoints and what they are owed. A try is claimed by a lease before it is made: whoever dies lets the lease run out,
and the same event goes out again under the same id. Synchronous; call it in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, RowMapping, delete, insert, select, text, update

from unpend.model.webhook import Delivery, Endpoint, EndpointState, Outcome, Owed, SealedSecret
from unpend.store.connect import Database
from unpend.store.hot import Batch
from unpend.store.tables import delivery, endpoint, event

STATES = tuple(EndpointState)
_secrets = msgspec.json.Decoder(tuple[SealedSecret, ...])

# Where something is due, whoever waits longest first. One probe of the index an endpoint.
DUE = text(
    "SELECT p.*, (SELECT min(d.due_at) FROM delivery d WHERE d.endpoint = p.id AND d.due_at IS NOT NULL) AS first "
    "FROM endpoint p WHERE p.state = 0 AND EXISTS "
    "(SELECT 1 FROM delivery d WHERE d.endpoint = p.id AND d.due_at <= :now) ORDER BY first LIMIT :limit"
)
OWED = text(
    "SELECT d.event, d.endpoint, e.uid, e.type, e.version, e.body, e.at, d.rev, d.attempt "
    "FROM delivery d JOIN event e ON e.seq = d.event "
    "WHERE d.endpoint = :endpoint AND d.due_at <= :now ORDER BY d.due_at, d.event LIMIT :limit"
)
LEASE = Batch(
    "event:bigint endpoint:bigint r:integer due:float8",
    "UPDATE delivery SET due_at = u.due, rev = delivery.rev + 1 FROM {rows} WHERE delivery.event = u.event "
    "AND delivery.endpoint = u.endpoint AND delivery.rev = u.r RETURNING delivery.event",
)
FINISH = Batch(
    "event:bigint endpoint:bigint r:integer due:float8 att:smallint code:smallint word:text at:float8",
    "UPDATE delivery SET due_at = u.due, rev = delivery.rev + 1, attempt = u.att, last_code = u.code, "
    "last_word = u.word, tried_at = u.at FROM {rows} WHERE delivery.event = u.event "
    "AND delivery.endpoint = u.endpoint AND delivery.rev = u.r RETURNING delivery.event",
)
REPLAY = text(
    "INSERT INTO delivery (event, endpoint, due_at, rev, attempt, last_code, last_word) "
    "SELECT e.seq, p.id, CAST(:now AS float), 0, 0, 0, '' FROM event e JOIN endpoint p ON p.account = e.account "
    "WHERE p.id = :endpoint AND e.uid = :event "
    "ON CONFLICT (event, endpoint) DO UPDATE SET due_at = :now, rev = delivery.rev + 1, attempt = 0, last_code = 0"
)
LAG = text(
    "SELECT count(*), min(d.due_at) FROM delivery d JOIN endpoint p ON p.id = d.endpoint "
    "WHERE p.state = 0 AND d.due_at IS NOT NULL"
)
OLDEST = text("SELECT seq, at FROM event ORDER BY seq LIMIT :limit")


class Webhooks:
    """The tables `endpoint` and `delivery`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, new: Endpoint, most: int) -> Endpoint | None:
        """Keep it, with the number that it gets; None where its account has `most` of them already."""
        with self.database.writing() as connection:
            had = connection.execute(select(endpoint.c.id).where(endpoint.c.account == new.account).limit(most)).all()
            if len(had) >= most:
                return None
            row = connection.execute(insert(endpoint).values(_row(new)).returning(*endpoint.c)).mappings().one()
        return _endpoint(row)

    def get(self, account: str, uid: str) -> Endpoint | None:
        """An account's endpoint; another account's is none."""
        with self.database.reading() as connection:
            found = connection.execute(select(endpoint).where(endpoint.c.account == account, endpoint.c.uid == uid))
            row = found.mappings().first()
        return _endpoint(row) if row else None

    def list(self, account: str) -> list[Endpoint]:
        """All of an account, the oldest first."""
        query = select(endpoint).where(endpoint.c.account == account).order_by(endpoint.c.id)
        with self.database.reading() as connection:
            return [_endpoint(row) for row in connection.execute(query).mappings()]

    def put(self, changed: Endpoint, columns: Iterable[str]) -> bool:
        """Keep these columns as its owner changed them, and no other: tries go on meanwhile. False where it is no more."""
        row = _row(changed)
        values = {name: row[name] for name in columns}
        if not values:
            return True
        with self.database.writing() as connection:
            result = connection.execute(update(endpoint).where(endpoint.c.id == changed.id).values(values))
            return bool(result.rowcount)

    def remove(self, account: str, uid: str) -> bool:
        """Delete it with all that it was owed."""
        with self.database.writing() as connection:
            gone = delete(endpoint).where(endpoint.c.account == account, endpoint.c.uid == uid)
            return bool(connection.execute(gone).rowcount)

    def due(self, now: float, limit: int) -> Sequence[Endpoint]:
        """The active endpoints that are owed something now."""
        with self.database.reading() as connection:
            return [_endpoint(row) for row in connection.execute(DUE, {"now": now, "limit": limit}).mappings()]

    def lease(self, of: int, now: float, until: float, limit: int) -> Sequence[Owed]:
        """What this endpoint is owed, ours alone until then."""
        with self.database.reading() as connection:
            rows = connection.execute(OWED, {"endpoint": of, "now": now, "limit": limit}).all()
        if not rows:
            return []
        claims = sorted((row.event, row.endpoint, row.rev, until) for row in rows)
        with self.database.writing() as connection:
            won = {number for (number,) in LEASE.run(connection, claims)}
        return [_owed(row) for row in rows if row.event in won]

    def finish(self, outcomes: Sequence[Outcome], now: float) -> int:
        """Write down how tries ended; how many of them were still ours to say so about."""
        rows = [_finished(each, now) for each in sorted(outcomes, key=lambda each: each.owed.event)]
        with self.database.writing() as connection:
            return len(FINISH.run(connection, rows))

    def judge(self, of: int, state: EndpointState, failing_since: float | None) -> None:
        """What the tries said about an active endpoint as a whole."""
        values = {"state": STATES.index(state), "failing_since": failing_since}
        with self.database.writing() as connection:
            connection.execute(update(endpoint).where(endpoint.c.id == of, endpoint.c.state == 0).values(values))

    def replay(self, of: int, event_uid: str, now: float) -> bool:
        """Owe it this event once more, from the first try; False where there is no such event of its account."""
        with self.database.writing() as connection:
            given = {"endpoint": of, "event": event_uid, "now": now}
            return bool(connection.execute(REPLAY, given).rowcount)

    def deliveries(self, of: int, limit: int) -> Sequence[Delivery]:
        """What became of the newest events there."""
        d, e = delivery.c, event.c
        columns = (e.uid, e.type, e.at, d.attempt, d.due_at, d.tried_at, d.last_code, d.last_word)
        query = select(*columns).join_from(delivery, event, e.seq == d.event).where(d.endpoint == of)
        with self.database.reading() as connection:
            return [Delivery(*row) for row in connection.execute(query.order_by(d.event.desc()).limit(limit))]

    def waiting(self) -> tuple[int, float | None]:
        """How much is owed in all, and since when the oldest of it is due."""
        with self.database.reading() as connection:
            count, first = connection.execute(LAG).one()
        return count, first

    def prune(self, before: float, limit: int = 1000) -> int:
        """Forget the oldest events, of those before then; how many. A few at a time, so that nobody waits."""
        with self.database.writing() as connection:
            old = [row.seq for row in connection.execute(OLDEST, {"limit": limit}) if row.at < before]
            if old:
                connection.execute(delete(event).where(event.c.seq.in_(old)))
        return len(old)


def _owed(row: Row[Any]) -> Owed:
    """As leased: nobody but the holder of this `rev` can say how it ended."""
    columns = row._asdict()
    return Owed(**{**columns, "rev": columns["rev"] + 1})


def _finished(each: Outcome, now: float) -> tuple[Any, ...]:
    owed = each.owed
    return owed.event, owed.endpoint, owed.rev, each.due_at, each.attempt, each.code, each.word, now


def _row(of: Endpoint) -> dict[str, Any]:
    return {
        "uid": of.uid,
        "account": of.account,
        "url": of.url,
        "secrets": msgspec.json.encode(of.secrets).decode(),
        "types": f",{','.join(of.types)}," if of.types else "",
        "lang": of.lang,
        "state": STATES.index(of.state),
        "created_at": of.created_at,
        "failing_since": of.failing_since,
    }


def _endpoint(row: RowMapping) -> Endpoint:
    return Endpoint(
        id=row["id"],
        uid=row["uid"],
        account=row["account"],
        url=row["url"],
        secrets=_secrets.decode(row["secrets"]),
        types=tuple(each for each in row["types"].split(",") if each),
        lang=row["lang"],
        state=STATES[row["state"]],
        created_at=row["created_at"],
        failing_since=row["failing_since"],
    )
