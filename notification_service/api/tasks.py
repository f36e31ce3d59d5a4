"""Wake-up calls of the API. Any may be lost, late or repeated."""

from celery import shared_task

from notification_service.api.models import IdempotentResponse


@shared_task(ignore_result=True)
def sweep() -> None:
    IdempotentResponse.forget_old()
