"""What an event says: to programs as Standard Webhooks wants it, to people in a sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from unpend.engine.notify import chat_message, is_chat
from unpend.model.text import Text
from unpend.model.webhook import Endpoint, Owed

SENTENCES: Mapping[str, Text] = {
    "domain.created": Text(
        en="{domain}: verification has begun. Its records have to be published now.",
        ja="{domain}: 検証を開始しました。DNS レコードを公開してください。",
    ),
    "domain.verified": Text(en="{domain} is verified.", ja="{domain} の検証が完了しました。"),
    "domain.failed": Text(
        en="{domain}: the time to verify it is over, and its records were not right. Begin anew when they are.",
        ja="{domain}: 期限内に正しいレコードを確認できず、検証に失敗しました。レコードを直してから、検証をやり直してください。",
    ),
    "domain.degraded": Text(
        en="{domain} was verified, but its records are not right any more. It may still send for now.",
        ja="{domain} は検証済みですが、レコードが正しくなくなりました。当面は送信を続けられます。",
    ),
    "domain.recovered": Text(
        en="{domain}: its records are right again.", ja="{domain} のレコードは正しい状態に戻りました。"
    ),
    "domain.updated": Text(
        en="{domain}: {machine} went from {before} to {after}.",
        ja="{domain}: {machine} の状態が {before} から {after} に変わりました。",
    ),
    "domain.deleted": Text(en="{domain} was deleted.", ja="{domain} を削除しました。"),
}
BECAUSE = Text(
    en="{told} The cause: {cause} (unpend explain {cause}).",
    ja="{told} 原因: {cause}（unpend explain {cause} で説明を表示できます）",
)


def payload(owed: Owed) -> bytes:
    """The signed body: type, time and data. The same bytes at each try; `version` tells the order."""
    data = {**json.loads(owed.body), "version": owed.version}
    told = {"type": owed.type, "timestamp": _rfc3339(owed.at), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def sentence(owed: Owed, endpoint: Endpoint) -> str:
    """The same for people, in the endpoint's language."""
    data: dict[str, Any] = json.loads(owed.body)
    places = {"machine": "", "before": "", "after": "", **data.get("change", {}), "domain": data["domain"]}
    told = SENTENCES[owed.type].fill(**places)
    cause = data.get("cause")
    return (BECAUSE.fill(told=told, cause=cause) if cause else told).of(endpoint.lang)


def body(owed: Owed, endpoint: Endpoint) -> bytes:
    """What is posted there: a sentence where people read, the event elsewhere."""
    if is_chat(endpoint.url):
        return json.dumps(chat_message(sentence(owed, endpoint))).encode()
    return payload(owed)


def _rfc3339(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
