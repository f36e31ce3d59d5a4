"""Keys of administrators, and what only these and administrators may do."""

from typing import Any

from django.db import migrations, models

from notification_service.access.roles import create_roles


def forwards(apps: Any, _schema_editor: Any) -> None:
    create_roles(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_contact_hours"),
        ("mailings", "0019_topics"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="apikey",
            name="api_key_scope_is_known",
        ),
        migrations.AlterField(
            model_name="apikey",
            name="scope",
            field=models.CharField(
                choices=[("read", "Read"), ("write", "Write"), ("admin", "Admin")], max_length=10
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ["read", "write", "admin"])), name="api_key_scope_is_known"
            ),
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
