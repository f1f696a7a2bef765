"""The typed client of the REST door.

`Client("https://unpend.example.net", KEY).create_domain("example.com")` gives a Domain; what is refused is a ProblemError.
Only the standard library and msgspec are needed.
"""

from unpend.client.calls import Client
from unpend.client.shapes import (
    Accepted,
    Cause,
    Delivery,
    Domain,
    DomainPage,
    Key,
    KeyPage,
    MadeKey,
    MadeWebhook,
    OwnKey,
    Record,
    Standing,
    Step,
    Webhook,
)
from unpend.client.wire import ProblemError, UnansweredError

__all__ = [
    "Accepted",
    "Cause",
    "Client",
    "Delivery",
    "Domain",
    "DomainPage",
    "Key",
    "KeyPage",
    "MadeKey",
    "MadeWebhook",
    "OwnKey",
    "ProblemError",
    "Record",
    "Standing",
    "Step",
    "UnansweredError",
    "Webhook",
]
