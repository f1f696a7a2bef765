"""What the SES doors refuse, in SES's own words: a name, a status and an English message for the program that calls.

A name differs between the two doors in a few places (`V1_NAMES`); the statuses are those that SES was seen to send, not always
those of its documentation (docs/sesv2.md).
"""

from __future__ import annotations

from collections.abc import Iterable


class SesError(Exception):
    """A request that is refused. It goes to a program on the wire, so it speaks English only."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


V1_NAMES = {
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "AccessDeniedException": "AccessDenied",
    "BadRequestException": "InvalidParameterValue",
    "TooManyRequestsException": "Throttling",
    "SerializationException": "MalformedInput",
    "InternalFailure": "InternalFailure",
}


def bad_request(message: str) -> SesError:
    """400: what was given cannot be used."""
    return SesError("BadRequestException", message)


def not_found(message: str) -> SesError:
    """404: there is no such thing in this account and region."""
    return SesError("NotFoundException", message, 404)


def already_exists(message: str) -> SesError:
    """400, as SES answers it (and not 409)."""
    return SesError("AlreadyExistsException", message)


def limit_exceeded(message: str) -> SesError:
    """400: one more than the quota."""
    return SesError("LimitExceededException", message)


def too_many_requests() -> SesError:
    """429 by v2; v1 says Throttling, and 400."""
    return SesError("TooManyRequestsException", "Rate exceeded", 429)


def concurrent_modification(message: str) -> SesError:
    """500, as SES has it: somebody else was changing the same identity."""
    return SesError("ConcurrentModificationException", message, 500)


def not_one_of(member: str, given: str, known: Iterable[str]) -> SesError:
    """400, in the words that v1 has for a value outside its enumeration."""
    told = f"Value '{given[:64]}' at '{member}' failed to satisfy constraint: Member must satisfy enum value set: "
    return SesError("ValidationError", f"1 validation error detected: {told}[{', '.join(sorted(known))}]")


def malformed(message: str) -> SesError:
    """400: the body is not what the operation's shape says."""
    return SesError("SerializationException", message)


def unknown_operation(name: str) -> SesError:
    """An operation of SES that has nothing to do with verifying an identity; nothing was done."""
    return SesError("BadRequestException", f"{name} is not offered here: unpend verifies identities and sends no mail.")


def no_such_path() -> SesError:
    """A method and path that no release of the SDKs calls."""
    return SesError("UnknownOperationException", "There is no operation at this path.", 404)


def unsigned() -> SesError:
    """403: keys are configured, and the request carries no signature."""
    return SesError("MissingAuthenticationTokenException", "Missing Authentication Token", 403)


def incomplete(message: str) -> SesError:
    """400: there is an Authorization header, but not a whole one."""
    return SesError("IncompleteSignatureException", message)


def bad_signature(message: str) -> SesError:
    """403: the signature is not the one that this request has with this secret."""
    return SesError("InvalidSignatureException", message, 403)


def unknown_key() -> SesError:
    """403: no such access key."""
    return SesError("UnrecognizedClientException", "The security token included in the request is invalid.", 403)


def denied(message: str) -> SesError:
    """403: signed well, but not by who may do this."""
    return SesError("AccessDeniedException", message, 403)


def too_large(limit: int) -> SesError:
    """413: a body that no operation has."""
    return SesError("RequestEntityTooLargeException", f"A request has at most {limit} bytes.", 413)
