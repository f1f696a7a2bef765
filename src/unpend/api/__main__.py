"""Prints the OpenAPI document: python -m unpend.api > docs/openapi.json."""

from __future__ import annotations

import sys

import msgspec

from unpend.api.app import document


def main() -> None:
    """Write it to stdout, as it is committed."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document()), indent=2) + b"\n")


main()
