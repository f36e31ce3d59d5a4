"""What the database does by itself, beside its tables: as PostgreSQL itself writes it down."""

from django.db import connection

FUNCTIONS = """
SELECT proname, pg_get_functiondef(oid) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND proname ~ '^(directory|mailings|webhooks)_'
"""
TRIGGERS = """
SELECT tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) FROM pg_trigger
WHERE NOT tgisinternal AND tgrelid::regclass::text ~ '^(directory|mailings|webhooks)_'
"""
CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'client_timezone_is_known'
"""
STATISTICS = "SELECT stxname, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext"
STORAGE = """
SELECT relname, array_to_string(ARRAY(SELECT unnest(reloptions) ORDER BY 1), ' ') FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL
  AND starts_with(relname, 'mailings_')
"""


def schema() -> dict[str, dict[str, str]]:
    found = {}
    with connection.cursor() as cursor:
        for query in (FUNCTIONS, TRIGGERS, CONSTRAINTS, STATISTICS, STORAGE):
            cursor.execute(query)
            found[query] = dict(cursor.fetchall())
    return found
