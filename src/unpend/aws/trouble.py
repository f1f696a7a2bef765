"""What AWS or boto3 says when something is wrong, as one sentence that says what to do next."""

from __future__ import annotations

from typing import Any

from unpend.model.errors import CredentialsError, WriterError
from unpend.model.text import Text

NOT_INSTALLED = Text(
    en="boto3 is not installed: pip install 'unpend[aws]'.",
    ja="boto3 がインストールされていません（pip install 'unpend[aws]'）。",
)
NO_CREDENTIALS = Text(
    en="no AWS credentials were found (environment, ~/.aws, SSO, role).",
    ja="AWS の認証情報が見つかりません（環境変数、~/.aws、SSO、ロール）。",
)
NO_REGION = Text(
    en="no AWS region is set (--region, AWS_REGION, or the profile's).",
    ja="AWS のリージョンが設定されていません（--region、AWS_REGION、またはプロファイル）。",
)
NO_PROFILE = Text(
    en="there is no AWS profile {profile} in ~/.aws.", ja="~/.aws に {profile} という AWS プロファイルがありません。"
)
EXPIRED = Text(
    en="the AWS credentials have expired; sign in again (aws sso login) or renew them.",
    ja="AWS の認証情報の有効期限が切れています。サインインし直すか（aws sso login）、更新してください。",
)
NOT_ACCEPTED = Text(
    en="{service} in {region} does not accept these AWS credentials ({code}): they are wrong or switched off, or the region is not switched "
    "on in the account.",
    ja="{region} の {service} がこの AWS 認証情報を受け付けません（{code}）。認証情報が誤っているか無効、またはリージョンがアカウントで有効になっていません。",
)
NOT_ALLOWED = Text(
    en="the AWS credentials may not call {action} in {region}; allow it in their IAM policy. {why}",
    ja="この AWS 認証情報には {region} の {action} を呼び出す権限がありません。IAM ポリシーで許可してください。{why}",
)
THROTTLED = Text(
    en="{service} in {region} throttles the account: too many calls, several tries in vain. Try again in a minute.",
    ja="{region} の {service} で呼び出しが制限されています。再試行しても解消しませんでした。1 分ほどおいて再度お試しください。",
)
UNREACHABLE = Text(
    en="{service} in {region} cannot be reached: {why}", ja="{region} の {service} に接続できません: {why}"
)
NOT_THERE = Text(
    en="{service} in {region} has no such thing: {why}", ja="{region} の {service} に見つかりません: {why}"
)
REFUSED = Text(
    en="{service} in {region} refused {action}: {why}", ja="{region} の {service} が {action} を拒否しました: {why}"
)

GONE_STALE = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
UNKNOWN_KEY = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "AuthFailure",
        "InvalidAccessKeyId",
    }
    | {"InvalidSignatureException", "MissingAuthenticationToken", "IncompleteSignature"}
)
FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"})
TOO_MANY = frozenset(
    {"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
    | {"RequestThrottled", "ProvisionedThroughputExceededException"}
)
ABSENT = frozenset({"NotFoundException", "NotFound", "NoSuchHostedZone"})
SIGN_IN_AGAIN = ("TokenRetrievalError", "SSOTokenLoadError", "UnauthorizedSSOTokenError", "SSOError")


class NotThereError(WriterError):
    """What was asked for does not exist: an answer, and no reason to try again."""


def put(error: Exception, service: str, region: str, action: str) -> WriterError:
    """An exception of botocore as one of ours. The message never holds a secret: AWS quotes none, nor does boto3."""
    from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError, ProfileNotFound

    places: dict[str, Any] = {"service": service, "region": region, "action": action}
    if isinstance(error, ClientError):
        return _refused(error, places)
    if isinstance(error, NoCredentialsError):
        return CredentialsError(NO_CREDENTIALS)
    if isinstance(error, NoRegionError):
        return CredentialsError(NO_REGION)
    if isinstance(error, ProfileNotFound):
        return CredentialsError(NO_PROFILE.fill(profile=error.kwargs.get("profile", "?")))
    return _not_sent(error, places)


def _not_sent(error: Exception, places: dict[str, Any]) -> WriterError:
    """Nothing came back: the endpoint is down, or the credentials could not even be fetched."""
    from botocore.exceptions import ConnectionError as Unconnected
    from botocore.exceptions import CredentialRetrievalError, HTTPClientError, PartialCredentialsError

    if type(error).__name__ in SIGN_IN_AGAIN:
        return CredentialsError(EXPIRED)
    if isinstance(error, CredentialRetrievalError | PartialCredentialsError):
        return CredentialsError(REFUSED.fill(**places, why=str(error)))
    if isinstance(error, HTTPClientError | Unconnected):
        return WriterError(UNREACHABLE.fill(**places, why=str(error)))
    return WriterError(REFUSED.fill(**places, why=str(error)))


def _refused(error: Any, places: dict[str, Any]) -> WriterError:
    held = error.response.get("Error", {})
    code, why = str(held.get("Code", "")), str(held.get("Message", "")) or str(error)
    if code in ABSENT:
        return NotThereError(NOT_THERE.fill(**places, why=why))
    if code in GONE_STALE:
        return CredentialsError(EXPIRED)
    if code in UNKNOWN_KEY:
        return CredentialsError(NOT_ACCEPTED.fill(**places, code=code))
    if code in FORBIDDEN:
        return CredentialsError(NOT_ALLOWED.fill(**places, why=why))
    if code in TOO_MANY:
        return WriterError(THROTTLED.fill(**places))
    return WriterError(REFUSED.fill(**places, why=f"{code}: {why}" if code else why))
