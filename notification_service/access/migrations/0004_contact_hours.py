from typing import Any

from django.db import migrations

from notification_service.access.roles import create_roles


def forwards(apps: Any, _schema_editor: Any) -> None:
    create_roles(apps)


class Migration(migrations.Migration):
    """Who may see and set the contact hours."""

    dependencies = [("access", "0002_roles"), ("mailings", "0017_hours")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
