"""Wake-up calls of the domain. Each looks into the database for what is to be done; all may come twice."""

from celery import shared_task

from notification_service.mailings import audience, lifecycle, settlement
from notification_service.mailings.locks import alone


@shared_task(ignore_result=True)
def start() -> None:
    """Start the mailings whose time has come, and see to it that each audience is being written."""
    for mailing_id in lifecycle.start_due_mailings():
        build.delay(mailing_id)


@shared_task(ignore_result=True)
def build(mailing_id: int) -> None:
    audience.build_audience(mailing_id)


@shared_task(ignore_result=True)
def settle() -> None:
    with alone("settle") as is_mine:
        if is_mine:
            settlement.settle()
