"""Sentences of a version without codes become codes; what none knows is kept as it was."""

from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from notification_service.mailings import stats
from notification_service.mailings.models import (
    Attempt,
    FailureCount,
    Gateway,
    Message,
    MessageCount,
    QuarterFailure,
)
from notification_service.mailings.reasons import Reason, Why
from tests.factories import make_attempt, make_gateway, make_message, make_running_mailing, now
from tests.reasons import http_status

pytestmark = pytest.mark.django_db
migration: Any = import_module("notification_service.mailings.migrations.0003_reasons")

SAID = ["HTTP 400", "HTTP 422", "worker lost", "the moon is full", "the moon is new", ""]
KNOWN = [http_status(400), http_status(422), Why(Reason.WORKER_LOST)]
UNKNOWN = [Why(Reason.OTHER, text=said) for said in SAID[3:5]]


def convert() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE mailings_testsend RENAME TO mailings_trial")  # as it was called then
        cursor.execute(migration.CONVERT)
        cursor.execute("ALTER TABLE mailings_trial RENAME TO mailings_testsend")


def test_every_sentence_that_was_ever_written_has_a_code_of_today() -> None:
    assert set(migration.KNOWN.values()) <= set(Reason)


def test_messages_and_attempts_keep_what_they_said_and_no_counter_moves() -> None:
    mailing = make_running_mailing()
    for said in SAID:
        make_attempt(make_message(mailing, status="failed", error=said), reason="", error=said)
    before = list(MessageCount.objects.order_by("pk").values())
    convert()
    for model in (Message, Attempt):
        assert [row.why for row in model.objects.order_by("pk")] == [*KNOWN, *UNKNOWN, None]
    assert set(Message.objects.values_list("error", flat=True)) == {"", *SAID[3:5]}
    assert list(MessageCount.objects.order_by("pk").values()) == before


def test_counts_go_by_the_code_and_its_number() -> None:
    mailing, quarter = make_running_mailing(), now().replace(minute=0, second=0, microsecond=0)
    for said in SAID[:5]:
        FailureCount.objects.create(mailing=mailing, reason=said, slot=1, messages=2)
        QuarterFailure.objects.create(mailing=mailing, quarter=quarter, reason=said, slot=1, messages=2)
    convert()
    expected = {**dict.fromkeys(KNOWN, 2), Why(Reason.OTHER): 4}
    assert dict(stats.failures_by_reason(mailing.pk)) == expected
    assert dict(stats.failures_between(quarter, quarter.replace(year=quarter.year + 1))) == expected


def test_a_held_gateway_keeps_its_reason() -> None:
    make_gateway(name="shut", held_reason="HTTP 401")
    make_gateway(name="poor", held_reason="the account is empty")
    convert()
    found = {gateway.name: gateway.held_why for gateway in Gateway.objects.all()}
    assert found == {"main": None, "shut": http_status(401), "poor": Why(Reason.ACCOUNT_EMPTY)}
