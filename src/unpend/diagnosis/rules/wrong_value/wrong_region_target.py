"""The right token with another region's signing zone."""

from __future__ import annotations

from unpend.catalog import is_ses_target, region_of_target
from unpend.diagnosis.case import Case
from unpend.diagnosis.wrong_value import Params, first_label, valued
from unpend.model.expected import ExpectedRecord
from unpend.model.text import Text

TITLE = Text(en="The value is that of another AWS region", ja="別の AWS リージョンの値になっています")
SAYS = Text(
    en="{name} points to {found}: the token is right, the signing zone is not the one of this identity. It has to point to {expected}.",
    ja="{name} の値 {found} は、トークンは正しいものの、このアイデンティティの署名ゾーンと異なります。正しい値は {expected} です。",
)


def recognises(case: Case, record: ExpectedRecord, value: str) -> Params | None:
    if record.type != "CNAME":
        return None
    same_token = first_label(value) in {first_label(wanted) for wanted in record.values}
    return {"region": region_of_target(value) or ""} if same_token and is_ses_target(value) else None


rule = valued("wrong-region-target", TITLE, SAYS, recognises)
