"""PowerDNS's HTTP API. Settings by the names that lego's users have: PDNS_API_URL, PDNS_API_KEY, PDNS_SERVER_NAME."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from unpend.model.errors import CredentialsError, RefusedError, WriterError
from unpend.model.names import absolute
from unpend.model.records import modelled, presented
from unpend.writers.contract import AGAIN, API_REFUSED, API_UNREACHABLE, CHANGED, NO_CREDENTIALS, NO_ZONE, Held

URL, KEY, SERVER = "PDNS_API_URL", "PDNS_API_KEY", "PDNS_SERVER_NAME"
TIMEOUT = 10.0
LARGEST = 16 << 20


class PowerDns:
    """One PowerDNS server's API."""

    host = "PowerDNS"

    def __init__(self, url: str, key: str, server: str = "localhost") -> None:
        self._zones = f"{url.rstrip('/')}/api/v1/servers/{quote(server)}/zones"
        self._key = key

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> PowerDns:
        """The server and key that the environment names."""
        missing = [name for name in (URL, KEY) if not environment.get(name)]
        if missing:
            raise CredentialsError(NO_CREDENTIALS.fill(host=cls.host, names=missing))
        if not environment[URL].startswith(("http://", "https://")):
            raise CredentialsError(API_REFUSED.fill(host=cls.host, why=f"{URL} is no http URL"))
        return cls(environment[URL], environment[KEY], environment.get(SERVER) or "localhost")

    def read(self, zone: str, name: str, type_: str) -> Held:
        """The set in the server's own data."""
        query = f"?rrset_name={quote(name)}&rrset_type={type_}"
        held = self._called("GET", f"{self._zones}/{quote(zone)}{query}", zone) or {}
        for rrset in held.get("rrsets", ()):
            if absolute(rrset["name"]) == name and rrset["type"] == type_:
                contents = [record["content"] for record in rrset["records"] if not record.get("disabled")]
                return Held(tuple(modelled(type_, content) for content in contents), rrset["ttl"])
        return Held()

    def write(self, zone: str, name: str, type_: str, before: Held, after: Held) -> None:
        """Replace the set; the API has no condition, so that it is read just before."""
        found = self.read(zone, name, type_)
        if not found.same(before.values):
            raise RefusedError(CHANGED.fill(name=name, type=type_, found=found.values or "-"), AGAIN)
        rrset: dict[str, Any] = {"name": name, "type": type_, "changetype": "REPLACE" if after.values else "DELETE"}
        if after.values:
            records = [{"content": presented(type_, value), "disabled": False} for value in after.values]
            rrset |= {"ttl": after.ttl or 300, "records": records}
        self._called("PATCH", f"{self._zones}/{quote(zone)}", zone, {"rrsets": [rrset]})

    def _called(self, method: str, url: str, zone: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-API-Key": self._key, "Content-Type": "application/json"}
        request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 -- from_environment wants http
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                text = answer.read(LARGEST)
                return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            raise self._refusal(error, zone) from error
        except (OSError, ValueError) as error:
            raise WriterError(API_UNREACHABLE.fill(host=self.host, why=error)) from error

    def _refusal(self, error: urllib.error.HTTPError, zone: str) -> WriterError:
        told = error.read(2000).decode(errors="replace").strip() or str(error.code)
        error.close()
        if error.code in {401, 403}:
            return CredentialsError(API_REFUSED.fill(host=self.host, why=f"{error.code}: {KEY}"))
        if error.code == 404 or "Could not find domain" in told:
            return WriterError(NO_ZONE.fill(zone=zone))
        return WriterError(API_REFUSED.fill(host=self.host, why=told))
