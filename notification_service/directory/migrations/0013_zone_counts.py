"""Clients counted by time zone. Who changes clients waits while they are counted once."""

from django.db import migrations, models

from notification_service.directory.sql import sql

COUNT = """
INSERT INTO directory_zonecount (timezone, clients)
SELECT timezone, count(*) FROM directory_client WHERE deleted_at IS NULL GROUP BY timezone
"""
UNDO = "DROP FUNCTION directory_count_zones() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("directory", "0012_upload_kind")]

    operations = [
        migrations.CreateModel(
            name="ZoneCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("timezone", models.CharField(max_length=64)),
                ("clients", models.BigIntegerField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL(sql.frozen("schema/zone_counts", digest="5aafb9e1dfa88302"), UNDO),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
