from django.db import migrations


class Migration(migrations.Migration):
    """What keys spent of this minute's requests. Unlogged: a crash forgives a minute."""

    dependencies = [("api", "0002_api_key_expiry")]

    operations = [
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE api_allowance (
                actor text PRIMARY KEY,
                minute timestamp with time zone NOT NULL,
                taken integer NOT NULL,
                part integer NOT NULL
            ) WITH (fillfactor = 50);
            """,
            "DROP TABLE api_allowance",
        )
    ]
