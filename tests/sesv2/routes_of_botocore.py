"""Writes `sesv2/routes.json` from botocore's models: every path that any release since 1.34 calls an operation by.

    python tests/sesv2/routes_of_botocore.py OLDEST/botocore/data

A path that a newer release gave up stays: the clients that use it are still out there.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import botocore

ROUTES = Path(__file__).parents[2] / "src" / "unpend" / "sesv2" / "routes.json"
NEWEST = Path(botocore.__file__).parent / "data"


def routes_of(data: Path) -> dict[str, tuple[str, str]]:
    """Operation → method and path, as one release of botocore has it."""
    packed = (data / "sesv2" / "2019-09-27" / "service-2.json.gz").read_bytes()
    operations = json.loads(gzip.decompress(packed))["operations"]
    return {name: (told["http"]["method"], told["http"]["requestUri"]) for name, told in operations.items()}


def merged(*releases: Path) -> dict[str, list[str]]:
    """Operation → every "METHOD /path" that was ever its own, the newest first."""
    found: dict[str, list[str]] = {}
    for data in releases:
        for name, (method, path) in routes_of(data).items():
            ways = found.setdefault(name, [])
            ways.extend([f"{method} {path}"] * (f"{method} {path}" not in ways))
    return dict(sorted(found.items()))


if __name__ == "__main__":
    lines = [
        f" {json.dumps(name)}: {json.dumps(ways)}" for name, ways in merged(NEWEST, *map(Path, sys.argv[1:])).items()
    ]
    ROUTES.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
