"""Uploads of opt-outs and of consents beside those of clients."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0011_bulk_actions")]

    operations = [
        migrations.AddField(
            model_name="clientupload",
            name="kind",
            field=models.CharField(
                choices=[("clients", "Clients"), ("opt_outs", "Opt Outs"), ("consents", "Consents")],
                db_default="clients",
                default="clients",
                max_length=10,
            ),
        ),
    ]
