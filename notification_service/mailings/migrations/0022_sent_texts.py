"""What was sent, of messages whose mailing does not say it."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailings", "0021_single_messages")]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="first_text",
            field=models.TextField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="SentTexts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mailing_id", models.BigIntegerField()),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                (
                    "message_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "texts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(null=True), size=None
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["mailing_id", "last_id"], name="sent_texts_of_mailing")],
            },
        ),
    ]
