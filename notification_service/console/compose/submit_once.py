"""One mailing for each form, however often the form is sent."""

import uuid
from typing import Any

from django.db import transaction

from notification_service.console.models import Submission
from notification_service.mailings import lifecycle


def mailing_made_by(key: uuid.UUID) -> int | None:
    return Submission.objects.filter(key=key).values_list("mailing_id", flat=True).first()


@transaction.atomic
def create_mailing_once(key: uuid.UUID, fields: dict[str, Any]) -> int:
    """Return the id of the mailing that this form made, now or before.

    The insert waits for another request with the same form, so the second one sees what the first one made.
    """
    Submission.objects.bulk_create([Submission(key=key)], ignore_conflicts=True)
    submission = Submission.objects.select_for_update().get(key=key)
    if submission.mailing_id is None:
        submission.mailing_id = lifecycle.create_mailing(**fields).pk
        submission.save(update_fields=["mailing_id"])
        Submission.forget_old()
    return submission.mailing_id
