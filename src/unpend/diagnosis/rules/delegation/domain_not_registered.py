"""The registry's own servers know no such domain: it is not registered, or registered and not delegated."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, one
from unpend.diagnosis.case import Case
from unpend.diagnosis.registry import EVERYTHING_BELOW, denials, held, lapsed
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding
from unpend.model.plan import Errand, Where
from unpend.model.records import Outcome
from unpend.model.text import Text

TITLE = Text(en="The domain is not registered", ja="ドメインが登録されていません")
SAYS = Text(
    en="The registry's own servers say that {registrable} does not exist: it is not registered, or the name is "
    "misspelt.",
    ja="レジストリのサーバーが {registrable} は存在しないと答えています。ドメインが登録されていないか、綴りが違いま"
    "す。",
)
UNDELEGATED = Text(
    en="{registrable} is registered, but the registry delegates it to no name servers.",
    ja="{registrable} は登録されていますが、レジストリにネームサーバーが設定されていません。",
)
REGISTER = Text(
    en="Compare {registrable} letter by letter with the domain you own. If it is right, register it; if you did "
    "register it, ask the registrar whether it is on hold or has lapsed.",
    ja="{registrable} の綴りが所有しているドメインと一字一句同じか確かめてください。正しければ登録手続きをしてくださ"
    "い。登録済みのはずなら、停止中または期限切れでないかレジストラに確認してください。",
)
DELEGATE = Text(
    en="Enter the name servers of your DNS host for {registrable} at the registrar.",
    ja="レジストラの管理画面で、{registrable} に利用中の DNS サービスのネームサーバーを設定してください。",
)


def lives_there(case: Case) -> bool:
    """Whether the registry's zone holds records of the domain itself: some registries publish them without a cut."""
    return bool(case.others_at(case.domain)) or any(case.found(r) for r in case.records)


def asks(case: Case) -> Iterator[Ask]:
    if any(e.outcome is Outcome.NODATA for e in denials(case)) and not lives_there(case):
        yield from (one(case.domain, type_) for type_ in ("A", "MX", "TXT"))


def finds(case: Case) -> Iterator[Finding]:
    denied = denials(case)
    if not denied or lives_there(case) or held(case) or lapsed(case):
        return
    name = case.registrable
    registration = case.observation.registration
    registered = registration.registered if registration else None
    if registered:
        cure = Errand(Where.REGISTRAR, "set-nameservers", name, (), DELEGATE.fill(registrable=name))
        yield rule.finding(name, UNDELEGATED, denied, fix=[cure], registrable=name, why="not-delegated")
        return
    # NODATA without records: the name exists only because the registry holds glue below it.
    sure = registered is False or any(e.outcome is Outcome.NXDOMAIN for e in denied)
    confidence = Confidence.CERTAIN if sure else Confidence.LIKELY
    cure = Errand(Where.REGISTRAR, "register-domain", name, (), REGISTER.fill(registrable=name))
    yield rule.finding(
        name, SAYS, denied, confidence=confidence, fix=[cure], registrable=name, why="unknown-to-registry"
    )


rule = Rule("domain-not-registered", "delegation", TITLE, finds, asks, explains=EVERYTHING_BELOW)
