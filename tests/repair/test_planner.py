"""The plan: complete, mechanical, in order, and careful with what is not ours."""

from __future__ import annotations

import pytest
from world import TOKENS, Host, Paper, right, ses, two

from unpend.diagnosis.diagnose import diagnose
from unpend.model.expected import Purpose
from unpend.model.plan import Change, Errand, Op, Plan, Safety
from unpend.model.records import Outcome
from unpend.repair.planner import plan_for

from .sheet import DOMAIN, Sheet, all_right, changes, expecting, planned, seen, wanted

SES = ses()
TARGET = SES.records[0].values[0]
FIRST = SES.records[0].name


def paper_plan(hosts: list[Host]) -> Plan:
    case = Paper(hosts).case()
    return plan_for(case, diagnose(case))


def published() -> Sheet:
    sheet = Sheet()
    for record in SES.records:
        sheet.put(record.name, record.type, *record.values)
    return sheet


def healed(sheet: Sheet, plan: Plan) -> Sheet:
    after = sheet.apply(plan)
    assert all_right(after, SES.required)
    assert not planned(after, SES).changes
    return after


def test_a_healthy_domain_has_an_empty_plan() -> None:
    assert planned(published(), SES) == Plan()


def test_missing_records_are_created_as_the_panel_wants_them() -> None:
    plan = planned(Sheet(), SES)
    assert plan.safety is Safety.SAFE
    assert [c.op for c in changes(plan)] == [Op.CREATE] * 3
    first = changes(plan)[0]
    assert first == Change(
        Op.CREATE, DOMAIN, FIRST, f"{TOKENS[0]}._domainkey", "CNAME", 300, (TARGET,), (), ("record-missing",)
    )
    healed(Sheet(), plan)


def test_a_created_name_is_waited_for_as_long_as_its_absence_is_remembered() -> None:
    then = planned(Sheet(), SES).then
    assert [(step.op, step.seconds) for step in then] == [("wait", 900)]


def test_a_doubled_copy_is_deleted_before_the_record_is_created() -> None:
    sheet = Sheet()
    for record in SES.records:
        sheet.put(record.name + DOMAIN, "CNAME", *record.values)
    plan = planned(sheet, SES)
    assert [c.op for c in changes(plan)] == [Op.DELETE] * 3 + [Op.CREATE] * 3
    assert all(c.because == ("doubled-zone",) for c in changes(plan))
    assert plan.safety is Safety.SAFE
    assert healed(sheet, plan) == published()


def test_a_wrong_target_of_ours_is_replaced_as_a_whole() -> None:
    sheet = published()
    sheet.sets[FIRST, "CNAME"] = ("d" * 32 + ".dkim.amazonses.com.",)
    plan = planned(sheet, SES)
    (only,) = changes(plan)
    assert (only.op, only.before, only.values) == (Op.REPLACE, ("d" * 32 + ".dkim.amazonses.com.",), (TARGET,))
    assert plan.safety is Safety.SAFE
    assert plan.then[0].seconds == 300
    healed(sheet, plan)


def test_two_cnames_become_one() -> None:
    sheet = published().put(FIRST, "CNAME", "old.dkim.amazonses.com.")
    plan = planned(sheet, SES)
    assert changes(plan)[0].op is Op.REPLACE
    healed(sheet, plan)


def test_other_types_go_before_a_cname_is_created() -> None:
    sheet = published()
    del sheet.sets[FIRST, "CNAME"]
    sheet.put(FIRST, "TXT", TARGET)
    plan = planned(sheet, SES)
    assert [(c.op, c.type) for c in changes(plan)] == [(Op.DELETE, "TXT"), (Op.CREATE, "CNAME")]
    assert plan.safety is Safety.SAFE
    healed(sheet, plan)


def test_another_services_selector_is_named_and_left_to_a_person() -> None:
    want = expecting(wanted("CNAME", "s1._domainkey", "s1.domainkey.u1.wl2.sendgrid.net."), provider="sendgrid")
    sheet = Sheet().put(f"s1._domainkey.{DOMAIN}", "CNAME", "dkim.mcsv.net.")
    plan = planned(sheet, want)
    assert plan.safety is Safety.REVIEW
    assert "Mailchimp" in plan.reasons[0].of("en")
    assert "Mailchimp" in plan.reasons[0].of("ja")
    assert sheet.apply(plan).holds(want.records[0])


