"""Starting a given-up verification again, at a server that speaks both APIs of SES."""

from __future__ import annotations

from typing import Any

import pytest
from tests.aws.ses_server import Ses, identity

from unpend.lab.words import TOKENS
from unpend.model.errors import CredentialsError, RefusedError, WriterError
from unpend.writers.ses import V1, V2, Restart, restart

HOME = "us-east-1"
FORBIDDEN = (403, "AccessDenied", "not authorized to perform: ses:VerifyDomainDkim")


def started(ses: Ses, held: dict[str, Any]) -> Restart:
    ses.regions = {HOME: {"example.com": held}}
    return restart("example.com.", region=HOME, pause=0)


def said(done: Restart) -> str:
    return " ".join(text.of("en") for text in done.said)


@pytest.mark.parametrize(("restarts_by", "calls"), [(V1, (V1,)), (V2, (V1, V2))])
def test_the_verification_starts_again_with_the_same_tokens(ses: Ses, restarts_by: str, calls: tuple[str, ...]) -> None:
    ses.restarts_by = restarts_by
    done = started(ses, identity("FAILED"))
    assert (done.before, done.after, done.calls, done.tokens) == ("FAILED", "PENDING", calls, TOKENS)
    assert "looks for the records of example.com again (FAILED → PENDING" in said(done)
    assert "other tokens" not in said(done)
    assert not any("Delete" in operation for operation in ses.operations)


def test_where_one_call_is_forbidden_the_other_does_it(ses: Ses) -> None:
    ses.faults[HOME, V1], ses.restarts_by = FORBIDDEN, V2
    assert started(ses, identity("FAILED")).calls == (V2,)


def test_where_both_are_forbidden_it_says_so(ses: Ses) -> None:
    ses.faults[HOME, V1] = ses.faults[HOME, V2] = FORBIDDEN
    with pytest.raises(CredentialsError, match=f"may not call ses:{V2} in us-east-1"):
        started(ses, identity("FAILED"))


@pytest.mark.parametrize("status", ["PENDING", "SUCCESS", "TEMPORARY_FAILURE"])
def test_nothing_is_touched_that_was_not_given_up(ses: Ses, status: str) -> None:
    done = started(ses, identity(status))
    assert (done.calls, ses.operations) == ((), ["GetEmailIdentity us-east-1"])
    assert "nothing was restarted" in said(done)


@pytest.mark.parametrize("origin", ["EXTERNAL", "AWS_SES_EU_WEST_1"])
def test_whose_key_signs_is_never_changed(ses: Ses, origin: str) -> None:
    with pytest.raises(RefusedError, match=origin):
        started(ses, identity("FAILED", dkim={"SigningAttributesOrigin": origin}))
    assert ses.operations == ["GetEmailIdentity us-east-1"]


def test_what_still_failed_is_no_success(ses: Ses) -> None:
    ses.restarts_by = ""
    with pytest.raises(WriterError, match="still says FAILED") as caught:
        started(ses, identity("FAILED"))
    assert caught.value.hint is not None
    assert "Do not delete the identity" in caught.value.hint.of("en")


def test_other_tokens_are_told_with_their_records(ses: Ses) -> None:
    ses.new_tokens = tuple(letter * 32 for letter in "xyz")
    done = started(ses, identity("FAILED"))
    assert f"{'x' * 32}._domainkey.example.com CNAME {'x' * 32}.dkim.amazonses.com" in said(done)


def test_mail_from_is_set_again_as_it_was(ses: Ses) -> None:
    mail_from = {
        "MailFromDomain": "bounce.example.com",
        "MailFromDomainStatus": "FAILED",
        "BehaviorOnMxFailure": "REJECT_MESSAGE",
    }
    done = started(ses, identity("SUCCESS", MailFromAttributes=mail_from))
    assert done.calls == ("PutEmailIdentityMailFromAttributes",)
    assert ses.bodies[-1] == {"MailFromDomain": "bounce.example.com", "BehaviorOnMxFailure": "REJECT_MESSAGE"}


def test_an_identity_that_is_not_there(ses: Ses) -> None:
    with pytest.raises(WriterError, match="does not exist"):
        restart("example.com", region=HOME, pause=0)
