from __future__ import annotations

from typing import Any

import pytest

from unpend.diagnosis.compare import only_shape
from unpend.model.errors import ExpectationError
from unpend.model.expected import Purpose
from unpend.model.text import Lang, Text
from unpend.sources import read_expected, ses_tokens, signing_zones
from unpend.sources.formats import sesv1_json, sesv2_json
from unpend.sources.rows import ANOTHER_DOMAIN

from . import samples
from .samples import TOKENS, as_json, dkim, sesv2, v1_dkim

LANGUAGES: tuple[Lang, ...] = ("en", "ja")


def said(notes: tuple[Text, ...]) -> set[str]:
    for note in notes:
        assert note.of("ja")
    return {note.en for note in notes}


def refusal(text: str, domain: str = "example.com.", **options: Any) -> ExpectationError:
    with pytest.raises(ExpectationError) as caught:
        read_expected(text, domain, **options)
    error = caught.value
    for language in LANGUAGES:
        assert error.message.of(language)
        assert error.hint is None or error.hint.of(language)
    return error


def test_get_email_identity() -> None:
    expected = read_expected(as_json(sesv2()), "example.com.", region="ap-northeast-1")
    assert tuple(r.name for r in expected.records) == samples.names()
    assert tuple(r.values for r in expected.records) == tuple((t,) for t in samples.targets())
    assert all(r.required and r.purpose is Purpose.DKIM and r.type == "CNAME" for r in expected.records)
    assert (expected.source, expected.provider, expected.region) == ("sesv2-json", "ses", "ap-northeast-1")
    assert expected.signing_zone == "dkim.amazonses.com."
    assert signing_zones.STATED.en in said(expected.notes)


def test_the_providers_view() -> None:
    view = read_expected(as_json(sesv2()), "example.com.").view
    assert view is not None
    assert (view.verification_status, view.dkim_status, view.error_type) == ("PENDING", "PENDING", "HOST_NOT_FOUND")
    assert view.last_checked_at == 1790816400.0
    assert view.last_success_at == 1700000000.5
    assert (view.soa_primary, view.soa_serial) == ("ns1.example.com.", 7)


def test_create_email_identity() -> None:
    created = {
        "IdentityType": "DOMAIN",
        "VerifiedForSendingStatus": False,
        "DkimAttributes": dkim(Status="NOT_STARTED"),
    }
    expected = read_expected(as_json(created), "example.com.")
    assert len(expected.records) == 3
    assert expected.view is not None
    assert expected.view.dkim_status == "NOT_STARTED"


def test_yaml_output_of_the_command_line() -> None:
    import yaml

    expected = read_expected(yaml.safe_dump(sesv2()), "example.com.")
    assert expected.source == "sesv2-json"
    assert expected.view is not None
    assert expected.view.last_success_at == 1700000000.5


@pytest.mark.parametrize(
    ("region", "zone", "note"),
    [
        (None, "dkim.amazonses.com.", signing_zones.ASSUMED),
        ("us-east-1", "dkim.amazonses.com.", signing_zones.FROM_REGION),
        ("eu-south-1", "dkim.eu-south-1.amazonses.com.", signing_zones.FROM_REGION),
    ],
)
def test_without_signing_zone_the_table_decides(region: str | None, zone: str, note: Text) -> None:
    attributes = dkim()
    del attributes["SigningHostedZone"]
    expected = read_expected(as_json(sesv2(DkimAttributes=attributes)), "example.com.", region=region)
    assert expected.records[0].values == (f"{TOKENS[0]}.{zone}",)
    assert note.en in said(expected.notes)


def test_a_cell_zone_is_used_as_stated() -> None:
    attributes = dkim(SigningHostedZone="a31d.dkim.us-west-2.amazonses.com")
    expected = read_expected(as_json(sesv2(DkimAttributes=attributes)), "example.com.", region="us-west-2")
    assert expected.signing_zone == "a31d.dkim.us-west-2.amazonses.com."
    assert signing_zones.UNUSUAL.en in said(expected.notes)


def test_a_replica_uses_the_parents_region() -> None:
    attributes = dkim(SigningAttributesOrigin="AWS_SES_EU_SOUTH_1")
    del attributes["SigningHostedZone"]
    expected = read_expected(as_json(sesv2(DkimAttributes=attributes)), "example.com.", region="us-east-1")
    assert expected.signing_zone == "dkim.eu-south-1.amazonses.com."
    assert sesv2_json.REPLICA.en in said(expected.notes)


@pytest.mark.parametrize("tokens", [[], ["one", "two"], ["no.selector..at-all"]])
def test_a_key_of_ones_own_is_not_known(tokens: list[str]) -> None:
    attributes = dkim(SigningAttributesOrigin="EXTERNAL", Tokens=tokens)
    expected = read_expected(as_json(sesv2(DkimAttributes=attributes)), "example.com.")
    assert expected.records == ()
    assert sesv2_json.BRING_YOUR_OWN.en in said(expected.notes)


def test_of_a_key_of_ones_own_the_name_and_the_shape_are_known() -> None:
    attributes = dkim(SigningAttributesOrigin="EXTERNAL", Tokens=["Sel1"])
    expected = read_expected(as_json(sesv2(DkimAttributes=attributes)), "example.com.")
    (record,) = expected.records
    assert (record.purpose, record.name, record.type) == (Purpose.DKIM, "sel1._domainkey.example.com.", "TXT")
    assert only_shape(record)
    assert record.required
    assert sesv2_json.BRING_YOUR_OWN.en in said(expected.notes)


