from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notification_service.mailings.models.gateway import Gateway
from notification_service.mailings.models.reason import KeptReason


class TestSend(KeptReason):
    """One text to one phone, so that its writer sees it arrive. It belongs to no mailing and is not counted.

    Its id comes from the messages' own sequence, because to a gateway it is a message id like any other. The
    phone and the text are cleared when it ends, and the row is deleted an hour after it was made.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"  # no worker has taken it
        SENDING = "sending"  # a worker has taken it, until the lease ends
        SENT = "sent"  # the gateway took it
        FAILED = "failed"  # the gateway did not take it
        UNKNOWN = "unknown"  # the gateway may have taken it; it is not repeated

    id = models.BigIntegerField(primary_key=True)
    key = models.UUIDField()  # of the click that requested it
    requested_by = models.CharField(max_length=150)
    gateway = models.ForeignKey(Gateway, models.CASCADE)
    phone = models.CharField(max_length=11, blank=True)
    text = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    # By the database's clock. After a minute it is no longer sent.
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    lease_expires_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Of the kind `http`, without its secret and with a masked phone.
    request = models.TextField(blank=True, default="", db_default="")
    response_status = models.SmallIntegerField(null=True)
    response = models.CharField(max_length=500, blank=True, default="")  # how it began
    provider_id = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requested_by", "key"], name="test_send_once_per_click"),
            models.CheckConstraint(
                name="test_send_forgets_at_its_end", condition=Q(finished_at=None) | Q(phone="", text="")
            ),
        ]

    def __str__(self) -> str:
        return f"test send {self.pk}"
