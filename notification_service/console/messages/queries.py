"""Lists of messages that cost the same in a mailing of ten and of ten million.

Messages that ended without success have an index of their own. No index has another status (docs/decisions),
so these are found in another way: by the batches under way, or in a limited stretch of the messages.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from notification_service.console.parts.gateway_words import note_words, pattern_of
from notification_service.console.parts.paging import whole_number
from notification_service.directory.models import Client
from notification_service.directory.rules import is_phone, typed_phone
from notification_service.mailings.models import Attempt, Batch, Message, SingleMessage
from notification_service.mailings.models.message import is_told
from notification_service.mailings.reasons import NUMBERED, Why, read_key
from notification_service.mailings.stats import DELIVERIES

PAGE_ROWS = 50
STRETCH = 50_000  # messages read for one page, in some 50 ms


@dataclass(frozen=True, slots=True)
class Wanted:
    status: str = ""
    reason: str = ""  # its key; the code alone is that of any number
    cause: str = ""  # of a deadline, its key
    said: str = ""  # by the gateway
    phone: str = ""
    delivery: str = ""
    mailing: int | None = None
    single: bool = False  # those that belong to no mailing
    id: int | None = None
    before: int | None = None

    @property
    def why(self) -> Why | None:
        why = read_key(self.reason)
        return why and why._replace(cause=read_key(self.cause))

    @property
    def is_filtered(self) -> bool:
        texts = (self.status, self.reason, self.cause, self.said, self.phone, self.delivery)
        return any(texts) or self.single or self.mailing is not None or self.id is not None


@dataclass(frozen=True, slots=True)
class MessagePage:
    rows: list[Message]
    next_before: int | None = None
    is_first: bool = True
    looked_through: bool = True  # False: the stretch ended before the page was full


def wanted(query: Any) -> Wanted:
    status, delivery = query.get("status", ""), query.get("delivery", "")
    texts = {name: query.get(name, "").replace("\0", "")[:500] for name in ("reason", "cause", "said")}
    return Wanted(
        status=status if status in Message.Status.values else "",
        phone=query.get("phone", "").strip(),
        delivery=delivery if delivery in DELIVERIES else "",
        mailing=whole_number(query.get("mailing", "").strip().removeprefix("#")),
        single=query.get("kind", "") == "single",
        id=whole_number(query.get("id", "").strip().removeprefix("#")),
        before=whole_number(query.get("before")),
        **texts,
    )


def page_of(messages: QuerySet[Message], want: Wanted, counts: dict[str, int] | None = None) -> MessagePage:
    """A page of those that are wanted. `counts`: by status, where all of the messages are of one mailing."""
    if want.status and counts is not None and not counts[want.status]:
        return MessagePage([])
    found = narrowed(messages, want)
    if want.phone or want.id is not None or _is_indexed(want):
        return _page([found.filter(_rest(want))], want)
    if want.status == Message.Status.SENDING:
        return _page([found.filter(_rest(want), pk__in=_being_sent())], want)
    if want.status or want.delivery or want.mailing is not None:
        return _stretch([found], want)
    return _stretch([found.filter(undelivered=status) for status in Message.UNDELIVERED], want)


def narrowed(messages: QuerySet[Message], want: Wanted) -> QuerySet[Message]:
    """Filter by what an index has."""
    if want.mailing is not None:
        messages = messages.filter(mailing_id=want.mailing)
    if want.single:
        messages = messages.filter(partition=0, mailing__isnull=True)
    if want.phone:
        messages = messages.filter(_to_phone(want.phone))
    if want.id is not None:
        messages = messages.filter(pk=want.id)
    if want.status in Message.UNDELIVERED:
        messages = messages.filter(undelivered=want.status)
    elif want.reason and not want.status:
        messages = messages.filter(undelivered__isnull=False)
    return messages


def _to_phone(text: str) -> Q:
    """Return which messages go to the clients with the phone, or as single ones to the phone itself."""
    phone, whose = typed_phone(text), Q(client_id__in=clients_by_phone(text))
    if not is_phone(phone):
        return whose
    singles = SingleMessage.objects.filter(phone=phone).order_by("-pk")
    ids = list(singles.values_list("pk", flat=True)[:STRETCH])
    return whose | Q(pk__in=ids) if ids else whose


def clients_by_phone(text: str) -> list[int]:
    """Return clients by phone, written in any of the usual ways."""
    phone = typed_phone(text)
    found = Client.objects.alive().filter(phone=phone) if is_phone(phone) else Client.objects.none()
    return list(found.values_list("pk", flat=True))


def matching(rows: list[Message], want: Wanted) -> list[Message]:
    """Return the wanted ones of an export's chunk, by the filters that no index has."""
    if not (want.status or want.reason or want.cause or want.said or want.delivery):
        return rows
    ids = Message.objects.filter(_rest(want), pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    found = set(ids)
    return [row for row in rows if row.pk in found]


def _is_indexed(want: Wanted) -> bool:
    """Whether the page is found without looking at others: by a status, or by a reason in a mailing."""
    if want.cause or want.said or want.delivery:
        return False
    if want.reason:
        return want.mailing is not None
    return not want.status or want.status in Message.UNDELIVERED


def _rest(want: Wanted) -> Q:
    """Return the filters that no index has, or not in the order of ids."""
    rest = Q(status=want.status) if want.status else Q()
    if want.delivery:
        rest &= is_told(want.delivery)
    if want.reason:
        rest &= _has_reason(want)
    if want.cause:
        rest &= Q(error=want.cause)
    if want.said:
        said = Attempt.objects.filter(message=OuterRef("pk"), response__regex=pattern_of(want.said))
        rest &= Q(Exists(said))
    return rest


def _has_reason(want: Wanted) -> Q:
    why = want.why
    if why is None:
        return Q(pk=None)
    is_any_number = why.number is None and why.code in NUMBERED
    return Q(reason=why.code.value) if is_any_number else Q(**why.columns)


def _being_sent() -> list[int]:
    return [pk for ids in Batch.objects.values_list("message_ids", flat=True) for pk in ids]


def _stretch(bases: list[QuerySet[Message]], want: Wanted) -> MessagePage:
    """Look no further back than the shortest of the bases reaches in so many messages."""
    ends = [pk for base in bases if (pk := _end_of_stretch(_older(base, want)))]
    bound = max(ends, default=0)
    page = _page([base.filter(_rest(want), pk__gte=bound) for base in bases], want)
    if page.next_before is None and bound:
        return MessagePage(page.rows, bound, page.is_first, looked_through=False)
    return page


def _end_of_stretch(messages: QuerySet[Message]) -> int | None:
    return messages.order_by("-pk").values_list("pk", flat=True)[STRETCH - 1 : STRETCH].first()


def _page(bases: list[QuerySet[Message]], want: Wanted) -> MessagePage:
    rows = [row for base in bases for row in _newest(base, want)]
    rows.sort(key=lambda row: row.pk, reverse=True)
    more = rows[PAGE_ROWS - 1].pk if len(rows) > PAGE_ROWS else None
    shown = rows[:PAGE_ROWS]
    note_words(shown)
    return MessagePage(shown, more, want.before is None)


def _newest(messages: QuerySet[Message], want: Wanted) -> QuerySet[Message]:
    return _older(messages, want).select_related("client", "single").order_by("-pk")[: PAGE_ROWS + 1]


def _older(messages: QuerySet[Message], want: Wanted) -> QuerySet[Message]:
    return messages if want.before is None else messages.filter(pk__lt=want.before)
