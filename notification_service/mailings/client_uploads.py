"""Uploads: started, then imported by the first worker that comes, and continued after a crash."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from notification_service.directory.importing.uploads import lifecycle
from notification_service.directory.importing.uploads.run import take_upload, waiting_uploads
from notification_service.directory.models import ClientUpload
from notification_service.mailings.advisory_locks import try_lock
from notification_service.mailings.apart import apart
from notification_service.mailings.exclusions import cancel_waiting
from notification_service.mailings.moved_clients import make_waiting_due
from notification_service.mailings.wake_up import IMPORT, wake_up


@transaction.atomic
def start_upload(upload_id: int, *, by: str) -> bool:
    """Have a worker import it. Return False if it has been started already, or has ended."""
    has_started = lifecycle.start(upload_id, by=by)
    if has_started:
        wake_up(IMPORT)
    return has_started


def take_waiting(*, should_stop: Callable[[], bool] = lambda: False, **options: Any) -> None:
    """Import every upload that was started and that no other worker holds, the oldest first."""
    for upload_id in waiting_uploads():
        with try_lock(f"client upload {upload_id}") as is_mine:
            if is_mine and not should_stop():
                with apart("upload not imported", upload_id=upload_id):
                    take_upload(
                        upload_id,
                        on_moved=make_waiting_due,
                        on_said=_cancel_unwanted,
                        should_stop=should_stop,
                        **options,
                    )


def _cancel_unwanted(kind: str, phones: Sequence[str]) -> None:
    """Nothing waits for a consent."""
    if kind == ClientUpload.Kind.OPT_OUTS:
        cancel_waiting(phones)
