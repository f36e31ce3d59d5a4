from typing import Any

from django.db import migrations

from notification_service.access.roles import create_roles


def forwards(apps: Any, _schema_editor: Any) -> None:
    create_roles(apps)


class Migration(migrations.Migration):
    """Who may send single messages."""

    dependencies = [("access", "0006_receipts"), ("mailings", "0021_single_messages")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
