"""What `unpend serve` refuses before it listens, in whole processes."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from unpend.cli.main import run

UNPEND = str(Path(sys.executable).parent / "unpend")
SECRET = "do-not-show-this"


def serve(folder: Path, *flags: str, **settings: str) -> tuple[int, str]:
    done = subprocess.run(
        [UNPEND, "serve", "--listen", "127.0.0.1:0", "--database", f"sqlite:///{folder}/unpend.db", *flags],
        env=os.environ | {"UNPEND_LANG": "en"} | settings,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--listen", "0.0.0.0:0"), "loopback only"),
        (("--listen", "[::]:0"), "loopback only"),
        (("--listen", "127.0.0.1"), "ADDRESS:PORT"),
        (("--listen", "127.0.0.1:99999"), "ADDRESS:PORT"),
        (("--account", "12"), "12 digits"),
        (("--region", "US_EAST"), "us-east-1"),
        (("--access-key", f"{SECRET} without a colon"), "ID:SECRET"),
        (("--access-key", f"AKID:{SECRET}:account"), "ID:SECRET"),
        (("--database", "mysql://root:do-not-show-this@host/x"), "not a database"),
        (("--time-scale", "0"), "time scale"),
    ],
)
def test_what_cannot_be_is_said(
    flags: tuple[str, ...],
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNPEND_LANG", "en")
    monkeypatch.setattr(sys, "argv", ["unpend", "serve", "--listen", "127.0.0.1:0", *flags])
    with pytest.raises(SystemExit) as ended:
        run()
    said = "".join(capsys.readouterr())
    assert (ended.value.code, told in said, SECRET in said, "Traceback" in said) == (2, True, False, False), said


def test_one_process_a_file(tmp_path: Path) -> None:
    with open(tmp_path / "unpend.db.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, said = serve(tmp_path, UNPEND_ACCESS_KEY=f"AKID:{SECRET}")
    assert "works on" in said
    assert (code, SECRET in said) == (4, False)
