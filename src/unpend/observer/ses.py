"""Amazon SES's own view of an identity: GetEmailIdentity through boto3's standard credential chain. Reads only."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unpend.model.text import Text

PAUSE = 1.0
NOT_INSTALLED = Text(
    en="SES was not asked what it wants: boto3 is not installed (pip install 'unpend[aws]').",
    ja="SES には問い合わせていません。boto3 が入っていません（pip install 'unpend[aws]'）。",
)
NO_CREDENTIALS = Text(
    en="SES was not asked what it wants: no AWS credentials were found.",
    ja="SES には問い合わせていません。AWS の認証情報が見つかりません。",
)
NO_REGION = Text(
    en="SES was not asked what it wants: no AWS region is set (--region, AWS_REGION, or the profile's).",
    ja="SES には問い合わせていません。AWS のリージョンが設定されていません（--region、AWS_REGION、またはプロファイル）。",
)
REFUSED = Text(
    en="SES in {region} did not tell what it wants: {why}", ja="{region} の SES から情報を得られませんでした: {why}"
)
MISSING = Text(
    en="The account has no identity {domain} in SES, in none of {count} regions.",
    ja="このアカウントの SES には、{count} 個のリージョンのどこにも ID {domain} がありません。",
)
ELSEWHERE = Text(
    en="The identity is not in {asked} but in {region}; what SES says there is used.",
    ja="ID は {asked} ではなく {region} にあります。そちらの SES の情報を使います。",
)
LOOKING = Text(en="Asking SES in {region} …", ja="{region} の SES に問い合わせています…")


@dataclass(frozen=True, slots=True)
class SesAnswer:
    """The identity as JSON text and its region, or neither; and what the user should know."""

    text: str | None = None
    region: str | None = None
    notes: tuple[Text, ...] = ()


class _Missing(Exception):  # noqa: N818 -- an answer, not an error
    """There is no such identity in this region."""


def ask_ses(
    domain: str,
    *,
    region: str | None = None,
    profile: str | None = None,
    regions: Iterable[str] = (),
    progress: Callable[[Text], None] = lambda _: None,
    pause: float = PAUSE,
) -> SesAnswer:
    """What SES says of the domain (without final dot); where it is missing, all `regions` are asked, one a second.

    A further region that refuses (it may be switched off in the account) is passed over.

    AWS limits the call to one a second for the account. Nothing is raised: what went wrong is a note.
    """
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        return SesAnswer(notes=(NOT_INSTALLED,))
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
        if session.get_credentials() is None:
            return SesAnswer(notes=(NO_CREDENTIALS,))
        if session.region_name is None:
            return SesAnswer(notes=(NO_REGION,))
        return _asked(session, domain, list(regions), progress, pause)
    except (BotoCoreError, ClientError) as error:
        return SesAnswer(notes=(REFUSED.fill(region=region or "-", why=error),))


def _asked(session: Any, domain: str, regions: list[str], progress: Callable[[Text], None], pause: float) -> SesAnswer:
    from botocore.exceptions import ClientError

    home = session.region_name
    for number, region in enumerate(dict.fromkeys([home, *regions])):
        if number:
            time.sleep(pause)
        progress(LOOKING.fill(region=region))
        try:
            text = _identity(session, domain, region)
        except _Missing:
            continue
        except ClientError:
            if not number:
                raise
            continue
        return SesAnswer(text, region, () if region == home else (ELSEWHERE.fill(asked=home, region=region),))
    return SesAnswer(notes=(MISSING.fill(domain=domain, count=len({home, *regions})),))


def _identity(session: Any, domain: str, region: str) -> str:
    from botocore.config import Config
    from botocore.exceptions import ClientError

    config = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "max_attempts": 3})
    try:
        answer = session.client("sesv2", region_name=region, config=config).get_email_identity(EmailIdentity=domain)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "NotFoundException":
            raise _Missing from error
        raise
    answer.pop("ResponseMetadata", None)
    return json.dumps(answer, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
