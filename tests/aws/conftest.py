"""SES on loopback, with credentials that are worth nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.aws.ses_server import Ses, ses_server


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ses]:
    """A server in place of SES for this process and its children."""
    with ses_server() as told:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", told.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-test")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
        yield told
