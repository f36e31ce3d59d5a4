from django.db import models


class Worker(models.Model):
    """A worker process that is alive: it writes this every second, even while nothing is sent."""

    name = models.CharField(max_length=100, unique=True)  # host:process id:random
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)  # when it last heard from the broker; null: never yet
    queue_lost_at = models.DateTimeField(null=True)  # since when its connection to the queue has failed

    def __str__(self) -> str:
        return self.name
