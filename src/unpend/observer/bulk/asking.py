"""One question on its way, over however many tries it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unpend.observer.bulk.target import Target


class Owner:
    """Who wants to know. What comes of a question is told here."""

    __slots__ = ()

    def right(self, asking: Asking) -> None:
        """The answer was the wanted one to the letter; only asked of questions with a wanted answer."""
        raise NotImplementedError

    def absent(self, asking: Asking) -> None:
        """The name that was asked for does not exist; only asked of questions with a wanted answer."""
        raise NotImplementedError

    def heard(self, asking: Asking, data: bytes) -> None:
        """A whole answer to this question came from the server that was asked."""
        raise NotImplementedError

    def unheard(self, asking: Asking, why: str) -> None:
        """Nobody answered within all tries, or only with trouble: `why` says the last one."""
        raise NotImplementedError


@dataclass(eq=False)
class Asking:
    """`question` is the question section as it is sent, `wanted` the CNAME target whose answer needs no reading.

    `stamp` tells the tries apart while an older one still waits for its time-out. `zone` is where it is asked. There
    are millions of these and few go another way than the straight one: what is not said here costs nothing then.
    """

    owner: Owner
    index: int
    question: bytes
    wanted: bytes = b""
    server: Target | None = field(default=None, init=False)
    tries: int = field(default=0, init=False)
    stamp: int = field(default=0, init=False)
    plain: bool = field(default=False, init=False)
    referrals: int = field(default=0, init=False)
    note: str = field(default="", init=False)
    zone: bytes = field(default=b"\0", init=False)
