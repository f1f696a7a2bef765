"""The many DNS hosts of dns-lexicon. It can only add and delete single records, so that a set is compared, exchanged, read back
and, where the host made something else of it, put back as it was."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from unpend.model.errors import CredentialsError, RefusedError, UnpendError, WriterError
from unpend.model.text import Text
from unpend.writers.contract import AGAIN, CHANGED, NO_CREDENTIALS, Held
from unpend.writers.lexicon_hosts import HOSTS, PROVIDER_NAMES, LexiconHost, chosen, variables
from unpend.writers.lexicon_session import Row, Session, option_names

WHICH = Text(
    en="Which of dns-lexicon's hosts is meant? Set {name}, or give credentials of one of: {hosts}.",
    ja="dns-lexicon のどのホストか分かりません。{name} を設定してください（対応: {hosts}）。",
)
MADE_OTHERWISE = Text(
    en="{host} did not take {name} {type} as it was sent: {found} stands there. It was put back as it was.",
    ja="{host} は {name} の {type} を送信どおりに登録しませんでした（登録された値: {found}）。元の状態に戻しました。",
)
NOT_PUT_BACK = Text(
    en="{why} Whether {name} {type} is as it was before ({before}) could not be made sure: look in the panel.",
    ja="{why} {name} の {type} が元の状態（{before}）に戻ったか確認できませんでした。管理画面でご確認ください。",
)
READ_BACK = (0.0, 1.0, 3.0)


class Lexicon:
    """One account at one host."""

    def __init__(self, known: LexiconHost, options: Mapping[str, str]) -> None:
        self.host = f"dns-lexicon, {known.provider}"
        self._known = known
        self._options = options

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], host: str) -> Lexicon:
        """The account whose credentials the environment holds, at the recognised host (its id)."""
        known = chosen(environment, host)
        if known is None:
            raise CredentialsError(WHICH.fill(name=PROVIDER_NAMES[0], hosts=sorted(HOSTS)))
        options = dict(known.fixed)
        asked = option_names(known.provider)
        for option in asked:
            found = next((environment[v] for v in variables(known, option) if environment.get(v)), None)
            if found is not None:
                options[option] = found
        if asked and not options.keys() - known.fixed.keys():
            wanted = [v for option in asked for v in variables(known, option) if "_AUTH_" in v or v in _told(known)]
            raise CredentialsError(NO_CREDENTIALS.fill(host=f"dns-lexicon, {known.provider}", names=wanted))
        return cls(known, options)

    def read(self, zone: str, name: str, type_: str) -> Held:
        """What the host lists at the name."""
        return _held(self._session(zone).rows(type_), name)

    def write(self, zone: str, name: str, type_: str, before: Held, after: Held) -> None:
        """Delete what is not to stay, create what is new, read back."""
        session = self._session(zone, after)
        was = session.rows(type_)
        found = _held(was, name)
        if not found.same(before.values):
            raise RefusedError(CHANGED.fill(name=name, type=type_, found=found.values or "-"), AGAIN)
        try:
            _exchange(session, was, name, type_, after)
            self._confirm(zone, was, name, type_, after)
        except (UnpendError, KeyboardInterrupt) as error:
            self._put_back(zone, was, (name, type_, after), error)
            raise

    def _session(self, zone: str, after: Held = Held()) -> Session:  # noqa: B008 -- frozen
        return Session(self._known, self._options, zone, after)

    def _confirm(self, zone: str, was: Sequence[Row], name: str, type_: str, after: Held) -> None:
        """The set is what it is to be, and nothing else of its type is gone; a listing may lag a moment."""
        others = {_key(row) for row in was if row.name != name}
        for pause in READ_BACK:
            time.sleep(pause)
            now = self._session(zone).rows(type_)
            found = _held(now, name)
            if found.same(after.values) and others <= {_key(row) for row in now}:
                return
        raise WriterError(MADE_OTHERWISE.fill(host=self.host, name=name, type=type_, found=found.values or "-"))

    def _put_back(self, zone: str, was: Sequence[Row], sent: tuple[str, str, Held], error: BaseException) -> None:
        """Everything of this type as it was listed before; what came of the write goes, wherever the host put it."""
        name, type_, after = sent
        try:
            session = self._session(zone, _held(was, name))
            there = {_key(row) for row in was}
            now, everything = session.rows(type_), session.rows()
            for row in now:
                if _key(row) not in there and (row.name == name or row.value in after.values):
                    session.delete(row, everything)
            for row in was:
                if _key(row) not in {_key(each) for each in now}:
                    session.create(row.name, type_, row.value)
        except UnpendError as second:
            told = {"name": name, "type": type_, "before": _held(was, name).values or "-"}
            raise WriterError(NOT_PUT_BACK.fill(why=_why(error, second), **told)) from error


def _exchange(session: Session, was: Sequence[Row], name: str, type_: str, after: Held) -> None:
    standing = [row for row in was if row.name == name]
    kept = {row.value.lower() for row in standing if row.ttl == after.ttl} & {v.lower() for v in after.values}
    everything = session.rows() if standing else []
    for row in standing:
        if row.value.lower() not in kept:
            session.delete(row, everything)
    for value in after.values:
        if value.lower() not in kept:
            session.create(name, type_, value)


def _held(rows: Sequence[Row], name: str) -> Held:
    standing = [row for row in rows if row.name == name]
    return Held(tuple(row.value for row in standing), standing[0].ttl) if standing else Held()


def _key(row: Row) -> tuple[str, str]:
    return row.name, row.value.lower()


def _why(error: BaseException, second: UnpendError) -> Text:
    return error.message if isinstance(error, UnpendError) else second.message


def _told(known: LexiconHost) -> set[str]:
    return {variable for names in known.aliases.values() for variable in names}
