from typing import Any

from django.db import migrations

from notification_service.access.roles import create_roles


def forwards(apps: Any, _schema_editor: Any) -> None:
    create_roles(apps)


class Migration(migrations.Migration):
    """Who may see replies, and the keys of providers."""

    dependencies = [("access", "0005_admin_scope"), ("mailings", "0020_receipts")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
