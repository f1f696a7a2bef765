"""The one tree of exceptions: a promise that was broken. Expected trouble on the wire is a value, not an exception.

UnpendError
├── UsageError          what the caller gave cannot be used (exit 2)
│   ├── DomainError     the domain is not one
│   ├── ExpectationError  what ought to be published cannot be read
│   ├── CaseFileError   a saved case cannot be read
│   └── ScenarioError   a lab scenario cannot be read
└── LabError            the embedded lab could not be started
"""

from __future__ import annotations

from unpend.model.text import Text


class UnpendError(Exception):
    """Something that a person has to be told, with what to do next, in both languages."""

    def __init__(self, message: Text, hint: Text | None = None) -> None:
        super().__init__(message.of("en"))
        self.message = message
        self.hint = hint


class UsageError(UnpendError):
    """What the caller gave cannot be used."""


class DomainError(UsageError):
    """The domain is not a domain name that can be verified."""


class ExpectationError(UsageError):
    """What ought to be published cannot be read."""


class CaseFileError(UsageError):
    """A saved case cannot be read."""


class ScenarioError(UsageError):
    """A lab scenario cannot be read."""


class LabError(UnpendError):
    """The embedded lab could not be started."""
