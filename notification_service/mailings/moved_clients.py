"""Messages to clients who move to another time zone: the engine looks again at when they may go."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest, Now

from notification_service.mailings.models import Attempt, DueMessage, Message
from notification_service.mailings.wake_up import SEND, wake_up

LAST_RETRY = Subquery(
    Attempt.objects.filter(partition=OuterRef("partition"), message=OuterRef("pk"), retry_at__isnull=False)
    .order_by("-retry_at")
    .values("retry_at")[:1]
)


def make_waiting_due(client_ids: Sequence[int]) -> None:
    """To be called in the transaction that moves the clients, and so done with it or not at all.

    Messages that are being written at that moment are not seen yet. So it is done once more after the commit;
    whoever writes one later sees where its client is now. A failure of that is logged, not raised: the change
    is made by then. A message that was missed waits for its former time.
    """
    make_due(client_ids)
    transaction.on_commit(lambda: make_due(client_ids), robust=True)


@transaction.atomic
def make_due(client_ids: Sequence[int]) -> None:
    """Make due what waits for a window: the engine puts it off again if the window is closed. Retries stay.

    So do first attempts that are spread: their time is looked at again when it comes.

    If another transaction holds a message, it is being claimed, ended or made due: no need to wait for it.
    """
    spread = Q(mailing__spread_minutes__isnull=False, message__attempts=0, at__lt=F("mailing__end_at"))
    waiting = DueMessage.objects.filter(~spread, message__client_id__in=client_ids, at__gt=Now())
    free = waiting.select_for_update(of=("self",), skip_locked=True)
    Message.objects.filter(pk__in=free.values("pk")).update(
        next_attempt_at=Greatest(Now(), LAST_RETRY)  # NULL, where there was none, is not the greatest
    )
    wake_up(SEND)
