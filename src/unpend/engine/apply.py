"""Applying a plan through a writer, and taking it back: compared first, written down first, then changed in order."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence

import msgspec

from unpend.model.errors import RefusedError, StoppedError, UnpendError, UsageError
from unpend.model.plan import Change, Plan
from unpend.model.text import Text
from unpend.writers.contract import AGAIN, CHANGED, Held, Writer

SCHEMA = "unpend.undo/1"
NOT_AN_UNDO = Text(en="This is not an undo file: {why}", ja="取り消し用のファイルではありません: {why}")
STEP = Text(en="{op} {name} {type}", ja="{op} {name} {type}")
HALF = Text(
    en="{done} of {all} changes were made, then: {why} Not made: {left}.",
    ja="{all} 件中 {done} 件を変更したところで失敗しました: {why} 未実施: {left}",
)
PERHAPS = Text(
    en="{done} of {all} changes were made, then: {why} Not made: {left}. Perhaps made, the host could not be asked: {unknown}.",
    ja="{all} 件中 {done} 件を変更したところで失敗しました: {why} 未実施: {left} 実施されたか確認できないもの: {unknown}",
)
BACK = Text(
    en="{done} of {all} changes were taken back, then: {why}",
    ja="{all} 件中 {done} 件を元に戻したところで失敗しました: {why}",
)
BACK_HINT = Text(
    en="`unpend undo {file}` goes on with the rest.",
    ja="`unpend undo {file}` をもう一度実行すると、残りを元に戻します。",
)
UNDO_HINT = Text(
    en="`unpend undo {file}` takes back what was made.", ja="`unpend undo {file}` で、実施済みの変更を元に戻せます。"
)
NOTHING_DONE = Text(en="Nothing was written: {why}", ja="何も書き込んでいません: {why}")
INTERRUPTED = Text(en="interrupted by Ctrl-C.", ja="Ctrl-C で中断されました。")
Save = Callable[[bytes], None]
Tell = Callable[[Text], None]


class Step(msgspec.Struct):
    """One record set: what stood there, what was put there, and whether it was (None: begun, and not known)."""

    zone: str
    name: str
    type: str
    before: Held
    after: Held
    done: bool | None = False


class Undo(msgspec.Struct):
    """Everything that takes a fix back. Holds public DNS data only."""

    domain: str
    host: str
    made_at: float
    steps: list[Step]
    via: str = ""
    nameservers: tuple[str, ...] = ()
    schema: str = SCHEMA

    def dump(self) -> bytes:
        """Indented JSON."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"


def load_undo(data: bytes) -> Undo:
    """An undo file. UsageError says what is wrong with it."""
    try:
        undo = msgspec.json.decode(data, type=Undo)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(NOT_AN_UNDO.fill(why=error)) from error
    if undo.schema != SCHEMA:
        raise UsageError(NOT_AN_UNDO.fill(why=f"schema {undo.schema!r}"))
    return undo


def prepare(writer: Writer, domain: str, plan: Plan) -> Undo:
    """Compare the host's own data with what the plan was made from; RefusedError where anything has changed."""
    changes = [change for change in plan.changes if isinstance(change, Change)]
    standing: dict[tuple[str, str], Held] = {}
    steps = []
    for change in changes:
        key = (change.name, change.type)
        found = standing.get(key) or writer.read(change.zone, *key)
        if not found.same(change.before):
            raise RefusedError(CHANGED.fill(name=change.name, type=change.type, found=found.values or "-"), AGAIN)
        after = Held(change.after, change.ttl if change.after else None)
        standing[key] = after
        steps.append(Step(change.zone, change.name, change.type, found, after))
    return Undo(domain, writer.host, time.time(), steps)


def apply(writer: Writer, undo: Undo, file: str, save: Save, tell: Tell) -> None:
    """Make the changes; the undo file is written before the first, before each and after each: it is true at any time."""
    save(undo.dump())
    try:
        for step in undo.steps:
            tell(STEP.fill(op="+" if step.after.values else "-", name=step.name, type=step.type))
            step.done = None
            save(undo.dump())
            writer.write(step.zone, step.name, step.type, step.before, step.after)
            step.done = True
            save(undo.dump())
    except (UnpendError, KeyboardInterrupt) as error:
        for step in undo.steps:
            if step.done is None:
                step.done = _made_anyway(writer, step)
        _save_if_possible(undo, save)
        raise _half(_told(error), undo.steps, file) from error


def take_back(writer: Writer, undo: Undo, file: str, save: Save, tell: Tell) -> int:
    """Put back what stood there, the last change first; how many sets were put back."""
    made = [step for step in reversed(undo.steps) if step.done or (step.done is None and _stands(writer, step))]
    try:
        for step in made:
            tell(STEP.fill(op="+" if step.before.values else "-", name=step.name, type=step.type))
            writer.write(step.zone, step.name, step.type, step.after, step.before)
            step.done = False
            save(undo.dump())
    except (UnpendError, KeyboardInterrupt) as error:
        with contextlib.suppress(UnpendError, KeyboardInterrupt):
            step.done = None if writer.read(step.zone, step.name, step.type).same(step.before.values) else step.done
        _save_if_possible(undo, save)
        told, left = _told(error), [each for each in made if each.done]
        why = BACK.fill(done=len(made) - len(left), all=len(made), why=told.message)
        raise type(told)(why, BACK_HINT.fill(file=file)) from error
    return len(made)


def _stands(writer: Writer, step: Step) -> bool:
    return writer.read(step.zone, step.name, step.type).same(step.after.values)


def _made_anyway(writer: Writer, step: Step) -> bool | None:
    """Whether a change stands there although its answer was lost; None where the host cannot be asked."""
    try:
        return _stands(writer, step)
    except (UnpendError, KeyboardInterrupt):
        return None


def _save_if_possible(undo: Undo, save: Save) -> None:
    """What broke off may have been the saving itself; the file then still says that the step was begun."""
    with contextlib.suppress(UnpendError):
        save(undo.dump())


def _told(error: BaseException) -> UnpendError:
    return error if isinstance(error, UnpendError) else StoppedError(INTERRUPTED)


def _half(error: UnpendError, steps: Sequence[Step], file: str) -> UnpendError:
    """Exactly what was made and what was not."""
    done, unknown = sum(bool(step.done) for step in steps), _names(steps, None)
    if not done and not unknown:
        return type(error)(NOTHING_DONE.fill(why=error.message), error.hint)
    said = PERHAPS if unknown else HALF
    told = {"done": done, "all": len(steps), "why": error.message, "left": _names(steps, False) or "-"}
    return type(error)(said.fill(**told, unknown=unknown), UNDO_HINT.fill(file=file))


def _names(steps: Sequence[Step], done: bool | None) -> list[str]:
    return [f"{step.name} {step.type}" for step in steps if step.done is done]
