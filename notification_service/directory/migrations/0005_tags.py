"""Clients get any number of tags; the one that a client had becomes its first.

In one transaction, which locks the table: no release has it.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

from notification_service.directory.sql import sql

# What a tag may no longer have, such as line breaks, becomes a space.
CONVERT = """
UPDATE directory_client SET tag = btrim(
  regexp_replace(tag, '[\\u0001-\\u001f\\u007f-\\u009f\\u2028\\u2029]+', ' ', 'g')
)
WHERE tag ~ '[\\u0001-\\u001f\\u007f-\\u009f\\u2028\\u2029]';
UPDATE directory_client SET tags = ARRAY[tag] WHERE tag <> '' AND tags = '{}'
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_phone_end")]

    operations = [
        migrations.AlterField(
            model_name="client",
            name="tag",
            field=models.CharField(blank=True, db_default="", max_length=255),
        ),
        migrations.AddField(
            model_name="client",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=255), blank=True, db_default=[], size=None
            ),
        ),
        migrations.RunSQL(
            sql.frozen("schema/tags", digest="288560b2bbcc0e58"),
            "DROP FUNCTION directory_set_first_tag CASCADE; DROP STATISTICS client_second_tag",
        ),
        migrations.RunSQL(CONVERT, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="client",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("deleted_at", None), ("tags__1__isnull", False)),
                fields=["tags"],
                name="client_tags",
            ),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(("tags__len__lte", 50)), name="client_has_few_tags"
            ),
        ),
    ]
