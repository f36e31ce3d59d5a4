"""Tests that commit leave the database as the migrations made it, at the cost of what they touched.

Django's own way empties every table and makes all permissions anew: 0.1 s for each test.
"""

from functools import cache

from django.apps import apps
from django.core.management import call_command
from django.db import connection

from notification_service.access.roles import create_roles
from notification_service.mailings.models import Gateway

# Filled by the migrations; the others are empty until a test writes to them.
REFERENCE_TABLES = ("auth_group", "auth_group_permissions", "auth_permission", "django_content_type")
TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
"""
GATEWAYS = "mailings_gateway"  # has one row, which most tests leave as it is


def remember_migrated_rows() -> None:
    """To be called once, when the database has just been migrated."""
    _migrated_reference_counts()
    _remember_main_gateway()


def remove_committed_rows() -> None:
    touched = [name for (name,) in _rows(_filled_tables())]
    if _rows(_gateway_versions()) != _main_gateway_version():
        touched.append(GATEWAYS)
    if touched:
        _execute(f"TRUNCATE {', '.join(touched)} CASCADE")
    if GATEWAYS in touched:
        Gateway.objects.create(name="main")
        _remember_main_gateway()
    if _rows(_reference_counts()) != _migrated_reference_counts():
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=False)
        create_roles(apps)
        _remember_main_gateway()


@cache
def _migrated_reference_counts() -> list[tuple[str, ...]]:
    return _rows(_reference_counts())


@cache
def _main_gateway_version() -> list[tuple[str, ...]]:
    return _rows(_gateway_versions())


def _remember_main_gateway() -> None:
    _main_gateway_version.cache_clear()
    _main_gateway_version()


@cache
def _filled_tables() -> str:
    # Not by introspection: it names the temporary table of an import that this connection has made.
    tables = [name for (name,) in _rows(TABLES)]
    names = {*tables} - {*REFERENCE_TABLES, GATEWAYS, "django_migrations"}
    return " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in sorted(names))


def _reference_counts() -> str:
    return "SELECT " + ", ".join(f"(SELECT count(*)::text FROM {name})" for name in REFERENCE_TABLES)


def _gateway_versions() -> str:
    return f"SELECT id::text, xmin::text FROM {GATEWAYS} ORDER BY id"  # xmin: who wrote it last


def _rows(query: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[str, ...]] = cursor.fetchall()
        return rows


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
