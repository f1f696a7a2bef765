"""Sessions and clients with bounded patience. Credentials come from the standard chain alone; none is ever printed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from unpend.aws.trouble import NO_CREDENTIALS, NO_REGION, NOT_INSTALLED, put
from unpend.model.errors import CredentialsError

CONNECT_SECONDS, READ_SECONDS = 5, 10
NAMES = {"sesv2": "Amazon SES", "ses": "Amazon SES", "route53": "Amazon Route 53"}


@dataclass(frozen=True)
class Session:
    """A profile's credentials and region. `tries` bounds how often a throttled or failing call is repeated."""

    boto: Any
    region: str
    tries: int = 3

    @cached_property
    def partition_regions(self) -> tuple[str, ...]:
        """The regions of SES in the same partition: credentials of one partition mean nothing in another."""
        from botocore.exceptions import BotoCoreError

        try:
            partition = self.boto.get_partition_for_region(self.region)
        except BotoCoreError:
            return ()
        return tuple(self.boto.get_available_regions("sesv2", partition_name=partition))


def session_of(*, region: str | None = None, profile: str | None = None, tries: int = 3) -> Session:
    """The standard chain's session. CredentialsError says what is missing."""
    try:
        import boto3
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise CredentialsError(NOT_INSTALLED) from error
    try:
        boto = boto3.Session(profile_name=profile, region_name=region)
        if boto.get_credentials() is None:
            raise CredentialsError(NO_CREDENTIALS)
    except BotoCoreError as error:
        raise put(error, "AWS", region or "-", "sign-in") from error
    if boto.region_name is None:
        raise CredentialsError(NO_REGION)
    return Session(boto, boto.region_name, tries)


def client_of(
    session: Session, service: str, *, region: str | None = None, endpoint: str | None = None, contact: str = ""
) -> Any:
    """A client of one service in one region. Endpoints are those of the environment (`AWS_ENDPOINT_URL_…`) unless given.

    `contact` is added to the User-Agent.
    """
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    patience = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "max_attempts": session.tries},
        user_agent_extra=f"unpend ({contact})" if contact else None,
    )
    place = region or session.region
    try:
        return session.boto.client(service, region_name=place, endpoint_url=endpoint, config=patience)
    except (BotoCoreError, ValueError) as error:
        raise put(error, NAMES.get(service, service), place, "connect") from error


def called(client: Any, operation: str, **arguments: Any) -> dict[str, Any]:
    """One call's answer without its metadata; trouble is a WriterError or CredentialsError that says it in words."""
    from botocore.exceptions import BotoCoreError, ClientError

    service, region = client.meta.service_model.service_name, client.meta.region_name
    try:
        answer: dict[str, Any] = getattr(client, operation)(**arguments)
    except (BotoCoreError, ClientError, ValueError) as error:
        action = f"{'ses' if service.startswith('ses') else service}:{client.meta.method_to_api_mapping[operation]}"
        raise put(error, NAMES.get(service, service), region, action) from error
    answer.pop("ResponseMetadata", None)
    return answer
