from django.db import models
from django.db.models import Q

from notification_service.directory.rules import TOPIC_LENGTH
from notification_service.mailings.models.gateway import Gateway
from notification_service.mailings.models.hours import WindowColumns
from notification_service.mailings.models.mailing import REFERENCE_LENGTH
from notification_service.mailings.models.message import Message
from notification_service.mailings.models.text import TEXT_FITS
from notification_service.mailings.personal_text import TEXT_LENGTH

FORGOTTEN_TEXT = "(removed)"


class SingleMessage(WindowColumns):
    """What a message that belongs to no mailing says, and by when. Its other half is the message itself."""

    message = models.OneToOneField(
        Message, models.DO_NOTHING, primary_key=True, related_name="single", db_constraint=False
    )
    # Of a person whom no client is; empty: it goes to its client's phone, or is forgotten.
    phone = models.CharField(max_length=11, default="", db_default="", blank=True)
    text = models.TextField(max_length=TEXT_LENGTH)
    end_at = models.DateTimeField()
    # Empty: the default gateway, which is the enabled one with the lowest priority.
    gateway = models.ForeignKey(Gateway, models.PROTECT, null=True, blank=True)
    topic = models.CharField(max_length=TOPIC_LENGTH, default="", db_default="", blank=True)
    ignores_opt_outs = models.BooleanField(default=False, db_default=False)
    # What another system calls it; empty where it said nothing.
    reference = models.CharField(max_length=REFERENCE_LENGTH, default="", db_default="", blank=True)
    anonymised_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["end_at"], name="single_message_end"),
            models.Index(fields=["phone"], name="single_message_phone", condition=~Q(phone="")),
            models.Index(fields=["reference"], name="single_message_reference", condition=~Q(reference="")),
        ]
        constraints = [
            models.CheckConstraint(name="single_message_text_fits", condition=TEXT_FITS),
            *WindowColumns.Meta.constraints,
        ]

    def __str__(self) -> str:
        return f"single message {self.message_id}"
