"""A scan on many machines keeps its segments under way in PostgreSQL, next to Procrastinate's jobs; here are the statements.

A job says only "judge this segment"; one that is lost or done twice costs questions, never a result.
"""

from __future__ import annotations

import asyncio

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from unpend.model.errors import UsageError
from unpend.model.text import Text

QUEUE = "scan"
TASK = "scan_segment"
TRIES = 5
PATIENCE = 5
NO_DATABASE = Text(
    en="The database of the scan cannot be used: {why}", ja="スキャン用のデータベースを使えません: {why}"
)
NOT_POSTGRES = Text(
    en="it is not a PostgreSQL URL (postgresql://…)", ja="PostgreSQL の URL（postgresql://…）ではありません"
)
CREATE = """
CREATE TABLE IF NOT EXISTS unpend_scan (id text PRIMARY KEY, settings bytea NOT NULL, began timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS unpend_scan_segment (
  scan text NOT NULL REFERENCES unpend_scan ON DELETE CASCADE, number bigint NOT NULL, data bytea NOT NULL, result bytea,
  PRIMARY KEY (scan, number));
"""
BEGIN = "INSERT INTO unpend_scan (id, settings) VALUES (%(scan)s, %(settings)s)"
END = "DELETE FROM unpend_scan WHERE id = %(scan)s"
PUT = "INSERT INTO unpend_scan_segment (scan, number, data) VALUES (%(scan)s, %(number)s, %(data)s)"
WORK = """
SELECT s.settings, g.data FROM unpend_scan s JOIN unpend_scan_segment g ON g.scan = s.id
WHERE g.scan = %(scan)s AND g.number = %(number)s AND g.result IS NULL
"""
DONE = """
UPDATE unpend_scan_segment SET result = %(result)s WHERE scan = %(scan)s AND number = %(number)s AND result IS NULL
"""
TAKE = """
DELETE FROM unpend_scan_segment WHERE scan = %(scan)s AND result IS NOT NULL RETURNING number, result
"""
ORPHANS = """
SELECT g.number FROM unpend_scan_segment g WHERE g.scan = %(scan)s AND g.result IS NULL AND NOT EXISTS (
  SELECT 1 FROM procrastinate_jobs j WHERE j.queue_name = 'scan' AND j.status IN ('todo', 'doing')
  AND j.queueing_lock = 'scan:' || g.scan || ':' || g.number)
"""
WORKERS = """
SELECT count(*) AS there FROM procrastinate_workers WHERE last_heartbeat > now() - %(seconds)s * interval '1 second'
"""
JOBS = "SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS there"


def app_of(url: str) -> App:
    """Procrastinate on this database. UsageError where nobody answers: a pool would try for half a minute, and noisily."""
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] not in {"postgresql", "postgres"}:
        raise UsageError(NO_DATABASE.fill(why=NOT_POSTGRES))
    plain = f"postgresql://{rest}"
    try:
        psycopg.connect(plain, connect_timeout=PATIENCE).close()
    except psycopg.Error as error:
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise UsageError(NO_DATABASE.fill(why=why)) from None
    return App(connector=PsycopgConnector(conninfo=plain, min_size=1, max_size=4))


async def bring_up(app: App) -> None:
    """The tables, once, whoever comes first: who comes second at the same moment looks again."""
    for left in range(TRIES, 0, -1):
        try:
            there = await app.connector.execute_query_one_async(JOBS)
            if not there["there"]:
                await app.schema_manager.apply_schema_async()
            await app.connector.execute_query_async(CREATE)
            return
        except ConnectorException:
            if left == 1:
                raise
            await asyncio.sleep(0.3)


def lock_of(scan: str, number: int) -> str:
    """One job at most waits for a segment."""
    return f"scan:{scan}:{number}"
