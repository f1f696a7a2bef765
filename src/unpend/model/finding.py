"""One defect, with its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from unpend.model.plan import Fix
from unpend.model.records import Exchange
from unpend.model.text import Text


class Severity(StrEnum):
    """`error`: verification cannot succeed while this stands. Waiting and untidiness are warnings."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Confidence(StrEnum):
    """How sure the evidence makes us."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect about one or more names. The evidence is never empty.

    `about` holds the wanted record names, or the zone's apex where the whole zone is concerned. `keeps_waiting` is
    True where nothing but time is missing for the records it is about.
    """

    code: str
    family: str
    severity: Severity
    confidence: Confidence
    about: tuple[str, ...]
    message: Text
    evidence: tuple[Exchange, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    fix: tuple[Fix, ...] = ()
    consequences: tuple[str, ...] = ()
    keeps_waiting: bool = False
