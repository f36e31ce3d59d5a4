from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0007_attribute_index")]

    operations = [
        migrations.AddField(
            model_name="client",
            name="external_id",
            field=models.CharField(blank=True, max_length=100, null=True),
        ),
    ]
