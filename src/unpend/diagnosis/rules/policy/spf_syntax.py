"""A term that is none, or a record that is not recognised as SPF: the whole record is void (RFC 7208 section 4.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.policy import OTHER_VALUE
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.spf_view import SpfView, evaluation, spf_views, told_about
from unpend.model.finding import Finding
from unpend.model.records import Question
from unpend.model.text import Text
from unpend.standards.spf import Fault, Why, is_meant_as_spf

TITLE = Text(en="The SPF record has a mistake", ja="SPF レコードに誤りがあります")
SAYS = Text(
    en="The SPF record of {name} is void because of {term}: {why}.",
    ja="{name} の SPF レコードは {term} のために無効です（{why}）。",
)
IGNORED = Text(
    en="In the SPF record of {name} receivers ignore {term}: {why}.",
    ja="{name} の SPF レコードの {term} は受信側に無視されます（{why}）。",
)
INSIDE = Text(
    en="The SPF record of {name} is void because it includes {included}, whose own record has a mistake. That is for its owner to mend.",
    ja="{name} の SPF レコードが参照する {included} のレコードに誤りがあるため、{name} の SPF も無効になります。修正できるのは"
    "参照先の管理者です。",
)
NOT_SPF = Text(
    en="{name} holds {found}, which was meant as SPF, but receivers only take what begins with “v=spf1” and a space.",
    ja="{name} に {found} がありますが、受信側が SPF として扱うのは「v=spf1」と半角スペースで始まるものだけです。",
)
REASONS = {
    Why.UNKNOWN: Text(en="SPF has no such term", ja="SPF にない書き方です"),
    Why.NO_DOMAIN: Text(en="a domain name has to follow the colon", ja="コロンの後にドメイン名が必要です"),
    Why.BAD_DOMAIN: Text(en="what follows is not a domain name", ja="ドメイン名として正しくありません"),
    Why.BAD_ADDRESS: Text(
        en="the address or its prefix length is wrong", ja="アドレスまたはプレフィックス長が誤っています"
    ),
    Why.TOO_MUCH: Text(en="nothing may follow “all”", ja="「all」の後には何も書けません"),
    Why.TWICE: Text(en="it may stand only once", ja="1 回しか書けません"),
    Why.EQUALS: Text(en="“=” stands in place of “:”", ja="「:」の代わりに「=」が使われています"),
    Why.NOT_ASCII: Text(
        en="it has characters that SPF does not know, perhaps typographic quotes or dashes",
        ja="SPF で使えない文字（全角文字や装飾用の引用符・ダッシュなど）が含まれています",
    ),
}


def finds(case: Case) -> Iterator[Finding]:
    for view in spf_views(case):
        faults = view.spf.faults if view.spf else ()
        if faults:
            yield from (_fault(view, fault) for fault in faults[:1])
        elif not view.records:
            yield from _unrecognised(view)
        else:
            yield from _inside(case, view)


def _fault(view: SpfView, fault: Fault) -> Finding:
    told: dict[str, Any] = {"term": fault.term, "why": REASONS[fault.why], "content": view.content}
    says = IGNORED if fault.why is Why.EQUALS else SAYS
    return rule.finding(view.name, says, view.heard.exchanges, severity=view.severity, **told)


def _unrecognised(view: SpfView) -> Iterator[Finding]:
    for text in filter(is_meant_as_spf, view.heard.texts):
        yield rule.finding(view.name, NOT_SPF, view.heard.exchanges, severity=view.severity, found=text)


def _inside(case: Case, view: SpfView) -> Iterator[Finding]:
    """Faults of included records, and several records there (RFC 7208 section 5.2)."""
    found = evaluation(case, view)
    for included in (*found.faulty, *found.several) if found else ():
        proof = (*told_about(case, Question(included, "TXT")), *view.heard.exchanges)
        yield rule.finding(view.name, INSIDE, proof, severity=view.severity, included=included)


EXPLAINS = (*OTHER_VALUE, "spf-include-missing", "spf-missing", "record-missing")
rule = Rule("spf-syntax", "policy", TITLE, finds, explains=EXPLAINS, reaches_below=False)
