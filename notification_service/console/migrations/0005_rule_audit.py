from typing import Any

from django.db import migrations

from notification_service.console.roles import create_roles


def forwards(apps: Any, _schema_editor: Any) -> None:
    """Administrators may read the audit log."""
    create_roles(apps)


class Migration(migrations.Migration):
    dependencies = [("console", "0004_rule_gateways"), ("audit", "0001_entries")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
