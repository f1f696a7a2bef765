"""Opening an installation: its database, its tables, its secret and its clock."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

from unpend.engine.clock import Clock
from unpend.engine.identities import Identities, Issuing
from unpend.engine.secret import Secret, new_secret, read_secret
from unpend.model.names import absolute
from unpend.store.connect import Database
from unpend.store.schema import bring_up
from unpend.store.settings import keep_setting, set_setting, setting
from unpend.store.store import Store

DEFAULT_DATABASE = "sqlite:///unpend.db"


@dataclass(frozen=True, slots=True)
class Installation:
    """An open installation; `close` it."""

    database: Database
    store: Store
    clock: Clock
    secret: Secret
    identities: Identities

    def close(self) -> None:
        """Give the database back."""
        self.database.close()


def open_installation(
    database: str = DEFAULT_DATABASE,
    *,
    secret: str | None = None,
    time_scale: float | None = None,
    signing_zone: str = "",
) -> Installation:
    """Open (and at the first time make) an installation. `secret` is base64; by default it is kept beside the database:
    in the file FILE.secret of SQLite, readable by its owner alone."""
    opened = Database(database)
    bring_up(opened)
    held = read_secret(secret) if secret else _kept_secret(opened)
    clock = _clock(opened, time_scale)
    store = Store(opened)
    issuing = Issuing(held, absolute(signing_zone) if signing_zone else "")
    return Installation(opened, store, clock, held, Identities(store, clock, issuing))


def _kept_secret(database: Database) -> Secret:
    if not database.sqlite:
        return read_secret(keep_setting(database, "secret", new_secret()))
    path = Path(f"{database.url.database}.secret")
    if not path.exists():
        _make(path, new_secret() + "\n")
    return read_secret(path.read_text(encoding="ascii"))


def _make(path: Path, content: str) -> None:
    """The whole file or none, for its owner alone: who is killed meanwhile leaves no empty secret. The first one wins."""
    handle, name = mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            os.replace(name, path)
        _keep_names(path.parent)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _keep_names(folder: Path) -> None:
    """A power cut must not take the name of a file that was just made."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _clock(database: Database, scale: float | None) -> Clock:
    """The clock goes on from where it stood; only a process that was told a scale changes it."""
    kept = setting(database, "clock")
    clock = Clock(*json.loads(kept)) if kept else Clock()
    if scale is None or scale == clock.scale:
        return clock
    clock = clock.at_scale(scale)
    set_setting(database, "clock", json.dumps([clock.scale, clock.real_start, clock.engine_start]))
    return clock
