"""From rows of name, type and value to record sets of the domain that was asked about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from unpend.model.errors import ExpectationError
from unpend.model.expected import ExpectedRecord
from unpend.model.names import is_under
from unpend.model.text import Text
from unpend.sources.purposes import purpose_of, with_mail_from, with_needs
from unpend.sources.signing_zones import REGIONS
from unpend.sources.suffixes import registrable_of
from unpend.sources.words import plain, short

NO_RECORDS = Text(
    en="The file has no record that has to be published.", ja="ファイルに、登録が必要なレコードがありません。"
)
NO_RECORDS_HINT = Text(
    en="Download the records again from the mail provider, or give the three DKIM tokens.",
    ja="メール配信サービスからレコードをもう一度ダウンロードするか、DKIM トークンを 3 つ指定してください。",
)
ANOTHER_DOMAIN = Text(
    en="The file is for {other}, but {domain} was asked about.",
    ja="ファイルは {other} のものですが、調べる対象は {domain} です。",
)
ANOTHER_DOMAIN_HINT = Text(
    en="Check {other} instead, or give the records of {domain}.",
    ja="{other} を調べるか、{domain} のレコードを指定してください。",
)
LEFT_OUT = Text(
    en="Records of other domains in the file were left out: {others}.",
    ja="ファイルにある他のドメインのレコードは除外しました: {others}",
)
SEVERAL_ALIASES = Text(
    en="The file gives {name} more than one CNAME value: {values}.",
    ja="ファイルでは {name} の CNAME に複数の値があります: {values}",
)
ONE_ALIAS = Text(
    en="A name has at most one CNAME (RFC 1034 section 3.6.2); keep the right one.",
    ja="1 つの名前に登録できる CNAME は 1 つだけです（RFC 1034 3.6.2 節）。正しいものだけを残してください。",
)
NOT_IN_THREES = Text(
    en="The file has {count} of the DKIM records of Amazon SES for {domain}; they come in threes.",
    ja="ファイルにある {domain} の Amazon SES の DKIM レコードは {count} 件です。通常は 3 件で 1 組です。",
)
SWAPPED = Text(
    en="In the file {name} points to {target}, but at Amazon SES both begin with the same token.",
    ja="ファイルでは {name} の値が {target} ですが、Amazon SES では両方が同じトークンで始まります。",
)
_SES_TARGET = re.compile(r"([a-z0-9]{32,42})\.((?:[a-z0-9-]+\.)?dkim\.(?:([a-z0-9-]+)\.)?amazonses\.com\.)")
_FEEDBACK = re.compile(r"\d+ feedback-smtp\.([a-z0-9-]+)\.amazonses\.com\.")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file, already in the model's form."""

    name: str
    type: str
    value: str
    ttl: int | None = None


def record_sets(rows: Iterable[Row]) -> tuple[ExpectedRecord, ...]:
    """One record for each name and type, with its purpose guessed."""
    sets: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        sets.setdefault((row.name, row.type), []).append(row)
    records = []
    for (name, type_), found in sets.items():
        values = tuple(dict.fromkeys(row.value for row in found))
        refuse_several_aliases(name, type_, values)
        records.append(ExpectedRecord(purpose_of(name, type_, values), name, type_, values, ttl=found[0].ttl))
    return with_needs(with_mail_from(records))


def refuse_several_aliases(name: str, type_: str, values: Sequence[str]) -> None:
    if type_ == "CNAME" and len(values) > 1:
        raise ExpectationError(SEVERAL_ALIASES.fill(name=plain(name), values=values), ONE_ALIAS)


def of_domain(records: Sequence[ExpectedRecord], domain: str) -> tuple[tuple[ExpectedRecord, ...], tuple[Text, ...]]:
    """The records at or under the domain, and a note about the others; an error if there are only others."""
    mine = tuple(r for r in records if is_under(r.name, domain))
    others = sorted({meant(r.name) for r in records if not is_under(r.name, domain)})
    if mine:
        return mine, (LEFT_OUT.fill(others=_few(others)),) if others else ()
    if others:
        raise another_domain(others, domain)
    raise ExpectationError(NO_RECORDS, NO_RECORDS_HINT)


def another_domain(others: Sequence[str], domain: str) -> ExpectationError:
    """The error for a file about other domains only."""
    fill = {"other": _few([short(plain(other)) for other in others]), "domain": plain(domain)}
    return ExpectationError(ANOTHER_DOMAIN.fill(**fill), ANOTHER_DOMAIN_HINT.fill(**fill))


def meant(name: str) -> str:
    """The domain that a record's name is about, as people write it."""
    host = plain(name)
    if "_" in host:
        head, _, rest = host.rpartition("_")
        return rest.partition(".")[2] or head
    return registrable_of(host)


def _few(names: Sequence[str]) -> list[str]:
    return [*names[:3], "…"] if len(names) > 3 else list(names)


def ses_threes(records: Iterable[ExpectedRecord]) -> tuple[Text, ...]:
    """A note about an incomplete set of Easy DKIM records; an error for one whose two tokens differ."""
    counted: Counter[str] = Counter()
    for record in records:
        if record.type != "CNAME" or not (found := _SES_TARGET.fullmatch(record.values[0])):
            continue
        token, _, domain = record.name.partition("._domainkey.")
        if token != found[1]:
            said = SWAPPED.fill(name=plain(record.name), target=plain(record.values[0]))
            raise ExpectationError(said, NO_RECORDS_HINT)
        counted[domain] += 1
    return tuple(NOT_IN_THREES.fill(count=n, domain=plain(domain)) for domain, n in counted.items() if n % 3)


def ses_zone(records: Iterable[ExpectedRecord]) -> str | None:
    """The signing zone that the records' own targets show, if it is one of Amazon SES."""
    for record in records:
        if record.type == "CNAME" and (found := _SES_TARGET.fullmatch(record.values[0])):
            return found[2]
    return None


def ses_region(records: Iterable[ExpectedRecord]) -> str | None:
    """The region that the records' own values show: a regional signing zone or the MAIL FROM host."""
    for record in records:
        for value in record.values:
            found = _FEEDBACK.fullmatch(value)
            code = found[1] if found else (zone[3] if (zone := _SES_TARGET.fullmatch(value)) else None)
            if code in REGIONS:
                return code
    return None
