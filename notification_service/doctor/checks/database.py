"""PostgreSQL: whether it responds, has what we need, and keeps what it commits."""

from collections.abc import Iterator

from django.db import DatabaseError, connection

from notification_service.database.faults import explained
from notification_service.database.prerequisites import Unmet, unmet
from notification_service.doctor.finding import Finding, ok, problem, warning
from notification_service.worker.schema_check import missing_migrations

SUBJECT = "database"
FEW_CONNECTIONS = 10
FACTS = """
SELECT current_setting('server_version'), current_setting('transaction_read_only') = 'on',
  current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on',
  current_setting('max_connections')::int
    - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
"""


def check() -> Iterator[Finding]:
    try:
        findings = list(_findings())
    except DatabaseError as error:
        found = explained(error) or " ".join(str(error).split())
        findings = [problem(SUBJECT, found, "See DATABASE_URL, and whether the server runs and lets us in.")]
    yield from findings


def _findings() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(FACTS)
        version, is_read_only, is_durable, free_connections = cursor.fetchone()
    lacking = [_finding(each) for each in unmet(connection)]
    yield from lacking
    if is_read_only:
        yield problem(SUBJECT, "it takes no changes", "Is it a standby? Name the primary in DATABASE_URL.")
    if not is_durable:
        yield problem(SUBJECT, "fsync or full_page_writes is off: a crash loses messages", "Switch both on.")
    if free_connections < FEW_CONNECTIONS:
        found = f"{free_connections} connections are left"
        yield warning(SUBJECT, found, "Raise max_connections, or put pgbouncer before it (session mode).")
    if any(finding.verdict == "problem" for finding in lacking):
        return
    if missing := missing_migrations():
        yield problem(SUBJECT, f"{len(missing)} migrations are missing, {missing[0]} first", "Run `migrate`.")
    else:
        yield ok(SUBJECT, f"PostgreSQL {version}, all migrations are there")


def _finding(each: Unmet) -> Finding:
    kind = problem if each.is_vital else warning
    return kind(SUBJECT, each.sentence, each.hint)
