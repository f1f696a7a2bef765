"""How a question ended, in words. The report's parameters keep the codes."""

from __future__ import annotations

from collections.abc import Iterable

from unpend.model.records import Outcome
from unpend.model.text import Text

NO_AUTHORITY = "no-authority"
NO_GLUE = "no-glue"
_WORDS = {
    NO_AUTHORITY: Text(en="it answers without authority", ja="権威のない応答"),
    NO_GLUE: Text(en="the parent gives no glue", ja="親にグルーがない"),
    Outcome.ANSWER: Text(en="no usable address in the answer", ja="応答に使えるアドレスがない"),
    Outcome.NODATA: Text(en="the name has no such record", ja="該当するレコードがない"),
    Outcome.NXDOMAIN: Text(en="the name does not exist", ja="名前が存在しない"),
    Outcome.REFERRAL: Text(en="it refers to other servers", ja="ほかのサーバーへの委任を返す"),
    Outcome.TIMEOUT: Text(en="no answer", ja="応答なし"),
    Outcome.UNREACHABLE: Text(en="it cannot be reached", ja="到達できない"),
    Outcome.MALFORMED: Text(en="the answer is malformed", ja="応答が壊れている"),
}


def in_words(codes: Iterable[str]) -> tuple[Text | str, ...]:
    """What people read in place of the codes; response codes such as REFUSED stay as every tool shows them."""
    return tuple(_WORDS.get(code, code.upper()) for code in codes)
