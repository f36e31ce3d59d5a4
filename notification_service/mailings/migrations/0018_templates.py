"""Saved texts with their versions; who is left out of a mailing for want of a value of its text."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("mailings", "0017_hours")]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="audience_written_to",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="mailing",
            name="excluded_no_value",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
                ("text", models.TextField(max_length=2000)),
                ("number", models.IntegerField(default=1)),
                ("updated_at", models.DateTimeField(db_default=Now(), editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("name", models.CharField(max_length=64)),
                ("text", models.TextField(max_length=2000)),
                ("made_at", models.DateTimeField(db_default=Now(), editable=False)),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="mailings.template",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["template", "number"], name="template_version_once")
                ],
            },
        ),
    ]
