from django.db import models


class Gateway(models.Model):
    """An external HTTP API that takes messages, and whether it lets us in at present.

    While `held_at` is set no message goes to it but a single probe at each `probe_at`.
    """

    name = models.CharField(max_length=64, unique=True)
    held_at = models.DateTimeField(null=True)
    held_reason = models.CharField(max_length=200, blank=True, default="")
    probe_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
