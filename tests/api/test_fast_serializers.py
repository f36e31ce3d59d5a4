"""The plan by which rows are written out answers what REST framework would, field by field."""

from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

import pytest
from rest_framework.serializers import Serializer

from notification_service.api.serializers.client import ClientSerializer
from notification_service.api.serializers.fast import FastSerializer, written_datetime
from notification_service.api.serializers.mailing import MailingSerializer
from notification_service.api.serializers.message import MessageSerializer
from notification_service.api.views.message_rows import shown_messages
from notification_service.mailings import stats
from tests.factories import make_client, make_gateway, make_mailing, make_message
from tests.reasons import http_status

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 1, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def by_field(serializer: FastSerializer, row: Any) -> Any:
    return Serializer.to_representation(serializer, row)


def test_the_fast_serializer_writes_mailings_as_the_fields_do() -> None:
    gateway = make_gateway(name="backup", url="https://sms.example.com")
    night = {"window_from": time(22), "window_to": time(6, 30, 15)}
    rows = [
        make_mailing(),
        make_mailing(gateway=gateway, failover=True, tags=["a", ""], operator_codes=["916"], **night),
        make_mailing(status="finished", started_at=NOON, finished_at=NOON, text='<b>"текст"</b>'),
    ]
    serializer = MailingSerializer(context={"counts": stats.counts_of([row.pk for row in rows])})
    for row in rows:
        assert serializer.to_representation(row) == by_field(serializer, row)


def test_the_fast_serializer_writes_messages_as_the_fields_do() -> None:
    gateway = make_gateway(name="backup", url="https://sms.example.com")
    make_message(status="sent", sent_at=NOON, gateway=gateway)
    make_message(next_attempt_at=NOON, **http_status(503).columns, client_id=None)
    for row in shown_messages():
        assert MessageSerializer().to_representation(row) == by_field(MessageSerializer(), row)


def test_the_fast_serializer_writes_clients_as_the_fields_do() -> None:
    row = make_client(tag="", attributes={"name": "Аня", "age": 30, "vip": None})
    assert ClientSerializer().to_representation(row) == by_field(ClientSerializer(), row)


def test_times_are_written_in_utc() -> None:
    """REST framework shows the zone of whoever is logged in."""
    in_moscow = NOON.astimezone(timezone(timedelta(hours=3)))
    assert written_datetime(in_moscow) == written_datetime(NOON) == "2030-01-01T12:00:00.250000Z"
