"""Room for the gateway that took a message, which recording a success writes beside `sent_at`."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mailings", "0005_workers_and_traces")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE mailings_message SET (fillfactor = 44)",
            "ALTER TABLE mailings_message SET (fillfactor = 50)",
        )
    ]
