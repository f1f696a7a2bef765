"""The one place where exceptions become sentences and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from unpend.cli.language import language
from unpend.model.errors import CredentialsError, RefusedError, StoppedError, StoreError, UnpendError, WriterError
from unpend.model.text import Text

USAGE = 2
UNDETERMINED = 4
REFUSED = 5
INTERRUPTED = 130
STOPPED = Text(en="Stopped. Nothing was changed.", ja="中断しました。何も変更していません。")
OUR_FAULT = Text(
    en="unpend met something that it does not handle ({kind}: {what}). Nothing was changed. Please report it, with the output of "
    "UNPEND_DEBUG=1.",
    ja="unpend が想定していない事態が起きました（{kind}: {what}）。何も変更していません。UNPEND_DEBUG=1 を付けた出力を添えてご報告ください。",
)
USAGE_PREFIX = Text(en="Usage error: {what}", ja="使い方の誤り: {what}")
SEE_HELP = Text(
    en="`{command} --help` shows what can be given.",
    ja="指定できる内容は `{command} --help` で確認できます。",
)


def guarded(work: Callable[[], int]) -> int:
    """Run the command; every error becomes a sentence on stderr and an exit code."""
    import click

    try:
        return work()
    except UnpendError as error:
        return _told(_exit_code(error), error.message, error.hint)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "unpend"
        what = USAGE_PREFIX.fill(what=error.format_message())
        return _told(USAGE, what, SEE_HELP.fill(command=command))
    except click.ClickException as error:
        return _told(USAGE, USAGE_PREFIX.fill(what=error.format_message()), None)
    except _interruptions():
        return _told(INTERRUPTED, STOPPED, None)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 -- the reader went away; the interpreter flushes at exit
        return 0
    except Exception as error:
        if os.environ.get("UNPEND_DEBUG"):
            raise
        return _told(UNDETERMINED, OUR_FAULT.fill(kind=type(error).__name__, what=error), None)


def _interruptions() -> tuple[type[BaseException], ...]:
    """What Ctrl-C comes to; asyncio gives a look that was under way its own. Imported only where it is looked for."""
    from asyncio import CancelledError

    from click import Abort

    return KeyboardInterrupt, CancelledError, Abort


def _exit_code(error: UnpendError) -> int:
    if isinstance(error, RefusedError):
        return REFUSED
    if isinstance(error, StoppedError):
        return INTERRUPTED
    lost = isinstance(error, WriterError | StoreError) and not isinstance(error, CredentialsError)
    return UNDETERMINED if lost else USAGE


def _told(code: int, message: Text, hint: Text | None) -> int:
    from unpend.report.escape import for_terminal

    for text in (message, hint):
        if text is not None:
            sys.stderr.write(for_terminal(text.of(language())) + "\n")
    return code
