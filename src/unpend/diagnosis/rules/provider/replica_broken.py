"""A replica identity (Deterministic Easy DKIM) cannot copy its keys from the parent region."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.provider_view import REPLICATION, heard_of
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="The replica cannot copy its keys", ja="複製元から鍵を取得できません")
SAYS = Text(
    en="The identity {domain} copies its keys from another region, and that fails: {error}. No DNS record can mend it.",
    ja="{domain} の ID は別のリージョンから鍵を複製しますが、失敗しています（{error}）。DNS の変更では解決しません。",
)
CURE = Text(
    en="In the parent region, see that the identity of the same name exists, uses Easy DKIM, is no replica itself, and that "
    "ses:ReplicateEmailIdentityDKIMSigningKey is allowed. Or switch this identity to Easy DKIM of its own.",
    ja="複製元リージョンに同名の ID があり、Easy DKIM を使い、それ自身が複製でなく、ses:ReplicateEmailIdentityDKIMSigningKey が許可されていることを確認してください。"
    "または、この ID を独自の Easy DKIM に切り替えてください。",
)


def finds(case: Case) -> Iterator[Finding]:
    view = case.expected.view
    if view is None or not (view.error_type or "").startswith(REPLICATION):
        return
    if evidence := heard_of(case):
        errand = Errand(Where.PROVIDER, "fix-replica", case.domain, (), CURE)
        yield rule.finding(case.domain, SAYS, evidence, fix=[errand], domain=case.domain, error=view.error_type)


rule = Rule("replica-broken", "provider", TITLE, finds)
