from typing import Any

from django.db import migrations

from notification_service.console.roles import create_roles


def forwards(apps: Any, _schema_editor: Any) -> None:
    """Administrators may change gateways."""
    create_roles(apps)


class Migration(migrations.Migration):
    dependencies = [("console", "0003_cache"), ("mailings", "0003_gateways")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