def test_nobodys_value_at_a_shared_selector_is_left_to_a_person() -> None:
    want = expecting(wanted("CNAME", "s1._domainkey", "s1.domainkey.u1.wl2.sendgrid.net."), provider="sendgrid")
    plan = planned(Sheet().put(f"s1._domainkey.{DOMAIN}", "CNAME", "dkim.unheard-of.example."), want)
    assert plan.safety is Safety.REVIEW
    assert "dkim.unheard-of.example" in plan.reasons[0].of("en")


def test_optional_records_are_replaced_where_wrong_and_never_created() -> None:
    track = wanted("CNAME", "click", "track.sendgrid.net.", purpose=Purpose.TRACKING, required=False)
    assert not planned(Sheet(), expecting(track)).changes
    plan = planned(Sheet().put(track.name, "CNAME", "u9.wl1.sendgrid.net."), expecting(track, provider="sendgrid"))
    assert [c.op for c in changes(plan)] == [Op.REPLACE]


def test_txt_strings_of_other_services_stay() -> None:
    own = wanted("TXT", "", "brevo-code:" + "a" * 32, purpose=Purpose.OWNERSHIP)
    spf = wanted("TXT", "", "v=spf1 include:spf.brevo.com ~all", purpose=Purpose.SPF)
    sheet = Sheet().put(DOMAIN, "TXT", "google-site-verification=x", "v=spf1 include:_spf.google.com -all")
    plan = planned(sheet, expecting(own, spf, provider="brevo"))
    (only,) = changes(plan)
    assert set(only.values) == {
        "google-site-verification=x",
        "brevo-code:" + "a" * 32,
        "v=spf1 include:_spf.google.com include:spf.brevo.com -all",
    }
    assert only.host == "@"
    assert plan.safety is Safety.REVIEW
    after = sheet.apply(plan)
    assert all_right(after, (own, spf))
    assert not planned(after, expecting(own, spf, provider="brevo")).changes


def test_an_mx_that_receives_mail_is_not_overwritten_without_a_look() -> None:
    mx = wanted("MX", "bounce", "10 feedback-smtp.us-east-1.amazonses.com.", purpose=Purpose.MAIL_FROM)
    sheet = Sheet().put(mx.name, "MX", "1 aspmx.l.google.com.")
    plan = planned(sheet, expecting(mx, provider="ses"))
    assert plan.safety is Safety.REVIEW
    assert "Google Workspace" in plan.reasons[0].of("en")


def test_a_cname_at_the_top_of_a_zone_is_no_edit() -> None:
    apex = wanted("CNAME", "", "links.sendgrid.net.", purpose=Purpose.TRACKING)
    plan = planned(Sheet(), expecting(apex))
    assert not changes(plan)
    assert [e.op for e in plan.changes if isinstance(e, Errand)] == ["choose-another-name"]
    assert plan.safety is Safety.MANUAL


@pytest.mark.parametrize("trouble", [Outcome.TIMEOUT, Outcome.REFUSED, Outcome.SERVFAIL])
def test_nothing_is_planned_in_a_zone_that_nobody_told_about(trouble: Outcome) -> None:
    plan = paper_plan(two("", does=trouble))
    assert not changes(plan)


def test_a_record_that_is_right_at_the_newest_server_needs_no_edit() -> None:
    hosts = [
        Host("ns1.example.com.", right(), serial=7, mname="ns1.example.com."),
        Host("ns2.example.com.", "", serial=6, mname="ns1.example.com."),
    ]
    assert not changes(paper_plan(hosts))


def test_a_record_that_was_removed_at_the_newest_server_is_created_again() -> None:
    hosts = [
        Host("ns1.example.com.", "", serial=2**32 - 1 + 0, mname="ns1.example.com."),
        Host("ns2.example.com.", right(), serial=2**32 - 2, mname="ns1.example.com."),
    ]
    assert [c.op for c in changes(paper_plan(hosts))] == [Op.CREATE] * 3


def test_a_failed_verification_is_started_again() -> None:
    want = expecting(*SES.records, provider="ses", failed=True)
    assert [step.op for step in planned(Sheet(), want).then] == ["wait", "restart-verification"]
    assert [step.op for step in planned(published(), want).then] == ["restart-verification"]


def test_the_ttl_is_the_hosts_default() -> None:
    hosts = [Host(f"ns0{i}.domaincontrol.com.") for i in (1, 2)]
    assert {c.ttl for c in changes(paper_plan(hosts))} == {3600}


def test_the_same_case_gives_the_same_plan() -> None:
    case = seen(Sheet().put(FIRST, "TXT", "x"), SES)
    assert plan_for(case, diagnose(case)) == plan_for(case, diagnose(case))
