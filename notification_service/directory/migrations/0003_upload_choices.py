import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0002_whole_phones"),
    ]

    operations = [
        migrations.AddField(
            model_name="clientupload",
            name="names",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(blank=True), null=True, size=None
            ),
        ),
        migrations.AddField(
            model_name="clientupload",
            name="one_timezone",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="clientupload",
            name="tag",
            field=models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
        migrations.AddField(
            model_name="clientupload",
            name="timezone",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="clientupload",
            name="zones",
            field=models.JSONField(null=True),
        ),
    ]
