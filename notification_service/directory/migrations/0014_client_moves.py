"""Statements that set clients' time zones are counted."""

from django.db import migrations, models

from notification_service.directory.sql import sql

UNDO = "DROP FUNCTION directory_count_move() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("directory", "0013_zone_counts")]

    operations = [
        migrations.AddField(
            model_name="preferencechange", name="moves", field=models.BigIntegerField(db_default=0)
        ),
        migrations.RunSQL(sql.frozen("schema/client_moves", digest="01cf838c4a28b879"), UNDO),
    ]
