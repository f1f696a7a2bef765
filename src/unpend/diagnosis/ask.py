"""What a rule would like to know beside what was heard: a wish, which the observer may grant within its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from unpend.model.records import Question, Server, Via


class Whom(StrEnum):
    """Who should be asked.

    `ONE`: a live authoritative server of the zone that holds the name; `EVERY`: all of them; `RESOLVERS`: every
    resolver; `PARENT`: a server of the parent of the zone that holds the name; `HOST`: the undelegated host named in
    `host` (its name is resolved from the root; the exchange's role is UNDELEGATED and its server's zone is `zone`);
    `WALK`: the servers of whatever zone holds the name, found from the root (for names outside the domain);
    `SERVER`: exactly `server`.
    """

    ONE = "one"
    EVERY = "every"
    RESOLVERS = "resolvers"
    PARENT = "parent"
    HOST = "host"
    WALK = "walk"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Ask:
    """One wish. `zone` overrides the zone whose servers are asked; `via` fixed means: exactly one attempt that way."""

    question: Question
    whom: Whom = Whom.ONE
    zone: str = ""
    host: str = ""
    address: str = ""
    server: Server | None = None
    via: Via | None = None
    cd: bool = False
    mixed_case: bool = True

    def __hash__(self) -> int:
        """Nearly all wishes differ in these: rules wish for much, and often for the same."""
        return hash((self.question, self.zone, self.host))


def one(name: str, type_: str, zone: str = "") -> Ask:
    """Ask one live authoritative server."""
    return Ask(Question(name, type_), Whom.ONE, zone=zone)


def every(name: str, type_: str, zone: str = "") -> Ask:
    """Ask every authoritative server."""
    return Ask(Question(name, type_), Whom.EVERY, zone=zone)
