from typing import Any

from django.db import migrations

from notification_service.access.roles import create_roles


def forwards(apps: Any, _schema_editor: Any) -> None:
    create_roles(apps)


class Migration(migrations.Migration):
    """Who may see and change webhooks."""

    dependencies = [("access", "0008_scopes"), ("webhooks", "0001_models")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
