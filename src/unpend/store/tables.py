"""The tables, identical in SQLite and PostgreSQL. Times are Unix seconds of the engine's clock, documents are JSON text.

`schedule` is narrow and the only table that most looks write: the wide `identity` row changes on transitions alone.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()
_ID = BigInteger().with_variant(Integer, "sqlite")


def _seconds(name: str, *, nullable: bool = False) -> Column[float]:
    return Column(name, Double, nullable=nullable)


def _machine(name: str) -> list[Column[object]]:
    return [
        Column(f"{name}_state", SmallInteger, nullable=False),
        Column(f"{name}_since", Double, nullable=False),
        Column(f"{name}_deadline", Double),
    ]


identity = Table(
    "identity",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("uid", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    _seconds("created_at"),
    *_machine("ownership"),
    *_machine("dkim"),
    *_machine("mail_from"),
    Column("attributes", Text, nullable=False),
    Column("version", Integer, nullable=False),
    _seconds("success_at", nullable=True),
    Column("error_type", Text, nullable=False, default=""),
    Column("soa", Text),
    Column("picture", Text, nullable=False, default=""),
    UniqueConstraint("account", "region", "name"),
    sqlite_autoincrement=True,
)


def _of_identity() -> ForeignKey:
    return ForeignKey("identity.id", ondelete="CASCADE")


schedule = Table(
    "schedule",
    metadata,
    Column("id", _ID, _of_identity(), primary_key=True, autoincrement=False),
    Column("shard", SmallInteger, nullable=False),
    _seconds("due_at"),
    Column("rev", Integer, nullable=False),
    Column("attempt", SmallInteger, nullable=False),
    _seconds("checked_at", nullable=True),
    Index("schedule_due", "shard", "due_at", "id"),
)
# Deep diagnoses that are owed. A row goes when the diagnosis is kept.
deep = Table(
    "deep",
    metadata,
    Column("id", _ID, _of_identity(), primary_key=True, autoincrement=False),
    Column("shard", SmallInteger, nullable=False),
    _seconds("due_at"),
    Column("rev", Integer, nullable=False),
    Index("deep_due", "shard", "due_at", "id"),
)
# The last deep diagnosis: the case file, compressed, and the few words that lists show.
insight = Table(
    "insight",
    metadata,
    Column("id", _ID, _of_identity(), primary_key=True, autoincrement=False),
    _seconds("at"),
    Column("verdict", Text, nullable=False),
    Column("cause", Text, nullable=False),
    _seconds("eta", nullable=True),
    Column("casefile", LargeBinary, nullable=False),
)
transition = Table(
    "transition",
    metadata,
    Column("id", _ID, _of_identity(), primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("machine", SmallInteger, nullable=False),
    Column("before", SmallInteger, nullable=False),
    Column("after", SmallInteger, nullable=False),
    Column("event", SmallInteger, nullable=False),
    _seconds("at"),
    Column("seen", Text, nullable=False),
)
# The outbox. It outlives its identity: "deleted" has to be told as well.
event = Table(
    "event",
    metadata,
    Column("seq", _ID, primary_key=True, autoincrement=True),
    Column("uid", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("identity", _ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    _seconds("at"),
    UniqueConstraint("identity", "version", "type"),
    Index("event_account", "account", "seq"),
    sqlite_autoincrement=True,
)
endpoint = Table(
    "endpoint",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("uid", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("secrets", Text, nullable=False),
    Column("types", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("state", SmallInteger, nullable=False),
    _seconds("created_at"),
    _seconds("failing_since", nullable=True),
    Index("endpoint_account", "account"),
    sqlite_autoincrement=True,
)
delivery = Table(
    "delivery",
    metadata,
    Column("event", _ID, ForeignKey("event.seq", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("endpoint", _ID, ForeignKey("endpoint.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    _seconds("due_at", nullable=True),
    Column("rev", Integer, nullable=False),
    Column("attempt", SmallInteger, nullable=False),
    _seconds("tried_at", nullable=True),
    Column("last_code", SmallInteger, nullable=False),
    Column("last_word", Text, nullable=False),
)
# Of what is still owed only: what was taken leaves it.
Index(
    "delivery_due",
    delivery.c.endpoint,
    delivery.c.due_at,
    sqlite_where=delivery.c.due_at.is_not(None),
    postgresql_where=delivery.c.due_at.is_not(None),
)
# For the deletion of an endpoint, and for what its owner reads.
Index("delivery_endpoint", delivery.c.endpoint, delivery.c.event)
# The keys behind issued names. They outlive their identity: mail that was signed is verified for days after.
signing_key = Table(
    "signing_key",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("account", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("slot", SmallInteger, nullable=False),
    Column("zone", Text, nullable=False),
    Column("token", Text, nullable=False, index=True),
    Column("state", SmallInteger, nullable=False),
    Column("bits", SmallInteger, nullable=False),
    Column("public", Text, nullable=False),
    Column("private", LargeBinary, nullable=False),
    _seconds("since"),
    _seconds("due_at", nullable=True),
    Column("shown", SmallInteger, nullable=False),
    Column("rev", Integer, nullable=False),
    UniqueConstraint("account", "region", "name", "slot"),
    Index("signing_key_due", "due_at"),
    Index("signing_key_shown", "shown", "id"),
    sqlite_autoincrement=True,
)
# Keys of the REST door. Only a digest is kept: 256 random bits need no slow hash.
api_key = Table(
    "api_key",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("prefix", Text, nullable=False, unique=True),
    Column("digest", LargeBinary, nullable=False),
    Column("account", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("note", Text, nullable=False),
    _seconds("created_at"),
    _seconds("revoked_at", nullable=True),
    Index("api_key_account", "account", "id"),
)
# What was answered to a request with an Idempotency-Key, so that its repetition is answered alike.
reply = Table(
    "reply",
    metadata,
    Column("account", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _seconds("at"),
    Index("reply_at", "at"),
)
# What belongs to the installation: the wrapped secret, the clock's anchor.
installation = Table(
    "installation", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False)
)
