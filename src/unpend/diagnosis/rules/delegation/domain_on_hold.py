"""The domain is registered, but registrar or registry took it out of the DNS (EPP clientHold, serverHold)."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.registry import EVERYTHING_BELOW, HOLDS, denials, held, lapsed, status_of
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="The domain is on hold", ja="ドメインが停止（hold）されています")
SAYS = Text(
    en="{registrable} is registered but on hold ({status}): the registry took it out of the DNS, so nothing below it "
    "can be found.",
    ja="{registrable} は登録されていますが停止中です（{status}）。レジストリが DNS から外しているため、配下の名前は"
    "一切引けません。",
)
CURE = Text(
    en="Ask the registrar why {registrable} is on hold ({status}) and have it lifted; the usual reasons are an "
    "unanswered e-mail to verify the registrant, an unpaid invoice or an abuse report.",
    ja="{registrable} が停止（{status}）されている理由をレジストラに確認し、解除してもらってください。登録者メールア"
    "ドレスの確認漏れ、料金の未払い、不正利用の通報がよくある理由です。",
)


def finds(case: Case) -> Iterator[Finding]:
    denied = denials(case)
    if not denied or not held(case) or lapsed(case):
        return
    name = case.registrable
    status = tuple(sorted(status_of(case.observation.registration) & HOLDS))
    shown = tuple(word.replace("hold", "Hold") for word in status)
    cure = Errand(Where.REGISTRAR, "lift-hold", name, (), CURE.fill(registrable=name, status=shown))
    yield rule.finding(name, SAYS, denied, fix=[cure], registrable=name, status=shown)


rule = Rule("domain-on-hold", "delegation", TITLE, finds, explains=EVERYTHING_BELOW)
