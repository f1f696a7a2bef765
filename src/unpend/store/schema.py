"""Bringing a database to the shape that this version of unpend needs."""

from __future__ import annotations

from unpend.store.connect import Database
from unpend.store.tables import metadata


def bring_up(database: Database) -> None:
    """Make the tables that are missing."""
    metadata.create_all(database.engine)
