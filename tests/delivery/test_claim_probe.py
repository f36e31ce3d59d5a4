"""What probes a gateway: a message that has not failed yet, if there is one, of another mailing each time."""

from datetime import timedelta

from notification_service.delivery.database import statement
from notification_service.mailings.models import Gateway, Message
from tests.delivery.database import claim
from tests.factories import mailing_of, make_message, make_messages, make_running_mailing, now
from tests.reasons import http_status

FAILED = {**http_status(500).columns, "attempts": 1}


def hold() -> None:
    Gateway.objects.filter(name="main").update(held_at=now(), probe_at=now())


def test_a_message_that_has_not_failed_comes_before_those_that_have(conninfo: str) -> None:
    mailing = make_running_mailing()
    failed = make_messages(mailing, 20)
    Message.objects.filter(id__in=[message.id for message in failed]).update(**FAILED)
    fresh = make_message(mailing=mailing)
    hold()
    assert [message.id for message in claim(conninfo, is_probe=True)] == [fresh.id]


def test_a_message_whose_hours_have_come_is_found_behind_many_that_have_failed(conninfo: str) -> None:
    mailing = make_running_mailing()
    failed = make_messages(mailing, 250, next_attempt_at=now() - timedelta(minutes=1))
    Message.objects.filter(id__in=[message.id for message in failed]).update(**FAILED)
    fresh = make_message(mailing=mailing, next_attempt_at=now())
    hold()
    assert [message.id for message in claim(conninfo, is_probe=True)] == [fresh.id]


def test_one_that_has_failed_probes_where_there_is_no_other(conninfo: str) -> None:
    message = make_message(**FAILED)
    hold()
    [probe] = claim(conninfo, is_probe=True)
    assert (probe.id, probe.failed_for, probe.has_failed) == (message.id, http_status(500), True)


def test_each_probe_is_of_another_mailing_than_the_last(conninfo: str) -> None:
    mailings = [make_running_mailing() for _ in range(2)]
    for mailing in mailings:
        make_messages(mailing, 5)
    hold()
    probed = [probe.mailing_id for _ in range(6) for probe in claim(conninfo, is_probe=True)]
    assert len(probed) == 6
    assert probed[0::2] == [probed[0]] * 3
    assert probed[1::2] == [probed[1]] * 3
    assert probed[0] != probed[1]


def test_a_claim_passes_over_slow_mailings(conninfo: str) -> None:
    slow, quick = make_message(), make_message()
    taken = claim(conninfo, slow_mailings=[mailing_of(slow).pk])
    assert [message.id for message in taken] == [quick.id]


def test_a_probe_is_leased_by_the_same_words_as_every_claim() -> None:
    claim_end, probe_end = (
        statement(name).partition(b"), batch AS (")[2] for name in ("claim", "claim_probe")
    )
    assert claim_end != b""
    assert probe_end == claim_end
