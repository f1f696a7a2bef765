"""Finds every rule by walking the folder `rules/`: a new file is a new rule, there is no list to edit."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from unpend.diagnosis import rules
from unpend.diagnosis.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of families and codes."""
    modules = pkgutil.walk_packages(rules.__path__, rules.__name__ + ".")
    found = (getattr(import_module(m.name), "rule", None) for m in modules if not m.ispkg)
    return tuple(rule for rule in found if isinstance(rule, Rule))


@cache
def _by_code() -> dict[str, Rule]:
    return {rule.code: rule for rule in all_rules()}


def rule_of(code: str) -> Rule:
    """The rule of this code; KeyError if there is none."""
    return _by_code()[code]


@cache
def explained_by(code: str) -> frozenset[str]:
    """The codes that this rule explains: those it names, its own general case, and the special cases of those it names.

    Two special cases of one code do not explain each other, and what is named wins over what is inherited.
    """
    rule = rule_of(code)
    inherited = {
        other.code
        for other in all_rules()
        if other.special_of in rule.explains and other.special_of != rule.special_of and code not in other.explains
    }
    return frozenset({*rule.explains, rule.special_of, *inherited} - {""})
