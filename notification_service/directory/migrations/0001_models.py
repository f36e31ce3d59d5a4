"""Who: clients, and the files that they are imported from."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from notification_service.directory.sql import sql


class Migration(migrations.Migration):
    initial = True

    operations = [
        migrations.CreateModel(
            name="Client",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phone", models.CharField(max_length=11, null=True, unique=True)),
                ("operator_code", models.CharField(max_length=3)),
                ("tag", models.CharField(blank=True, default="", max_length=255)),
                ("timezone", models.CharField(max_length=64)),
                ("attributes", models.JSONField(blank=True, default=dict)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at", None)),
                        fields=["operator_code", "tag", "timezone"],
                        name="client_reach",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("phone__isnull", False), ("phone__regex", "^7[0-9]{10}$")),
                            models.Q(("deleted_at__isnull", False), ("phone", None)),
                            _connector="OR",
                        ),
                        name="client_phone_is_russian",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("operator_code__regex", "^[0-9]{3}$"),
                            ("deleted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="client_operator_code_has_three_digits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientUpload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("arriving", "Arriving"),
                            ("ready", "Ready"),
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("finished", "Finished"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Failed"),
                        ],
                        default="arriving",
                        max_length=10,
                    ),
                ),
                ("file_name", models.CharField(max_length=255)),
                ("size", models.BigIntegerField(default=0)),
                ("lines", models.BigIntegerField(default=0)),
                ("digest", models.BinaryField(null=True)),
                (
                    "file_format",
                    models.CharField(
                        choices=[("csv", "Csv"), ("ndjson", "Ndjson")], default="csv", max_length=10
                    ),
                ),
                (
                    "encoding",
                    models.CharField(
                        choices=[("utf-8", "Utf8"), ("cp1251", "Cp1251"), ("utf-16", "Utf16")],
                        default="utf-8",
                        max_length=10,
                    ),
                ),
                ("separator", models.CharField(blank=True, default="", max_length=1)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(blank=True, max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("language", models.CharField(default="en", max_length=10)),
                ("uploaded_by", models.CharField(max_length=150)),
                ("started_by", models.CharField(blank=True, default="", max_length=150)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(blank=True, default="")),
                ("tries", models.IntegerField(default=0)),
                ("last_line", models.BigIntegerField(default=0)),
                ("bytes_done", models.BigIntegerField(default=0)),
                ("created", models.BigIntegerField(default=0)),
                ("updated", models.BigIntegerField(default=0)),
                ("unchanged", models.BigIntegerField(default=0)),
                ("rejected", models.BigIntegerField(default=0)),
                ("rejected_kept", models.IntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at", None)),
                        fields=["created_at"],
                        name="upload_unfinished",
                    ),
                    models.Index(
                        condition=models.Q(("rejected_kept__gt", 0)),
                        fields=["finished_at"],
                        name="upload_rejected",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["ready", "waiting", "running"])),
                        fields=("digest",),
                        name="upload_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "arriving",
                                    "ready",
                                    "waiting",
                                    "running",
                                    "finished",
                                    "cancelled",
                                    "failed",
                                ],
                            )
                        ),
                        name="upload_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rejected_kept__lte", models.F("rejected"))),
                        name="upload_lists_what_it_rejected",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("content", models.BinaryField()),
                (
                    "upload",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="directory.clientupload",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("upload", "number"), name="upload_part_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RejectedLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.BigIntegerField()),
                ("field", models.CharField(blank=True, default="", max_length=20)),
                ("reason", models.TextField()),
                ("content", models.TextField()),
                (
                    "upload",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejected_lines",
                        to="directory.clientupload",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["upload", "id"], name="rejected_line_of_upload")],
            },
        ),
        migrations.RunSQL(
            sql.frozen("schema/zone_check", digest="3d83517443ed1c20"),
            "ALTER TABLE directory_client DROP CONSTRAINT client_timezone_is_known",
        ),
    ]
