from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailings", "0011_test_sends"),
    ]

    operations = [
        migrations.AddField("mailing", "where", models.JSONField(blank=True, null=True)),
        migrations.AddField(
            "mailing",
            "segment",
            models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField("mailing", "exclude", models.JSONField(blank=True, null=True)),
        migrations.AddField("mailing", "segments_at_start", models.JSONField(editable=False, null=True)),
    ]
