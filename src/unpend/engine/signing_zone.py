"""Publishing the signing zone: the TXT records behind the CNAMEs that were issued.

Three ways: dynamic updates to the operator's primary server, a file (zone-file text, or octoDNS's YAML) that the
operator's own tooling takes from there, or the embedded server, which reads the keys itself.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Protocol

import yaml

from unpend.model.errors import WriterError
from unpend.model.names import relative
from unpend.model.records import presented
from unpend.model.signing_key import SigningKey
from unpend.model.text import Text
from unpend.store.signing_keys import SigningKeys
from unpend.writers.rfc2136 import Rfc2136

TTL = 3600
# A key of 2,048 bits is some 450 octets of an update, whose largest message is 64 KiB over TCP.
BATCH = 100
NOT_WRITTEN = Text(
    en="The signing zone could not be written to {path}: {reason}.",
    ja="署名ゾーンを {path} に書き込めませんでした: {reason}",
)


class SigningZone(Protocol):
    """Where the keys of one zone are published."""

    zone: str

    def publish(self, changed: Sequence[SigningKey]) -> None:
        """Make the zone show these keys as they are; WriterError where it does not, and then they are tried again."""


class UpdatedZone:
    """A zone at a primary server that takes dynamic updates (RFC 2136), signed with TSIG."""

    def __init__(self, zone: str, primary: Rfc2136) -> None:
        self.zone = zone
        self._primary = primary

    def publish(self, changed: Sequence[SigningKey]) -> None:
        for start in range(0, len(changed), BATCH):
            batch = changed[start : start + BATCH]
            self._primary.replace(self.zone, {key.name: key.content for key in batch}, TTL)


class ZoneFile:
    """A file with all the zone's keys, written anew and put into place whole: *.yaml for octoDNS, else zone-file text.

    The zone-file text has neither SOA nor NS: it is for `$INCLUDE`.
    """

    def __init__(self, zone: str, path: Path, keys: SigningKeys) -> None:
        self.zone = zone
        self._path = path
        self._keys = keys

    def publish(self, changed: Sequence[SigningKey]) -> None:
        fresh = {key.id: key for key in changed}
        keys = (fresh.get(key.id, key) for key in self._keys.published(self.zone))
        write = _octodns if self._path.suffix in {".yaml", ".yml"} else _zone_text
        try:
            with tempfile.NamedTemporaryFile("w", dir=self._path.parent, delete=False, encoding="ascii") as file:
                write(file, keys, self.zone)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).chmod(0o644)
            Path(file.name).replace(self._path)
        except OSError as error:
            raise WriterError(NOT_WRITTEN.fill(path=str(self._path), reason=error.strerror or "?")) from error


class ServedZone:
    """The embedded server reads the keys from the store: there is nothing to carry anywhere."""

    def __init__(self, zone: str) -> None:
        self.zone = zone

    def publish(self, changed: Sequence[SigningKey]) -> None:
        """Nothing to do."""


def _zone_text(file: IO[str], keys: Iterable[SigningKey], _zone: str) -> None:
    file.write("; The signing keys of unpend. Written anew at each change: do not edit.\n")
    for key in keys:
        file.write(f"{key.name} {TTL} IN TXT {presented('TXT', key.content)}\n")


def _octodns(file: IO[str], keys: Iterable[SigningKey], zone: str) -> None:
    file.write("---\n")
    for key in keys:
        if key.content:  # octoDNS knows no empty TXT
            held = {relative(key.name, zone): {"type": "TXT", "ttl": TTL, "value": key.content.replace(";", "\\;")}}
            file.write(yaml.safe_dump(held, width=1000))
