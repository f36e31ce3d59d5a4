"""Messages that belong to no mailing."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from notification_service.mailings.sql import sql

MAILING = models.ForeignKey(
    db_constraint=False,
    db_index=False,
    null=True,
    on_delete=django.db.models.deletion.DO_NOTHING,
    to="mailings.mailing",
)


class Migration(migrations.Migration):
    dependencies = [("mailings", "0020_receipts")]

    operations = [
        migrations.AddField("message", "queue", models.BigIntegerField(null=True)),
        migrations.AlterField("message", "mailing", MAILING.clone()),
        migrations.AlterField("attempt", "mailing", MAILING.clone()),
        migrations.CreateModel(
            name="SingleMessage",
            fields=[
                ("window_from", models.TimeField(blank=True, null=True)),
                ("window_to", models.TimeField(blank=True, null=True)),
                (
                    "window_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3),
                        blank=True,
                        db_default=[],
                        default=list,
                        size=None,
                    ),
                ),
                ("window_holidays", models.CharField(blank=True, db_default="", default="", max_length=2)),
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="single",
                        serialize=False,
                        to="mailings.message",
                    ),
                ),
                ("phone", models.CharField(blank=True, db_default="", default="", max_length=11)),
                ("text", models.TextField(max_length=2000)),
                ("end_at", models.DateTimeField()),
                ("topic", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("ignores_opt_outs", models.BooleanField(db_default=False, default=False)),
                ("reference", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("anonymised_at", models.DateTimeField(editable=False, null=True)),
                (
                    "gateway",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="mailings.gateway",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["end_at"], name="single_message_end"),
                    models.Index(
                        fields=["phone"], name="single_message_phone", condition=~models.Q(phone="")
                    ),
                    models.Index(
                        fields=["reference"],
                        name="single_message_reference",
                        condition=~models.Q(reference=""),
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            sql.frozen("schema/due_messages", digest="6d4af894f77540e9"), migrations.RunSQL.noop
        ),
    ]
