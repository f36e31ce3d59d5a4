from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Concurrently: clients are imported and edited meanwhile."""

    atomic = False

    dependencies = [("mailings", "0009_trials")]

    operations = [
        AddIndexConcurrently(
            "client",
            models.Index(
                fields=["operator_code", "tag", "timezone"],
                name="client_reach",
                condition=models.Q(deleted_at=None),
            ),
        ),
        RemoveIndexConcurrently("client", "client_audience"),
    ]
