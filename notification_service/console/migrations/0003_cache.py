from django.db import migrations


class Migration(migrations.Migration):
    """The table of Django's cache. Unlogged: what is lost with a crash is who tried to log in."""

    dependencies = [("console", "0002_roles")]

    operations = [
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE console_cache (
                cache_key text PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX console_cache_expires ON console_cache (expires);
            """,
            "DROP TABLE console_cache",
        )
    ]
