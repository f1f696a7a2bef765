"""From a database URL to connections: SQLite in WAL with one writer, PostgreSQL through psycopg with pinned plans."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from unpend.model.errors import StoreError, UsageError
from unpend.model.text import Text
from unpend.store.direct import Direct, Hot, run
from unpend.store.sharing import Sharing
from unpend.store.writer import Writer

NOT_A_DATABASE = Text(
    en="{given} is not a database that unpend can use.", ja="{given} は unpend が使えるデータベースではありません。"
)
GIVE_A_URL = Text(
    en="Give sqlite:///FILE or postgresql://USER@HOST/NAME.",
    ja="sqlite:///ファイル または postgresql://ユーザー@ホスト/データベース名 の形で指定してください。",
)
BROKEN = Text(en="The database could not be used: {reason}.", ja="データベースを使えませんでした: {reason}")
DISK_FULL = Text(
    en="The disk is full: nothing more can be written to the database. What was written before is safe.",
    ja="ディスクがいっぱいで、データベースに書き込めません。これまでに書き込んだ内容は無事です。",
)
MAKE_ROOM = Text(
    en="Make room on the disk; unpend goes on by itself.", ja="空き容量を作れば、unpend は自動的に処理を再開します。"
)
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=30000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",
)
# A plan that flips to a sequential scan costs 30 times as much (docs/decisions.md): the hot statements have one plan.
PINNED = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"


def read_url(given: str) -> URL:
    """The URL with its driver; UsageError for what is neither SQLite nor PostgreSQL."""
    try:
        url = make_url(given)
    except ArgumentError:
        raise UsageError(NOT_A_DATABASE.fill(given=given[:200]), GIVE_A_URL) from None
    backend = url.get_backend_name()
    if backend == "postgresql" or url.drivername == "postgres":
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or not url.database:
        raise UsageError(NOT_A_DATABASE.fill(given=url.render_as_string(hide_password=True)[:200]), GIVE_A_URL)
    return url.set(drivername="sqlite")


class Database:
    """Connections for reading and for writing. `sqlite` tells which dialect the statements are for."""

    def __init__(self, given: str) -> None:
        self.url = read_url(given)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.sqlite else _postgres(self.url)
        self._writer = threading.Lock()
        self._direct = Direct(self.engine)
        self._here = threading.local()
        self.writer = Writer(self.sharing)  # of SQLite; for many callers

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database, with what its own thread is writing."""
        held = self._shared()
        if held is not None and held.connection is not None:
            with _told():
                yield held.connection
            return
        with _told(), self.engine.connect() as connection:
            yield connection

    def rows(self, statement: Hot, given: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """The rows of one hot read."""
        held = self._shared()
        if self.sqlite and (held is None or held.connection is None):
            with _told():
                return self._direct.rows(statement, given)
        with self.reading() as connection:
            return run(connection, statement, given)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing. SQLite has one writer; waiting here is cheaper than in its lock."""
        if not self.sqlite:
            with _told(), self.engine.begin() as connection:
                yield connection
            return
        held = self._shared()
        if held is not None:
            with _told(), held.part() as connection:
                yield connection
            return
        with self.sharing() as alone, _told(), alone.part() as connection:
            yield connection

    @contextmanager
    def sharing(self) -> Iterator[Sharing]:
        """What this thread writes until the end goes to the disk together, each `writing` as a part of its own (SQLite)."""
        held = self._here.sharing = Sharing(self.engine, self._writer)
        try:
            yield held
            with _told():
                held.commit()
        except BaseException:
            held.give_up()
            raise
        finally:
            self._here.sharing = None

    def close(self) -> None:
        """Give all connections back."""
        self.writer.close()
        self._direct.close()
        self.engine.dispose()

    def _shared(self) -> Sharing | None:
        held: Sharing | None = getattr(self._here, "sharing", None)
        return held


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise  # a broken constraint is an answer; who asked gives it its words
    except DBAPIError as error:
        raise _store_error(error.orig or error) from error
    except sqlite3.IntegrityError as error:
        raise IntegrityError(None, None, error) from error
    except sqlite3.Error as error:
        raise _store_error(error) from error


def _store_error(error: BaseException) -> StoreError:
    reason = " ".join(str(error).split())[:300]
    if "disk is full" in reason or "No space left" in reason or "disk I/O error" in reason:
        return StoreError(DISK_FULL, MAKE_ROOM)
    return StoreError(BROKEN.fill(reason=reason))


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url, connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 30}, pool_size=16
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        for pragma in PRAGMAS:
            connection.execute(pragma)

    return engine


def _postgres(url: URL) -> Engine:
    try:
        return create_engine(url, pool_pre_ping=True, pool_size=8, connect_args={"options": PINNED})
    except (ImportError, NoSuchModuleError):
        raise UsageError(NO_DRIVER, INSTALL_IT) from None


NO_DRIVER = Text(en="PostgreSQL's driver is not installed.", ja="PostgreSQL のドライバーが入っていません。")
INSTALL_IT = Text(
    en='Install it with: pip install "unpend[server,postgres]"',
    ja='pip install "unpend[server,postgres]" で入れてください。',
)
