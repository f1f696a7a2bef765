"""The store's promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from unpend.engine.opening import Installation, open_installation
from unpend.lifecycle import Sighting, decide
from unpend.model.errors import IdentityExistsError, StoreError, UnknownIdentityError
from unpend.model.identity import Event, Identity, IdentityKey, LastLook, Machine, MailFrom, Seen, State, ZoneStart
from unpend.store.backup import back_up, restore
from unpend.store.connect import Database
from unpend.store.lock import only_worker
from unpend.store.looked import Looked
from unpend.store.rows import shard_of
from unpend.store.schema import bring_up
from unpend.store.tables import metadata

SEEN = (Seen("t._domainkey.example.com.", "CNAME", "answer", ("t.dkim.amazonses.com.",), "192.0.2.1"),)


@pytest.fixture
def opened(database_url: str) -> Iterator[Installation]:
    made = open_installation(database_url)
    yield made
    made.close()


def key(name: str = "example.com", account: str = "1", region: str = "us-east-1") -> IdentityKey:
    return IdentityKey(account, region, name)


def looked(identity: Identity, event: Event, now: float, *, deep: bool = False) -> Looked:
    sightings = {machine: Sighting(event, SEEN) for machine in (Machine.OWNERSHIP, Machine.DKIM)}
    look = LastLook(now, None, "" if event is Event.COMPLETE else "HOST_NOT_FOUND", ZoneStart("ns.", "admin.", 7), "p")
    return Looked(identity, decide(identity, sightings, now), look, deep)


def events(opened: Installation) -> list[tuple[str, int]]:
    with opened.database.reading() as connection:
        return [(row[0], row[1]) for row in connection.execute(text("SELECT type, version FROM event ORDER BY seq"))]


def test_create_read_list_delete_and_the_same_tokens_again(opened: Installation) -> None:
    identities = opened.identities
    made = identities.create(key())
    assert identities.get(key()) == made
    with pytest.raises(IdentityExistsError):
        identities.create(key())
    others = [identities.create(key(f"{n}.example.com")) for n in "cab"]
    elsewhere = [identities.create(key(region="eu-west-1")), identities.create(key(account="2"))]
    tokens = {each.attributes.signing.tokens for each in (made, *others, *elsewhere)}
    assert len(tokens) == 6, "tokens belong to account, region and domain"
    page = identities.list("1", "us-east-1", limit=2)
    assert [each.key.name for each in page] == ["a.example.com", "b.example.com"]
    rest = identities.list("1", "us-east-1", after=page[-1].key.name)
    assert [each.key.name for each in rest] == ["c.example.com", "example.com"]
    assert identities.delete(key())
    assert not identities.delete(key())
    with pytest.raises(UnknownIdentityError):
        identities.get(key())
    again = identities.create(key())
    assert again.attributes.signing.tokens == made.attributes.signing.tokens
    assert again.id != made.id
    assert events(opened)[-2:] == [("domain.deleted", 0), ("domain.created", 0)]


def test_a_look_is_committed_once_and_by_one_alone(opened: Installation) -> None:
    made = opened.identities.create(key())
    now = opened.clock.now()
    assert [shard for shard, _ in opened.store.due_shards(now + 10)] == [shard_of(made.key)]
    (due,) = opened.store.read_due([shard_of(made.key)], now + 10, 5)
    assert opened.store.whole([due]) == {made.id: made}
    assert opened.store.whole([due._replace(rev=7)]) == {}, "somebody has changed it since it was read"
    first = looked(made, Event.COMPLETE, now, deep=True)
    assert opened.store.commit([first]) == {made.id}
    assert opened.store.commit([first]) == frozenset(), "a worker that wakes up late changes nothing"
    after = opened.identities.get(key())
    assert after.ownership.state is after.dkim.state is State.SUCCESS
    assert (after.version, after.look.checked_at, after.look.success_at) == (2, now, now)
    steps = opened.store.history(made.id)
    assert [step.version for step in steps] == [2, 1]
    assert steps[0].seen == SEEN
    assert events(opened) == [("domain.created", 0), ("domain.verified", 1), ("domain.updated", 2)]


def test_a_change_of_its_owner_beats_a_look_under_way(opened: Installation) -> None:
    made = opened.identities.create(key())
    changed = opened.identities.set_mail_from(key(), MailFrom("mail.example.com."))
    assert changed.mail_from.state is State.PENDING
    assert opened.store.commit([looked(made, Event.COMPLETE, opened.clock.now())]) == frozenset()
    assert opened.identities.get(key()) == changed
    cleared = opened.identities.set_mail_from(key(), MailFrom())
    assert cleared.mail_from.state is State.NOT_STARTED
    assert opened.identities.set_tags(key(), {"a": "b"}).attributes.tags == {"a": "b"}


def test_failed_is_begun_anew(opened: Installation) -> None:
    made = opened.identities.create(key())
    assert made.dkim.deadline is not None
    opened.store.commit([looked(made, Event.INCOMPLETE, made.dkim.deadline)])
    failed = opened.identities.get(key())
    assert failed.ownership.state is failed.dkim.state is State.FAILED
    assert events(opened)[1][0] == "domain.failed"
    again = opened.identities.begin(key())
    assert again.ownership.state is again.dkim.state is State.PENDING
    assert again.due_at <= opened.clock.now()
    kept = opened.identities.begin(key())
    assert (kept.dkim, kept.version) == (again.dkim, again.version), "a re-check never resets a state"


def test_accounts_take_turns(opened: Installation) -> None:
    """Thousands of domains of one account do not keep the one of another account waiting, in its very shard."""
    shard = shard_of(key("0.example", account="big"))
    accounts = [n for n in map(str, range(500)) if shard_of(key("x.example", account=n)) // 32 == shard // 32]
    names = [n for n in (f"{i}.example" for i in range(4000)) if shard_of(key(n, account="big")) == shard]
    for name in names[:60]:
        opened.identities.create(key(name, account="big"))
    small = next(k for i in range(999) if shard_of(k := key(f"{i}.example", account=accounts[0])) == shard)
    opened.identities.create(small)
    read = opened.store.read_due([shard], opened.clock.now() + 10, 20)
    assert len(read) == 20
    assert small.name in [each.name for each in read[:2]]


def test_migrations_make_exactly_the_tables(database_url: str) -> None:
    database = Database(database_url)
    assert bring_up(database)
    assert not bring_up(database)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert [d for d in compare_metadata(context, metadata) if "procrastinate" not in str(d)] == []
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer"):
        bring_up(database)
    database.close()


def test_backup_and_restore_and_one_worker_a_file(tmp_path: Path) -> None:
    made = open_installation(f"sqlite:///{tmp_path}/unpend.db")
    first = made.identities.create(key())
    back_up(made.database, tmp_path / "copy.db")
    made.identities.delete(key())
    with only_worker(made.database), pytest.raises(StoreError, match="already"):
        restore(made.database, tmp_path / "copy.db")
    restore(made.database, tmp_path / "copy.db")
    assert made.identities.get(key()) == first
    made.close()
    (tmp_path / "unpend.db.secret").unlink()
    elsewhere = open_installation(f"sqlite:///{tmp_path}/copy.db")
    again = elsewhere.identities.create(key("new.example"))
    assert replace(again, key=key()).attributes.signing.tokens != first.attributes.signing.tokens
    assert elsewhere.identities.get(key()).attributes == first.attributes
    elsewhere.close()
