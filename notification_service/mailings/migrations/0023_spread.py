from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailings", "0022_sent_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="spread_minutes",
            field=models.IntegerField(blank=True, null=True),
        ),
    ]
