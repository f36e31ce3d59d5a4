from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailings", "0004_client_uploads")]

    operations = [
        migrations.CreateModel(
            name="Worker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="mailing",
            name="trace_parent",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=55),
        ),
    ]
