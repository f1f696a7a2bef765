"""For any zone and any wanted records: the plan makes them right, disturbs nothing else, and then there is none."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import TOKENS

from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.plan import Op, Plan, Safety

from .sheet import DOMAIN, EditError, Sheet, all_right, changes, expecting, planned, wanted

SES = tuple(wanted("CNAME", f"{t}._domainkey", f"{t}.dkim.amazonses.com.") for t in TOKENS)
KEY = "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA" + "xY7" * 100 + "QIDAQAB"
OTHERS_KEY = KEY.replace("xY7", "z9K")
POOL: tuple[ExpectedRecord, ...] = (
    *SES,
    wanted("CNAME", "s1._domainkey", "s1.domainkey.u1.wl2.sendgrid.net."),
    wanted("CNAME", "em1", "u1.wl2.sendgrid.net.", purpose=Purpose.TRACKING),
    wanted("TXT", "pm._domainkey", KEY),
    wanted("TXT", "_amazonses", "amazonses:" + "A" * 43 + "=", purpose=Purpose.OWNERSHIP),
    wanted("TXT", "", "brevo-code:" + "a" * 32, purpose=Purpose.OWNERSHIP),
    wanted("TXT", "", "v=spf1 include:spf.brevo.com ~all", purpose=Purpose.SPF),
    wanted("TXT", "bounce", "v=spf1 include:amazonses.com ~all", purpose=Purpose.SPF),
    wanted("MX", "bounce", "10 feedback-smtp.us-east-1.amazonses.com.", purpose=Purpose.MAIL_FROM),
    wanted("TXT", "_dmarc", "v=DMARC1; p=none;", purpose=Purpose.DMARC),
)
FOREIGN_TXT = (
    "google-site-verification=abc",
    "MS=ms12345678",
    "v=spf1 include:_spf.google.com -all",
    "v=DMARC1; p=reject",
)
FOREIGN = {
    "CNAME": ("dkim.mcsv.net.", "u9.wl1.sendgrid.net.", "nobody.example.net."),
    "TXT": (*FOREIGN_TXT, OTHERS_KEY, KEY[:200], "words"),
    "MX": ("1 aspmx.l.google.com.", "10 mail.example.net."),
    "A": ("192.0.2.7",),
}
NAMES = ("www", "mail", "s2._domainkey", "_domainkey", "sub", "x.sub")


@st.composite
def places(draw: st.DrawFn, records: tuple[ExpectedRecord, ...]) -> tuple[str, str, str]:
    """One record somewhere: another service's, or ours right, at a slip's name, or with another value."""
    record = draw(st.sampled_from(records))
    name = draw(st.sampled_from((record.name, record.name + DOMAIN, DOMAIN, *(f"{n}.{DOMAIN}" for n in NAMES))))
    type_ = draw(st.sampled_from(("CNAME", "TXT", record.type, record.type)))
    values = FOREIGN[type_] + (record.values if type_ == record.type else ())
    return name, type_, draw(st.sampled_from(values))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Sheet, tuple[ExpectedRecord, ...]]:
    records = tuple(draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=5, unique=True)))
    sheet = Sheet()
    for name, type_, value in draw(st.lists(places(records), max_size=8)):
        if name != DOMAIN or type_ != "CNAME":
            sheet.put(name, type_, value)
    return sheet, records


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_the_plan_makes_every_record_right_and_then_there_is_none(
    world: tuple[Sheet, tuple[ExpectedRecord, ...]],
) -> None:
    sheet, records = world
    want = expecting(*records)
    plan = planned(sheet, want)
    after = sheet.apply(plan)
    assert all_right(after, records), plan
    assert alone(after, records), plan
    assert disturbs_nothing(sheet, plan, records), plan
    assert not planned(after, want).changes, planned(after, want)


def alone(sheet: Sheet, records: tuple[ExpectedRecord, ...]) -> bool:
    """Nothing stands beside a CNAME at a wanted name."""
    kinds = [{t for n, t in sheet.sets if n == record.name} for record in records]
    return all("CNAME" not in types or len(types) == 1 for types in kinds)


def disturbs_nothing(sheet: Sheet, plan: Plan, records: tuple[ExpectedRecord, ...]) -> bool:
    """Only wanted names are edited, or names that hold what is wanted; a safe plan loses nothing of anybody else's."""
    ours = {value for record in records for value in record.values}
    for change in changes(plan):
        at_wanted = any(change.name == record.name for record in records)
        if not at_wanted and not set(change.values) <= ours:
            return False
        if plan.safety is Safety.SAFE and not unique(change.name):
            lost = set(change.values if change.op is Op.DELETE else change.before)
            lost -= set() if change.op is Op.DELETE else set(change.values)
            if lost & {"dkim.mcsv.net.", "nobody.example.net.", OTHERS_KEY, *FOREIGN_TXT, *FOREIGN["MX"]}:
                return False
    return True


def unique(name: str) -> bool:
    return len(name.partition(".")[0]) >= 14


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(SES), st.sampled_from(FOREIGN["TXT"]), st.integers(0, 2**16))
def test_the_order_of_the_plan_matters(record: ExpectedRecord, content: str, seed: int) -> None:
    """A creation before the deletion that makes room for it is what a strict panel refuses."""
    sheet = Sheet().put(record.name, "TXT", content)
    plan = planned(sheet, expecting(*SES))
    assert all_right(sheet.apply(plan), SES)
    turned = sorted(changes(plan), key=lambda c: (c.op is Op.DELETE, random.Random(seed).random()))
    with pytest.raises(EditError):
        sheet.apply(Plan(changes=tuple(turned)))
