"""A zone as a server holds it, illegal content included, and how it answers (RFC 1034 section 4.3.2, RFC 4592)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import dns.name
import dns.rdatatype
import dns.rrset
import dns.zonefile

from unpend.model.errors import ScenarioError
from unpend.model.text import Text

Name = dns.name.Name
RRset = dns.rrset.RRset
# A character-string holds 255 octets at most (RFC 1035 section 3.3): a longer one is written as several.
TOO_LONG = re.compile(r'"([^"\\]{256,})"')
SINGLE = frozenset({dns.rdatatype.CNAME, dns.rdatatype.DNAME})
BAD_LINE = Text(
    en="This line of zone {zone} cannot be read: {line} ({why})",
    ja="ゾーン {zone} のこの行を読み取れません: {line}（{why}）",
)


@dataclass(slots=True)
class Found:
    """What a zone says to a question. `wildcard` is the owner that was expanded, `cut` the delegation that was met."""

    kind: str  # answer | nodata | nxdomain | referral | dname
    rrsets: list[RRset] = field(default_factory=list)
    wildcard: Name | None = None
    cut: Name | None = None


class Zone:
    """Record sets by name and type. Two CNAMEs at one name stay two record sets, since dnspython allows one."""

    def __init__(self, apex: Name) -> None:
        self.apex = apex
        self.nodes: dict[Name, list[RRset]] = {}
        self.version = 0

    # --- content ------------------------------------------------------------------------------------------------

    def read(self, text: str, ttl: int) -> None:
        """Add master-file lines; relative names are relative to the apex."""
        for line in _joined_lines(text):
            try:
                rrsets = dns.zonefile.read_rrsets(
                    TOO_LONG.sub(_split, line), origin=self.apex, default_ttl=ttl, relativize=False
                )
            except Exception as error:
                raise ScenarioError(BAD_LINE.fill(zone=self.apex, line=line, why=error)) from error
            for rrset in rrsets:
                self.add(rrset)

    def add(self, rrset: RRset) -> None:
        """Add records to the set of their name and type."""
        self.version += 1
        held = self.nodes.setdefault(rrset.name, [])
        same = next((r for r in held if r.rdtype == rrset.rdtype and r.rdtype not in SINGLE), None)
        if same is None:
            held.append(rrset)
        else:
            for rdata in rrset:
                same.add(rdata, rrset.ttl)

    def remove(self, name: Name, rdtype: dns.rdatatype.RdataType, values: tuple[str, ...] = ()) -> None:
        """Remove records; the whole set where no values are given."""
        self.version += 1
        kept = []
        for rrset in self.nodes.get(name, []):
            if rrset.rdtype != rdtype:
                kept.append(rrset)
            elif values and (left := [rd for rd in rrset if _text(rd) not in values]):
                kept.append(dns.rrset.from_rdata_list(name, rrset.ttl, left))
        if kept:
            self.nodes[name] = kept
        else:
            self.nodes.pop(name, None)

    def sets(self, name: Name, rdtype: dns.rdatatype.RdataType) -> list[RRset]:
        """The record sets of this type at exactly this name."""
        return [r for r in self.nodes.get(name, []) if r.rdtype == rdtype]

    def set(self, name: Name, rdtype: dns.rdatatype.RdataType) -> RRset | None:
        """The first of them."""
        return next(iter(self.sets(name, rdtype)), None)

    @property
    def soa(self) -> RRset:
        """The SOA, which every zone of the lab has."""
        return self.sets(self.apex, dns.rdatatype.SOA)[0]

    def exists(self, name: Name) -> bool:
        """Whether the name has records or something below it (an empty non-terminal)."""
        return name in self.nodes or any(other.is_subdomain(name) for other in self.nodes)

    def to_text(self) -> str:
        """Master-file text."""
        lines = [r.to_text() for r in self._ordered()]
        return "\n".join(lines) + "\n"

    def _ordered(self) -> Iterator[RRset]:
        yield self.soa
        for name in sorted(self.nodes):
            yield from (r for r in self.nodes[name] if r is not self.soa)

    # --- answers ------------------------------------------------------------------------------------------------

    def find(self, name: Name, rdtype: dns.rdatatype.RdataType) -> Found:
        """What this zone says to a question about a name in it."""
        above = self._delegation_or_dname(name, rdtype)
        if above is not None:
            return above
        if name in self.nodes:
            return self._at(name, name, rdtype)
        if self.exists(name):
            return Found("nodata")
        encloser = name.parent()
        while not self.exists(encloser) and encloser != self.apex:
            encloser = encloser.parent()
        star = dns.name.Name((b"*", *encloser.labels))
        if star in self.nodes:
            found = self._at(star, name, rdtype)
            found.wildcard = star
            return found
        return Found("nxdomain")

    def _at(self, owner: Name, name: Name, rdtype: dns.rdatatype.RdataType) -> Found:
        rrsets = self.sets(owner, rdtype) or self.sets(owner, dns.rdatatype.CNAME)
        if rdtype == dns.rdatatype.ANY:
            rrsets = self.nodes[owner]
        if owner != name:
            rrsets = [dns.rrset.from_rdata_list(name, r.ttl, list(r)) for r in rrsets]
        return Found("answer" if rrsets else "nodata", rrsets)

    def _delegation_or_dname(self, name: Name, rdtype: dns.rdatatype.RdataType) -> Found | None:
        for depth in range(len(self.apex.labels) + 1, len(name.labels) + 1):
            above = name.split(depth)[1]
            ns = self.set(above, dns.rdatatype.NS)
            if ns is not None and not (above == name and rdtype == dns.rdatatype.DS):
                return Found("referral", [ns], cut=above)
            dname = self.set(above, dns.rdatatype.DNAME)
            if dname is not None and above != name:
                target = name.relativize(above).concatenate(dname[0].target)
                cname = dns.rrset.from_text(name, dname.ttl, "IN", "CNAME", target.to_text())
                return Found("dname", [dname, cname])
        return None


def _text(rdata: object) -> str:
    if getattr(rdata, "rdtype", None) == dns.rdatatype.TXT:
        return b"".join(rdata.strings).decode("utf-8", "replace")  # type: ignore[attr-defined]
    return str(rdata).lower()


def _split(match: re.Match[str]) -> str:
    long = match.group(1)
    return " ".join(f'"{long[i : i + 255]}"' for i in range(0, len(long), 255))


def _joined_lines(text: str) -> Iterator[str]:
    """The lines without comments; parentheses join lines as in a master file."""
    held = ""
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith(";"):
            continue
        held = f"{held} {line}".strip()
        if held.count("(") <= held.count(")"):
            yield held
            held = ""
