"""Statements that set clients' time zones are counted."""

from django.db import migrations, models

from notification_service.directory.sql import sql

UNDO = "DROP FUNCTION directory_count_move() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("directory", "0013_zone_counts")]

    operations = [
        migrations.CreateModel(
            name="ClientMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("statements", models.BigIntegerField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL(sql.frozen("schema/client_moves", digest="7c3a2e5023a5f162"), UNDO),
    ]
