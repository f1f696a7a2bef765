"""The RSA key is shorter than 1024 bits: verifiers must not accept it (RFC 8301 section 3.2)."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight
from unpend.diagnosis.keys import Spoilt, is_key, spoilt_keys
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text
from unpend.standards.dkim import WEAKEST_BITS, bits, too_weak
from unpend.standards.dkim_flaws import Flaw

TITLE = Text(en="The key is too short", ja="鍵が短すぎます")
SAYS = Text(
    en="The RSA key at {name} has {bits} bits. Verifiers must not accept less than {least} (RFC 8301), and Amazon SES takes {least} to 2048: "
    "make a new pair of 2048 bits, give the private key to the provider and publish the public one.",
    ja="{name} の RSA 鍵は {bits} ビットです。検証側は {least} ビット未満の鍵を受け付けてはならず（RFC 8301）、Amazon SES で使えるのも {least}～2048 ビットです。2048 ビットの"
    "鍵ペアを作り直し、秘密鍵を事業者に設定して、公開鍵を登録してください。",
)


def asked_for(case: Case) -> Iterator[Spoilt]:
    """Keys that are exactly the wanted ones, and too short all the same."""
    for record in filter(is_key, case.records):
        heard = tuple(e for e, sight in case.sights(record) if sight is Sight.RIGHT)
        spoilt = Spoilt(record, heard[0].records("TXT"), heard) if heard else None
        if spoilt is not None and too_weak(spoilt.key):
            yield spoilt


def finds(case: Case) -> Iterator[Finding]:
    """That the provider asks for such a key says that it would take it: receivers refuse it, so it is a warning."""
    told = [*spoilt_keys(case, Flaw.TOO_WEAK), *asked_for(case)]
    for spoilt in told:
        blocking = spoilt.record.required and not case.right(spoilt.record)
        severity = Severity.ERROR if blocking else Severity.WARNING
        yield rule.finding(
            spoilt.record.name, SAYS, spoilt.heard, severity=severity, bits=bits(spoilt.key), least=WEAKEST_BITS
        )


rule = Rule("key-too-weak", "key", TITLE, finds, explains=("wrong-target",), special_of="wrong-target")
