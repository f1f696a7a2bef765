"""The wire layer: our own codec and sockets, one question to one server (docs/decisions.md says why it is ours)."""

from unpend.observer.wire.client import Wire

__all__ = ["Wire"]
