from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailings", "0015_http_gateways")]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="reference",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
    ]
