"""The fields of a SOA record (RFC 1035 section 3.3.13)."""

from __future__ import annotations

from unpend.model.names import absolute
from unpend.model.records import Record


def soa_serial(soa: Record) -> int:
    """The serial of a SOA record."""
    return int(soa.value.split()[2])


def soa_primary(soa: Record) -> str:
    """The primary name server (MNAME) of a SOA record."""
    return absolute(soa.value.split()[0])
