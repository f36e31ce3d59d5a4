from django.db import migrations, models

# Of Django's cache. Unlogged: what is lost with a crash is who tried to log in.
CACHE_TABLE = """
CREATE UNLOGGED TABLE console_cache (
    cache_key text PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX console_cache_expires ON console_cache (expires);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("mailing_id", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
        ),
        migrations.RunSQL(CACHE_TABLE, "DROP TABLE console_cache"),
    ]
