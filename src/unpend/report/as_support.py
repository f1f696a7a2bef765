"""A text for the mail provider's support: what is pending, what is published, and who answered what, when."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.model.records import Exchange
from unpend.model.text import Lang, Text
from unpend.report.escape import for_terminal
from unpend.report.outline import evidence_line, utc
from unpend.report.report import RecordReport, Report
from unpend.report.verdict import Verdict

OPENING = Text(
    en="Our domain identity {domain} ({provider}, region {region}) is still pending. Account: [your account]. Pending since: [date].",
    ja="ドメインアイデンティティ {domain}（{provider}、リージョン {region}）が保留のままです。アカウント: [アカウント]、保留になった日時: [日時]",
)
RIGHT = Text(
    en="All records that you ask for are published. At {when} every one of our name servers answered with them, and so did the resolvers below.",
    ja="求められているレコードはすべて公開しています。{when} に、すべてのネームサーバーと下記のリゾルバーが正しく応答しました。",
)
NOT_RIGHT = Text(
    en="Not everything is right on our side yet (checked at {when}): {message} Mend this first; support will find the same.",
    ja="こちら側にまだ直すべき点があります（{when} に確認）: {message} 先にこちらを直してください。サポートも同じ指摘をするはずです。",
)
SERVERS = Text(
    en="Name servers of {zone}: {servers}; SOA serial {serial}; DNSSEC: {dnssec}.",
    ja="{zone} のネームサーバー: {servers}、SOA シリアル: {serial}、DNSSEC: {dnssec}",
)
ASKED = Text(en="Who answered what:", ja="各サーバーの応答:")
SEEN = Text(
    en="Your own view: status {status}, error {error}, last look {when}.",
    ja="貴社側の表示: 状態 {status}、エラー {error}、最終確認 {when}",
)
QUESTION = Text(
    en="Please tell us which name, type and server your check fails on.",
    ja="どの名前・種別・サーバーで確認に失敗しているかを教えてください。",
)


def as_support(report: Report, lang: Lang) -> str:
    """The text, ready to paste; ends with a line feed."""
    return "".join(for_terminal(line) + "\n" for line in _lines(report, lang))


def _lines(report: Report, lang: Lang) -> Iterator[str]:
    expected, when = report.expected, utc(report.observation.ended_at)
    provider, region = expected.provider or "-", expected.region or "-"
    yield OPENING.fill(domain=report.domain, provider=provider, region=region).of(lang)
    settled = RIGHT if report.verdict is Verdict.OK else NOT_RIGHT.fill(message=report.message)
    yield settled.fill(when=when).of(lang)
    yield ""
    told = {"zone": report.case.zone, "servers": report.nameservers, "serial": report.soa_serial or "-"}
    yield SERVERS.fill(**told, dnssec=report.dnssec).of(lang)
    view = expected.view
    if view:
        last = utc(view.last_checked_at) if view.last_checked_at else "-"
        yield SEEN.fill(status=view.dkim_status or "-", error=view.error_type or "-", when=last).of(lang)
    yield ASKED.of(lang)
    for each in report.records:
        yield f"{each.record.type} {each.record.name} = {', '.join(each.record.values)}"
        yield from (f"  {evidence_line(e, lang)}" for e in _heard(report, each))
    yield ""
    yield QUESTION.of(lang)


def _heard(report: Report, each: RecordReport) -> Iterator[Exchange]:
    record = each.record
    yield from report.case.said(record.name, record.type)
    yield from report.case.at_resolvers(record.name, record.type)
