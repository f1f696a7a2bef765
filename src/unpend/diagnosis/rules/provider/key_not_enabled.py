"""The records are right, but the provider publishes no key behind any of them: DKIM is not switched on there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.catalog import provider_of_target
from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.keys import has_key
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.names import parent
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange, Outcome, Question
from unpend.model.text import Text

TITLE = Text(en="The provider has not switched the key on", ja="事業者側で鍵が有効化されていません")
SAYS = Text(
    en="The records of {domain} point where they should, but {provider} publishes no key there: DKIM has not been switched on for the "
    "domain. Its own check of the records may well be green.",
    ja="{domain} のレコードの向き先は正しいものの、その先に {provider} の鍵がありません。このドメインの DKIM が有効化されていません。事業者の画面でレコードの確認が正常と"
    "表示されていても、起こり得ます。",
)
CURE = Text(
    en="Switch DKIM on for {domain} at {provider} (at Microsoft 365: Defender portal, Email authentication settings, DKIM, Enable); one key "
    "of the two is enough.",
    ja="{provider} で {domain} の DKIM を有効にしてください（Microsoft 365 では Defender ポータルの「メール認証の設定」→「DKIM」→「有効」）。2 つのうち 1 つの鍵が"
    "あれば十分です。",
)
SES = "ses"


def pointing(case: Case) -> tuple[ExpectedRecord, ...]:
    """The DKIM aliases of one known provider other than SES, if all are right; its own rule sees to SES."""
    aliases = tuple(r for r in case.expected.required if r.type == "CNAME" and r.purpose is Purpose.DKIM)
    owners = {owner.underneath or owner.id if (owner := provider_of_target(r.values[0])) else "" for r in aliases}
    return aliases if len(owners) == 1 and not owners & {"", SES} and all(map(case.right, aliases)) else ()


def keyless(case: Case) -> list[Exchange]:
    """The denials of every target's key; nothing where one was not heard, or shows a key."""
    heard = [[e for e in case.exchanges(r.values[0], "TXT") if e.outcome.conclusive] for r in pointing(case)]
    said = [e for each in heard for e in each]
    return [] if not all(heard) or any(map(has_key, said)) else said


def home(record: ExpectedRecord) -> str:
    """The provider's own domain that a target is in."""
    target = record.values[0]
    return target.partition("._domainkey.")[2] or parent(target)


def asks(case: Case) -> Iterator[Ask]:
    for record in pointing(case) if keyless(case) else ():
        yield Ask(Question(record.values[0], "TXT"), Whom.WALK)
        yield Ask(Question(home(record), "SOA"), Whom.WALK)


def finds(case: Case) -> Iterator[Finding]:
    said = keyless(case)
    known = [e for record in pointing(case) for e in case.exchanges(home(record), "SOA")]
    if not said or not any(e.outcome in {Outcome.ANSWER, Outcome.NODATA} for e in known):
        return
    records = pointing(case)
    owner = provider_of_target(records[0].values[0])
    if owner is None:
        return
    sure = owner.switched_on  # of others it is not known
    places: dict[str, Any] = {"domain": case.domain, "provider": owner.name}
    yield rule.finding(
        [record.name for record in records],
        SAYS,
        said,
        severity=Severity.ERROR if sure else Severity.WARNING,
        confidence=Confidence.LIKELY if sure else Confidence.POSSIBLE,
        fix=[Errand(Where.PROVIDER, "enable-dkim", case.domain, (), CURE.fill(**places))],
        **places,
    )


rule = Rule("key-not-enabled", "provider", TITLE, finds, asks)
