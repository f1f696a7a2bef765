"""The AWS CLI's own program, one command a line: its start costs ten times what a command does."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from typing import Any

from awscli.clidriver import create_clidriver


def answered(words: list[str]) -> dict[str, Any]:
    """What `aws WORDS` prints, and how it exits."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = create_clidriver().main(words)
    return {"code": code, "out": out.getvalue(), "err": err.getvalue()}


def main() -> None:
    """Lines of JSON in, lines of JSON out."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answered(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
