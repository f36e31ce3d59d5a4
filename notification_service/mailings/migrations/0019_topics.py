"""What a mailing is about, whom it needs the consent of, and who was left out at its start."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0010_opt_outs"),
        ("mailings", "0018_templates"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="mailing",
            options={"permissions": [("override_mailing", "Can have a mailing ignore opt-outs")]},
        ),
        migrations.AddField(
            model_name="mailing",
            name="excluded_no_consent",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="mailing",
            name="excluded_opted_out",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="mailing",
            name="ignores_opt_outs",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="mailing",
            name="preferences_known",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="mailing",
            name="requires_consent",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="mailing",
            name="topic",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
