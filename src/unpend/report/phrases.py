"""The words that every rendering for people shares."""

from __future__ import annotations

from unpend.model.text import Text

HEADINGS = {
    "ok": Text("All is well", "問題ありません"),
    "action_required": Text("Somebody has to act", "対応が必要です"),
    "waiting": Text("Nothing to do but wait", "待つだけで大丈夫です"),
    "unknown": Text("Could not determine", "判定できませんでした"),
}
CAUSE = Text("Cause", "原因")
ALSO = Text("Also for", "同じ原因のレコード")
FURTHER = Text("Further causes", "ほかの原因")
WARNINGS = Text("Worth knowing", "知っておくとよいこと")
WHAT_TO_DO = Text("What to do", "やること")
RECORDS = Text("Records", "レコード")
BY_HAND = Text("Check by hand", "手元で確かめるには")
PROOF = Text("Proof", "証拠")
NOTES = Text("How it was read", "読み取った内容")
NOT_HEARD = Text("Not heard", "応答を得られなかったもの")
WANTED = Text("wanted", "期待値")
FOUND = Text("found", "実際")
NOTHING = Text("(nothing)", "（なし）")
UNHEARD = Text("(no answer)", "（応答なし）")
EXPLAINS = Text("This explains: {codes}", "これで説明できるもの: {codes}")
MORE = Text("More: unpend explain {code}", "詳しく: unpend explain {code}")
STATUSES = {
    "verified": Text("right", "正しい"),
    "missing": Text("missing", "なし"),
    "mismatch": Text("wrong value", "値が違う"),
    "conflict": Text("conflict", "競合"),
    "propagating": Text("spreading", "反映待ち"),
    "unreachable": Text("cannot be reached", "到達できません"),
}
SURE = {
    "certain": Text("certain", "確実"),
    "likely": Text("likely", "可能性が高い"),
    "possible": Text("possible", "可能性あり"),
}
IN_ZONE = Text("In the zone {zone}:", "ゾーン {zone} で:")
AT_HOST = Text("At {host}, zone {zone}:", "{host} のゾーン {zone} で:")
IN_PANEL = Text("({panel})", "（{panel}）")
ADD = Text("Add this record:", "次のレコードを追加します:")
CHANGE = Text("Change this record to:", "次のレコードをこの内容に変更します:")
DELETE = Text("Delete this record:", "次のレコードを削除します:")
FULL_NAME = Text("(full name: {name})", "（完全な名前: {name}）")
NOW_THERE = Text("there now: {values}", "現在の値: {values}")
DOT_NEEDED = Text("Keep the final dot of the value.", "値の末尾のドット（.）を必ず付けてください。")
WAIT = Text(
    "Then wait: caches may hold what was there before until {until} ({span}).",
    "そのあとは待ちます。キャッシュには {until}（{span}）まで以前の内容が残ることがあります。",
)
WAIT_ONLY = Text("Wait until {until} ({span}).", "{until}（{span}）まで待ちます。")
RESTART = Text(
    "Then start the verification again at the provider: it stopped looking. Do not delete and re-create the identity.",
    "そのあと事業者側で検証をやり直してください（すでに確認が打ち切られています）。アイデンティティの削除と再作成は行わないでください。",
)
RESTART_AT_SES = Text(
    "`aws ses verify-domain-dkim --domain {domain}{region}` is reported to do it and to keep the tokens; AWS does not document which call does.",
    "`aws ses verify-domain-dkim --domain {domain}{region}` でやり直せ、トークンも変わらないという報告があります（どの API で再開するかは AWS の文書にありません）。",
)
SAFETY = {
    "safe": Text("", ""),
    "review": Text("Look before you apply this:", "適用する前に確認してください:"),
    "manual": Text("Not by machine alone:", "自動では完結しません:"),
}
QUIRK = Text("At this host: {quirk}", "このホストの注意点: {quirk}")
LOOKED = Text(
    "Looked at {when} UTC, {queries} questions, {rounds} round(s), {ms} ms.",
    "{when} UTC に確認、質問 {queries} 件、{rounds} 巡、{ms} ミリ秒。",
)
SPANS = (
    (86400, Text("{n} days", "{n} 日")),
    (3600, Text("{n} hours", "{n} 時間")),
    (60, Text("{n} minutes", "{n} 分")),
)
SECONDS = Text("{n} seconds", "{n} 秒")


def span(seconds: int) -> Text:
    """A duration in its largest fitting unit, rounded up."""
    for size, text in SPANS:
        if seconds >= 2 * size or (seconds >= size and seconds % size == 0):
            return text.fill(n=-(-seconds // size))
    return SECONDS.fill(n=seconds)


def nothing_at(status: str) -> Text:
    """What stands in place of a value: silence is not absence."""
    return UNHEARD if status == "unreachable" else NOTHING
