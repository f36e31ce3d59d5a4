import django.contrib.postgres.indexes
from django.db import migrations, models

from notification_service.indexes import AddIndexBesideWork


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("directory", "0006_segments"),
    ]

    operations = [
        AddIndexBesideWork(
            model_name="client",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("attributes", name="jsonb_path_ops"),
                condition=models.Q(("deleted_at", None)),
                name="client_attributes",
            ),
        ),
    ]
