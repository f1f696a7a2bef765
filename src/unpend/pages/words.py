"""The words of the pages."""

from __future__ import annotations

from unpend.model.identity import Event, Machine, State
from unpend.model.text import Text

PENDING = Text(en="pending", ja="保留中")
STATES = {
    State.NOT_STARTED: Text(en="not started", ja="未開始"),
    State.PENDING: PENDING,
    State.SUCCESS: Text(en="verified", ja="検証済み"),
    State.TEMPORARY_FAILURE: Text(en="temporarily failing", ja="一時的な失敗"),
    State.FAILED: Text(en="failed", ja="失敗"),
}
MACHINES = {
    Machine.OWNERSHIP: Text(en="Domain", ja="ドメイン"),
    Machine.DKIM: Text(en="DKIM", ja="DKIM"),
    Machine.MAIL_FROM: Text(en="MAIL FROM", ja="MAIL FROM"),
}
EVENTS = {
    Event.BEGIN: Text(en="begun", ja="検証を開始"),
    Event.COMPLETE: Text(en="everything was right", ja="すべて正しいことを確認"),
    Event.INCOMPLETE: Text(en="something was missing or wrong", ja="不足または誤りを確認"),
    Event.SILENT: Text(en="nobody answered", ja="応答なし"),
    Event.EXPIRED: Text(en="the time was up", ja="期限切れ"),
    Event.REPLACED: Text(en="something else is demanded", ja="求める内容を変更"),
    Event.WITHDRAWN: Text(en="nothing is demanded any more", ja="要求を取り消し"),
}
UNLOOKED = Text(en="not looked at yet", ja="未確認")

TITLE = Text(en="Domains", ja="ドメイン")
ALL = Text(en="all", ja="すべて")
REGION = Text(en="Region", ja="リージョン")
SHOW = Text(en="Show", ja="表示")
STATE = Text(en="State", ja="状態")
LASTING = Text(en="for {span}", ja="{span}前から")
CAUSE = Text(en="Root cause", ja="根本原因")
NEXT_LOOK = Text(en="Next look", ja="次の確認")
LAST_LOOK = Text(en="Last look", ja="最後の確認")
NEVER = Text(en="none: begin anew", ja="なし（やり直しが必要）")
NO_LOOK_YET = Text(en="not yet", ja="まだ")
NOT_DIAGNOSED = Text(
    en="Not diagnosed yet; it will be within seconds.", ja="まだ診断していません。数秒後に表示されます。"
)
RIGHT_NOW = Text(
    en="Every record is right; the next look settles it.",
    ja="レコードはすべて正しく登録されています。次の確認で完了します。",
)
NONE_HERE = Text(en="No domain here yet.", ja="ドメインはまだありません。")
NONE_SUCH = Text(en="No domain in this state here.", ja="この状態のドメインはありません。")
FURTHER = Text(en="Look further", ja="続きを探す")
NEXT_PAGE = Text(en="Next page", ja="次のページ")
FIRST_PAGE = Text(en="First page", ja="最初のページ")
ADD = Text(en="Add a domain", ja="ドメインを追加")
NAME = Text(en="Domain name", ja="ドメイン名")
MAIL_FROM_NAME = Text(en="MAIL FROM sub-domain (optional)", ja="MAIL FROM サブドメイン（任意）")
BEGIN = Text(en="Begin to verify it", ja="検証を開始する")
FROM_CODE = Text(en="From a program", ja="プログラムから使う")
FROM_CODE_SAYS = Text(
    en="Amazon SES's own clients work here by their endpoint alone; REST is at {rest}.",
    ja="Amazon SES のクライアントは、接続先を変えるだけでそのまま使えます。REST API は {rest} です。",
)
COPY = Text(en="copy", ja="コピー")
COPIED = Text(en="copied", ja="コピーしました")

