"""Every record is exactly right, but no key stands behind any of the targets: a deleted identity, or old tokens."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.keys import has_key
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding
from unpend.model.names import parent
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange, Outcome, Question, Role
from unpend.model.text import Text

TITLE = Text(en="No key behind any of the three targets", ja="3 つの参照先のどれにも鍵がありません")
SAYS = Text(
    en="All {count} records are as given, but the provider publishes no key behind any of their targets. Probably these tokens belong to "
    "a deleted identity, another account or another region.",
    ja="{count} 件のレコードはすべて指定どおりですが、その参照先のどれにも事業者の鍵がありません。削除済みのアイデンティティ、別のアカウント、または"
    "別のリージョンのトークンである可能性が高いです。",
)
CURE = Text(
    en="Read the identity again (`aws sesv2 get-email-identity --email-identity {domain}`, in the account and region you send from) and "
    "publish the tokens and the signing zone that it shows now.",
    ja="送信に使うアカウントとリージョンで `aws sesv2 get-email-identity --email-identity {domain}` を実行し、いま表示されるトークンと署名ゾーンのレコードを"
    "登録してください。",
)


def targets(case: Case) -> tuple[str, ...]:
    """The targets of an Easy DKIM set that is right everywhere; empty otherwise."""
    wanted = [r for r in case.expected.required if r.type == "CNAME"]
    ses = case.expected.provider == "ses" and len(wanted) >= 3 and all(case.right(r) for r in wanted)
    return tuple(r.values[0] for r in wanted) if ses else ()


def keyless(case: Case) -> tuple[Exchange, ...]:
    """The conclusive answers that show no key for any target; empty if one shows a key or a target was not heard."""
    heard = {t: [e for e in case.exchanges(t, "TXT") if e.outcome.conclusive] for t in targets(case)}
    said = [e for exchanges in heard.values() for e in exchanges]
    if not heard or not all(heard.values()) or any(has_key(e) for e in said):
        return ()
    return tuple(said)


def signing_zone_exists(case: Case) -> bool:
    """Where even the zone of the targets is unknown, this is a world without the provider: nothing is proved."""
    heard = case.exchanges(parent(targets(case)[0]), "SOA")
    return any(e.outcome in {Outcome.ANSWER, Outcome.NODATA} for e in heard)


def asks(case: Case) -> Iterator[Ask]:
    if keyless(case):
        yield Ask(Question(parent(targets(case)[0]), "SOA"), Whom.WALK)
        yield from (Ask(Question(target, "TXT"), Whom.WALK) for target in targets(case))


def finds(case: Case) -> Iterator[Finding]:
    said = keyless(case)
    if not said or not signing_zone_exists(case):
        return
    certain = any(e.server.role is Role.AUTHORITATIVE for e in said)
    names = [r.name for r in case.expected.required if r.type == "CNAME"]
    cure = Errand(Where.PROVIDER, "compare-tokens", case.domain, (), CURE.fill(domain=case.domain))
    confidence = Confidence.CERTAIN if certain else Confidence.LIKELY
    yield rule.finding(names, SAYS, said, confidence=confidence, fix=[cure], count=len(names))


rule = Rule("stale-target", "wrong-value", TITLE, finds, asks)
