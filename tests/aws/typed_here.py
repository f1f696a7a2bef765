"""`unpend` typed in this process: a child would spend its second on importing boto3 alone."""

from __future__ import annotations

import asyncio
import io
from contextlib import redirect_stderr, redirect_stdout

from unpend.cli.errors import guarded
from unpend.cli.group import group


async def typed_here(*words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command, run in a thread of its own beside the lab."""
    out, err = io.StringIO(), io.StringIO()

    def run() -> int:
        with redirect_stdout(out), redirect_stderr(err):
            return guarded(lambda: int(group().main(list(words), standalone_mode=False, prog_name="unpend") or 0))

    code = await asyncio.to_thread(run)
    return code, out.getvalue(), err.getvalue()
