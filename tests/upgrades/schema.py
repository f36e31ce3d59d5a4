"""The tables as the workers of a release know them, and what a later schema may not do to those.

A worker of the last release goes on beside those of the next, on the next one's schema: it names the columns
it knows, and leaves out all others.
"""

import json
from pathlib import Path
from typing import TypedDict

from django.apps import apps
from django.db import connection

LAST_RELEASE = Path(__file__).with_name("last_release.json")
OURS = tuple(
    f"{app.label}_" for app in apps.get_app_configs() if app.name.startswith("notification_service.")
)

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
  a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY 1, 2
"""


class Column(TypedDict):
    type: str
    never_null: bool
    must_be_given: bool  # by an INSERT


Schema = dict[str, dict[str, Column]]


def present_schema() -> Schema:
    schema: Schema = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, column, kind, never_null, must_be_given in cursor.fetchall():
            if table.startswith(OURS):
                facts = Column(type=kind, never_null=never_null, must_be_given=must_be_given)
                schema.setdefault(table, {})[column] = facts
    return schema


def released_schema() -> Schema:
    schema: Schema = json.loads(LAST_RELEASE.read_text())
    return schema


def keep_schema() -> None:
    LAST_RELEASE.write_text(json.dumps(present_schema(), indent=1) + "\n")


def broken_promises(old: Schema, new: Schema) -> list[str]:
    """What workers that know the old schema cannot live with in the new one."""
    broken = []
    for table, columns in old.items():
        present = new.get(table, {})
        broken += [f"{table}.{name} is gone" for name in columns.keys() - present.keys()]
        broken += [f"{table}.{name} must be given" for name in _demanded(columns, present)]
        for name in columns.keys() & present.keys():
            broken += [f"{table}.{name} {what}" for what in _changes(columns[name], present[name])]
    return sorted(broken)


def _demanded(old: dict[str, Column], new: dict[str, Column]) -> list[str]:
    return [name for name in new.keys() - old.keys() if new[name]["must_be_given"]]


def _changes(old: Column, new: Column) -> list[str]:
    changes = [f"was {old['type']} and is {new['type']}"] if old["type"] != new["type"] else []
    return changes + (["must not be null"] if new["never_null"] and not old["never_null"] else [])
