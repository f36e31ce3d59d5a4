from django.db import models


class Worker(models.Model):
    """A worker process that lives, by its own word: written every second, also while nothing is sent."""

    name = models.CharField(max_length=100, unique=True)  # host:process id
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    heard_at = models.DateTimeField()  # when it last heard from broker or beat

    def __str__(self) -> str:
        return self.name
