"""The statements that most of the work goes through, written by hand for each dialect.

A batch travels as one value: a JSON array to SQLite (json_each), one array a column to PostgreSQL (unnest). The two
texts mirror one another line for line. Guard is `schedule.rev`: whoever read an older row changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, column, text
from sqlalchemy.sql.selectable import TextualSelect

from unpend.store.direct import run
from unpend.store.rows import COLUMNS, DUE_COLUMNS, text_of


def identities(statement: str) -> TextualSelect:
    """With its columns told, SQLAlchemy prepares their reading once and not for each row set."""
    return text(statement).columns(*(column(name.strip().partition(".")[2]) for name in COLUMNS.split(",")))


_ONE = (
    f"SELECT {COLUMNS} FROM identity i JOIN schedule s ON s.id = i.id "
    "WHERE i.account = :account AND i.region = :region AND i.name = :name"
)
GET = identities(_ONE)
GET_LOCKED = identities(_ONE + " FOR UPDATE")
GET_UID = identities(f"SELECT {COLUMNS} FROM identity i JOIN schedule s ON s.id = i.id WHERE i.uid = :uid")
# The columns that are left out are empty in a new identity.
_STANDINGS = [f"{m}_{part}" for m in ("ownership", "dkim", "mail_from") for part in ("state", "since", "deadline")]
_NEW = ["uid", "account", "region", "name", "kind", "created_at", "attributes", *_STANDINGS]
NEW_IDENTITY = text(
    f"INSERT INTO identity ({', '.join(_NEW)}, version, error_type, picture) "
    f"VALUES ({', '.join(f':{name}' for name in _NEW)}, 0, '', '') RETURNING id"
)
NEW_SCHEDULE = text(
    "INSERT INTO schedule (id, shard, due_at, rev, attempt) VALUES (:id, :shard, :due_at, 0, 0) RETURNING id"
)
LIST = identities(
    f"SELECT {COLUMNS} FROM identity i JOIN schedule s ON s.id = i.id "
    "WHERE i.account = :account AND i.region = :region AND i.name > :after ORDER BY i.name LIMIT :limit"
)
DOMAINS = identities(
    f"SELECT {COLUMNS} FROM identity i JOIN schedule s ON s.id = i.id WHERE i.id > :after AND i.kind = 0 "
    "ORDER BY i.id LIMIT :limit"
)
GLIMPSES = text(
    "SELECT name, kind, ownership_state FROM identity i "
    "WHERE account = :account AND region = :region AND name > :after ORDER BY name LIMIT :limit"
).columns(column("name"), column("kind"), column("ownership_state"))
# One probe of the index a shard, however much is due.
DUE_SHARDS = text(
    "WITH RECURSIVE n(shard) AS (SELECT CAST(:first AS integer) UNION ALL SELECT shard + 1 FROM n WHERE shard < :last) "
    "SELECT n.shard, d.due_at FROM n JOIN schedule d ON d.id = "
    "(SELECT s.id FROM schedule s WHERE s.shard = n.shard AND s.due_at <= :now ORDER BY s.due_at, s.id LIMIT 1)"
)
# Fair between the accounts that share a shard: the oldest of each in turn, out of the oldest `pool` of them all.
READ_DUE = text(
    f"SELECT {DUE_COLUMNS} FROM (SELECT id, due_at, rev, attempt FROM schedule "
    "WHERE shard = :shard AND due_at <= :now ORDER BY due_at, id LIMIT :pool) s JOIN identity i ON i.id = s.id "
    "ORDER BY row_number() OVER (PARTITION BY i.account ORDER BY s.due_at, s.id), s.due_at LIMIT :limit"
)
# The same of several shards in one round trip, which is what costs most there.
READ_DUE_TOGETHER = text(
    "SELECT d.* FROM unnest(CAST(:shards AS integer[])) AS u(shard) "
    f"CROSS JOIN LATERAL ({READ_DUE.text.replace(':shard', 'u.shard')}) AS d"
)


class Batch:
    """A statement over many rows. `columns` are "name:type" of PostgreSQL; {rows} stands for the relation `u`."""

    def __init__(self, columns: str, sqlite: str, postgres: str | None = None) -> None:
        pairs = [column.split(":") for column in columns.split()]
        self.names = [name for name, _ in pairs]
        self._numeric = [type_ != "text" for _, type_ in pairs]
        picked = ", ".join(f"value ->> {n} AS {name}" for n, name in enumerate(self.names))
        arrays = ", ".join(f"CAST(:{name} AS {type_}[])" for name, type_ in pairs)
        source = f"unnest({arrays}) AS u({', '.join(self.names)})"
        self.sqlite = text(sqlite.replace("{rows}", f"(SELECT {picked} FROM json_each(:rows)) AS u"))
        self.postgres = text((postgres or sqlite).replace("{rows}", source))

    def run(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Run it over these rows; what it returns, if it returns anything."""
        if not rows:
            return []
        if connection.dialect.name == "sqlite":
            return run(connection, self.sqlite, {"rows": text_of(rows)})
        columns = zip(self.names, self._numeric, zip(*rows, strict=True), strict=True)
        given = {name: _array(column) if numeric else list(column) for name, numeric, column in columns}
        return run(connection, self.postgres, given)


