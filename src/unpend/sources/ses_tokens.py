"""The three Easy DKIM tokens of Amazon SES, and the three CNAME records that they make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.names import absolute
from unpend.model.text import Text
from unpend.sources.signing_zones import known_region, target_zone
from unpend.sources.words import plain, short, unquoted

TODAY = re.compile(r"[a-z2-7]{32}")
OLD = re.compile(r"[a-z0-9]{41,42}")
_OWNER = re.compile(r"_?([a-z0-9]+)\.?_domainkey(?:\.(.+))?")
_TARGET = re.compile(r"_?([a-z0-9]+)\.((?:[a-z0-9-]+\.)*(?:dkim\.|amazonses\.).+)")

TOKENS_FROM = Text(
    en="In the SES console: the identity, Authentication, DKIM; or `aws sesv2 get-email-identity`.",
    ja="SES コンソールの該当 ID の「認証」→ DKIM、または `aws sesv2 get-email-identity` で確認できます。",
)
NOT_THREE = Text(
    en="Easy DKIM has exactly three tokens; {count} were given.",
    ja="Easy DKIM のトークンは必ず 3 つですが、{count} つ指定されています。",
)
TWICE = Text(en="The DKIM token {token} was given twice.", ja="DKIM トークン {token} が重複しています。")
WRONG_SHAPE = Text(
    en="{token} is not an SES DKIM token: those are 32 characters out of a-z and 2-7.",
    ja="{token} は SES の DKIM トークンの形式ではありません。トークンは a〜z と 2〜7 からなる 32 文字です。",
)
OLD_SHAPE = Text(
    en="The token {token} has the length of those in old AWS documents; tokens issued today have 32 characters.",
    ja="トークン {token} は古い AWS 資料の見本と同じ長さです。現在発行されるトークンは 32 文字です。",
)
REDUCED = Text(
    en="{given} is a full record name or value; its token {token} is used.",
    ja="{given} はレコードの名前または値の全体なので、その中のトークン {token} を使います。",
)
OTHER_DOMAIN = Text(
    en="{given} is a record of {other}, but {domain} was asked about.",
    ja="{given} は {other} のレコードですが、調べる対象は {domain} です。",
)
OTHER_DOMAIN_HINT = Text(
    en="Give the tokens of {domain}, or check {other} instead.",
    ja="{domain} のトークンを指定するか、{other} を調べてください。",
)
BY_HAND = Text(en="The DKIM tokens were given by hand.", ja="DKIM トークンは手で指定されたものです。")


@dataclass(frozen=True, slots=True)
class Token:
    """One token, the zone that came with it if a whole target was pasted, and what there is to say."""

    text: str
    zone: str | None = None
    notes: tuple[Text, ...] = ()


def from_tokens(
    domain: str, tokens: Sequence[str], *, region: str | None = None, signing_zone: str | None = None
) -> Expected:
    """What Easy DKIM wants, from its three tokens."""
    domain = absolute(domain)
    region = known_region(region)
    read = read_tokens(tokens, domain)
    pasted = {token.zone for token in read if token.zone}
    if signing_zone is None and len(pasted) == 1:
        signing_zone = pasted.pop()
    zone, notes = target_zone(region, signing_zone)
    said = tuple(note for token in read for note in token.notes)
    records = dkim_records(domain, (token.text for token in read), zone)
    notes = (BY_HAND, *notes, *said)
    return Expected(domain, records, "ses", region, zone, source="dkim-tokens", notes=notes)


def read_tokens(tokens: Sequence[str], domain: str) -> tuple[Token, ...]:
    """Three different tokens of the right shape, or an error that says what is wrong with them."""
    read = tuple(_token(given, domain) for given in tokens)
    seen: set[str] = set()
    for token in read:
        if token.text in seen:
            raise ExpectationError(TWICE.fill(token=token.text), TOKENS_FROM)
        seen.add(token.text)
    if len(read) != 3:
        raise ExpectationError(NOT_THREE.fill(count=len(read)), TOKENS_FROM)
    return read


def dkim_records(domain: str, tokens: Iterable[str], zone: str) -> tuple[ExpectedRecord, ...]:
    """`<token>._domainkey.<domain>` is an alias of `<token>.<zone>`."""
    return tuple(
        ExpectedRecord(Purpose.DKIM, f"{token}._domainkey.{domain}", "CNAME", (f"{token}.{zone}",)) for token in tokens
    )


def _token(given: str, domain: str) -> Token:
    clean = unquoted(given).lower().rstrip(".")
    notes: list[Text] = []
    zone = None
    if owner := _OWNER.fullmatch(clean):
        token = owner[1]
        _refuse_other_domain(given, owner[2], domain)
    elif target := _TARGET.fullmatch(clean):
        token, zone = target[1], absolute(target[2])
    else:
        token = clean.removeprefix("_")
    if OLD.fullmatch(token):
        notes.append(OLD_SHAPE.fill(token=token))
    elif not TODAY.fullmatch(token):
        raise ExpectationError(WRONG_SHAPE.fill(token=short(given)), TOKENS_FROM)
    if token != clean:
        notes.append(REDUCED.fill(given=short(clean, 120), token=token))
    return Token(token, zone, tuple(notes))


def _refuse_other_domain(given: str, other: str | None, domain: str) -> None:
    """A record name of another domain carries that domain's token; the doubled zone is this domain's own slip."""
    if other is None or absolute(other) in (domain, domain + domain):
        return
    asked = plain(domain)
    if "." in other and not asked.startswith(other + "."):
        hint = OTHER_DOMAIN_HINT.fill(domain=asked, other=short(other))
        raise ExpectationError(OTHER_DOMAIN.fill(given=short(given), other=short(other), domain=asked), hint)
