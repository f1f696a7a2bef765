"""The plan as a file that `unpend fix --from` takes: what `--out` wrote, or a whole report of `check --format json`."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from unpend.model.errors import UsageError
from unpend.model.plan import Change, Errand, Plan, Safety, Where
from unpend.model.text import Text

SCHEMA = "unpend.plan/1"
REPORT = "unpend.report/1"
LIMIT = 8 << 20
NOT_A_PLAN = Text(en="This is not a plan that unpend can read: {why}", ja="unpend の計画として読み取れません: {why}")
HINT = Text(
    en="`unpend fix --out FILE` writes one (schema {schema}); the JSON report of `unpend check` is taken too.",
    ja="計画は `unpend fix --out FILE` で作成できます（スキーマ {schema}）。`unpend check` の JSON 報告も使えます。",
)


class _File(msgspec.Struct):
    schema: str
    domain: str
    plan: dict[str, Any]


def dump(domain: str, plan: dict[str, Any]) -> bytes:
    """The plan, in the report's own form, as indented JSON."""
    return (
        json.dumps({"schema": SCHEMA, "domain": domain, "plan": plan}, indent=1, ensure_ascii=False) + "\n"
    ).encode()


def load(data: bytes) -> tuple[str, Plan]:
    """The domain and the plan. UsageError says what is wrong with the file."""
    hint = HINT.fill(schema=SCHEMA)
    if len(data) > LIMIT:
        raise UsageError(NOT_A_PLAN.fill(why="> 8 MiB"), hint)
    try:
        file = msgspec.json.decode(data, type=_File)
        if file.schema not in {SCHEMA, REPORT}:
            raise UsageError(NOT_A_PLAN.fill(why=f"schema {file.schema!r}"), hint)
        return file.domain, _plan(file.plan)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(NOT_A_PLAN.fill(why=error), hint) from error


def _plan(held: dict[str, Any]) -> Plan:
    changes = msgspec.convert(held.get("changes"), list[dict[str, Any]])
    reasons = msgspec.convert(held.get("reasons", []), list[str])
    return Plan(
        msgspec.convert(held.get("safety"), Safety),
        tuple(Text(en="{said}", ja="{said}", params={"said": reason}) for reason in reasons),
        tuple(_change(each) for each in changes),
    )


def _change(held: dict[str, Any]) -> Change | Errand:
    if held.get("where") == "dns":
        return msgspec.convert({key: value for key, value in held.items() if key != "where"}, Change)
    said = msgspec.convert(held.get("instructions", ""), str)
    return Errand(
        msgspec.convert(held.get("where"), Where),
        msgspec.convert(held.get("op"), str),
        msgspec.convert(held.get("target"), str),
        msgspec.convert(held.get("values", []), tuple[str, ...]),
        Text(en="{said}", ja="{said}", params={"said": said}),
        msgspec.convert(held.get("because", []), tuple[str, ...]),
    )
