"""Which plans `unpend fix` may not apply, whoever made them."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.model.errors import RefusedError
from unpend.model.names import is_under
from unpend.model.plan import Change, Errand, Plan, Safety
from unpend.model.text import Text

NOT_SAFE = Text(
    en="This plan is not one that a machine may apply by itself ({safety}): {reasons}",
    ja="この計画は自動では適用できません（{safety}）: {reasons}",
)
ALLOW = Text(
    en="Read the diff above. To apply it all the same: --allow {safety}.",
    ja="上の差分を確認してください。それでも適用する場合は --allow {safety} を付けます。",
)
PANEL_ONLY = Text(
    en="Nothing in it is an edit of a zone: see what has to be done at the registrar, the DNS host or the provider.",
    ja="ゾーンの編集で済む変更はありません。レジストラ、DNS ホスト、事業者で必要な作業をご確認ください。",
)
NEVER = Text(
    en="The plan holds a change that unpend never makes: {name} {type} ({why}).",
    ja="unpend では行わない変更が計画に含まれています: {name} の {type}（{why}）",
)
MAKE_ANEW = Text(
    en="Nothing was written. Make the plan anew with `unpend fix --out FILE`.",
    ja="何も書き込んでいません。`unpend fix --out FILE` で計画を作り直してください。",
)
OUTSIDE = Text(en="outside the zone {zone}", ja="ゾーン {zone} の外")
NOT_OURS = Text(en="neither at nor around {domain}", ja="{domain} と無関係な名前")
APEX_CNAME = Text(
    en="a CNAME at the top of a zone, RFC 1034 section 3.6.2", ja="ゾーンの頂点の CNAME、RFC 1034 3.6.2 節"
)
NOT_EDITED = Text(en="only {types} are edited", ja="編集するのは {types} のみ")
STRANGE = Text(
    en="not what unpend would do now: {changes}",
    ja="現在の状態から unpend が作る計画に含まれない変更: {changes}",
)
EDITED = ("A", "AAAA", "CNAME", "MX", "TXT")


def refuse_unsafe(plan: Plan, allowed: str | None) -> None:
    """What is not `safe` needs to be allowed by name; without an edit there is nothing to allow."""
    edits = [change for change in plan.changes if isinstance(change, Change)]
    reasons = plan.reasons or [each.instructions for each in plan.changes if isinstance(each, Errand)]
    if not edits:
        raise RefusedError(NOT_SAFE.fill(safety=plan.safety, reasons=reasons), PANEL_ONLY)
    if plan.safety is not Safety.SAFE and plan.safety != allowed:
        raise RefusedError(NOT_SAFE.fill(safety=plan.safety, reasons=reasons), ALLOW.fill(safety=plan.safety))


def refuse_never(domain: str, plan: Plan) -> None:
    """A file may have been written by anybody: what no plan of ours holds is refused, whatever is allowed."""
    for change in plan.changes:
        why = next(_faults(domain, change), None) if isinstance(change, Change) else None
        if isinstance(change, Change) and why is not None:
            raise RefusedError(NEVER.fill(name=change.name, type=change.type, why=why), MAKE_ANEW)


def _faults(domain: str, change: Change) -> Iterator[Text]:
    if not is_under(change.name, change.zone):
        yield OUTSIDE.fill(zone=change.zone)
    if not (is_under(domain, change.zone) or is_under(change.zone, domain)):
        yield NOT_OURS.fill(domain=domain)
    if change.type not in EDITED:
        yield NOT_EDITED.fill(types=EDITED)
    if change.type == "CNAME" and change.name == change.zone and change.after:
        yield APEX_CNAME


def refuse_strange(fresh: Plan, plan: Plan, allowed: str | None) -> None:
    """A change that today's plan does not hold (an edited file, another service's record) wants a person's look."""
    known = {_key(each) for each in fresh.changes if isinstance(each, Change)}
    edits = [change for change in plan.changes if isinstance(change, Change)]
    strange = [f"{c.op} {c.name} {c.type}" for c in edits if _key(c) not in known]
    if strange and allowed is None:
        why = STRANGE.fill(changes=strange)
        raise RefusedError(NOT_SAFE.fill(safety=Safety.REVIEW, reasons=why), ALLOW.fill(safety=Safety.REVIEW))


def _key(change: Change) -> tuple[str, str, str, frozenset[str]]:
    return change.zone, change.name, change.type, frozenset(change.after)
