"""DMARC records: what they say, what is wrong with them, where they are looked for (RFC 9989)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unpend.standards.dmarc import (
    Why,
    aligned,
    is_dmarc,
    is_meant_as_dmarc,
    read_dmarc,
    report_name,
    tree_walk,
)


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        ("v=DMARC1; p=none", []),
        ("v = DMARC1;p=Reject; sp=none;adkim=S; fo=1:d; pct=100; x=y;", []),
        ("v=DMARC1; rua=mailto:a@example.com,mailto:b@example.net!10m; p=none", []),
        ("v=DMARC1; p=none rua=mailto:a@example.com", [Why.BAD_VALUE]),
        ("v=DMARC1; p=monitor; pct=101", [Why.BAD_VALUE, Why.BAD_VALUE]),
        ("v=DMARC1; p=none; rua=a@example.com", [Why.BAD_ADDRESS]),
        ("v=DMARC1; p=none; p=reject", [Why.TWICE]),
        ("v=DMARC1; p=none; quarantine", [Why.NOT_A_TAG]),
        ("v=DMARC1;", [Why.NO_POLICY]),
    ],
)
def test_faults(content: str, faults: list[Why]) -> None:
    assert is_dmarc(content)
    assert [fault.why for fault in read_dmarc(content).faults] == faults


@pytest.mark.parametrize(
    "content", ["v=dmarc1; p=none", "p=none; v=DMARC1", "v=DMARC1 p=none", " v=DMARC1; p=none", "v=DMARC"]
)
def test_what_was_meant_as_dmarc(content: str) -> None:
    assert is_meant_as_dmarc(content)
    assert not is_dmarc(content)


@pytest.mark.parametrize("content", ["v=spf1 -all", "verification=dmarc-x", "v=DKIM1; p=MIGf", "v=BIMI1; l="])
def test_what_was_not(content: str) -> None:
    assert not is_meant_as_dmarc(content)
    assert not is_dmarc(content)


def test_policy_and_alignment() -> None:
    dmarc = read_dmarc("v=DMARC1; p=reject; sp=quarantine; aspf=s")
    assert (dmarc.policy, dmarc.for_subdomains, dmarc.strict_spf, dmarc.strict_dkim) == (
        "reject",
        "quarantine",
        True,
        False,
    )
    assert read_dmarc("v=DMARC1; p=oops").for_subdomains == "none"
    assert aligned("send.example.com.", "example.com.", strict=False, registrable="example.com.")
    assert not aligned("send.example.com.", "example.com.", strict=True, registrable="example.com.")
    assert not aligned("amazonses.com.", "example.com.", strict=False, registrable="example.com.")


def test_the_walk_goes_up_to_what_is_registered() -> None:
    assert tree_walk("a.b.example.co.uk.", "example.co.uk.") == (
        "a.b.example.co.uk.",
        "b.example.co.uk.",
        "example.co.uk.",
    )
    long = "a.b.c.d.e.f.g.h.example.com."
    assert tree_walk(long, "example.com.")[:2] == (long, "d.e.f.g.h.example.com.".removeprefix(""))
    assert len(tree_walk(long, "example.com.")) <= 8


def test_where_a_host_accepts_reports() -> None:
    assert report_name("example.com.", "reports.example.net.") == "example.com._report._dmarc.reports.example.net."


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    dmarc = read_dmarc(text)
    assert dmarc.policy in {"none", "quarantine", "reject"}
    assert all(host.endswith(".") for host in dmarc.report_hosts)
    is_meant_as_dmarc(text)
