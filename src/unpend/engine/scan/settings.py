"""How to scan: whom to ask, how much at once, and what a row means that does not say everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from unpend.model.text import Lang
from unpend.sources.scan_row import RowDefaults

Look = Literal["direct", "resolvers", "both", "every", "none"]
SEGMENT = 1000
DEEP_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """What every process of a scan has to know; nothing in it is secret. Times in seconds.

    `deep` is how many diagnoses are under way at once in one process, `segment` how many rows are judged, written
    and resumed together.
    """

    resolvers: tuple[str, ...] | None = None
    root_hints: str | None = None
    port: int = 53
    ipv4: bool = True
    ipv6: bool = True
    timeout: float = 3.0
    deadline: float = 15.0
    policy: bool = False
    lang: Lang = "en"
    defaults: RowDefaults = field(default_factory=RowDefaults)
    deep: int = DEEP_AT_ONCE
    segment: int = SEGMENT
    look: Look = "both"
    rate: float = 500.0
    window: int = 4096
    contact: str = ""
