"""What providers tell later: receipts, by our id or by theirs, and replies."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models

from notification_service.mailings.sql import sql


class Migration(migrations.Migration):
    dependencies = [
        ("mailings", "0019_topics"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="gateway",
            options={"permissions": [("rotate_gateway", "Can see and replace a gateway's receipt key")]},
        ),
        migrations.AddField(
            model_name="gateway",
            name="receipt_key_encrypted",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="gateway",
            name="receipt_key_hash",
            field=models.CharField(db_default="", default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="message",
            name="delivered_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="delivery",
            field=models.CharField(
                choices=[("delivered", "Delivered"), ("undelivered", "Undelivered")], max_length=11, null=True
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="delivery_reason",
            field=models.CharField(db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="message",
            name="provider_id",
            field=models.CharField(db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="messagecount",
            name="answered",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="messagecount",
            name="delivered",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="messagecount",
            name="undelivered",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="minutecount",
            name="delivered",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="minutecount",
            name="undelivered",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.CreateModel(
            name="EarlyReceipt",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "gateway_id",
                        "provider_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("provider_id", models.CharField(max_length=200)),
                (
                    "delivery",
                    models.CharField(
                        choices=[("delivered", "Delivered"), ("undelivered", "Undelivered")], max_length=11
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("came_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "gateway",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="mailings.gateway",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="InboundMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phone", models.CharField(max_length=11)),
                ("text", models.TextField(blank=True, max_length=2000)),
                ("at", models.DateTimeField()),
                (
                    "received_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("is_stop", models.BooleanField(default=False)),
                (
                    "gateway",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="mailings.gateway",
                    ),
                ),
            ],
            options={
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["phone", "id"], name="inbound_of_phone"),
                    models.Index(condition=models.Q(("is_stop", True)), fields=["id"], name="inbound_stops"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("gateway"),
                        models.F("phone"),
                        models.F("at"),
                        django.db.models.functions.text.MD5("text"),
                        name="inbound_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("phone__regex", "^7[0-9]{10}$")), name="inbound_phone_is_russian"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderMessage",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "gateway_id",
                        "provider_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("provider_id", models.CharField(max_length=200)),
                ("message_id", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "gateway",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="mailings.gateway",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="provider_message_at")
                ],
            },
        ),
        migrations.RunSQL(sql.frozen("schema/counters", digest="6f108420adc9395f"), migrations.RunSQL.noop),
        migrations.RunSQL(sql.frozen("schema/partitions", digest="091152a39ca3ef6f"), migrations.RunSQL.noop),
    ]
