"""One mailing for a form, however often it is sent."""

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from notification_service.console.models import Submission
from notification_service.mailings import lifecycle
from notification_service.sessions import request_transaction

KEPT_FOR = timedelta(days=2)


def mailing_made_by(key: uuid.UUID) -> int | None:
    return Submission.objects.filter(key=key).values_list("mailing_id", flat=True).first()


@request_transaction()
def create_mailing_once(key: uuid.UUID, fields: dict[str, Any]) -> int:
    """The id of the mailing that this form made, now or before.

    The insert waits for another request with the same form, so that the second sees what the first made.
    """
    Submission.objects.bulk_create([Submission(key=key)], ignore_conflicts=True)
    submission = Submission.objects.select_for_update().get(key=key)
    if submission.mailing_id is None:
        submission.mailing_id = lifecycle.create_mailing(**fields).pk
        submission.save(update_fields=["mailing_id"])
        Submission.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return submission.mailing_id
