"""No DMARC record at the domain or above it (RFC 9989 section 4.10)."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.dmarc_view import dmarc_views
from unpend.diagnosis.policy import dmarc_wanted, severity_of
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text
from unpend.standards.dmarc import dmarc_name, is_meant_as_dmarc, tree_walk

TITLE = Text(en="There is no DMARC record", ja="DMARC レコードがありません")
SAYS = Text(
    en="No DMARC record exists at {name}. Gmail and Yahoo ask bulk senders for one; “v=DMARC1; p=none” asks nobody to do anything and is "
    "enough.",
    ja="{name} に DMARC レコードがありません。Gmail と Yahoo は大量送信者に DMARC を求めています。受信側に何も要求しない"
    "「v=DMARC1; p=none」で十分です。",
)
ALSO_ABOVE = Text(
    en="No DMARC record exists at {name}, nor at {above}. Gmail and Yahoo ask bulk senders for one; “v=DMARC1; p=none” asks nobody to do "
    "anything and is enough.",
    ja="{name} にも {above} にも DMARC レコードがありません。Gmail と Yahoo は大量送信者に DMARC を求めています。受信側に何も"
    "要求しない「v=DMARC1; p=none」で十分です。",
)


def finds(case: Case) -> Iterator[Finding]:
    views = dmarc_views(case)
    wanted = dmarc_wanted(case)
    severity = severity_of(case, wanted)
    if not views or views[0].domain != case.domain:
        return
    if severity is not Severity.ERROR and len(views) < len(tree_walk(case.domain, case.registrable)):
        return
    looked_at = views[:1] if severity is Severity.ERROR else views
    if any(view.records or any(map(is_meant_as_dmarc, view.heard.texts)) for view in looked_at):
        return
    above = tuple(view.name for view in looked_at[1:])
    proof = [exchange for view in looked_at for exchange in view.heard.exchanges]
    says = ALSO_ABOVE if above else SAYS
    yield rule.finding(dmarc_name(case.domain), says, proof, severity=severity, above=above)


rule = Rule("dmarc-missing", "policy", TITLE, finds, explains=("record-missing",), reaches_below=False)
