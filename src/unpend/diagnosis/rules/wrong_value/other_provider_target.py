"""The name is used by another mail service."""

from __future__ import annotations

from unpend.catalog import is_ses_target, provider_of_target
from unpend.diagnosis.case import Case
from unpend.diagnosis.wrong_value import Params, valued
from unpend.model.expected import ExpectedRecord
from unpend.model.text import Text

TITLE = Text(en="The name is used by another mail service", ja="別のメールサービスがこの名前を使っています")
SAYS = Text(
    en="{name} points to {found}, which belongs to {owner}. This provider wants {expected} there; one name can serve only one of them.",
    ja="{name} は {owner} の {found} を指しています。今回の事業者が求める値は {expected} で、同じ名前を両方で使うことはできません。",
)


def recognises(case: Case, record: ExpectedRecord, value: str) -> Params | None:
    owner = provider_of_target(value)
    if owner is None or case.expected.provider in {owner.id, owner.underneath} or is_ses_target(value):
        return None
    if any(provider_of_target(wanted) == owner for wanted in record.values):
        return None
    return {"owner": owner.name, "owner_id": owner.id}


rule = valued("other-provider-target", TITLE, SAYS, recognises)
