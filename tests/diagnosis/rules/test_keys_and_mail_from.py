"""What the scenarios do not show of the families `key` and `mail-from`: severity, lag, neighbours, and the plan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from world import Host, Paper, two

from unpend.diagnosis.diagnose import diagnose
from unpend.lab.words import KEY, OTHER_KEY
from unpend.model.expected import Expected, ExpectedRecord, ProviderView, Purpose
from unpend.model.finding import Severity
from unpend.model.plan import Change, Errand, Safety
from unpend.model.records import quoted_strings
from unpend.repair.planner import plan_for

DOMAIN = "example.com."
NAME = f"pm._domainkey.{DOMAIN}"
BOUNCE = f"bounce.{DOMAIN}"
MX = "10 feedback-smtp.us-east-1.amazonses.com."
SPF = "v=spf1 include:amazonses.com ~all"


def key(value: str = f"k=rsa;{KEY}", *, required: bool = True) -> Expected:
    return Expected(DOMAIN, (ExpectedRecord(Purpose.DKIM, NAME, "TXT", (value,), required),))


def mail_from(*, required: bool = True, view: ProviderView | None = None) -> Expected:
    records = [
        ExpectedRecord(Purpose.MAIL_FROM, BOUNCE, type_, (value,), required)
        for type_, value in (("MX", MX), ("TXT", SPF))
    ]
    return Expected(DOMAIN, tuple(records), provider="ses", region="us-east-1", view=view)


def txt(*contents: str, name: str = NAME) -> str:
    return "\n".join(f"{name} TXT {quoted_strings(content)}" for content in contents)


@pytest.mark.parametrize("required", [True, False])
def test_a_spoilt_key_is_an_error_only_where_it_is_needed(required: bool) -> None:
    (cause,) = Paper(two(txt(f"k=rsa; {OTHER_KEY}")), key(required=required)).diagnosis().causes
    assert (cause.code, cause.severity) == ("key-mismatch", Severity.ERROR if required else Severity.WARNING)
    assert cause.consequences == ("wrong-target",)


def test_the_same_key_in_other_words_is_right() -> None:
    assert Paper(two(txt(f"v=DKIM1; n=x; {KEY[:50]} {KEY[50:]};")), key()).codes() == set()


def test_an_old_key_at_a_server_that_lags_is_only_waited_for() -> None:
    primary = "ns1.example.com."
    hosts = [
        Host(primary, txt(f"k=rsa; {KEY}"), serial=7, mname=primary),
        Host("ns2.example.com.", txt(f"k=rsa; {OTHER_KEY}"), serial=6, mname=primary),
    ]
    (cause,) = Paper(hosts, key()).diagnosis().causes
    assert (cause.code, cause.severity) == ("secondary-lag", Severity.WARNING)
    assert "key-mismatch" in cause.consequences


def test_two_accidents_at_two_servers_are_both_told() -> None:
    hosts = [
        Host("ns1.example.com.", txt(f"k=rsa; {OTHER_KEY}")),
        Host("ns2.example.com.", txt(f"k=rsa; {KEY[:200]}")),
    ]
    assert {"key-mismatch", "key-truncated"} <= Paper(hosts, key()).codes()


@pytest.mark.parametrize("star", ["*", "*._domainkey"])
def test_what_a_wildcard_answers_is_nobodys_key(star: str) -> None:
    text = txt("v=DKIM1; p=", name=f"{star}.{DOMAIN}")
    assert Paper(two(text), key()).codes() == {"wildcard-revocation"}


def test_a_key_at_a_doubled_name_is_found_however_it_is_spelt() -> None:
    case = Paper(two(txt(f"v=DKIM1; {KEY}", name=NAME + DOMAIN)), key()).case()
    plan = plan_for(case, diagnose(case))
    assert {f.code for f in diagnose(case).causes} == {"doubled-zone"}
    assert [str(c.op) for c in plan.changes if isinstance(c, Change)] == ["delete", "create"]


def test_a_key_known_by_its_shape_is_never_written() -> None:
    for text in ("", txt("v=DKIM1; p="), txt(KEY[:99])):
        case = Paper(two(text), key("p=customerProvidedPublicKey")).case()
        plan = plan_for(case, diagnose(case))
        assert [e.op for e in plan.changes if isinstance(e, Errand)] == ["publish-own-key"]
        assert not [c for c in plan.changes if isinstance(c, Change)]
        assert plan.safety is Safety.MANUAL


def test_a_damaged_copy_is_replaced_by_machine_and_a_strangers_key_is_not() -> None:
    safety = {}
    for found in (KEY[:200], OTHER_KEY, "p="):
        case = Paper(two(txt(f"k=rsa; {found}")), key()).case()
        safety[found] = plan_for(case, diagnose(case)).safety
    assert list(safety.values()) == [Safety.SAFE, Safety.REVIEW, Safety.SAFE]


def test_a_weak_key_that_the_provider_itself_gives_is_a_warning() -> None:
    weak = (
        "p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMCFeLTnggkqWkUUQgMTApEytP/MiYteIqhfL5iIGVZCsaDdsHdF0Fv954F+gp9woiodamubtjnw"
        "yQDMaRgqdvkCAwEAAQ=="
    )
    (cause,) = Paper(two(txt(weak)), key(weak)).diagnosis().causes
    assert (cause.code, cause.severity, cause.params["bits"]) == ("key-too-weak", Severity.WARNING, 512)


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ([f"MX {MX}", f'TXT "{SPF}"'], set()),
        ([f"MX {MX}", f'TXT "{SPF}"', "A 192.0.2.1"], set()),
        ([f'TXT "{SPF}"'], {"mailfrom-mx-missing"}),
        ([f'TXT "{SPF}"', "A 192.0.2.1"], {"mailfrom-mx-missing"}),
        ([f"MX {MX}"], {"mailfrom-spf-missing"}),
        ([], {"mailfrom-mx-missing", "mailfrom-spf-missing"}),
        ([f"MX {MX.replace('us-east-1', 'eu-west-1')}", f'TXT "{SPF}"'], {"mailfrom-mx-wrong-region"}),
        ([f"MX {MX}", "MX 10 mail.example.com.", f'TXT "{SPF}"'], {"mailfrom-mx-several"}),
        (["MX 1 aspmx.l.google.com.", "MX 5 mx.acme.io.", f'TXT "{SPF}"'], {"mailfrom-receives-mail"}),
        (["MX 10 feedback-smtp.us-east-1.amazonaws.com.", f'TXT "{SPF}"'], {"wrong-target"}),
        (["MX 10 feedback-smtp.undefined.amazonses.com.", f'TXT "{SPF}"'], {"placeholder-in-value"}),
        (["CNAME u1.wl2.sendgrid.net."], {"wrong-type"}),
    ],
)
@pytest.mark.parametrize("required", [True, False])
def test_each_defect_of_mail_from(lines: list[str], codes: set[str], required: bool) -> None:
    text = "\n".join(f"{BOUNCE} {line}" for line in lines)
    causes = Paper(two(text), mail_from(required=required)).diagnosis().causes
    assert {f.code for f in causes if f.about == (BOUNCE,)} == codes
    assert all((f.severity is Severity.ERROR) is required for f in causes if f.code in codes)


RIGHT = f'{BOUNCE} MX {MX}\n{BOUNCE} TXT "{SPF}"'


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (None, None),
        (ProviderView(), None),
        (ProviderView(mail_from_domain=BOUNCE, mail_from_status="PENDING"), None),
        (ProviderView(mail_from_domain=""), "unset"),
        (ProviderView(mail_from_domain="mail.example.com.", mail_from_status="SUCCESS"), "another"),
        (ProviderView(mail_from_domain=BOUNCE, mail_from_status="FAILED"), "stopped"),
    ],
)
def test_whether_ses_looks_for_mail_from(view: ProviderView | None, reason: str | None) -> None:
    found = Paper(two(RIGHT), mail_from(view=view)).diagnosis().causes
    assert [f.params["reason"] for f in found if f.code == "mailfrom-not-started"] == ([reason] if reason else [])


def test_an_optional_mx_that_receives_mail_is_left_alone() -> None:
    text = f'{BOUNCE} MX 10 mail.example.com.\n{BOUNCE} TXT "{SPF}"'
    for required in (True, False):
        case = Paper(two(text), mail_from(required=required)).case()
        plan = plan_for(case, diagnose(case))
        changes = [c for c in plan.changes if isinstance(c, Change)]
        assert [c.type for c in changes] == (["MX"] if required else [])
        if required:
            assert plan.safety is Safety.REVIEW
            assert any("put-email-identity-mail-from-attributes" in text.of("en") for text in plan.reasons)


def test_doubled_records_of_mail_from_are_one_cause() -> None:
    text = RIGHT.replace(BOUNCE, BOUNCE + DOMAIN)
    causes = Paper(two(text), mail_from()).diagnosis().causes
    assert {f.code for f in causes} == {"doubled-zone"}
    told = {code for f in causes for code in f.consequences}
    assert {"record-missing", "mailfrom-mx-missing", "mailfrom-spf-missing"} <= told


def test_nothing_is_asked_beyond_the_first_round_where_all_is_right() -> None:
    assert Paper(two(RIGHT), mail_from()).case().observation.rounds == 1
    text = txt(f"v=DKIM1; {KEY}")
    paper = Paper(two(text), key())
    assert paper.case().observation == replace(paper.case().observation, rounds=1)
