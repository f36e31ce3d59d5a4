"""The triggers that keep the outbox."""

from django.db import migrations

from notification_service.webhooks.sql import sql

UNDO = """
DROP FUNCTION webhooks_tell_messages() CASCADE;
DROP FUNCTION webhooks_tell_mailing() CASCADE;
DROP FUNCTION webhooks_tell_opted_out() CASCADE;
DROP FUNCTION webhooks_tell_gateway() CASCADE;
DROP FUNCTION webhooks_tell(text, bigint, text, bigint[], jsonb);
DROP FUNCTION webhooks_want(text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0011_bulk_actions"),
        ("mailings", "0022_sent_texts"),
        ("webhooks", "0001_models"),
    ]

    operations = [migrations.RunSQL(sql.frozen("schema/events", digest="c36d3d187e070f97"), UNDO)]
