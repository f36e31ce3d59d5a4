from django.db import migrations, models

# What keys spent of this minute's requests. Unlogged: a crash forgives a minute.
RATE_LIMIT_TABLE = """
CREATE UNLOGGED TABLE access_rate_limit (
    actor text PRIMARY KEY,
    minute timestamp with time zone NOT NULL,
    taken integer NOT NULL,
    part integer NOT NULL
) WITH (fillfactor = 50);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("prefix", models.CharField(editable=False, max_length=11)),
                ("key_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("scope", models.CharField(choices=[("read", "Read"), ("write", "Write")], max_length=10)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(editable=False, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "API key",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", ["read", "write"])), name="api_key_scope_is_known"
                    )
                ],
            },
        ),
        migrations.RunSQL(RATE_LIMIT_TABLE, "DROP TABLE access_rate_limit"),
    ]
