"""The first shape of the database. Frozen: a later change of a table is a later migration."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS: dict[str, Any] = {
    "number": NUMBER,
    "small": sa.SmallInteger(),
    "int": sa.Integer(),
    "text": sa.Text(),
    "real": sa.Double(),
    "bytes": sa.LargeBinary(),
}
IDENTITY = (
    "uid:text account:text region:text name:text kind:small created_at:real "
    "ownership_state:small ownership_since:real ownership_deadline:real? dkim_state:small dkim_since:real dkim_deadline:real? "
    "mail_from_state:small mail_from_since:real mail_from_deadline:real? "
    "attributes:text version:int success_at:real? error_type:text soa:text? picture:text"
)


def upgrade() -> None:
    """All tables, the referred-to ones first."""
    own = {"sqlite_autoincrement": True}
    _table(
        "identity", _counted("id"), IDENTITY, [sa.UniqueConstraint("account", "region", "name"), _unique("uid")], own
    )
    event = "uid:text account:text identity:number version:int type:text body:text at:real"
    _table("event", _counted("seq"), event, [sa.UniqueConstraint("identity", "version", "type"), _unique("uid")], own)
    endpoint = "uid:text account:text url:text secrets:text types:text lang:text state:small created_at:real failing_since:real?"
    _table("endpoint", _counted("id"), endpoint, [_unique("uid")], own)
    _table("installation", sa.Column("name", sa.Text(), primary_key=True), "value:text")
    _of_identity("schedule", "shard:small due_at:real rev:int attempt:small checked_at:real?")
    _of_identity("deep", "shard:small due_at:real rev:int")
    _of_identity("insight", "at:real verdict:text cause:text eta:real? casefile:bytes")
    _of_identity("transition", "machine:small before:small after:small event:small at:real seen:text", "version:int")
    _keys()
    _deliveries()
    _indexes()


def _keys() -> None:
    signing = "account:text region:text name:text slot:small zone:text token:text state:small bits:small public:text private:bytes "
    signing += "since:real due_at:real? shown:small rev:int"
    owner = sa.UniqueConstraint("account", "region", "name", "slot")
    _table("signing_key", _counted("id"), signing, [owner], {"sqlite_autoincrement": True})
    api = "prefix:text digest:bytes account:text scopes:text note:text created_at:real revoked_at:real?"
    _table("api_key", _counted("id"), api, [_unique("prefix")])
    pair = [sa.Column(name, sa.Text(), primary_key=True) for name in ("account", "key")]
    op.create_table("reply", *pair, *_columns("digest:bytes status:small headers:text body:bytes at:real"))


def _deliveries() -> None:
    told = "due_at:real? rev:int attempt:small tried_at:real? last_code:small last_word:text"
    op.create_table(
        "delivery",
        sa.Column("event", NUMBER, sa.ForeignKey("event.seq", ondelete="CASCADE"), primary_key=True),
        sa.Column("endpoint", NUMBER, sa.ForeignKey("endpoint.id", ondelete="CASCADE"), primary_key=True),
        *_columns(told),
    )


def _indexes() -> None:
    op.create_index("schedule_due", "schedule", ["shard", "due_at", "id"])
    op.create_index("deep_due", "deep", ["shard", "due_at", "id"])
    op.create_index("event_account", "event", ["account", "seq"])
    op.create_index("endpoint_account", "endpoint", ["account"])
    op.create_index("ix_signing_key_token", "signing_key", ["token"])
    op.create_index("signing_key_due", "signing_key", ["due_at"])
    op.create_index("signing_key_shown", "signing_key", ["shown", "id"])
    op.create_index("api_key_account", "api_key", ["account", "id"])
    op.create_index("reply_at", "reply", ["at"])
    owed = sa.text("due_at IS NOT NULL")
    op.create_index("delivery_due", "delivery", ["endpoint", "due_at"], sqlite_where=owed, postgresql_where=owed)
    op.create_index("delivery_endpoint", "delivery", ["endpoint", "event"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE schedule SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)")


def _table(
    name: str,
    key: sa.Column[Any],
    columns: str,
    more: list[sa.Constraint] | None = None,
    own: dict[str, Any] | None = None,
) -> None:
    op.create_table(name, key, *_columns(columns), *(more or []), **(own or {}))


def _of_identity(name: str, columns: str, key: str = "") -> None:
    """A table that goes with its identity."""
    first = sa.Column(
        "id", NUMBER, sa.ForeignKey("identity.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    second = [sa.Column(c.name, c.type, primary_key=True, autoincrement=False) for c in _columns(key)]
    op.create_table(name, first, *second, *_columns(columns))


def _counted(name: str) -> sa.Column[Any]:
    return sa.Column(name, NUMBER, primary_key=True, autoincrement=True)


def _unique(name: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(name)


def _columns(told: str) -> list[sa.Column[Any]]:
    """ "name:kind", with a question mark where it may be empty."""
    pairs = [each.split(":") for each in told.split()]
    return [sa.Column(name, KINDS[kind.rstrip("?")], nullable=kind.endswith("?")) for name, kind in pairs]
