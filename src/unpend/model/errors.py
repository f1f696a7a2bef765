"""The one tree of exceptions: a promise that was broken. Expected trouble on the wire is a value, not an exception.

UnpendError
├── UsageError          what the caller gave cannot be used (exit 2)
│   ├── DomainError     the domain is not one
│   ├── ExpectationError  what ought to be published cannot be read
│   ├── CaseFileError   a saved case cannot be read
│   └── ScenarioError   a lab scenario cannot be read
├── WriterError         the DNS host's API refused, or could not be used (exit 4)
│   ├── CredentialsError  there are none, or they are not accepted (exit 2)
│   └── StoppedError      Ctrl-C while it was being used (exit 130)
├── RefusedError        a change that is not safe to make (exit 5)
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


class WriterError(UnpendError):
    """The DNS host's API refused a change, or could not be used."""


class CredentialsError(WriterError):
    """The credentials of the DNS host's API are missing or not accepted."""


class StoppedError(WriterError):
    """Ctrl-C while changes were being made."""


class RefusedError(UnpendError):
    """A change that is not safe to make was not made."""
