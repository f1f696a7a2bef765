"""What the provider says of the identity, state by state: four that differ, never one word for all."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.model.expected import ProviderView
from unpend.model.text import Text
from unpend.report.outline import utc
from unpend.report.report import Report

HEADING = Text(en="What Amazon SES says in {region}", ja="{region} の Amazon SES の表示")
UNPLACED = Text(en="What the provider says", ja="事業者の表示")
OWNERSHIP = Text(en="Identity (VerificationStatus): {status}", ja="ID（VerificationStatus）: {status}")
DKIM = Text(en="DKIM: {status}, signing {switch}", ja="DKIM: {status}、署名は{switch}")
DKIM_ALONE = Text(en="DKIM: {status}", ja="DKIM: {status}")
ON, OFF = Text(en="on", ja="有効"), Text(en="off", ja="無効")
MAIL_FROM = Text(en="MAIL FROM {name}: {status}", ja="MAIL FROM {name}: {status}")
NO_MAIL_FROM = Text(en="MAIL FROM: none is set", ja="MAIL FROM: 設定なし")
SENDING = Text(
    en="Sending from it (VerifiedForSendingStatus): {may}", ja="この ID からの送信（VerifiedForSendingStatus）: {may}"
)
YES, NOT_YET = Text(en="allowed", ja="可能"), Text(en="not yet", ja="まだ不可")
LOOKED = Text(en="Last look: {at}{error}", ja="最後の確認: {at}{error}")
UNSAID = Text(
    en="Last look: SES does not say; how often it looks is not documented.",
    ja="最後の確認: 表示なし。確認の間隔は公表されていません。",
)
FOUND = Text(en=", {error}", ja="（{error}）")
NOTHING = Text(en="{nothing}", ja="{nothing}", params={"nothing": ""})
ANSWERED_BY = Text(en="It was answered by {primary}, serial {serial}", ja="応答元: {primary}、シリアル {serial}")
THERE = Text(en="In {region}: {status}", ja="{region} では: {status}")


def provider_heading(report: Report) -> Text:
    """Whose word it is, and in which region."""
    region = report.expected.region
    return HEADING.fill(region=region) if region and report.expected.provider == "ses" else UNPLACED


def provider_lines(report: Report) -> Iterator[Text]:
    """One line a state; nothing where the provider said nothing."""
    view = report.expected.view
    if view is None or not (view.verification_status or view.dkim_status):
        return
    if view.verification_status:
        yield OWNERSHIP.fill(status=view.verification_status)
    if view.dkim_status and view.signing_enabled is not None:
        yield DKIM.fill(status=view.dkim_status, switch=ON if view.signing_enabled else OFF)
    elif view.dkim_status:
        yield DKIM_ALONE.fill(status=view.dkim_status)
    if view.mail_from_domain is not None:
        told = MAIL_FROM.fill(name=view.mail_from_domain, status=view.mail_from_status or "?")
        yield told if view.mail_from_domain else NO_MAIL_FROM
    if view.sending_allowed is not None:
        yield SENDING.fill(may=YES if view.sending_allowed else NOT_YET)
    yield from _look(view)
    yield from (THERE.fill(region=each.region, status=each.status) for each in view.elsewhere)


def _look(view: ProviderView) -> Iterator[Text]:
    if view.last_checked_at is not None:
        error = FOUND.fill(error=view.error_type) if view.error_type else NOTHING
        yield LOOKED.fill(at=utc(view.last_checked_at), error=error)
    elif view.asked_at is not None:
        yield UNSAID
    if view.soa_primary:
        yield ANSWERED_BY.fill(primary=view.soa_primary, serial="?" if view.soa_serial is None else view.soa_serial)
