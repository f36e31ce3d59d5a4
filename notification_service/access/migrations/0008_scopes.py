from typing import Any

from django.db import migrations, models


def keep_what_keys_could_do(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("access", "ApiKey").objects.update(pii=True)


class Migration(migrations.Migration):
    """Keys that only send, and keys that see whole phones: those that are there go on seeing them."""

    dependencies = [("access", "0007_single_messages")]

    operations = [
        migrations.AddField("apikey", "pii", models.BooleanField(db_default=False, default=False)),
        migrations.RunPython(keep_what_keys_could_do, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="apikey", name="api_key_scope_is_known"),
        migrations.AlterField(
            "apikey",
            "scope",
            models.CharField(
                choices=[("read", "Read"), ("send", "Send"), ("write", "Write"), ("admin", "Admin")],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ["read", "send", "write", "admin"])),
                name="api_key_scope_is_known",
            ),
        ),
    ]
