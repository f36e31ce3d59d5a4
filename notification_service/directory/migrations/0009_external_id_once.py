from django.db import migrations
from django.db.models import Q

from notification_service.indexes import AddIndexBesideWork, UniqueIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("directory", "0008_external_id")]

    operations = [
        AddIndexBesideWork(
            model_name="client",
            index=UniqueIndex(
                condition=Q(external_id__isnull=False), fields=["external_id"], name="client_external_id"
            ),
        ),
    ]
