"""The regions of Amazon SES and the zones of their DKIM records."""

from __future__ import annotations

import re
from functools import cache

from unpend.catalog.tables import table
from unpend.model.names import absolute

_TARGET = re.compile(r"[a-z0-9]{32,42}\.(?:[a-z0-9-]+\.)?dkim\.(?:(?P<region>[a-z0-9-]+)\.)?amazonses\.com\.")
_FEEDBACK = re.compile(r"(?:\d+ )?feedback-smtp\.(?P<region>[a-z0-9-]+)\.amazonses\.com\.")


@cache
def regions() -> tuple[str, ...]:
    """Every region's code, sorted."""
    held = table("ses_regions.toml")
    return tuple(sorted((*held["shared_zone"], *held["own_zone"])))


def signing_zone_of(region: str) -> str:
    """The region's zone by the table, absolute; the default zone for a region that the table does not have."""
    held = table("ses_regions.toml")
    return str(held["own_zone"].get(region.lower(), held["default_zone"]))


@cache
def ses_zones() -> frozenset[str]:
    """Every zone of the table."""
    return frozenset(signing_zone_of(region) for region in regions())


def region_of_target(target: str) -> str | None:
    """The region that a DKIM target or a MAIL FROM host names; None for the zone that most regions share."""
    name = absolute(target)
    found = _TARGET.fullmatch(name) or _FEEDBACK.fullmatch(name)
    region = found["region"] if found else None
    return region if region in regions() else None


def is_ses_target(target: str) -> bool:
    """Whether a CNAME target has the shape of Easy DKIM's, cell zones (`token.a31d.dkim.us-west-2…`) included."""
    return _TARGET.fullmatch(absolute(target)) is not None
