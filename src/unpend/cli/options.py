"""How an option is declared: in the visitor's language, and settable by UNPEND_<NAME> too."""

from __future__ import annotations

from typing import Any

import click

from unpend.cli.language import say


def option(names: str, en: str, ja: str, **more: Any) -> click.Option:
    """`names` as in `--quiet -q`. The environment variable is named after the first one: UNPEND_QUIET."""
    declared = names.split()
    variable = "UNPEND_" + declared[0].split("/")[0].lstrip("-").replace("-", "_").upper()
    return click.Option(declared, help=say(en, ja), envvar=variable, **more)
