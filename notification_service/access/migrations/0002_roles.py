from typing import Any

from django.db import migrations

from notification_service.access.roles import create_roles


def forwards(apps: Any, _schema_editor: Any) -> None:
    create_roles(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_models"),
        ("audit", "0001_entries"),
        ("directory", "0001_models"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("mailings", "0001_models"),
    ]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
