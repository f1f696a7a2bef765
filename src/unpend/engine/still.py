"""The look that changes nothing, which most looks are: told by few comparisons, without making nouns of rows.

What the states and the words of an answer lead to is asked of `judging` and the lifecycle's table themselves, once for
each combination that occurs; so there is one table, and this is only its index.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from unpend.engine.demands import Demand
from unpend.engine.judging import judged, worst_of
from unpend.engine.looking import DNS_SERVER_ERROR, Answers, Glance, Looks, picture_of, words_of
from unpend.lifecycle import MOST_ATTEMPTS, OPEN, next_look_of
from unpend.model.identity import Identity, IdentityKey, Kind, Seen, Standing, State
from unpend.store.rows import STATES, Claim, Due

COMBINATIONS = 4096
NO_KEY = IdentityKey("", "", "")
NOT_READ = Seen("", "", "")
SILENT = frozenset({DNS_SERVER_ERROR})


@dataclass(frozen=True, slots=True)
class Outlook:
    """What certain states and answers lead to: the word for it, whether all stays as it is, and what is looked at again
    for: something open, something held. `verified`: it may send."""

    error_type: str
    still: bool
    open: bool
    held: bool
    verified: bool


@lru_cache(COMBINATIONS)
def outlook(ownership: int, dkim: int, mail_from: int, counts: tuple[int, int, int], words: tuple[str, ...]) -> Outlook:
    """Before the end of every window, and where the picture is the one of the last look."""
    states = [STATES[number] for number in (ownership, dkim, mail_from)]
    first, second, third = (Standing(state) for state in states)
    identity = Identity(0, "", NO_KEY, Kind.DOMAIN, 0.0, first, second, third)
    looks = Looks(tuple(Glance(word, NOT_READ) for word in words))
    news = judged(identity, Demand("", (), counts), looks, 0.0, 0.5)
    still = not (news.looked.decision.changed or news.unsettled)
    held = [state is State.SUCCESS for state in states]
    return Outlook(worst_of(words), still, not OPEN.isdisjoint(states), any(held), held[0])


def unchanged(due: Due, demand: Demand, heard: Answers, now: float, chance: float) -> tuple[Claim, Outlook] | None:
    """When to look again; None where anything may have changed, which the whole judgement decides."""
    ends = (due.ownership_deadline, due.dkim_deadline, due.mail_from_deadline)
    open_ends = [end for end in ends if end is not None]
    words = words_of(demand, heard)
    if (
        SILENT.issuperset(words)
        or (open_ends and min(open_ends) <= now)
        or picture_of(demand, words, heard) != due.picture
    ):
        return None
    seen = outlook(due.ownership, due.dkim, due.mail_from, demand.counts, words)
    if not seen.still or seen.error_type != due.error_type:
        return None
    attempt = min(due.attempt + 1, MOST_ATTEMPTS)
    again = next_look_of(seen.open, seen.held, open_ends, attempt, now, chance)
    return Claim(due.id, due.rev, again, attempt, now), seen
