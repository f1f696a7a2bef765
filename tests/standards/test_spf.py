"""SPF records: which terms are terms, and how many look-ups a record takes (RFC 7208)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unpend.model.records import Question
from unpend.standards.spf import Why, is_meant_as_spf, is_spf, joined, lacking, read_spf
from unpend.standards.spf_evaluation import COUNTED, Evaluation, evaluate

FAULTS = {
    "include:": Why.NO_DOMAIN,
    "exists": Why.NO_DOMAIN,
    "include_spf.example.net": Why.UNKNOWN,
    "redirect:example.net": Why.UNKNOWN,
    "ipv4:192.0.2.1": Why.UNKNOWN,
    "~all;": Why.UNKNOWN,
    "all:example.net": Why.TOO_MUCH,
    "include=example.net": Why.EQUALS,
    "include:localhost": Why.BAD_DOMAIN,
    "a:192.0.2.1": Why.BAD_DOMAIN,
    "include:%(i).example.net": Why.BAD_DOMAIN,
    "exists:%{c}.example.net": Why.BAD_DOMAIN,
    "ip4:192.0.2": Why.BAD_ADDRESS,
    "ip4:192.0.2.0/33": Why.BAD_ADDRESS,
    "ip6:192.0.2.1": Why.BAD_ADDRESS,
    "a/33": Why.BAD_ADDRESS,
    "mx//129": Why.BAD_ADDRESS,
    "\\226\\128\\147all": Why.NOT_ASCII,
}
FINE = (
    *("a", "A", "mx/24", "a:example.net/24//64", "ptr", "?ptr:example.net", "ip4:192.0.2.0/24", "-ip6:2001:db8::/32"),
    *("include:_spf.example.net.", "exists:%{ir}.%{v}._spf.%{d2}", "unknown=%{i}", "exp=why.%{d}"),
)


@pytest.mark.parametrize(("term", "why"), FAULTS.items())
def test_each_fault_is_told(term: str, why: Why) -> None:
    assert [(fault.term, fault.why) for fault in read_spf(f"v=spf1 {term} -all").faults] == [(term, why)]


@pytest.mark.parametrize("term", FINE)
def test_terms_of_the_standard_are_none(term: str) -> None:
    assert read_spf(f"v=spf1 {term} -all").faults == ()


def test_modifiers_stand_once_and_redirect_not_beside_all() -> None:
    assert read_spf("v=spf1 redirect=a.example redirect=b.example").faults[0].why is Why.TWICE
    assert read_spf("v=spf1 redirect=a.example -all").redirect is None


@pytest.mark.parametrize("content", ["v=spf1include:x", " v=spf1 a", "v=spf1;a", "spf1 a", "\\226\\128\\156v=spf1 a"])
def test_what_was_meant_as_spf(content: str) -> None:
    assert is_meant_as_spf(content)
    assert not is_spf(content)


@pytest.mark.parametrize("content", ["spf2.0/pra a", "v=spf2.0", "v=DMARC1", "google-site-verification=spf1"])
def test_what_was_not(content: str) -> None:
    assert not is_meant_as_spf(content)


def test_terms_behind_all_do_not_count() -> None:
    assert lacking("v=spf1 -all include:a.example", "v=spf1 include:a.example") == ("include:a.example",)
    assert (
        joined("v=spf1 mx -all include:a.example", "v=spf1 include:A.example ~all")
        == "v=spf1 mx include:A.example -all include:a.example"
    )
    assert (
        joined("v=spf1 a include_x redirect=b.example", "v=spf1 include:a.example ~all")
        == "v=spf1 a include:a.example redirect=b.example"
    )


def at(zone: dict[str, str], content: str) -> Evaluation:
    """What a record leads to in a world of "name TYPE": "value|value"; an empty string is nothing."""

    def answers(question: Question) -> tuple[str, ...] | None:
        told = zone.get(str(question).replace(". ", " "))
        return None if told is None else tuple(filter(None, told.split("|")))

    return evaluate("example.com.", content, answers)


WORLD = {
    "a.net TXT": "v=spf1 include:b.net mx -all|other",
    "b.net TXT": "v=spf1 ip4:192.0.2.1 exists:%{i}.b.net ?all a",
    "a.net MX": "10 mail.a.net.",
    "r.net TXT": "v=spf1 a:gone.net redirect=b.net",
    "gone.net A": "",
    "gone.net TXT": "",
    "two.net TXT": "v=spf1 a|v=spf1 mx",
    "loop.net TXT": "v=spf1 include:example.com -all",
    "open.net TXT": "v=spf1 +all",
    "bad.net TXT": "v=spf1 nonsense -all",
    "big.net MX": "|".join(f"10 m{i}.net." for i in range(11)),
}


@pytest.mark.parametrize(
    ("content", "lookups"),
    [
        ("v=spf1 ip4:192.0.2.1 exp=x.net -all", 0),
        ("v=spf1 include:a.net -all", 4),  # include, include, exists, mx
        ("v=spf1 include:a.net include:a.net -all", 8),  # terms count, not names
        ("v=spf1 -all include:a.net", 0),
        ("v=spf1 redirect=r.net", 4),  # redirect, a, redirect, exists
        ("v=spf1 redirect=r.net ?all", 0),
        ("v=spf1 include:open.net include:a.net", 1),  # nobody gets further
        ("v=spf1 ptr a:gone.net", 2),
    ],
)
def test_look_ups_are_counted_as_the_standard_counts(content: str, lookups: int) -> None:
    assert at(WORLD, content).lookups == lookups


def test_what_is_met_on_the_way() -> None:
    assert [str(q) for q in at(WORLD, "v=spf1 a:gone.net include:r.net").void] == ["gone.net. A"]
    assert at(WORLD, "v=spf1 include:gone.net").dangling == ("gone.net.",)
    assert at(WORLD, "v=spf1 include:two.net").several == ("two.net.",)
    assert at(WORLD, "v=spf1 include:bad.net").faulty == ("bad.net.",)
    assert at(WORLD, "v=spf1 include:loop.net").loops == ("example.com.",)
    assert at(WORLD, "v=spf1 mx:big.net").crowded == ("big.net.",)
    assert at(WORLD, "v=spf1 include:open.net").everybody == ("open.net.", "include:open.net")
    assert at(WORLD, "v=spf1 -ip4:0.0.0.0/0").everybody == ()
    assert [str(q) for q in at({}, "v=spf1 include:%{d}.net a").unknown] == ["example.com.net. TXT", "example.com. A"]


def test_what_is_not_told_or_depends_on_the_sender_is_not_exact() -> None:
    assert at(WORLD, "v=spf1 include:r.net a:gone.net").exact is False
    assert at(WORLD, "v=spf1 mx:a.net include:open.net").exact is True
    assert at({}, "v=spf1 include:a.net").exact is False


def test_a_bomb_of_includes_ends() -> None:
    bomb = {f"n{i}.net TXT": "v=spf1 " + " ".join(f"include:n{j}.net" for j in range(i + 1, 12)) for i in range(12)}
    assert at(bomb, "v=spf1 include:n0.net").lookups <= COUNTED


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    content = "v=spf1 " + text
    read_spf(content)
    assert at({}, content).lookups <= COUNTED
    assert not lacking(joined(content, "v=spf1 include:a.example ~all"), "v=spf1 include:a.example")
