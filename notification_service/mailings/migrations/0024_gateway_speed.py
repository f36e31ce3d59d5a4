"""What a worker could do with a gateway at most, for forecasts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailings", "0023_spread")]

    operations = [
        migrations.AddField("gatewayuse", "most_per_second", models.FloatField(null=True)),
        migrations.AddField("gatewayuse", "measured_at", models.DateTimeField(null=True)),
        migrations.AddField("gatewayuse", "is_busy", models.BooleanField(db_default=False, default=False)),
    ]
