"""Plans that break off half-way, changed zones, undo files: what was done is always known, and nothing is overwritten."""

from __future__ import annotations

import pytest

from unpend.engine.apply import SCHEMA, Undo, apply, load_undo, prepare, take_back
from unpend.engine.hosts import writer_for
from unpend.model.errors import RefusedError, UsageError, WriterError
from unpend.model.plan import Change, Op, Plan
from unpend.model.text import Text
from unpend.report.planfile import dump, load
from unpend.writers import Held, Memory

ZONE = "example.com."
DOWN = Text(en="down", ja="停止中")


class Failing(Memory):
    """Breaks at the given write; `lost` makes the change before it breaks, as a lost answer does."""

    def __init__(self, at: int, *, lost: bool = False) -> None:
        super().__init__(ZONE)
        self._left = at
        self._lost = lost

    def write(self, zone: str, name: str, type_: str, before: Held, after: Held) -> None:
        self._left -= 1
        if self._left < 0:
            if self._lost:
                super().write(zone, name, type_, before, after)
            raise WriterError(DOWN)
        super().write(zone, name, type_, before, after)


def change(name: str, values: tuple[str, ...], before: tuple[str, ...] = ()) -> Change:
    op = Op.CREATE if not before else Op.REPLACE
    return Change(op, ZONE, f"{name}.{ZONE}", name, "CNAME", 300, values, before, ("test",))


PLAN = Plan(changes=tuple(change(name, ("new.example.net.",)) for name in ("a", "b", "c")))


def test_a_failure_half_way_says_what_was_done() -> None:
    writer, saved = Failing(1), list[bytes]()
    with pytest.raises(
        WriterError, match=r"1 of 3 changes were made, then: down Not made: b.example.com. CNAME"
    ) as error:
        apply(writer, prepare(writer, ZONE, PLAN), "undo.json", saved.append, lambda _: None)
    assert error.value.hint is not None
    assert "unpend undo undo.json" in error.value.hint.of("en")
    held = load_undo(saved[-1])
    assert [step.done for step in held.steps] == [True, False, False]
    assert take_back(Memory_of(writer), held, "undo.json", saved.append, lambda _: None) == 1
    assert writer.sets == {}


def Memory_of(writer: Failing) -> Memory:  # noqa: N802 -- reads as what it makes
    """The same zone, working again."""
    memory = Memory(ZONE)
    memory.sets = writer.sets
    return memory


def test_a_change_whose_answer_was_lost_is_known_as_made() -> None:
    writer, saved = Failing(0, lost=True), list[bytes]()
    with pytest.raises(WriterError):
        apply(writer, prepare(writer, ZONE, PLAN), "undo.json", saved.append, lambda _: None)
    assert [step.done for step in load_undo(saved[-1]).steps] == [True, False, False]


def test_ctrl_c_half_way_says_what_was_done() -> None:
    class Interrupted(Memory):
        def write(self, zone: str, name: str, type_: str, before: Held, after: Held) -> None:
            if name.startswith("b."):
                raise KeyboardInterrupt
            super().write(zone, name, type_, before, after)

    saved: list[bytes] = []
    writer = Interrupted(ZONE)
    with pytest.raises(WriterError, match="1 of 3 changes were made, then: interrupted"):
        apply(writer, prepare(writer, ZONE, PLAN), "undo.json", saved.append, lambda _: None)
    assert [step.done for step in load_undo(saved[-1]).steps] == [True, False, False]


class Gone(Failing):
    """Breaks at the given write, and from then on is not there at all."""

    gone = False

    def write(self, zone: str, name: str, type_: str, before: Held, after: Held) -> None:
        try:
            super().write(zone, name, type_, before, after)
        except WriterError:
            self.gone = True
            raise

    def read(self, zone: str, name: str, type_: str) -> Held:
        if self.gone:
            raise WriterError(DOWN)
        return super().read(zone, name, type_)


