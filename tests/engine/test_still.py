"""The short way through a look leads where the whole judgement leads."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from unpend.engine.demands import Demand, demand_of, demand_of_due
from unpend.engine.judging import judged, worst_of
from unpend.engine.looking import Answers, looks_of
from unpend.engine.still import unchanged
from unpend.model.identity import Attributes, Identity, IdentityKey, Kind, LastLook, MailFrom, Signing, Standing, State
from unpend.model.records import Outcome
from unpend.observer.bulk.judge import ABSENT
from unpend.observer.bulk.subject import RIGHT, Seen
from unpend.store.looked import wide
from unpend.store.rows import KINDS, STATE_NUMBER, Due, text_of

NOW = 1000.0
KEY = IdentityKey("1", "us-east-1", "example.com")
OPEN = st.builds(
    Standing, st.sampled_from([State.PENDING, State.TEMPORARY_FAILURE]), deadline=st.sampled_from([NOW, NOW + 9])
)
STANDINGS = OPEN | st.builds(Standing, st.sampled_from([State.NOT_STARTED, State.SUCCESS, State.FAILED]))
OTHER = Seen(Outcome.ANSWER, values=("CNAME elsewhere.example.", "TXT x", "MX 5 elsewhere.example."))
HEARD = st.sampled_from(
    [RIGHT, RIGHT, RIGHT, ABSENT, OTHER, Seen(Outcome.NODATA), Seen(Outcome.TIMEOUT), Seen(Outcome.SERVFAIL)]
)
ATTRIBUTES = st.builds(
    Attributes,
    st.sampled_from(
        [Signing(tokens=("a", "b", "c"), zone="dkim.amazonses.com."), Signing(origin="EXTERNAL", selector="s")]
    ),
    st.just(MailFrom("mail.example.com.")),
    st.sampled_from(["", "token"]),
)


@settings(max_examples=400)
@given(
    standings=st.tuples(STANDINGS, STANDINGS, STANDINGS),
    attributes=ATTRIBUTES,
    kind=st.sampled_from([Kind.DOMAIN, Kind.DOMAIN, Kind.DOMAIN, Kind.ADDRESS]),
    heard=st.sampled_from([[RIGHT] * 5, [ABSENT] * 5]) | st.lists(HEARD, min_size=5, max_size=5),
    again=st.none() | st.none() | st.none() | HEARD,
    serial=st.sampled_from([7, 7, 7, 8]),
    error=st.sampled_from([None, None, None, "", "HOST_NOT_FOUND"]),
    attempt=st.sampled_from([0, 3, 999, 1000]),
)
def test_where_it_answers_the_whole_judgement_says_the_same(
    standings: tuple[Standing, Standing, Standing],
    attributes: Attributes,
    kind: Kind,
    heard: list[Seen],
    again: Seen | None,
    serial: int,
    error: str | None,
    attempt: int,
) -> None:
    """`heard` the last time, and this time with another serial, or with the first record as `again` says."""
    demand = demand_of(Identity(1, "u", KEY, kind, 0.0, *standings, attributes))
    before = answers(heard, demand, 7)
    after = answers([again, *heard[1:]] if again else heard, demand, serial)
    looks = looks_of(demand, before)
    word = worst_of([glance.word for glance in looks.glances]) if error is None else error
    look = LastLook(NOW - 60, None if word else NOW - 60, word, looks.soa, looks.picture)
    identity = Identity(1, "u", KEY, kind, 0.0, *standings, attributes, look, rev=4, attempt=attempt)
    due = due_of(identity)
    assert demand_of_due(due) == demand
    short = unchanged(due, demand, after, NOW, 0.3)
    whole = judged(identity, demand, looks_of(demand, after), NOW, 0.3)
    nothing_new = not (wide(whole.looked) or whole.unsettled or whole.looked.deep)
    late = any(each.deadline == NOW for each in standings)
    if short is None:
        silent = not any(each.outcome.conclusive for each in after[: len(demand.records)])
        assert not nothing_new or late or silent, "the short way is for all that stays as it was"
    else:
        assert nothing_new
        claim, outlook = short
        decision = whole.looked.decision
        assert claim == (1, 4, decision.due_at, decision.attempt, whole.looked.look.checked_at)
        assert (outlook.error_type, outlook.verified) == (whole.looked.look.error_type, whole.steady)


def answers(heard: list[Seen], demand: Demand, serial: int) -> Answers:
    soa = Seen(Outcome.ANSWER, values=(f"SOA ns. admin. {serial} 1 1 1 1",))
    return (
        (*heard[: len(demand.records)], soa)
        if demand.awaited and demand.records
        else tuple(heard[: len(demand.records)])
    )


def due_of(identity: Identity) -> Due:
    standings = (identity.ownership, identity.dkim, identity.mail_from)
    told = text_of(identity.attributes)
    return Due(
        identity.id,
        identity.rev,
        identity.attempt,
        KINDS.index(identity.kind),
        KEY.region,
        KEY.name,
        told,
        identity.look.picture,
        identity.look.error_type,
        *(STATE_NUMBER[each.state] for each in standings),
        *(each.deadline for each in standings),
    )
