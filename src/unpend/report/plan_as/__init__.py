"""A plan in the form that people's DNS tooling takes. One module a form: `render(plan)`; the folder is the list."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from unpend.model.plan import Plan


class Form(Protocol):
    """One module."""

    def render(self, plan: Plan, host: str) -> str: ...


def forms() -> tuple[str, ...]:
    """The names that `--as` takes."""
    return tuple(sorted(module.name.replace("_", "-") for module in iter_modules(__path__) if module.name != "sets"))


def plan_as(form: str, plan: Plan, host: str = "") -> str:
    """The plan's zone edits in one form; `host` is the id of the DNS host. What is no zone edit is left out."""
    module = cast(Form, import_module(f"{__name__}.{form.replace('-', '_')}"))
    return module.render(plan, host)
