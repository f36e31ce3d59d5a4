"""What people said about being written to: opt-outs and consents, by phone."""

import django.db.models.functions.datetime
from django.db import migrations, models

from notification_service.directory.sql import sql

UNDO = "DROP FUNCTION directory_count_preference_change() CASCADE"


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0009_external_id_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="PreferenceChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("changes", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phone", models.CharField(max_length=11)),
                ("topic", models.CharField(blank=True, default="", max_length=64)),
                ("given_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("evidence", models.TextField(blank=True, default="")),
                ("revoked_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("revoked_at__isnull", False)),
                        fields=["phone"],
                        name="consent_history",
                    ),
                    models.Index(fields=["topic", "id"], name="consent_topic"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("phone", "topic"),
                        name="consent_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("phone__regex", "^7[0-9]{10}$")), name="consent_phone_is_russian"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phone", models.CharField(max_length=11)),
                ("topic", models.CharField(blank=True, default="", max_length=64)),
                ("reason", models.CharField(blank=True, default="", max_length=255)),
                ("source", models.CharField(blank=True, default="", max_length=255)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("withdrawn_at__isnull", False)),
                        fields=["phone"],
                        name="opt_out_history",
                    ),
                    models.Index(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=["topic", "id"],
                        name="opt_out_topic",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("phone", "topic"),
                        name="opt_out_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("phone__regex", "^7[0-9]{10}$")), name="opt_out_phone_is_russian"
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql.frozen("schema/preference_changes", digest="ad9b3d85edbd659c"), UNDO),
    ]
