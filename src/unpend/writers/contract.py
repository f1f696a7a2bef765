"""What every writer promises. `tests/writers/test_conformance.py` holds each of them to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from unpend.model.text import Text

CHANGED = Text(
    en="{name} {type} is no longer what it was when the plan was made: {found} stands there.",
    ja="{name} の {type} が、計画を作ったときから変わっています。現在の値: {found}",
)
AGAIN = Text(
    en="Nothing was written. Run `unpend fix` again for a plan from what stands there now.",
    ja="何も書き込んでいません。`unpend fix` をもう一度実行し、現在の状態から計画を作り直してください。",
)
NO_ZONE = Text(
    en="The account or server that these credentials reach does not hold the zone {zone}.",
    ja="この認証情報で操作できるアカウントやサーバーに、ゾーン {zone} はありません。",
)
NO_ZONE_HINT = Text(
    en="The domain is served by {servers}: use credentials of the account there.",
    ja="ドメインを応答しているのは {servers} です。そのアカウントの認証情報を使ってください。",
)
API_REFUSED = Text(en="{host} refused: {why}", ja="{host} に拒否されました: {why}")
API_UNREACHABLE = Text(en="{host} cannot be reached: {why}", ja="{host} に接続できません: {why}")
NO_CREDENTIALS = Text(
    en="{host} needs credentials that are not set: {names}.",
    ja="{host} の認証情報が設定されていません: {names}",
)


@dataclass(frozen=True, slots=True)
class Held:
    """The whole record set of one name and type at the host. No values: there is none.

    Values are in the model's form: CNAME, MX and NS absolute, TXT unquoted. Order does not count.
    """

    values: tuple[str, ...] = ()
    ttl: int | None = None

    def same(self, values: tuple[str, ...]) -> bool:
        """Whether exactly these values stand there."""
        return {v.lower() for v in self.values} == {v.lower() for v in values}


class Writer(Protocol):
    """One DNS host. Every call may raise WriterError (what the host said) or CredentialsError."""

    host: str

    def read(self, zone: str, name: str, type_: str) -> Held:
        """What stands at the name now, from the host itself, wildcards not expanded."""
        ...

    def write(self, zone: str, name: str, type_: str, before: Held, after: Held) -> None:
        """Put `after` in the place of `before`; RefusedError, and nothing is written, where `before` no longer stands."""
        ...
