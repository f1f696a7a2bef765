"""Nothing that the provider authenticates vouches for the domain in the From header, strictly read (RFC 9989)."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.dmarc_view import DmarcView, applying, signing_domains
from unpend.diagnosis.policy import mail_from_names
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.text import Text
from unpend.standards.dmarc import Dmarc, aligned

TITLE = Text(en="DMARC would fail: nothing is aligned", ja="DMARC に合格しません（ドメインの不一致）")
SAYS = Text(
    en="Mail from {domain} would fail DMARC: the record at {name} asks for an exact match ({strict}), but the signature is for {signed} and "
    "the envelope sender {sender}. Relaxed alignment (r, the default) would pass.",
    ja="{domain} を From とするメールは DMARC に合格しません。{name} のレコードは完全一致（{strict}）を求めていますが、署名のドメインは {signed}、"
    "送信元（エンベロープ From）は {sender} です。既定の緩やかな一致（r）であれば合格します。",
)
NOT_KNOWN = Text(en="is not in this domain", ja="このドメインの外")


def finds(case: Case) -> Iterator[Finding]:
    view = applying(case)
    signed = signing_domains(case)
    if view is None or view.dmarc is None or not signed or _passes(case, view.dmarc, signed):
        return
    strict = tuple(tag for tag in ("adkim", "aspf") if view.dmarc.tags.get(tag, "r").lower() == "s")
    yield rule.finding(
        view.name,
        SAYS,
        view.heard.exchanges,
        severity=_severity(case, view, view.dmarc),
        confidence=Confidence.LIKELY,
        domain=case.domain,
        strict=tuple(f"{tag}=s" for tag in strict),
        signed=signed,
        sender=mail_from_names(case) or NOT_KNOWN,
    )


def _passes(case: Case, dmarc: Dmarc, signed: tuple[str, ...]) -> bool:
    """One aligned mechanism is enough."""
    return any(
        aligned(name, case.domain, strict=strict, registrable=case.registrable)
        for names, strict in ((signed, dmarc.strict_dkim), (mail_from_names(case), dmarc.strict_spf))
        for name in names
    )


def _severity(case: Case, view: DmarcView, dmarc: Dmarc) -> Severity:
    """Under `none` nothing happens to the mail but that the reports say so."""
    asked = dmarc.policy if view.domain == case.domain else dmarc.for_subdomains
    return Severity.INFO if asked == "none" else Severity.WARNING


rule = Rule("dmarc-unaligned", "policy", TITLE, finds, reaches_below=False)
