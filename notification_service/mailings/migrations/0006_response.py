"""Names with one meaning: a response is HTTP's, a quota is a worker's part of a gateway's concurrency."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mailings", "0005_probes")]

    operations = [
        migrations.RenameField("attempt", "answer", "response"),
        migrations.RenameField("trial", "answer", "response"),
        migrations.RenameField("gatewayuse", "share", "quota"),
    ]
