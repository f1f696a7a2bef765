"""The summary for a person at a terminal."""

from __future__ import annotations

from collections import Counter

from unpend.catalog.dns_hosts import host_by_id
from unpend.catalog.mail_providers import provider_by_id
from unpend.model.text import Lang, Text
from unpend.report.escape import for_terminal
from unpend.report.scan.summary import NOT_LOOKED, ORDER, Summary, ranked

MOST = 20
VERDICTS = {
    "ok": Text(en="right", ja="正常"),
    "action_required": Text(en="somebody must act", ja="要対応"),
    "waiting": Text(en="only waiting", ja="待つだけ"),
    "unknown": Text(en="could not be determined", ja="判定できず"),
    "invalid": Text(en="row could not be read", ja="読み取れない行"),
}
ROWS = Text(en="{rows} domains", ja="{rows} 件のドメイン")
BY_CAUSE = Text(en="Causes", ja="原因")
BY_HOST = Text(
    en="DNS hosts of the diagnosed (to act on / diagnosed)", ja="診断したドメインの DNS ホスト（要対応 / 診断）"
)
BY_PROVIDER = Text(en="Mail providers (to act on / all)", ja="メール配信サービス（要対応 / 全体）")
EXPLAIN = Text(
    en="`unpend explain CODE` says what a cause means and how it is fixed.",
    ja="原因の意味と直し方は `unpend explain コード` で確認できます。",
)
BAD = Text(en="Rows that could not be read", ja="読み取れない行")
BAD_LINE = Text(en="  line {line}: {why}", ja="  {line} 行目: {why}")
UNKNOWN_NAME = Text(en="not recognised", ja="不明")
MORE = Text(en="… and {count} more", ja="… ほか {count} 件")


def as_text(summary: Summary, lang: Lang, width: int = 80) -> str:
    """Verdicts, causes, hosts and providers, the most first."""
    lines = [ROWS.fill(rows=f"{summary.rows:,}").of(lang)]
    lines += [f"  {summary.verdicts[v]:>10,}  {VERDICTS[v].of(lang)}" for v in ORDER if summary.verdicts[v]]
    causes = sorted(summary.causes.items(), key=lambda item: (-item[1], item[0]))
    if causes:
        lines += ["", BY_CAUSE.of(lang), *_most([f"  {count:>10,}  {code}" for code, count in causes], lang)]
    for title, table, name in ((BY_HOST, summary.hosts, host_name), (BY_PROVIDER, summary.providers, provider_name)):
        if table:
            rows = [_row(name(id_, lang), counts) for id_, counts in ranked(table)]
            lines += ["", title.of(lang), *_most(rows, lang)]
    if summary.bad:
        lines += ["", BAD.of(lang), *(BAD_LINE.fill(line=n, why=why).of(lang) for n, why in summary.bad)]
        left = summary.verdicts["invalid"] - len(summary.bad)
        lines += [" " * 2 + MORE.fill(count=left).of(lang)] if left else []
    if causes:
        lines += ["", EXPLAIN.of(lang)]
    return "".join(for_terminal(line) + "\n" for line in lines)


def _row(name: str, counts: Counter[str]) -> str:
    return f"  {counts['action_required']:>10,} / {counts.total():<10,}  {name}"


def _most(rows: list[str], lang: Lang) -> list[str]:
    more = [" " * 14 + MORE.fill(count=len(rows) - MOST).of(lang)] if len(rows) > MOST else []
    return [*rows[:MOST], *more]


def host_name(id_: str, lang: Lang) -> str:
    """The DNS host as people call it."""
    if id_ == NOT_LOOKED:
        return UNKNOWN_NAME.of(lang)
    known = host_by_id(id_)
    return known.name.of(lang) if known else id_


def provider_name(id_: str, lang: Lang) -> str:
    """The mail provider as people call it."""
    if id_ == NOT_LOOKED:
        return UNKNOWN_NAME.of(lang)
    known = provider_by_id(id_)
    return known.name.of(lang) if known else id_
