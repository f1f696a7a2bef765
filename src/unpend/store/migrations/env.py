"""Run by Alembic: on the connection of `schema.bring_up`, in its transaction."""

from __future__ import annotations

from alembic import context

from unpend.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
