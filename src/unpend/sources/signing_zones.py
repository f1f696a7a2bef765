"""Where Easy DKIM's CNAME records point to: the zone of each SES region.

The zone that SES itself states (SigningHostedZone) always comes first; this table is for what does not state it. The
catalogue ships the same table for the other floors; a test keeps the two equal.
"""

from __future__ import annotations

from difflib import get_close_matches

from unpend.model.errors import ExpectationError
from unpend.model.names import absolute
from unpend.model.text import Text
from unpend.sources.words import plain, short, unquoted

DEFAULT = "dkim.amazonses.com."
OWN_ZONE = frozenset(
    {"af-south-1", "ap-northeast-3", "ap-south-2", "ap-southeast-3", "ap-southeast-5", "ca-west-1", "eu-central-2"}
    | {"eu-south-1", "il-central-1", "me-central-1", "us-gov-east-1"}
)
SHARED_ZONE = frozenset(
    {"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1"}
    | {"eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "me-south-1", "sa-east-1"}
    | {"us-east-1", "us-east-2", "us-west-1", "us-west-2", "us-gov-west-1", "eusc-de-east-1"}
)
REGIONS = OWN_ZONE | SHARED_ZONE

UNKNOWN_REGION = Text(
    en="{region} is not a region of Amazon SES.", ja="{region} は Amazon SES のリージョンではありません。"
)
NEAR_REGION = Text(en="Did you mean {near}?", ja="{near} ではありませんか。")
SOME_REGION = Text(
    en="Give the region's code, for example us-east-1 or ap-northeast-1.",
    ja="us-east-1 や ap-northeast-1 のようなリージョンコードで指定してください。",
)
STATED = Text(
    en="The DKIM records point into {zone}, as stated.", ja="DKIM レコードの向き先は、指定されたゾーン {zone} です。"
)
FROM_REGION = Text(
    en="The DKIM records point into {zone}: the zone of the region {region} by our table, not stated by SES itself.",
    ja="DKIM レコードの向き先は {zone} としています。SES が示した値ではなく、リージョン {region} の一覧表によります。",
)
ASSUMED = Text(
    en="Neither a signing zone nor a region was given; the DKIM records are taken to point into {zone}. "
    "Eleven regions have a zone of their own: give the region or the signing zone to be sure.",
    ja="署名ゾーンもリージョンも指定されていないため、DKIM レコードの向き先を {zone} とみなします。"
    "独自のゾーンを持つリージョンが 11 あるため、確実にするにはリージョンか署名ゾーンを指定してください。",
)
UNUSUAL = Text(
    en="The signing zone {zone} is not the one that our table has for {region} ({usual}); what was stated is used.",
    ja="署名ゾーン {zone} は、一覧表にあるリージョン {region} のゾーン（{usual}）と異なります。"
    "指定された値を使います。",
)
BAD_ZONE = Text(
    en="{zone} cannot be a signing zone: it is not a domain name.",
    ja="{zone} はドメイン名ではないため、署名ゾーンとして使えません。",
)
BAD_ZONE_HINT = Text(
    en="Copy SigningHostedZone from the identity, for example dkim.amazonses.com.",
    ja="ID の SigningHostedZone の値をそのまま指定してください。例: dkim.amazonses.com",
)


def known_region(region: str | None) -> str | None:
    """The region in its official spelling; an error with the nearest ones where there is none of that name."""
    if region is None:
        return None
    code = unquoted(region).lower()
    if code in REGIONS:
        return code
    near = get_close_matches(code[:40], sorted(REGIONS), n=3, cutoff=0.75)
    hint = NEAR_REGION.fill(near=near) if near else SOME_REGION
    raise ExpectationError(UNKNOWN_REGION.fill(region=short(region)), hint)


def region_zone(region: str) -> str:
    """The zone by the table."""
    return f"dkim.{region}.amazonses.com." if region in OWN_ZONE else DEFAULT


def target_zone(region: str | None, signing_zone: str | None) -> tuple[str, tuple[Text, ...]]:
    """The zone that the CNAME records point into, and how it is known. The region is a known one."""
    if signing_zone is None:
        zone = region_zone(region) if region else DEFAULT
        known = FROM_REGION.fill(zone=plain(zone), region=region) if region else ASSUMED.fill(zone=plain(zone))
        return zone, (known,)
    zone = _zone(signing_zone)
    notes = [STATED.fill(zone=plain(zone))]
    if region and zone.endswith(".amazonses.com.") and zone != region_zone(region):
        notes.append(UNUSUAL.fill(zone=plain(zone), region=region, usual=plain(region_zone(region))))
    return zone, tuple(notes)


def _zone(text: str) -> str:
    from unpend.sources.naming import is_name

    zone = absolute(unquoted(text))
    if "." not in zone[:-1] or not is_name(zone):
        raise ExpectationError(BAD_ZONE.fill(zone=short(text)), BAD_ZONE_HINT)
    return zone
