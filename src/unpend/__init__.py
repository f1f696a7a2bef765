"""unpend: why a sending domain is stuck in "verification pending", with proof and the exact edit that ends it.

`await unpend.check("example.com", text_of_identity_json)` gives a Report; nothing is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Expected", "ExpectedRecord", "Report", "UnpendError", "Verdict", "__version__", "check"]

if TYPE_CHECKING:
    from unpend.engine.check import check
    from unpend.model.errors import UnpendError
    from unpend.model.expected import Expected, ExpectedRecord
    from unpend.report.report import Report
    from unpend.report.verdict import Verdict

_HOMES = {
    "check": "unpend.engine.check",
    "UnpendError": "unpend.model.errors",
    "Expected": "unpend.model.expected",
    "ExpectedRecord": "unpend.model.expected",
    "Report": "unpend.report.report",
    "Verdict": "unpend.report.verdict",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'unpend' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
