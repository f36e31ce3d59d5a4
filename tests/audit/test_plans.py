"""However long the log is, a page of it is a few rows of an index."""

import pytest
from django.db import connection

from notification_service.audit.models import Entry, EntryQuerySet

MANY = """
INSERT INTO audit_entry (at, action, object_kind, object_id, object_name, actor_kind, actor_id, actor_name,
  source, request_id, changes, facts)
SELECT now() - n * interval '1 minute', (ARRAY['mailing.paused', 'client.changed'])[1 + n % 2],
  (ARRAY['mailing', 'client'])[1 + n % 2], n % 5000, '', 'person', n % 500, '', 'console', '', '{}', '{}'
FROM generate_series(1, 50000) AS n
"""
PAGES = {
    "audit_entry_pkey": Entry.objects.all(),
    "audit_entry_object": Entry.objects.about("mailing:12"),
    "audit_entry_actor": Entry.objects.by("person:7"),
    "audit_entry_at": Entry.objects.filter(at__lt="2000-01-01T00:00:00Z"),
    "audit_entry_action": Entry.objects.filter(action="gateway.deleted"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("index", PAGES)
def test_a_page_of_the_log_is_read_from_an_index(index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute("ANALYZE audit_entry")
    plan = plan_of(PAGES[index])
    assert index in plan
    assert "Seq Scan" not in plan


def plan_of(entries: EntryQuerySet) -> str:
    return entries.all().order_by("-pk")[:51].explain()
