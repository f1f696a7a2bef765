"""The rows of a query, by SQLAlchemy: any database that it knows, streamed in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.model.errors import UsageError
from unpend.model.text import Text
from unpend.sources.scan_row import column_of, no_domain_column

PAGE = 2000
NOT_INSTALLED = Text(
    en="A database as input needs SQLAlchemy: pip install 'unpend[scan]' (PostgreSQL: 'unpend[postgres]' too).",
    ja="データベースの入力には SQLAlchemy が必要です: pip install 'unpend[scan]'（PostgreSQL では 'unpend[postgres]' も）。",
)
REFUSED = Text(
    en="The database {url} did not give the rows: {why}", ja="データベース {url} から行を取得できません: {why}"
)
NO_QUERY = Text(
    en="A database needs --query 'SELECT domain, tokens, region FROM …'.",
    ja="データベースには --query 'SELECT domain, tokens, region FROM …' が必要です。",
)


def rows(url: str, query: str | None) -> Iterator[dict[str, Any]]:
    """A dictionary a row. The password of the URL is in no error."""
    if not query:
        raise UsageError(NO_QUERY)
    try:
        import sqlalchemy
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError as error:
        raise UsageError(NOT_INSTALLED) from error
    shown = "…"
    try:
        where = sqlalchemy.make_url(with_driver(url))
        shown = where.render_as_string(hide_password=True)
        with sqlalchemy.create_engine(where).connect() as connection:
            told = connection.execution_options(stream_results=True, yield_per=PAGE).execute(sqlalchemy.text(query))
            _refuse_without_domain(list(told.keys()) if told.returns_rows else [])
            yield from (dict(row) for row in told.mappings())
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise UsageError(REFUSED.fill(url=shown, why=_first_line(error))) from error


def _refuse_without_domain(columns: list[str]) -> None:
    if "domain" not in {column_of(name) for name in columns}:
        raise no_domain_column(columns)


def with_driver(url: str) -> str:
    """PostgreSQL by psycopg 3, which the extra brings."""
    scheme, sep, rest = url.partition("://")
    return f"postgresql+psycopg{sep}{rest}" if scheme in {"postgresql", "postgres"} else url


def _first_line(error: Exception) -> str:
    return (str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__])[0][:300]
