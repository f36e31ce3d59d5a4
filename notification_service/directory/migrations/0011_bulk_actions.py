import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0010_opt_outs"),
    ]

    operations = [
        migrations.AddField(
            model_name="clientupload",
            name="tag_mode",
            field=models.CharField(db_default="replace", default="replace", max_length=10),
        ),
        migrations.CreateModel(
            name="BulkAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("add_tag", "Add Tag"), ("remove_tag", "Remove Tag"), ("delete", "Delete")],
                        max_length=10,
                    ),
                ),
                ("tag", models.CharField(blank=True, default="", max_length=255)),
                ("filter", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("finished", "Finished"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("requested_by", models.CharField(blank=True, default="", max_length=255)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True)),
                ("tries", models.IntegerField(default=0)),
                ("clients", models.BigIntegerField(null=True)),
                ("changed", models.BigIntegerField(default=0)),
                ("unchanged", models.BigIntegerField(default=0)),
                ("refused", models.BigIntegerField(default=0)),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="directory.bulkaction",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BulkStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "client_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "places",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), null=True, size=None
                    ),
                ),
                (
                    "changed_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                (
                    "changed_places",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), null=True, size=None
                    ),
                ),
                (
                    "action",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="directory.bulkaction",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="bulkaction",
            index=models.Index(
                condition=models.Q(("finished_at", None)), fields=["id"], name="bulk_action_unfinished"
            ),
        ),
        migrations.AddIndex(
            model_name="bulkaction",
            index=models.Index(fields=["finished_at"], name="bulk_action_ended"),
        ),
        migrations.AddConstraint(
            model_name="bulkaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["add_tag", "remove_tag", "delete"])),
                name="bulk_action_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["waiting", "running", "finished", "cancelled", "failed"])),
                name="bulk_action_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkstep",
            constraint=models.UniqueConstraint(fields=("action", "number"), name="bulk_step_once"),
        ),
    ]