RECORDS = Text(en="Records to publish", ja="登録するレコード")
RECORDS_SAY = Text(
    en="Most panels want the short name; where yours wants the whole one, take that.",
    ja="多くの管理画面では短い名前を入力します。完全な名前を求める画面では、完全な名前を使ってください。",
)
HOST = Text(en="Name", ja="名前")
WHOLE_NAME = Text(en="Whole name", ja="完全な名前")
TYPE = Text(en="Type", ja="タイプ")
VALUE = Text(en="Value", ja="値")
FOUND = Text(en="found", ja="実際の値")
PURPOSES = {
    "dkim": Text(en="DKIM", ja="DKIM"),
    "ownership": Text(en="ownership", ja="所有権"),
    "mail-from": Text(en="MAIL FROM", ja="MAIL FROM"),
}
OPTIONAL = Text(en="not needed for verification", ja="検証には不要")
WHAT_TO_DO = Text(en="What to do", ja="やること")
ALL_WELL = Text(en="Every record is right.", ja="レコードはすべて正しく登録されています。")
MESSAGE = Text(
    en="Somebody else runs this DNS? Send them this", ja="DNS の担当者が別にいる場合は、次の文面を送ってください"
)
PROOF = Text(en="Proof: who was asked, and what they said", ja="証拠（問い合わせ先と応答）")
STANDINGS = Text(en="Where it stands", ja="現在の状態")
GIVES_UP = Text(en="given up in {span}", ja="{span}後に打ち切り")
HISTORY = Text(en="History", ja="履歴")
NO_HISTORY = Text(en="No state has changed since it was added.", ja="追加してから状態は変わっていません。")
SEEN = Text(en="what was seen", ja="確認した応答")
RECHECK = Text(en="Look again now", ja="今すぐ確認する")
RESTART = Text(en="Begin anew", ja="検証をやり直す")
DELETE = Text(en="Stop verifying it", ja="検証をやめる")
DELETE_SAYS = Text(
    en="Its states and history go. Added again, it gets the same records.",
    ja="状態と履歴は削除されます。もう一度追加すると、同じレコードが発行されます。",
)
DELETE_NOW = Text(en="Delete {name}", ja="{name} を削除する")
MAIL_FROM_TITLE = Text(en="MAIL FROM domain", ja="MAIL FROM ドメイン")
MAIL_FROM_NONE = Text(
    en="None is set: the provider's own domain is used.", ja="設定されていません（事業者のドメインを使います）。"
)
MAIL_FROM_SET = Text(en="Set", ja="設定する")
MAIL_FROM_CLEAR = Text(en="An empty field clears it.", ja="空欄にすると解除されます。")
DIAGNOSED = Text(en="Diagnosed", ja="診断日時")
MORE_FINDINGS = Text(en="Also found", ja="そのほかの所見")
MORE_AT = Text(en="More about it: unpend explain {code}", ja="詳しくは unpend explain {code}")

SIGN_IN = Text(en="Sign in", ja="サインイン")
SIGN_OUT = Text(en="Sign out", ja="サインアウト")
KEY = Text(en="API key", ja="API キー")
KEY_SAYS = Text(
    en="`unpend keys create --account {account}` on the server makes one. It is kept here for twelve hours as a session, never the key itself.",
    ja="サーバー上で `unpend keys create --account {account}` を実行すると作成できます。ここではセッションとして 12 時間有効で、キー自体は保存しません。",
)
WRONG_KEY = Text(en="This is no API key of this server.", ja="このサーバーの API キーではありません。")
IN_PLAIN = Text(
    en="The connection is not encrypted: others on the way could read the key. Use https://.",
    ja="接続が暗号化されていません。途中の経路でキーを読み取られるおそれがあります。https:// を使ってください。",
)
READ_ONLY = Text(en="read-only", ja="閲覧のみ")
BACK = Text(en="All domains", ja="ドメイン一覧")
IN_SECONDS = Text(en="in {span}", ja="{span}後")
AGO = Text(en="{span} ago", ja="{span}前")
NOW = Text(en="now", ja="まもなく")
