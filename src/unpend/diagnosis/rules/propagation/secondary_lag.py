"""The newest version of the zone is right, but some servers of the same zone still have an older one."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.soa import soa_primary, soa_serial
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Wait
from unpend.model.records import Exchange, Record
from unpend.model.text import Text

TITLE = Text(en="Some name servers have an older version", ja="一部のネームサーバーがまだ古い内容です")
SAYS = Text(
    en="{name} is right at the servers with serial {newest}, but {servers} still serve serial {older}. They fetch the new version by "
    "themselves, at the latest {refresh} seconds after their last look; if the serial stays, whoever runs them has to repair the transfer.",
    ja="{name} はシリアル {newest} のサーバーでは正しく登録されていますが、{servers} はまだシリアル {older} の内容を返しています。遅くとも前回の確認から {refresh} 秒後に"
    "自動で更新されます。シリアルが変わらないままなら、サーバーの運用者がゾーン転送を修復する必要があります。",
)

Version = tuple[Exchange, Sight, Record]


def versions(case: Case, record: ExpectedRecord) -> list[Version]:
    """Each server's answer with the SOA it holds; empty where they are not versions of one zone."""
    seen = [(e, sight, soa) for e, sight in case.sights(record) if (soa := case.soa(e.server)) is not None]
    return seen if len({soa_primary(soa) for _, _, soa in seen}) == 1 else []


def lagging(case: Case, record: ExpectedRecord) -> tuple[list[Version], list[Version]]:
    """(servers with the newest serial, all right; servers with an older one that are not right)."""
    seen = versions(case, record)
    newest = max((soa_serial(soa) for _, _, soa in seen), default=0)
    fresh = [v for v in seen if soa_serial(v[2]) == newest]
    old = [v for v in seen if soa_serial(v[2]) != newest and v[1] is not Sight.RIGHT]
    return (fresh, old) if fresh and old and all(v[1] is Sight.RIGHT for v in fresh) else ([], [])


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        fresh, old = lagging(case, record)
        if not old:
            continue
        refresh = min(int(soa.value.split()[3]) for _, _, soa in old)
        yield rule.finding(
            record.name,
            SAYS,
            [e for e, _, _ in (*old, *fresh)],
            severity=Severity.WARNING,
            fix=[Wait(case.now + refresh)],
            keeps_waiting=True,
            servers=tuple(sorted({e.server.name for e, _, _ in old})),
            newest=soa_serial(fresh[0][2]),
            older=tuple(sorted({soa_serial(soa) for _, _, soa in old})),
            refresh=refresh,
        )


EXPLAINS = ("wrong-target", "negative-cached", "old-value-cached", "record-missing")
rule = Rule("secondary-lag", "propagation", TITLE, finds, explains=EXPLAINS)
