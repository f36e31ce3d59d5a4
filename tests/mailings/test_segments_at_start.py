"""A mailing's filter is read once, when it starts: what changes afterwards changes nothing."""

from datetime import timedelta
from typing import Any

import pytest

from notification_service.directory.filters import ClientFilter, read_filter
from notification_service.directory.models import Client, Segment
from notification_service.mailings import lifecycle, segment_changes
from notification_service.mailings.audience import build_audience
from notification_service.mailings.models import Mailing, Message
from tests import factories
from tests.factories import make_mailing, make_message, make_segment, now

pytestmark = pytest.mark.django_db

ADULTS = {"where": {"field": "attributes.age", "op": "gte", "value": 18}}


def make_client(**fields: Any) -> Client:
    """One who was there before the test's transaction, of which every start has the time."""
    return factories.make_client(created_at=now() - timedelta(hours=1), **fields)


def start(mailing: Mailing) -> None:
    Mailing.objects.filter(pk=mailing.pk).update(start_at=now() - timedelta(seconds=1))
    lifecycle.start_due_mailings()


def recipients(mailing: Mailing) -> list[int | None]:
    return [
        *Message.objects.filter(mailing=mailing).order_by("client_id").values_list("client_id", flat=True)
    ]


def test_a_mailing_goes_to_those_who_meet_its_condition_less_those_excluded() -> None:
    wanted = make_client(attributes={"age": 18})
    make_client(attributes={"age": 17})
    make_client(attributes={"age": 40}, tag="vip")
    mailing = make_mailing(where=ADULTS["where"], exclude={"tags": ["vip"]})
    start(mailing)
    build_audience(mailing.pk)
    assert recipients(mailing) == [wanted.pk]


def test_clients_who_change_after_the_start_neither_leave_an_audience_nor_join_it() -> None:
    adult, child = make_client(attributes={"age": 18}), make_client(attributes={"age": 17})
    mailing = make_mailing(**ADULTS)
    start(mailing)
    build_audience(mailing.pk)
    Client.objects.update(attributes={"age": 17})
    Client.objects.filter(pk=child.pk).update(attributes={"age": 18})
    build_audience(mailing.pk)
    assert recipients(mailing) == [adult.pk]


def test_a_segment_that_changes_before_the_start_counts() -> None:
    wanted = make_client(tag="vip")
    make_client(tag="new")
    segment = make_segment(filter={"tags": ["new"]})
    mailing = make_mailing(segment=segment.name)
    segment_changes.update_segment(segment.pk, filter=read_filter({"tags": ["vip"]}))
    start(mailing)
    build_audience(mailing.pk)
    assert recipients(mailing) == [wanted.pk]


@pytest.mark.parametrize("where", ["segment", "exclude"])
def test_segments_are_as_they_were_at_the_start_whatever_becomes_of_them(where: str) -> None:
    vip, new = make_client(tag="vip"), make_client(tag="new")
    inner = make_segment(filter={"tags": ["vip"]})
    outer = make_segment(filter={"segment": inner.name})
    named = {"segment": outer.name} if where == "segment" else {"exclude": {"segment": outer.name}}
    mailing = make_mailing(**named)
    start(mailing)
    segment_changes.update_segment(outer.pk, filter=ClientFilter(tags=("nobody",)))
    segment_changes.delete_segment(outer.pk)
    segment_changes.delete_segment(inner.pk)
    assert not Segment.objects.exists()
    build_audience(mailing.pk)
    assert recipients(mailing) == [(vip if where == "segment" else new).pk]


def test_a_mailing_that_excludes_the_clients_of_a_deleted_mailing_reaches_nobody() -> None:
    source = make_mailing(status="finished")
    make_message(source, status="sent")
    mailing = make_mailing(exclude={"outcome_of": {"mailing": source.pk, "statuses": ["sent"]}})
    lifecycle.delete_mailing(source.pk)
    start(mailing)
    build_audience(mailing.pk)
    assert recipients(mailing) == []
