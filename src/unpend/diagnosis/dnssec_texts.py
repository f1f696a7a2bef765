"""What is said of a zone whose signatures do not hold, and what to do about each way in which they fail."""

from __future__ import annotations

from unpend.diagnosis.case import Case
from unpend.diagnosis.registry import users_cuts
from unpend.model.observation import ZoneCut
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange
from unpend.model.text import Text
from unpend.standards.dnssec import Flaw, ds_of, self_signed

TITLE = Text(en="The zone's DNSSEC is broken", ja="ゾーンの DNSSEC が壊れています")
SAYS = Text(
    en="DNSSEC of {zone} is broken: {reason}. Resolvers that validate answer nothing for any name in it.",
    ja="{zone} の DNSSEC が壊れています。{reason}。検証を行うリゾルバーは、このゾーンのどの名前にも答えません。",
)
SOME_SERVERS = Text(
    en="DNSSEC of {zone} is broken at {servers}: {reason}. The other servers' answers hold.",
    ja="{zone} の DNSSEC が {servers} で壊れています。{reason}。ほかのサーバーの応答は問題ありません。",
)
RESOLVERS_SAY = Text(
    en="Resolvers that validate refuse {zone}: they fail with DNSSEC validation and answer without it.",
    ja="検証を行うリゾルバーが {zone} を拒否しています。DNSSEC 検証ありでは失敗し、検証なしでは答えが返ります。",
)
CACHED = Text(
    en="The DS record of {zone} is gone from the registry, but resolvers still remember it and go on refusing the "
    "zone.",
    ja="{zone} の DS レコードはレジストリから消えていますが、リゾルバーがまだ覚えているため、検証に失敗し続けていま"
    "す。",
)
WHY = {
    Flaw.DS_MATCHES_NO_KEY: Text(
        en="the DS record at the registry names a key that the zone does not have",
        ja="レジストリの DS レコードが指す鍵がゾーンにありません",
    ),
    Flaw.SIGNATURE_MISSING: Text(
        en="the zone's servers send records without signatures, although a DS record at the registry promises them",
        ja="レジストリに DS レコードがあるのに、ゾーンのサーバーが署名のないレコードを返しています",
    ),
    Flaw.SIGNATURE_EXPIRED: Text(en="the signatures have expired", ja="署名の有効期限が切れています"),
    Flaw.NOT_YET_VALID: Text(
        en="the signatures are not valid yet (a server's clock is wrong)",
        ja="署名がまだ有効期間に入っていません（サーバーの時計がずれています）",
    ),
    Flaw.SIGNATURE_BAD: Text(
        en="the signatures do not match the records or the keys", ja="署名がレコードまたは鍵と一致しません"
    ),
    Flaw.DENIAL_BROKEN: Text(
        en="the zone does not prove that a name or type is absent",
        ja="「存在しない」ことの証明（NSEC、NSEC3）が正しくありません",
    ),
}
REMOVE = Text(
    en="At the registrar of {zone}, delete all DS records (switch DNSSEC off): the zone at the present DNS host is not "
    "signed with the key that they name. DNSSEC may be switched on again afterwards, at the DNS host first.",
    ja="{zone} のレジストラで DS レコードをすべて削除し、DNSSEC を無効にしてください。現在の DNS サービスのゾーンは、"
    "DS が指す鍵では署名されていません。再度有効にする場合は、先に DNS サービス側で署名を始めてから DS を登録します。",
)
PUBLISH = Text(
    en="At the registrar of {zone}, replace the DS records by the one of the key with which the zone is signed: "
    "{values}. If DNSSEC is not wanted, delete the DS records instead.",
    ja="{zone} のレジストラで、DS レコードを現在の署名鍵のもの（{values}）に置き換えてください。DNSSEC が不要なら、"
    "DS レコードを削除するだけでもかまいません。",
)
RE_SIGN = Text(
    en="Have the DNS host of {zone} sign the zone anew (check automatic re-signing and the server's clock). The "
    "quick way out is to delete the DS records at the registrar until that is done.",
    ja="{zone} の DNS サービスで署名をやり直してください（自動再署名の設定とサーバーの時計も確認します）。急ぐ場合"
    "は、それまでの間レジストラで DS レコードを削除しておけば名前は引けるようになります。",
)


SWITCH_OFF = Text(
    en="Delete the DS records of {zone} at the registrar until the DNS host has found out why its signatures are "
    "refused: without them the names can be looked up again.",
    ja="署名が拒否される原因を DNS サービス側で調べるあいだ、{zone} の DS レコードをレジストラで削除してください。削"
    "除すれば名前は再び引けるようになります。",
)


def cure(case: Case, cut: ZoneCut, flaw: Flaw | None, keyed: Exchange | None = None) -> Errand:
    """A wrong DS is put right where the delegation is kept, everything else where the zone is signed.

    `flaw` is None where only resolvers say that something is wrong, `keyed` is the exchange with the zone's keys.
    """
    zone = cut.zone
    keeper = Where.DNS_HOST if cut.parent in {c.zone for c in users_cuts(case)} else Where.REGISTRAR
    if flaw is None or keyed is None:
        return Errand(keeper, "remove-ds", zone, (), SWITCH_OFF.fill(zone=zone))
    if flaw is not Flaw.DS_MATCHES_NO_KEY:
        return Errand(Where.DNS_HOST, "re-sign-zone", zone, (), RE_SIGN.fill(zone=zone))
    values = tuple(sorted(ds_of(key) for key in self_signed(zone, keyed.answer, keyed.asked_at)))
    if values:
        return Errand(keeper, "publish-ds", zone, values, PUBLISH.fill(zone=zone, values=values))
    return Errand(keeper, "remove-ds", zone, (), REMOVE.fill(zone=zone))
