"""Claims, outcomes and rescues in messages of several partitions."""

import pytest
from django.db import connection

from notification_service.mailings.models import Attempt, Message
from tests.delivery.database import (
    claim,
    end_leases,
    ids,
    mark,
    record_not_sent,
    record_sent,
    rescue_all,
)
from tests.delivery.test_record import failed
from tests.factories import make_message, make_running_mailing
from tests.mailings.test_stats import WRONG

NUMBERS = (0, 3, 7)


@pytest.fixture
def messages(conninfo: str) -> list[Message]:
    """A due one in each of three partitions."""
    return [make_message(make_running_mailing(partition=number), partition=number) for number in NUMBERS]


def wrong_counts() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(WRONG)
        return list(cursor.fetchall())


def test_a_claim_takes_from_several_partitions(conninfo: str, messages: list[Message]) -> None:
    claimed = claim(conninfo)
    assert ids(claimed) == ids(messages)
    assert {each.id: each.partition for each in claimed} == {m.pk: m.partition for m in messages}
    assert {(each.batch.id, each.batch.left) for each in claimed} == {(claimed[0].batch.id, 3)}


def test_a_probe_is_claimed_from_any_partition(conninfo: str) -> None:
    message = make_message(make_running_mailing(partition=7), partition=7)
    [probe] = claim(conninfo, is_probe=True)
    assert (probe.id, probe.partition) == (message.pk, 7)


def test_successes_are_recorded_in_several_partitions(conninfo: str, messages: list[Message]) -> None:
    record_sent(conninfo, claim(conninfo))
    assert set(Message.objects.values_list("partition", "status")) == {(n, "sent") for n in NUMBERS}
    assert wrong_counts() == []


def test_failures_are_recorded_in_several_partitions(conninfo: str, messages: list[Message]) -> None:
    record_not_sent(conninfo, *map(failed, claim(conninfo)))
    assert set(Message.objects.values_list("partition", "status")) == {(n, "failed") for n in NUMBERS}
    assert set(Attempt.objects.values_list("partition", "message")) == {(m.partition, m.pk) for m in messages}
    assert wrong_counts() == []


def test_attempts_are_marked_in_several_partitions(conninfo: str, messages: list[Message]) -> None:
    mark(conninfo, claim(conninfo))
    assert Message.objects.filter(gateway=None).count() == 0


def test_a_rescue_finds_messages_in_every_partition(conninfo: str, messages: list[Message]) -> None:
    claim(conninfo)
    end_leases()
    assert rescue_all() == len(messages)
    assert set(Attempt.objects.values_list("partition", "outcome")) == {(n, "lost") for n in NUMBERS}
