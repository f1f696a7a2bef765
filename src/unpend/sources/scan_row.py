"""One row of a scan's input, as what ought to be published. The columns are the same in CSV, NDJSON, Parquet and SQL.

`domain` with one of: `tokens` (three Easy DKIM tokens, with `region` or `signing_zone`), `records` (any format that
`--expect` takes), `provider` (the name of a template, with its `parameters`), or nothing, where only what DNS shows can
be told. Beside them what the provider says of the identity: its statuses, or all of it in `view` (unpend's JSON).
Tokens and records come before a provider, which then is only its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected, ProviderView
from unpend.model.text import Text
from unpend.sources.domain import read_domain
from unpend.sources.expectations import read_expected
from unpend.sources.merging import merge, merged_views
from unpend.sources.provider_template import from_template
from unpend.sources.provider_view import FLAT, read_view
from unpend.sources.ses_tokens import from_tokens
from unpend.sources.shapes import mapping

NAMES = {
    "domain": "domain",
    "identity": "domain",
    "email_identity": "domain",
    "emailidentity": "domain",
    "tokens": "tokens",
    "dkim_tokens": "tokens",
    "token_1": "token_1",
    "token_2": "token_2",
    "token_3": "token_3",
    "token1": "token_1",
    "token2": "token_2",
    "token3": "token_3",
    "records": "records",
    "expected": "records",
    "region": "region",
    "signing_zone": "signing_zone",
    "signing_hosted_zone": "signing_zone",
    "signinghostedzone": "signing_zone",
    "provider": "provider",
    "parameters": "parameters",
    **{column: column for column in FLAT},
    "verificationstatus": "verification_status",
    "dkimstatus": "dkim_status",
    "dkim_verification_status": "dkim_status",
    "dkimverificationstatus": "dkim_status",
    "mailfromdomainstatus": "mail_from_status",
    "errortype": "error_type",
    "lastcheckedtimestamp": "last_checked_at",
    "lastsuccesstimestamp": "last_success_at",
    "signingenabled": "signing_enabled",
    "verifiedforsendingstatus": "sending_allowed",
    "view": "view",
}
LONGEST_CELL = 64 << 10
MOST_PARAMETERS = 100
_APART = re.compile(r"[\s,;|]+")

NO_DOMAIN = Text(en="The row has no domain.", ja="この行にはドメインがありません。")
COLUMNS_ARE = Text(
    en="Columns: domain; then tokens (three, with region or signing_zone), or records, or provider with parameters.",
    ja="列は domain のほか、tokens（3 つ。region または signing_zone も）、records、または provider と parameters です。",
)
BAD_VIEW = Text(en="The column view is no JSON object: {why}", ja="列 view は JSON オブジェクトではありません: {why}")
TOO_LONG = Text(en="The column {column} is longer than 64 KiB.", ja="列 {column} が 64 KiB を超えています。")


@dataclass(frozen=True, slots=True)
class RowDefaults:
    """What holds for every row that does not say otherwise."""

    region: str | None = None
    signing_zone: str | None = None
    provider: str | None = None
    parameters: tuple[str, ...] = ()


def column_of(header: str) -> str | None:
    """The column that a header names; None for one that a scan does not read."""
    return NAMES.get(header.strip().lstrip("\ufeff").lower().replace(" ", "_").replace("-", "_"))


def wanted(row: Mapping[str, Any], defaults: RowDefaults) -> Expected:
    """What the row asks for. DomainError or ExpectationError says what is wrong with it."""
    told = {column: value for key, value in row.items() if (column := column_of(key)) and _filled(value)}
    if not isinstance(told.get("domain"), str):
        raise ExpectationError(NO_DOMAIN, COLUMNS_ARE)
    for column, value in told.items():
        if isinstance(value, str) and len(value) > LONGEST_CELL:
            raise ExpectationError(TOO_LONG.fill(column=column), COLUMNS_ARE)
    asked = _asked(told, defaults)
    return replace(asked, view=merged_views(asked.view, view)) if (view := _view(told)) else asked


def _asked(told: dict[str, Any], defaults: RowDefaults) -> Expected:
    domain = read_domain(told["domain"]).name
    region = _word(told.get("region")) or defaults.region
    zone = _word(told.get("signing_zone")) or defaults.signing_zone
    found: list[Expected] = []
    if tokens := _tokens(told):
        found.append(from_tokens(domain, tokens, region=region, signing_zone=zone))
    if "records" in told:
        found.append(read_expected(_text(told["records"]), domain, region=region, signing_zone=zone))
    provider = _word(told.get("provider")) or defaults.provider
    if not found:
        given = (*defaults.parameters, *_parameters(told.get("parameters")))
        return from_template(domain, provider, given) if provider else Expected(domain)
    return found[0] if len(found) == 1 else merge(found[0], found[1])


def _view(told: dict[str, Any]) -> ProviderView | None:
    """What the provider says of the identity, in columns and in `view`."""
    held = told.get("view", {})
    try:
        held = json.loads(held) if isinstance(held, str) else held
    except (ValueError, RecursionError) as error:
        raise ExpectationError(BAD_VIEW.fill(why=error)) from error
    if not isinstance(held, dict):
        raise ExpectationError(BAD_VIEW.fill(why=type(held).__name__))
    columns = {column: told[column] for column in FLAT if column in told}
    return merged_views(read_view(columns), read_view(mapping(held)))


def _filled(value: Any) -> bool:
    return value is not None and value != "" and value != []


def _word(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _tokens(told: Mapping[str, Any]) -> list[str]:
    """In one cell, apart by spaces or commas; in a list; or in three columns."""
    held = told.get("tokens", [told[key] for key in ("token_1", "token_2", "token_3") if key in told])
    if isinstance(held, str):
        held = [word for word in _APART.split(held.strip("[] ")) if word]
    return [str(token) for token in held] if isinstance(held, list) else [str(held)]


def _parameters(held: Any) -> list[str]:
    """KEY=VALUE apart by spaces or semicolons; a list of them; an object."""
    if isinstance(held, dict):
        return [f"{key}={value}" for key, value in held.items()]
    return (
        [str(each) for each in held]
        if isinstance(held, list)
        else [each for each in _APART.split(held or "") if each][:MOST_PARAMETERS]
    )


def _text(records: Any) -> str:
    return records if isinstance(records, str) else json.dumps(records, ensure_ascii=False)