@pytest.mark.parametrize(
    ("attributes", "domain", "status"),
    [
        ({}, None, None),
        ({"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}, "", None),
        ({"MailFromDomain": "bounce.example.com", "MailFromDomainStatus": "FAILED"}, "bounce.example.com.", "FAILED"),
    ],
)
def test_what_ses_says_of_mail_from(attributes: dict[str, str], domain: str | None, status: str | None) -> None:
    view = read_expected(as_json(sesv2(MailFromAttributes=attributes)), "example.com.", region="eu-west-1").view
    assert view is not None
    assert (view.mail_from_domain, view.mail_from_status) == (domain, status)


def test_mail_from_is_optional() -> None:
    held = sesv2(MailFromAttributes={"MailFromDomain": "bounce.example.com", "MailFromDomainStatus": "PENDING"})
    expected = read_expected(as_json(held), "example.com.", region="eu-west-1")
    mx, spf = (r for r in expected.records if r.purpose is Purpose.MAIL_FROM)
    assert (mx.name, mx.type, mx.values) == (
        "bounce.example.com.",
        "MX",
        ("10 feedback-smtp.eu-west-1.amazonses.com.",),
    )
    assert (spf.name, spf.type, spf.values) == ("bounce.example.com.", "TXT", ("v=spf1 include:amazonses.com ~all",))
    assert not mx.required
    assert not spf.required
    assert len(expected.required) == 3


def test_mail_from_without_region_is_said() -> None:
    held = sesv2(MailFromAttributes={"MailFromDomain": "bounce.example.com"})
    expected = read_expected(as_json(held), "example.com.")
    assert [r.type for r in expected.records] == ["CNAME"] * 3 + ["TXT"]
    assert any("bounce.example.com" in note.of("en") for note in expected.notes)


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (sesv2(DkimAttributes=dkim(Tokens=[])), ses_tokens.NOT_THREE),
        (sesv2(DkimAttributes=dkim(Tokens=list(TOKENS[:2]))), ses_tokens.NOT_THREE),
        (sesv2(DkimAttributes=dkim(Tokens=[*TOKENS, "d" * 32])), ses_tokens.NOT_THREE),
        (sesv2(DkimAttributes=dkim(Tokens=[*TOKENS[:2], TOKENS[0]])), ses_tokens.TWICE),
        (sesv2(DkimAttributes=dkim(Tokens=[*TOKENS[:2], "x"])), ses_tokens.WRONG_SHAPE),
        (sesv2(DkimAttributes=None), ses_tokens.NOT_THREE),
        (sesv2(DkimAttributes=dkim(SigningHostedZone="not a zone")), signing_zones.BAD_ZONE),
        (sesv2(IdentityType="EMAIL_ADDRESS", DkimAttributes=dkim(Tokens=[])), sesv2_json.AN_ADDRESS),
        (sesv2(MailFromAttributes={"MailFromDomain": "bounce.other.com"}), ANOTHER_DOMAIN),
        (sesv2(EmailIdentity="other.com"), ANOTHER_DOMAIN),
    ],
)
def test_v2_refused(held: dict[str, Any], why: Text) -> None:
    assert refusal(as_json(held)).message.en == why.en


def test_identity_dkim_attributes() -> None:
    expected = read_expected(as_json(v1_dkim("EXAMPLE.com")), "example.com.", region="us-east-1")
    assert tuple(r.name for r in expected.records) == samples.names()
    assert expected.source == "sesv1-json"
    assert expected.view is not None
    assert expected.view.dkim_status == "TEMPORARY_FAILURE"


def test_identity_verification_attributes() -> None:
    token = "QTKknzFg2J4ygwa+XvHAxUl1hyHoY0gVfZdfjIedHZ0="
    held = {"VerificationAttributes": {"example.com": {"VerificationStatus": "Pending", "VerificationToken": token}}}
    expected = read_expected(as_json(held), "example.com.")
    (record,) = expected.required
    assert (record.name, record.type, record.values) == ("_amazonses.example.com.", "TXT", (token,))
    assert record.purpose is Purpose.OWNERSHIP
    assert expected.view is not None
    assert expected.view.verification_status == "PENDING"


def test_a_verified_identity_without_token() -> None:
    held = {"VerificationAttributes": {"example.com": {"VerificationStatus": "Success"}}}
    expected = read_expected(as_json(held), "example.com.")
    assert expected.records == ()
    assert sesv1_json.NO_TOKEN.en in said(expected.notes)


def test_several_domains_in_one_file() -> None:
    held = v1_dkim("example.com")
    held["DkimAttributes"] |= v1_dkim("mail.example.com")["DkimAttributes"]
    held["DkimAttributes"] |= v1_dkim("other.com")["DkimAttributes"]
    held["DkimAttributes"] |= {"me@example.com": {"DkimEnabled": False, "DkimVerificationStatus": "NotStarted"}}
    expected = read_expected(as_json(held), "example.com.")
    assert {r.name for r in expected.records} == {*samples.names(), *samples.names("mail.example.com.")}


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (v1_dkim("other.com"), ANOTHER_DOMAIN),
        (v1_dkim("notexample.com"), ANOTHER_DOMAIN),
        (v1_dkim("example.com", DkimTokens=[]), ses_tokens.NOT_THREE),
        (v1_dkim("example.com", DkimTokens=["a" * 32]), ses_tokens.NOT_THREE),
    ],
)
def test_v1_refused(held: dict[str, Any], why: Text) -> None:
    error = refusal(as_json(held))
    assert error.message.en == why.en


def test_another_domain_names_both() -> None:
    message = refusal(as_json(v1_dkim("other.com"))).message.of("ja")
    assert "other.com" in message
    assert "example.com" in message


def test_unknown_region() -> None:
    error = refusal(as_json(sesv2()), region="ap-norteast-1")
    assert error.message.en == signing_zones.UNKNOWN_REGION.en
    assert error.hint is not None
    assert "ap-northeast-1" in error.hint.of("en")
