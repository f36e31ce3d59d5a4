"""What is sent, to whom and when; and what the database keeps by itself of it."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

from notification_service.mailings.migrations._counters_before_reasons import COUNTERS
from notification_service.mailings.migrations._due_messages_before_single_messages import DUE_MESSAGES
from notification_service.mailings.migrations._storage_before_partitions import STORAGE
from notification_service.mailings.sql import sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0001_models"),
    ]

    operations = [
        migrations.CreateModel(
            name="Gateway",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
                ("held_at", models.DateTimeField(editable=False, null=True)),
                ("held_reason", models.CharField(blank=True, default="", editable=False, max_length=200)),
                ("probe_at", models.DateTimeField(editable=False, null=True)),
                ("connect_timeout_seconds", models.FloatField(blank=True, null=True)),
                ("enabled", models.BooleanField(db_default=True, default=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("probe_server", "Probe Server"), ("form_sms", "Form Sms")],
                        db_default="probe_server",
                        default="probe_server",
                        max_length=20,
                    ),
                ),
                ("max_concurrency", models.PositiveIntegerField(blank=True, null=True)),
                ("max_requests_per_second", models.FloatField(blank=True, null=True)),
                ("permits_until", models.DateTimeField(editable=False, null=True)),
                ("priority", models.SmallIntegerField(db_default=0, default=0)),
                ("probing_since", models.DateTimeField(editable=False, null=True)),
                ("request_timeout_seconds", models.FloatField(blank=True, null=True)),
                ("token_encrypted", models.BinaryField(null=True)),
                ("token_variable", models.CharField(blank=True, db_default="", default="", max_length=64)),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("url", models.CharField(blank=True, db_default="", default="", max_length=500)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("token_variable", ""), ("token_encrypted", None), _connector="OR"
                        ),
                        name="gateway_has_one_token",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("max_requests_per_second", None),
                                ("max_requests_per_second__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(("max_concurrency", None), ("max_concurrency__gt", 0), _connector="OR"),
                            models.Q(
                                ("connect_timeout_seconds", None),
                                ("connect_timeout_seconds__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("request_timeout_seconds", None),
                                ("request_timeout_seconds__gt", 0),
                                _connector="OR",
                            ),
                        ),
                        name="gateway_limits_are_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GatewayUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("worker", models.CharField(max_length=100)),
                ("seen_at", models.DateTimeField()),
                ("lease_expires_at", models.DateTimeField()),
                ("share", models.PositiveIntegerField(null=True)),
                ("concurrency", models.PositiveIntegerField()),
                ("full_concurrency", models.PositiveIntegerField()),
                ("latency_ms", models.FloatField(null=True)),
                (
                    "gateway",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uses",
                        to="mailings.gateway",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("gateway", "worker"), name="gateway_use_of_worker")
                ],
            },
        ),
        migrations.CreateModel(
            name="Mailing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(max_length=2000)),
                ("start_at", models.DateTimeField()),
                ("end_at", models.DateTimeField()),
                (
                    "operator_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3), blank=True, default=list, size=None
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(blank=True, max_length=255),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("window_from", models.TimeField(blank=True, null=True)),
                ("window_to", models.TimeField(blank=True, null=True)),
                (
                    "on_unknown",
                    models.CharField(
                        choices=[("send_again", "Send Again"), ("give_up", "Give Up")],
                        default="send_again",
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("scheduled", "Scheduled"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("finished", "Finished"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="scheduled",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("started_at", models.DateTimeField(editable=False, null=True)),
                ("audience_built_at", models.DateTimeField(editable=False, null=True)),
                ("window_changed_at", models.DateTimeField(editable=False, null=True)),
                ("finished_at", models.DateTimeField(editable=False, null=True)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                ("failover", models.BooleanField(db_default=False, default=False)),
                (
                    "gateway",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="mailings.gateway",
                    ),
                ),
                (
                    "trace_parent",
                    models.CharField(blank=True, db_default="", default="", editable=False, max_length=55),
                ),
                ("anonymised_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at", None)),
                        fields=["start_at"],
                        name="mailing_unsettled",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at", None), _negated=True),
                        fields=["deleted_at"],
                        name="mailing_deleted",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("end_at__gt", models.F("start_at"))),
                        name="mailing_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.GreaterThanOrEqual(
                                django.db.models.functions.text.Length("text"), 1
                            ),
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("text"), 2000
                            ),
                        ),
                        name="mailing_text_fits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["scheduled", "running", "paused", "finished", "cancelled"])
                        ),
                        name="mailing_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("on_unknown__in", ["send_again", "give_up"])),
                        name="mailing_on_unknown_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("window_from", None), ("window_to", None)),
                            models.Q(
                                ("window_from__isnull", False),
                                ("window_to__isnull", False),
                                models.Q(("window_from", models.F("window_to")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="mailing_window_is_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
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
                            ("pending", "Pending"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("expired", "Expired"),
                            ("cancelled", "Cancelled"),
                            ("unknown", "Unknown"),
                        ],
                        max_length=10,
                    ),
                ),
                ("attempts", models.IntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("batch_id", models.BigIntegerField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=100)),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="directory.client",
                    ),
                ),
                (
                    "mailing",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="mailings.mailing",
                    ),
                ),
                (
                    "gateway",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="mailings.gateway",
                    ),
                ),
                (
                    "undelivered",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                status__in=("failed", "expired", "cancelled", "unknown"), then="status"
                            )
                        ),
                        output_field=models.CharField(max_length=10, null=True),
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["mailing", "id"], name="message_of_mailing"),
                    models.Index(fields=["client", "id"], name="message_of_client"),
                    django.contrib.postgres.indexes.BrinIndex(fields=["created_at"], name="message_created"),
                    models.Index(
                        condition=models.Q(("error", ""), _negated=True),
                        fields=["mailing", "error", "id"],
                        name="message_trouble",
                    ),
                    models.Index(
                        condition=models.Q(("undelivered", None), _negated=True),
                        fields=["undelivered", "id"],
                        name="message_undelivered",
                    ),
                    models.Index(
                        condition=models.Q(("undelivered", None), _negated=True),
                        fields=["mailing", "undelivered", "id"],
                        name="message_undelivered_of_mailing",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("mailing", "client"), name="message_once_per_client"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["pending", "sending", "sent", "failed", "expired", "cancelled", "unknown"],
                            )
                        ),
                        name="message_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("next_attempt_at__isnull", False), ("status", "pending")),
                            models.Q(
                                models.Q(("status", "pending"), _negated=True), ("next_attempt_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="message_is_due_while_pending",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DueMessage",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="due",
                        serialize=False,
                        to="mailings.message",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "mailing",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="mailings.mailing",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["mailing", "at"], name="due_of_mailing")],
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("claimed_by", models.CharField(max_length=100)),
                ("lease_expires_at", models.DateTimeField(db_index=True)),
                (
                    "message_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("retry", "Retry"),
                            ("failed", "Failed"),
                            ("held", "Held"),
                            ("unknown", "Unknown"),
                            ("lost", "Lost"),
                        ],
                        max_length=10,
                    ),
                ),
                ("error", models.CharField(max_length=100)),
                ("http_status", models.SmallIntegerField(null=True)),
                ("answer", models.CharField(blank=True, default="", max_length=500)),
                ("retry_at", models.DateTimeField(null=True)),
                (
                    "mailing",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="mailings.mailing",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="failed_attempts",
                        to="mailings.message",
                    ),
                ),
                (
                    "gateway",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="mailings.gateway",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MessageCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pending", models.BigIntegerField(db_default=0)),
                ("sending", models.BigIntegerField(db_default=0)),
                ("sent", models.BigIntegerField(db_default=0)),
                ("failed", models.BigIntegerField(db_default=0)),
                ("expired", models.BigIntegerField(db_default=0)),
                ("cancelled", models.BigIntegerField(db_default=0)),
                ("unknown", models.BigIntegerField(db_default=0)),
                ("slot", models.SmallIntegerField()),
                (
                    "mailing",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="mailings.mailing",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mailing", "slot"), name="message_count_slot", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MinuteCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("minute", models.DateTimeField()),
                ("slot", models.SmallIntegerField()),
                ("sent", models.BigIntegerField(db_default=0)),
                ("failed", models.BigIntegerField(db_default=0)),
                ("retried", models.BigIntegerField(db_default=0)),
                (
                    "mailing",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="mailings.mailing",
                    ),
                ),
                ("expired", models.BigIntegerField(db_default=0)),
                ("cancelled", models.BigIntegerField(db_default=0)),
                ("unknown", models.BigIntegerField(db_default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("mailing", "minute", "slot"), name="minute_count_slot")
                ],
            },
        ),
        migrations.CreateModel(
            name="FailureCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=100)),
                ("slot", models.SmallIntegerField()),
                ("messages", models.BigIntegerField(db_default=0)),
                (
                    "mailing",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="mailings.mailing",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("mailing", "reason", "slot"), name="failure_count_slot")
                ],
            },
        ),
        migrations.CreateModel(
            name="QuarterFailure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", models.DateTimeField()),
                ("reason", models.CharField(max_length=100)),
                ("slot", models.SmallIntegerField()),
                ("messages", models.BigIntegerField(db_default=0)),
                (
                    "mailing",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="mailings.mailing",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mailing", "quarter", "reason", "slot"), name="quarter_failure_slot"
                    )
                ],
            },
        ),
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
        migrations.CreateModel(
            name="Worker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(
            sql.frozen("schema/status_change", digest="31aeea8eddb0d822"), "DROP TYPE mailings_status_change"
        ),
        migrations.RunSQL(
            COUNTERS,
            "DROP FUNCTION mailings_count_inserted, mailings_count_deleted, mailings_count_updated,"
            " mailings_count_retried, mailings_add_counts, mailings_count_slot CASCADE",
        ),
        migrations.RunSQL(
            DUE_MESSAGES,
            "DROP FUNCTION mailings_keep_due CASCADE",
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
    ]
