"""Whether a machine may apply a plan, and why not."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.catalog import provider_of_target, provider_of_txt
from unpend.diagnosis.case import Case
from unpend.diagnosis.diagnose import Diagnosis
from unpend.model.names import labels
from unpend.model.plan import Change, Errand, Op, Plan, Remove, Safety
from unpend.model.text import Text

NEVER_BY_MACHINE = frozenset({"NS", "SOA", "MX", "DNAME", "DS"})
FOREIGN = Text(
    en="{name} {type} belongs to {owner}: ask whoever uses it before it is changed.",
    ja="{name} の {type} は {owner} が使っているレコードです。変更する前に利用者へ確認してください。",
)
APEX = Text(
    en="{name} {type} stands at the zone's apex, where other services depend on it: look before it is deleted.",
    ja="{name} の {type} はゾーンの頂点にあり、ほかのサービスに影響する可能性があります。削除する前に確認してください。",
)
WILDCARD = Text(
    en="{name} {type} is a wildcard: it answers for other names too. Look before it is deleted.",
    ja="{name} の {type} はワイルドカードで、ほかの名前にも応答しています。削除する前に確認してください。",
)
SENSITIVE = Text(
    en="{name} {type} carries other traffic: look before it is deleted.",
    ja="{name} の {type} はほかの通信にも関わります。削除する前に確認してください。",
)
BY_A_PERSON = Text(
    en="A person has to act outside the zone: {op} at {target}.",
    ja="ゾーンの外で人の作業が必要です: {target} での {op}。",
)
INSTEAD = Text(
    en="Instead of entering the records at the delegated host, the delegation could be moved to {values}; then everything that the "
    "delegated host serves today has to be there first.",
    ja="委任先にレコードを登録する代わりに、委任先を {values} に変更する方法もあります。その場合は、現在の委任先にあるレコードをすべて"
    "先に移しておく必要があります。",
)


def owner_of(case: Case, type_: str, value: str) -> str:
    """The other service that a value belongs to, or "" if it is the wanted provider's or nobody's that is known."""
    found = provider_of_target(value) if type_ in {"CNAME", "MX", "NS"} else provider_of_txt(value)
    wanted = case.expected.provider
    return found.name.of("en") if found and wanted not in {found.id, found.underneath} else ""


def judged(
    case: Case, diagnosis: Diagnosis, plan: Plan, alternatives: tuple[Errand, ...]
) -> tuple[Safety, tuple[Text, ...]]:
    """The safety of a plan with the reasons for it."""
    edits = [c for c in plan.changes if isinstance(c, Change)]
    errands = [c for c in plan.changes if isinstance(c, Errand)]
    doubts = [doubt for edit in edits for doubt in _doubts(case, diagnosis, edit)]
    by_hand = [BY_A_PERSON.fill(op=e.op, target=e.target) for e in errands]
    reasons = tuple(dict.fromkeys([*map(_key, doubts), *map(_key, by_hand)]))
    instead = tuple(INSTEAD.fill(values=errand.values) for errand in alternatives[:1])
    texts = tuple({_key(t): t for t in (*doubts, *by_hand)}[key] for key in reasons)
    if errands:
        return Safety.MANUAL, (*texts, *instead)
    return (Safety.REVIEW if doubts else Safety.SAFE), (*texts, *instead)


def _key(text: Text) -> str:
    return text.of("en")


def _doubts(case: Case, diagnosis: Diagnosis, edit: Change) -> Iterator[Text]:
    """What a person should look at before this edit is made."""
    told = _told_owner(diagnosis, edit)
    owners = {owner for value in edit.before if (owner := owner_of(case, edit.type, value))} | ({told} - {""})
    for owner in sorted(owners):
        yield FOREIGN.fill(name=edit.name, type=edit.type, owner=owner)
    if edit.op is not Op.DELETE:
        return
    if labels(edit.name)[:1] == ("*",):
        yield WILDCARD.fill(name=edit.name, type=edit.type)
    elif edit.type in NEVER_BY_MACHINE:
        yield SENSITIVE.fill(name=edit.name, type=edit.type)
    elif edit.name == edit.zone and not _ours(case, edit):
        yield APEX.fill(name=edit.name, type=edit.type)


def _ours(case: Case, edit: Change) -> bool:
    """Whether every value that goes is one that the provider asked for: a copy in the wrong place."""
    wanted = {value.lower() for record in case.records for value in record.values}
    return bool(edit.values) and {value.lower() for value in edit.values} <= wanted


def _told_owner(diagnosis: Diagnosis, edit: Change) -> str:
    fixes = [fix for f in diagnosis.causes for fix in f.fix if isinstance(fix, Remove)]
    return next((fix.owner for fix in fixes if (fix.name, fix.type) == (edit.name, edit.type) and fix.owner), "")
