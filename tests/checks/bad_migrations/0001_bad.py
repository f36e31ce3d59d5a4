from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mailings", "0001_models")]

    operations = [migrations.RunSQL("-- Slow.\nCREATE INDEX by_sent_at ON mailings_message (sent_at)")]
