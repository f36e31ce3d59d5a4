from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailings", "0003_reasons")]

    operations = [
        migrations.AlterField("worker", "heard_at", models.DateTimeField(null=True)),
        migrations.AddField("worker", "queue_lost_at", models.DateTimeField(null=True)),
    ]
