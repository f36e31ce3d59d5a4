"""What a gateway whose breaker is open asked for, and which mailing probed it last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailings", "0004_worker_queue")]

    operations = [
        migrations.AddField(
            model_name="gateway",
            name="wait_seconds",
            field=models.FloatField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="gateway",
            name="probed_mailing_id",
            field=models.BigIntegerField(editable=False, null=True),
        ),
    ]
