from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailings", "0019_topics"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="spread_minutes",
            field=models.IntegerField(blank=True, null=True),
        ),
    ]
