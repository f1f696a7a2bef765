"""kill -9 at each change that `unpend db restore` makes to files: the old installation or the new one, whole."""

from __future__ import annotations

import shutil
import signal
from contextlib import closing
from pathlib import Path

from tests.faults.killing import victims

from unpend.engine.opening import open_installation
from unpend.model.identity import IdentityKey
from unpend.store.backup import back_up

OLD, NEW = "old.example.com", "new.example.com"


def installation(path: Path, name: str) -> tuple[str, str]:
    """One with a secret of its own, and what `whole` says of it."""
    with closing(open_installation(f"sqlite:///{path}")) as opened:
        opened.identities.create(IdentityKey("1", "us-east-1", name))
    return whole(path)


def whole(path: Path) -> tuple[str, str]:
    """The domain that the database knows, and the secret beside it."""
    with closing(open_installation(f"sqlite:///{path}")) as opened:
        (only,) = opened.store.page("1", "us-east-1")
        assert not list(path.parent.glob("*.restored"))
    return only.key.name, Path(f"{path}.secret").read_text()


def with_a_log(path: Path) -> None:
    """Its last change is in the log alone, as a killed worker leaves it."""
    opened = open_installation(f"sqlite:///{path}")
    opened.identities.create(IdentityKey("2", "us-east-1", "in-the-log.example.com"))
    for each in ("", "-wal"):
        shutil.copy(f"{path}{each}", f"{path}.crashed{each}")
    opened.close()
    for each in ("", "-wal"):
        Path(f"{path}.crashed{each}").rename(f"{path}{each}")


async def test_a_killed_restore_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    new = installation(tmp_path / "other.db", NEW)
    with closing(open_installation(f"sqlite:///{tmp_path}/other.db")) as opened:
        back_up(opened.database, tmp_path / "copy.db")
    restore = ("db", "restore", str(tmp_path / "copy.db"), "--database", "sqlite:///unpend.db")
    ends: list[tuple[str, str]] = []
    async with victims() as parent:
        for moment in range(1, 40):
            folder = tmp_path / str(moment)
            folder.mkdir()
            old = installation(folder / "unpend.db", OLD)
            with_a_log(folder / "unpend.db")
            (folder / "moment").write_text(str(moment))
            code = await parent.finish(folder, *restore)
            found = whole(folder / "unpend.db")
            assert found in (old, new)
            with closing(open_installation(f"sqlite:///{folder}/unpend.db")) as opened:
                logged = len(opened.store.page("2", "us-east-1"))
            assert logged == (found == old), "neither lost from the old one nor in the new one"
            ends.append((found[0], "killed" if code == -signal.SIGKILL else str(code)))
            if code == 0:
                break
            (folder / "moment").unlink()
            assert await parent.finish(folder, *restore) == 0, (folder / "said").read_text()
            assert whole(folder / "unpend.db") == new
    assert ends[-1] == (NEW, "0")
    assert {(OLD, "killed"), (NEW, "killed")} <= set(ends)
    assert len(ends) > 8
