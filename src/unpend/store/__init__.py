"""Where identities live: SQLite in one file, or PostgreSQL; the same tables, statements and promises in both."""

from unpend.store.store import Store

__all__ = ["Store"]
