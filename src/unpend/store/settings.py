"""What belongs to the installation as a whole."""

from __future__ import annotations

from sqlalchemy import select, text

from unpend.store.connect import Database
from unpend.store.tables import installation


def setting(database: Database, name: str) -> str | None:
    """A value, None where it was never set."""
    with database.reading() as connection:
        value = connection.execute(select(installation.c.value).where(installation.c.name == name)).scalar()
    return None if value is None else str(value)


def keep_setting(database: Database, name: str, value: str) -> str:
    """Set it where nobody has yet; the value that holds, whoever set it."""
    statement = text("INSERT INTO installation (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING")
    with database.writing() as connection:
        connection.execute(statement, {"name": name, "value": value})
    return setting(database, name) or value


def set_setting(database: Database, name: str, value: str) -> None:
    """Set it, whatever it was."""
    statement = text(
        "INSERT INTO installation (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value"
    )
    with database.writing() as connection:
        connection.execute(statement, {"name": name, "value": value})
