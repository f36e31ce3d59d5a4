from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notification_service.mailings.models.gateway import Gateway
from notification_service.mailings.models.reason import KeptReason


class Trial(KeptReason):
    """One text to one phone, so that its writer sees it arrive: no message of any mailing, counted nowhere.

    Its id comes from the messages' own sequence, for to a gateway it is a message id like another. The
    phone and the text are forgotten when it ends, the row an hour after it was made.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"  # no worker has taken it
        SENDING = "sending"  # a worker has, until the lease ends
        SENT = "sent"  # the gateway took it
        FAILED = "failed"  # the gateway has not taken it
        UNKNOWN = "unknown"  # the gateway may have taken it; it is not repeated

    id = models.BigIntegerField(primary_key=True)
    key = models.UUIDField()  # of the click that asked for it
    requested_by = models.CharField(max_length=150)
    gateway = models.ForeignKey(Gateway, models.CASCADE)
    phone = models.CharField(max_length=11, blank=True)
    text = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    # By the database's clock: a minute later it is not sent any more.
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    lease_expires_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True, default="")  # the start of the gateway's

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requested_by", "key"], name="trial_once_per_click"),
            models.CheckConstraint(
                name="trial_forgets_at_its_end", condition=Q(finished_at=None) | Q(phone="", text="")
            ),
        ]

    def __str__(self) -> str:
        return f"trial {self.pk}"