def _array(numbers: Sequence[float | None]) -> str:
    """PostgreSQL's text for an array of numbers; the driver's own way to it takes twice as long."""
    return "{" + ",".join(["NULL" if each is None else repr(each) for each in numbers]) + "}"


WHOLE = Batch(
    "id:bigint", f"SELECT {COLUMNS} FROM {{rows}} JOIN identity i ON i.id = u.id JOIN schedule s ON s.id = u.id"
)
CLAIM = Batch(
    "id:bigint r:integer due:float8 att:smallint at:float8",
    "UPDATE schedule SET due_at = u.due, rev = schedule.rev + 1, attempt = u.att, checked_at = u.at FROM {rows} "
    "WHERE schedule.id = u.id AND schedule.rev = u.r RETURNING schedule.id",
)
_MACHINES = ("ownership", "dkim", "mail_from")
_STANDING = " ".join(f"{m}_state:smallint {m}_since:float8 {m}_deadline:float8" for m in _MACHINES)
_SET = ", ".join(f"{m}_{part} = u.{m}_{part}" for m in _MACHINES for part in ("state", "since", "deadline"))
IDENTITY = Batch(
    f"id:bigint version:integer success_at:float8 error_type:text soa:text picture:text {_STANDING}",
    "UPDATE identity SET version = u.version, success_at = u.success_at, error_type = u.error_type, soa = u.soa, "
    "picture = u.picture, " + _SET + " FROM {rows} WHERE identity.id = u.id",
)
TRANSITION = Batch(
    "id:bigint version:integer machine:smallint before:smallint after:smallint event:smallint at:float8 seen:text",
    "INSERT INTO transition (id, version, machine, before, after, event, at, seen) "
    "SELECT id, version, machine, before, after, event, at, seen FROM {rows} WHERE true",
)
EVENT = Batch(
    "uid:text account:text identity:bigint version:integer type:text body:text at:float8",
    "INSERT INTO event (uid, account, identity, version, type, body, at) "
    "SELECT uid, account, identity, version, type, body, at FROM {rows} WHERE true RETURNING seq",
)
DELIVERY = Batch(
    "seq:bigint at:float8",
    "INSERT INTO delivery (event, endpoint, due_at, rev, attempt, last_code, last_word) "
    "SELECT e.seq, p.id, u.at, 0, 0, 0, '' FROM {rows} JOIN event e ON e.seq = u.seq "
    "JOIN endpoint p ON p.account = e.account AND p.state = 0 AND (p.types = '' OR p.types LIKE '%,' || e.type || ',%') "
    "WHERE true",
)
DEEP = Batch(
    "id:bigint shard:smallint due:float8",
    "INSERT INTO deep (id, shard, due_at, rev) SELECT id, shard, due, 0 FROM {rows} WHERE true "
    "ON CONFLICT (id) DO UPDATE SET rev = deep.rev + 1",
)
