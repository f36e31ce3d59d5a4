from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Reverse

from notification_service.indexes import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("directory", "0003_upload_choices"),
    ]

    operations = [
        AddIndexBesideWork(
            model_name="client",
            index=models.Index(
                OpClass(Reverse("phone"), name="text_pattern_ops"),
                condition=models.Q(("deleted_at", None)),
                name="client_phone_end",
            ),
        ),
    ]
