"""The edits that make one record set right, and those that take away what stands in a wrong place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from unpend.catalog import host_of
from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import matches
from unpend.diagnosis.diagnose import Diagnosis
from unpend.model.names import labels, relative
from unpend.model.plan import Change, Op, Remove
from unpend.model.records import Record
from unpend.model.text import Text
from unpend.repair.reasons import APEX, FOREIGN, SUB_TREE, UNCONFIRMED, UNKNOWN_OWNER, WILDCARD
from unpend.repair.scope import RecordSet, about
from unpend.repair.spf_merge import spf_doubts
from unpend.repair.standing import Standing
from unpend.repair.txt_sets import kind, txt_set
from unpend.repair.whose import UNKNOWN, owner_of

DEFAULT_TTL = 300


@dataclass(frozen=True, slots=True)
class Edit:
    """A change, with what a person should know before it is made; without a doubt a machine may make it."""

    change: Change
    doubts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Editor:
    """Makes the edits of one case."""

    standing: Standing
    diagnosis: Diagnosis
    removals: tuple[Remove, ...]

    @property
    def case(self) -> Case:
        return self.standing.case

    def made_right(self, wanted: RecordSet) -> Iterator[Edit]:
        """What it takes: sets that exclude the wanted one go first, then it is created or replaced as a whole."""
        because = causes_of(self.diagnosis, wanted.name)
        for type_, found in self.standing.excluded(wanted.name, wanted.type).items():
            yield self._deletion(wanted.name, type_, found, because)
        if not all(self.standing.right(record) for record in wanted.records):
            yield self._publication(wanted, because)

    def _publication(self, wanted: RecordSet, because: tuple[str, ...]) -> Edit:
        before = self.standing.values(wanted.name, wanted.type)
        values, notes = wanted.wanted, tuple[Text, ...]()
        if wanted.shared:
            going = {v for fix in self._removals_at(wanted.name, wanted.type) for v in fix.values}
            values, notes = txt_set(wanted.name, [v for v in before if v not in going], wanted.wanted)
            notes = notes or spf_doubts(self.case, wanted.name, before, values)
        op = Op.REPLACE if before else Op.CREATE
        zone = self.case.zone_of(wanted.name)
        change = self._change(op, zone, wanted.name, wanted.type, self._ttl(zone), values, before, because)
        kinds = {kind(value) for value in values} - {""}
        lost = [value for value in before if value not in values and kind(value) not in kinds]
        doubted = not all(record.verified for record in wanted.records)
        unsure = (UNCONFIRMED.fill(name=wanted.name, type=wanted.type),) if doubted else ()
        return Edit(change, (*notes, *unsure, *self._doubts(wanted.name, wanted.type, lost)))

    def taken_away(self, touched: Iterable[tuple[str, str]]) -> Iterator[Edit]:
        """What rules found in wrong places, each set once; a set that is edited anyway is left to that edit."""
        groups: dict[tuple[str, str, str], list[Remove]] = {}
        for fix in self.removals:
            if (fix.name, fix.type) not in set(touched):
                groups.setdefault((fix.zone, fix.name, fix.type), []).append(fix)
        for (zone, name, type_), fixes in groups.items():
            kept = [r for r in self.case.records if (r.name, r.type) == (name, type_)]
            named = {value for fix in fixes for value in fix.values} if all(fix.values for fix in fixes) else None
            seen = (
                r for r in self._seen(name, type_) if not any(matches(k, v, r.text) for k in kept for v in k.values)
            )
            going = tuple(r for r in seen if named is None or r.text in named)
            because = tuple(dict.fromkeys(f.code for f in self.diagnosis.causes if any(fix in fixes for fix in f.fix)))
            if going:
                yield self._deletion(name, type_, going, because, zone)

    def _seen(self, name: str, type_: str) -> tuple[Record, ...]:
        """What stands there, also where it was only met beside the answer to another question."""
        found = self.standing.records(name, type_)
        return found or tuple(r for r in self.case.others_at(name) if r.type == type_)

    def _deletion(
        self, name: str, type_: str, going: tuple[Record, ...], because: tuple[str, ...], zone: str = ""
    ) -> Edit:
        values = tuple(r.text for r in going)
        holder = zone or self.case.zone_of(name)
        before = self.standing.values(name, type_) or values
        change = self._change(Op.DELETE, holder, name, type_, min(r.ttl for r in going), values, before, because)
        return Edit(change, (*self._doubts(name, type_, values), *_of_place(change)))

    def _doubts(self, name: str, type_: str, lost: Iterable[str]) -> list[Text]:
        """Whose records are lost, where they are not ours: a rule's word first, then the catalogue's."""
        told = self._removals_at(name, type_)
        doubts: dict[str, Text] = {}
        for value in lost:
            named = [fix for fix in told if not fix.values or value in fix.values]
            owner = next((fix.owner for fix in named if fix.owner), None) or owner_of(self.case, name, type_, value)
            if owner is UNKNOWN and not named:
                doubts[value] = UNKNOWN_OWNER.fill(name=name, type=type_, values=shortened(value))
            elif owner is not None and owner is not UNKNOWN:
                shown = owner if isinstance(owner, str) else owner.of("en")
                doubts[shown] = FOREIGN.fill(name=name, type=type_, owner=owner)
        return list(doubts.values())

    def _removals_at(self, name: str, type_: str) -> list[Remove]:
        return [fix for fix in self.removals if (fix.name, fix.type) == (name, type_)]

    def _change(
        self,
        op: Op,
        zone: str,
        name: str,
        type_: str,
        ttl: int,
        values: tuple[str, ...],
        before: tuple[str, ...],
        because: tuple[str, ...],
    ) -> Change:
        return Change(op, zone, name, relative(name, zone), type_, ttl, values, before, because)

    def _ttl(self, zone: str) -> int:
        """What the panel would take by itself, never below its minimum; five minutes where the host is not known."""
        cut = next((cut for cut in self.case.zones if cut.zone == zone), None)
        host = host_of(ns.name for ns in cut.nameservers) if cut else None
        return max(host.ttl or DEFAULT_TTL, host.min_ttl or 0) if host else DEFAULT_TTL


def causes_of(diagnosis: Diagnosis, name: str) -> tuple[str, ...]:
    """The codes of the causes about exactly this name, else of those about a zone above it."""
    exact = [f.code for f in diagnosis.causes if name in f.about]
    return tuple(dict.fromkeys(exact or [f.code for f in about(diagnosis, name)]))


def _of_place(change: Change) -> Iterator[Text]:
    """What is never deleted without a look: much else depends on an apex, a wildcard, a redirected sub-tree."""
    if labels(change.name)[:1] == ("*",):
        yield WILDCARD.fill(name=change.name, type=change.type)
    elif change.type == "DNAME":
        yield SUB_TREE.fill(name=change.name)
    elif change.name == change.zone:
        yield APEX.fill(name=change.name, type=change.type)


def shortened(value: str) -> str:
    """A value that fits into a sentence."""
    return value if len(value) <= 60 else value[:57] + "…"
