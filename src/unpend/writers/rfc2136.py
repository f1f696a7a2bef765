"""Dynamic updates (RFC 2136) signed with TSIG (RFC 8945): BIND, Knot, PowerDNS and whoever else takes them.

Settings by the names that certbot's and lego's users already have: RFC2136_NAMESERVER (ADDR or ADDR:PORT),
RFC2136_TSIG_KEY, RFC2136_TSIG_SECRET, RFC2136_TSIG_ALGORITHM (default hmac-sha256).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.tsigkeyring
import dns.update

from unpend.model.errors import CredentialsError, RefusedError, WriterError
from unpend.model.records import modelled, presented
from unpend.writers.contract import AGAIN, API_REFUSED, API_UNREACHABLE, CHANGED, NO_CREDENTIALS, NO_ZONE, Held

TIMEOUT = 10.0
SERVER, KEY, SECRET, ALGORITHM = (
    "RFC2136_NAMESERVER",
    "RFC2136_TSIG_KEY",
    "RFC2136_TSIG_SECRET",
    "RFC2136_TSIG_ALGORITHM",
)
CHANGED_MEANWHILE = frozenset({dns.rcode.YXDOMAIN, dns.rcode.YXRRSET, dns.rcode.NXRRSET, dns.rcode.NXDOMAIN})


class Rfc2136:
    """One primary server, over TCP."""

    def __init__(
        self, address: str, port: int, key: str = "", secret: str = "", algorithm: str = "hmac-sha256"
    ) -> None:
        self.host = f"{address}:{port}"
        self._where = (address, port)
        self._signing: dict[str, Any] = {}
        if key:
            keyring = dns.tsigkeyring.from_text({key: secret})
            self._signing = {
                "keyring": keyring,
                "keyname": dns.name.from_text(key),
                "keyalgorithm": dns.name.from_text(algorithm),
            }

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Rfc2136:
        """The server and key that the environment names."""
        if not environment.get(SERVER):
            raise CredentialsError(NO_CREDENTIALS.fill(host="RFC 2136", names=SERVER))
        address, port = _endpoint(environment[SERVER])
        key, secret = environment.get(KEY, ""), environment.get(SECRET, "")
        if bool(key) is not bool(secret):
            raise CredentialsError(NO_CREDENTIALS.fill(host="RFC 2136", names=(KEY, SECRET)))
        try:
            base64.b64decode(secret, validate=True)
            return cls(address, port, key, secret, environment.get(ALGORITHM) or "hmac-sha256")
        except (binascii.Error, ValueError, dns.exception.DNSException):
            raise CredentialsError(API_REFUSED.fill(host="RFC 2136", why=f"{SECRET} is no base64 key")) from None

    def read(self, zone: str, name: str, type_: str) -> Held:
        """What the primary answers, if the name itself holds it: a wildcard's answer is told by a prerequisite."""
        rrset = self._answered(zone, name, type_)
        if rrset is None:
            return Held()
        probe = self._update(zone)
        probe.present(name, type_)
        if self._sent(probe).rcode() == dns.rcode.NXRRSET:
            return Held()
        return Held(tuple(modelled(type_, rdata.to_text()) for rdata in rrset), rrset.ttl)

    def write(self, zone: str, name: str, type_: str, before: Held, after: Held) -> None:
        """One update: made whole if `before` still stands (RFC 2136 section 3.2), else not at all."""
        update = self._update(zone)
        if before.values:
            update.present(name, type_, *self._standing(zone, name, type_, before))
            update.delete(name, type_)
        else:
            update.absent(name, type_)
        if after.values:
            update.add(name, after.ttl or 300, type_, *(presented(type_, v) for v in after.values))
        rcode = self._sent(update).rcode()
        if rcode in CHANGED_MEANWHILE:
            found = self.read(zone, name, type_)
            raise RefusedError(CHANGED.fill(name=name, type=type_, found=found.values or "-"), AGAIN)
        if rcode == dns.rcode.NOTAUTH or rcode == dns.rcode.NOTZONE:
            raise WriterError(NO_ZONE.fill(zone=zone))
        if rcode != dns.rcode.NOERROR:
            raise WriterError(API_REFUSED.fill(host=self.host, why=dns.rcode.to_text(rcode)))

    def _answered(self, zone: str, name: str, type_: str) -> dns.rrset.RRset | None:
        query = dns.message.make_query(name, type_)
        query.flags &= ~dns.flags.RD
        response = self._sent(query)
        if response.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
            raise WriterError(NO_ZONE.fill(zone=zone))
        asked = query.question[0]
        return response.get_rrset(response.answer, asked.name, asked.rdclass, asked.rdtype)

    def _standing(self, zone: str, name: str, type_: str, before: Held) -> list[str]:
        """The values of `before` as they stand: a TXT may be cut into other strings than we would cut it into."""
        rrset = self._answered(zone, name, type_) if type_ == "TXT" else None
        cut = {modelled(type_, text): text for text in (rdata.to_text() for rdata in rrset or ())}
        return [cut.get(value) or presented(type_, value) for value in before.values]

    def _update(self, zone: str) -> dns.update.UpdateMessage:
        return dns.update.UpdateMessage(zone, **self._signing)

    def _sent(self, message: dns.message.Message) -> dns.message.Message:
        try:
            return dns.query.tcp(message, self._where[0], TIMEOUT, self._where[1])
        except dns.tsig.PeerError as error:
            raise CredentialsError(API_REFUSED.fill(host=self.host, why=f"TSIG {type(error).__name__}")) from error
        except (OSError, EOFError, dns.exception.DNSException) as error:
            raise WriterError(API_UNREACHABLE.fill(host=self.host, why=f"{type(error).__name__} {error}")) from error


def _endpoint(text: str) -> tuple[str, int]:
    address, colon, port = text.rpartition(":")
    return (address.strip("[]"), int(port)) if colon and port.isdigit() and not address.endswith(":") else (text, 53)
