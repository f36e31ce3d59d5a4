import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailings", "0008_day_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("key", models.UUIDField()),
                ("requested_by", models.CharField(max_length=150)),
                ("phone", models.CharField(blank=True, max_length=11)),
                ("text", models.TextField(blank=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=100)),
                ("answer", models.CharField(blank=True, default="", max_length=500)),
                (
                    "gateway",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="mailings.gateway"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("requested_by", "key"), name="trial_once_per_click"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at", None), models.Q(("phone", ""), ("text", "")), _connector="OR"
                        ),
                        name="trial_forgets_at_its_end",
                    ),
                ],
            },
        ),
    ]
