"""Migrations that would lock a big table, or stop the version before: found in their SQL, without a database.

`python -m tests.checks.migrations` looks at every migration since the first release. What a RunPython does
stays unseen.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.contrib.postgres.operations import RemoveIndexConcurrently, ValidateConstraint
from django.db import connections
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from psycopg.sql import quote

from notification_service.indexes import AddIndexBesideWork

SQUAWK = Path(sys.executable).with_name("squawk")
OLDEST_POSTGRESQL = 16

# The last of each app that was made before the first release, for tables that were empty.
BEFORE_THE_FIRST_RELEASE = {
    "access": "0002",
    "api": "0001",
    "console": "0001",
    "directory": "0001",
    "mailings": "0001",
}
# What a migration that is no transaction may do: each can be repeated, whether or not it was broken off.
REPEATABLE = (AddIndexBesideWork, RemoveIndexConcurrently, ValidateConstraint)
# Why a later migration may have a finding: (migration, rule) → reason.
BEFORE_A_RELEASE = "no release has these tables: the conversion holds their locks anyway, once"
RENAMED_BEFORE_A_RELEASE = "no release has the old names"
ACCEPTED: dict[tuple[str, str], str] = {
    ("mailings.0003_reasons", "constraint-missing-not-valid"): BEFORE_A_RELEASE,
    ("mailings.0003_reasons", "disallowed-unique-constraint"): BEFORE_A_RELEASE,
    ("mailings.0003_reasons", "require-concurrent-index-creation"): BEFORE_A_RELEASE,
    ("mailings.0003_reasons", "require-concurrent-index-deletion"): BEFORE_A_RELEASE,
    ("directory.0005_tags", "constraint-missing-not-valid"): BEFORE_A_RELEASE,
    ("directory.0005_tags", "require-concurrent-index-creation"): BEFORE_A_RELEASE,
    ("mailings.0006_response", "renaming-column"): RENAMED_BEFORE_A_RELEASE,
    ("mailings.0011_test_sends", "renaming-table"): RENAMED_BEFORE_A_RELEASE,
    ("api.0002_response", "renaming-column"): RENAMED_BEFORE_A_RELEASE,
    ("api.0002_response", "renaming-table"): RENAMED_BEFORE_A_RELEASE,
    ("api.0002_response", "constraint-missing-not-valid"): RENAMED_BEFORE_A_RELEASE,
    ("api.0002_response", "disallowed-unique-constraint"): RENAMED_BEFORE_A_RELEASE,
}

# At most some thousand rows: read in milliseconds, whatever the lock.
SMALL_TABLES = {
    *("access_rate_limit", "access_apikey", "auth_group", "auth_user"),
    *("mailings_gateway", "mailings_gatewayuse", "mailings_mailing", "mailings_worker"),
}
LOCKS = {
    *("adding-field-with-default", "adding-serial-primary-key-field", "changing-column-type"),
    *("adding-foreign-key-constraint", "adding-not-nullable-field", "constraint-missing-not-valid"),
    *("disallowed-unique-constraint", "require-concurrent-index-creation"),
    *("require-concurrent-index-deletion", "require-concurrent-reindex"),
}
# Workers and web servers of the version before still run while and after it is applied; or it cannot run.
BREAKS = {
    *("adding-required-field", "ban-drop-column", "ban-drop-default", "ban-drop-table", "renaming-column"),
    *("renaming-table", "ban-truncate-cascade", "ban-concurrent-index-creation-in-transaction"),
    *("syntax-error", "not-repeatable"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    migration: str
    rule: str
    statement: str
    message: str

    def __str__(self) -> str:
        return f"{self.migration}: {self.rule}\n  {self.statement}\n  {self.message}"


class Statements(DatabaseSchemaEditor):
    """Collects what a migration would run; Django's own asks the server how to quote."""

    def execute(self, sql: Any, params: Any = ()) -> None:
        text = str(sql) % tuple(quote(value) for value in params) if params else str(sql)
        self.collected_sql.append(text if text.rstrip().endswith(";") else f"{text};")


def findings(migration: Migration, state: ProjectState) -> list[Finding]:
    """`state` is that of the models before the migration, and is changed."""
    statements = _statements(migration, state)
    found = [_finding(migration, statements, report) for report in _squawk(migration, statements)]
    return [finding for finding in (*found, *_unrepeatable(migration)) if _counts(finding)]


def _unrepeatable(migration: Migration) -> Iterator[Finding]:
    name = f"{migration.app_label}.{migration.name}"
    for operation in migration.operations:
        if not migration.atomic and not isinstance(operation, REPEATABLE):
            yield Finding(
                name, "not-repeatable", operation.describe(), "broken off, it fails when it is repeated"
            )


def _statements(migration: Migration, state: ProjectState) -> list[str]:
    connection = connections["default"].copy()
    vars(connection)["pg_version"] = OLDEST_POSTGRESQL * 10_000
    with Statements(connection, collect_sql=True, atomic=False) as editor:
        migration.apply(state, editor, collect_sql=True)
    statements = [text for statement in editor.collected_sql if (text := _without_head(statement))]
    return ["BEGIN;", *statements, "COMMIT;"] if migration.atomic else statements


def _without_head(statement: str) -> str:
    """Without the comments before it: Django's own, and the head of a file."""
    lines = statement.split("\n")
    return "\n".join(dropwhile(lambda line: not line or line.startswith("--"), lines))


def _squawk(migration: Migration, statements: list[str]) -> list[Any]:
    command = [str(SQUAWK), "--reporter=json", f"--pg-version={OLDEST_POSTGRESQL}"]
    command += ["--stdin-filepath", f"{migration.app_label}/{migration.name}"]
    # Django's Now(), which squawk does not know to be as stable as this.
    script = "\n".join(statements).replace("(STATEMENT_TIMESTAMP())", "now()")
    answer = subprocess.run(command, input=script, capture_output=True, text=True)
    if not answer.stdout:
        raise RuntimeError(f"squawk did not work: {answer.stderr}")
    reports: list[Any] = json.loads(answer.stdout)
    return reports


def _finding(migration: Migration, statements: list[str], report: Any) -> Finding:
    lines = [statement for statement in statements for _ in statement.split("\n")]
    name = f"{migration.app_label}.{migration.name}"
    return Finding(name, report["rule_name"], lines[report["line"]], report["message"])


def _counts(finding: Finding) -> bool:
    if (finding.migration, finding.rule) in ACCEPTED:
        return False
    is_lock = finding.rule in LOCKS and not _is_about_small_tables(finding.statement)
    return is_lock or finding.rule in BREAKS


def _is_about_small_tables(statement: str) -> bool:
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    named = known.intersection(re.findall(r"\w+", statement))
    return bool(named) and named <= SMALL_TABLES


def since_the_first_release(loader: MigrationLoader) -> Iterator[tuple[Migration, ProjectState]]:
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("notification_service.")}
    for app, name in sorted(loader.disk_migrations):
        if app in ours and name[:4] > BEFORE_THE_FIRST_RELEASE.get(app, "0000"):
            yield loader.disk_migrations[app, name], loader.project_state((app, name), at_end=False)


def main() -> int:
    loader = MigrationLoader(None)
    looked_at = list(since_the_first_release(loader))
    found = [finding for migration, state in looked_at for finding in findings(migration, state)]
    for finding in found:
        print(finding)
    print(f"{len(looked_at)} migrations since the first release, {len(found)} findings")
    return bool(found)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notification_service.settings")
    django.setup()
    sys.exit(main())
