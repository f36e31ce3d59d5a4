"""When gateways took nothing, and mailings for whoever another one has not reached."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from notification_service.mailings.sql import sql

HELD_NOW = """
INSERT INTO mailings_gatewayincident (gateway_id, began_at, reason, reason_number, error)
SELECT id, held_at, held_reason, held_reason_number, held_text FROM mailings_gateway WHERE held_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("mailings", "0006_response")]

    operations = [
        migrations.CreateModel(
            name="GatewayIncident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("reason_number", models.SmallIntegerField(null=True)),
                ("error", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("holds", models.PositiveIntegerField(db_default=1)),
                (
                    "gateway",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="incidents",
                        to="mailings.gateway",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["gateway", "began_at"], name="incident_of_gateway")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["gateway"],
                        name="incident_once_at_a_time",
                        condition=models.Q(("ended_at", None)),
                    )
                ],
            },
        ),
        migrations.AddField("mailing", "outcome_of_mailing", models.BigIntegerField(blank=True, null=True)),
        migrations.AddField(
            "mailing",
            "outcome_of_statuses",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=10), blank=True, db_default=[], default=list, size=None
            ),
        ),
        migrations.RunSQL(sql.frozen("schema/incidents", digest="e799db84278898f7"), migrations.RunSQL.noop),
        migrations.RunSQL(HELD_NOW, migrations.RunSQL.noop),
    ]