@pytest.mark.parametrize("lost", [True, False])
def test_a_change_that_nobody_can_be_asked_about_is_told_as_such(lost: bool) -> None:
    writer, saved = Gone(1, lost=lost), list[bytes]()
    with pytest.raises(WriterError, match=r"Perhaps made, the host could not be asked: b\.example\.com"):
        apply(writer, prepare(writer, ZONE, PLAN), "undo.json", saved.append, lambda _: None)
    held = load_undo(saved[-1])
    assert [step.done for step in held.steps] == [True, None, False]
    back = Memory_of(writer)
    assert take_back(back, held, "undo.json", saved.append, lambda _: None) == 1 + lost
    assert back.sets == {}


def test_an_undo_that_breaks_off_goes_on_later() -> None:
    writer, saved = Memory(ZONE), list[bytes]()
    apply(writer, prepare(writer, ZONE, PLAN), "undo.json", saved.append, lambda _: None)
    broken = Failing(1)
    broken.sets = writer.sets
    with pytest.raises(WriterError, match="1 of 3 changes were taken back, then: down"):
        take_back(broken, load_undo(saved[-1]), "undo.json", saved.append, lambda _: None)
    assert take_back(writer, load_undo(saved[-1]), "undo.json", saved.append, lambda _: None) == 2
    assert writer.sets == {}


def test_nothing_done_is_said() -> None:
    writer = Failing(0)
    with pytest.raises(WriterError, match="Nothing was written: down"):
        apply(writer, prepare(writer, ZONE, PLAN), "undo.json", lambda _: None, lambda _: None)


def test_a_changed_zone_refuses_the_whole_plan() -> None:
    writer = Memory(ZONE)
    writer.sets["c.example.com.", "CNAME"] = Held(("somebody.example.net.",), 60)
    with pytest.raises(RefusedError, match=r"somebody\.example\.net"):
        prepare(writer, ZONE, PLAN)
    assert len(writer.sets) == 1


def test_undo_leaves_what_others_changed_since() -> None:
    writer, saved = Memory(ZONE), list[bytes]()
    apply(writer, prepare(writer, ZONE, PLAN), "undo.json", saved.append, lambda _: None)
    writer.sets["b.example.com.", "CNAME"] = Held(("somebody.example.net.",), 60)
    with pytest.raises(RefusedError):
        take_back(writer, load_undo(saved[-1]), "undo.json", saved.append, lambda _: None)
    assert writer.sets["b.example.com.", "CNAME"].values == ("somebody.example.net.",)
    assert [step.done for step in load_undo(saved[-1]).steps] == [True, True, False]


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b"[" * 100000, b'{"schema": "unpend.report/1"}'])
def test_files_that_are_neither(data: bytes) -> None:
    with pytest.raises(UsageError):
        load_undo(data)
    with pytest.raises(UsageError):
        load(data)


def test_undo_files_of_another_version_are_refused() -> None:
    data = Undo(ZONE, "memory", 0.0, []).dump().replace(SCHEMA.encode(), b"unpend.undo/9")
    with pytest.raises(UsageError, match="undo/9"):
        load_undo(data)


def test_plans_of_another_version_are_refused() -> None:
    data = dump(ZONE, {"safety": "safe", "changes": []})
    assert load(data)[0] == ZONE
    with pytest.raises(UsageError, match=r"unpend\.plan/9"):
        load(data.replace(b"unpend.plan/1", b"unpend.plan/9"))


@pytest.mark.parametrize("name", ["doubled-zone", "dnssec-broken", "proxied-cname", "several-faults"])
def test_a_plan_survives_its_file(name: str) -> None:
    from lab_cases import report_of

    report = report_of(name)
    domain, plan = load(dump(report.domain, report.to_dict("ja")["plan"]))
    assert (domain, plan.safety) == (report.domain, report.plan.safety)
    edits = [each for each in report.plan.changes if isinstance(each, Change)]
    assert [each for each in plan.changes if isinstance(each, Change)] == edits
    assert load(report.to_json("en").encode())[1].safety == report.plan.safety


def test_a_host_that_nobody_can_write_to() -> None:
    with pytest.raises(UsageError, match="no way to edit"):
        writer_for(None, "xserver", ("ns1.xserver.jp.",), {})
    assert writer_for(None, "xserver", (), {"PDNS_API_URL": "http://x", "PDNS_API_KEY": "k"})[0] == "powerdns"
