"""Lists of messages that cost the same in a mailing of ten and of ten million.

What ended without success has an index of its own; no index looks at another status (docs/decisions), so
that is found by what does tell it: the batches under way, or a bounded stretch of the mailing.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from notification_service.console.parts.paging import whole_number
from notification_service.directory.models import Client
from notification_service.mailings.models import Batch, Message
from notification_service.mailings.reasons import Why, read_key

PAGE_ROWS = 50
TROUBLED = (Message.Status.FAILED, Message.Status.UNKNOWN)  # what the counts by reason count
STRETCH = 50_000  # messages looked at for one page: some 50 ms


@dataclass(frozen=True, slots=True)
class Wanted:
    status: str = ""
    reason: str = ""  # its key
    phone: str = ""
    before: int | None = None

    @property
    def why(self) -> Why | None:
        return read_key(self.reason)


@dataclass(frozen=True, slots=True)
class MessagePage:
    rows: list[Message]
    next_before: int | None = None
    is_first: bool = True
    looked_through: bool = True  # False: the stretch ended before the page was full


def wanted(query: Any) -> Wanted:
    status = query.get("status", "")
    return Wanted(
        status=status if status in Message.Status.values else "",
        reason=query.get("reason", "").replace("\0", ""),
        phone=query.get("phone", "").strip(),
        before=whole_number(query.get("before")),
    )


def messages_of(mailing_id: int, want: Wanted, counts: dict[str, int]) -> MessagePage:
    messages = Message.objects.filter(mailing_id=mailing_id)
    if want.phone:
        return _all_of(messages.filter(client_id__in=clients_by_phone(want.phone)), want)
    if want.status and not counts[want.status]:
        return MessagePage([])
    if want.status == Message.Status.SENDING:
        return _page(messages.filter(pk__in=_being_sent(), status=want.status), want)
    if want.reason:
        reason = want.why.columns if want.why else {"pk": None}
        return _page(messages.filter(**reason, status__in=TROUBLED), want)
    if want.status in Message.UNDELIVERED:
        return _page(messages.filter(undelivered=want.status), want)
    return _stretch(messages, want) if want.status else _page(messages, want)


def clients_by_phone(text: str) -> list[int]:
    """A phone however it is written: +7, 8, spaces, dashes and brackets."""
    digits = "".join(character for character in text if character.isascii() and character.isdigit())
    if len(digits) == 11 and digits[0] == "8":
        digits = "7" + digits[1:]
    if len(digits) == 10:
        digits = "7" + digits
    return list(Client.objects.alive().filter(phone=digits).values_list("pk", flat=True))


def matches(row: Message, want: Wanted) -> bool:
    if want.status and row.status != want.status:
        return False
    return not want.reason or (row.why is not None and row.why.key == want.reason and row.status in TROUBLED)


def _being_sent() -> list[int]:
    return [pk for ids in Batch.objects.values_list("message_ids", flat=True) for pk in ids]


def _stretch(messages: QuerySet[Message], want: Wanted) -> MessagePage:
    ids = list(_older(messages, want).order_by("-pk").values_list("pk", flat=True)[STRETCH - 1 : STRETCH])
    bounded = messages.filter(pk__gte=ids[0]) if ids else messages
    page = _page(bounded.filter(status=want.status), want)
    if page.next_before is None and ids:
        return MessagePage(page.rows, ids[0], page.is_first, looked_through=False)
    return page


def _page(messages: QuerySet[Message], want: Wanted) -> MessagePage:
    found = _older(messages, want).select_related("client").order_by("-pk")
    rows = list(found[: PAGE_ROWS + 1])
    more = rows[PAGE_ROWS - 1].pk if len(rows) > PAGE_ROWS else None
    return MessagePage(rows[:PAGE_ROWS], more, want.before is None)


def _all_of(messages: QuerySet[Message], want: Wanted) -> MessagePage:
    return _page(messages.filter(status=want.status) if want.status else messages, want)


def _older(messages: QuerySet[Message], want: Wanted) -> QuerySet[Message]:
    return messages if want.before is None else messages.filter(pk__lt=want.before)
