"""Which messages a claim takes, and what it makes of them."""

import asyncio
from collections import Counter
from datetime import timedelta

import psycopg
import pytest

from notification_service.delivery.claim import in_turns, take_due
from notification_service.delivery.messages import Claimed, ClaimedBatch
from notification_service.delivery.steady import steady_seconds
from notification_service.directory.models import Client
from notification_service.mailings.client_changes import delete_client
from notification_service.mailings.lifecycle import delete_mailing
from notification_service.mailings.models import Batch, Message
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.database import claim, config, ids, open_database
from tests.factories import mailing_of, make_client, make_message, make_messages, make_running_mailing, now


def test_a_claim_takes_a_due_message(conninfo: str) -> None:
    message = make_message(client=make_client(phone="79161234567", timezone="Asia/Tokyo"), attempts=2)
    [claimed] = claim(conninfo)
    assert claimed == Claimed(
        claimed.batch, message.id, mailing_of(message).pk, 3, "79161234567", "Asia/Tokyo"
    )
    assert (claimed.batch.id, claimed.batch.left) == (Batch.objects.get().id, 1)


def test_a_claimed_message_is_sending_under_its_batch(conninfo: str) -> None:
    message = make_message()
    claim(conninfo)
    message.refresh_from_db()
    batch = Batch.objects.get()
    assert (message.status, message.next_attempt_at, message.attempts) == ("sending", None, 1)
    assert (message.batch_id, batch.message_ids) == (batch.id, [message.id])


def test_a_batch_names_its_worker_and_the_end_of_its_lease(conninfo: str) -> None:
    make_message()
    before = now()
    claim(conninfo, 1, worker="host:1", lease_seconds=40)
    batch = Batch.objects.get()
    assert batch.claimed_by == "host:1"
    assert before + timedelta(seconds=39) < batch.lease_expires_at < now() + timedelta(seconds=41)


def test_a_claimed_message_is_not_claimed_again(conninfo: str) -> None:
    make_messages(make_running_mailing(), 3)
    assert [len(claim(conninfo)), len(claim(conninfo))] == [3, 0]


def test_a_claim_of_nothing_leaves_no_batch(conninfo: str) -> None:
    assert (claim(conninfo), Batch.objects.count()) == ([], 0)


def test_a_claim_takes_the_longest_due_messages_first(conninfo: str) -> None:
    mailing = make_running_mailing()
    _, later, latest = (
        make_message(mailing, next_attempt_at=now() - timedelta(hours=hours)) for hours in (1, 2, 3)
    )
    assert ids(claim(conninfo, limit=2)) == ids([later, latest])


def test_a_claim_takes_no_message_before_its_time(conninfo: str) -> None:
    make_message(next_attempt_at=now() + timedelta(minutes=1))
    assert claim(conninfo) == []


@pytest.mark.parametrize("status", ["sending", "sent", "failed", "expired", "cancelled", "unknown"])
def test_a_claim_takes_only_pending_messages(conninfo: str, status: str) -> None:
    make_message(status=status)
    assert claim(conninfo) == []


@pytest.mark.parametrize("status", ["scheduled", "paused", "finished", "cancelled"])
def test_a_claim_takes_only_messages_of_running_mailings(conninfo: str, status: str) -> None:
    make_message(make_running_mailing(status=status))
    assert claim(conninfo) == []


def test_a_claim_takes_no_message_of_a_deleted_mailing(conninfo: str) -> None:
    message = make_message()
    delete_mailing(mailing_of(message).pk)
    assert claim(conninfo) == []


def test_a_claim_takes_no_message_at_the_deadline(conninfo: str) -> None:
    make_message(make_running_mailing(end_at=now()))
    assert claim(conninfo) == []


def test_a_claim_takes_no_message_within_the_guard_time_before_the_deadline(conninfo: str) -> None:
    make_message(make_running_mailing(end_at=now() + timedelta(seconds=60)))
    late = claim(conninfo, 1, deadline_guard_seconds=90)
    in_time = claim(conninfo, 1, deadline_guard_seconds=30)
    assert (len(late), len(in_time)) == (0, 1)


def test_a_claim_takes_equally_from_every_mailing(conninfo: str) -> None:
    mailings = [make_running_mailing() for _ in range(3)]
    for mailing in mailings:
        make_messages(mailing, 5)
    claimed = claim(conninfo, limit=6)
    assert sorted(message.mailing_id for message in claimed) == [m.id for m in mailings for _ in range(2)]


def shares_of(claimed: list[Claimed]) -> Counter[int]:
    return Counter(message.mailing_id for message in claimed)


def test_a_claim_takes_what_is_not_divided_from_the_mailings_in_a_hurry(conninfo: str) -> None:
    calm, hasty, hastiest = (make_running_mailing() for _ in range(3))
    for mailing, messages in ((calm, 20), (hasty, 20), (hastiest, 5)):
        make_messages(mailing, messages)
    order = [hastiest.pk, hasty.pk, calm.pk]
    claimed = claim(conninfo, limit=12, hurry=order, equal=3)
    assert shares_of(claimed) == {hastiest.pk: 5, hasty.pk: 6, calm.pk: 1}
    assert len({message.id for message in claimed}) == 12


def test_a_mailing_that_the_worker_does_not_know_gets_a_message_whoever_is_in_a_hurry(conninfo: str) -> None:
    hasty, new = make_running_mailing(), make_running_mailing()
    make_messages(hasty, 20)
    make_messages(new, 20)
    assert shares_of(claim(conninfo, limit=5, hurry=[hasty.pk], equal=0)) == {hasty.pk: 4, new.pk: 1}


def test_a_claim_is_filled_where_a_mailing_has_less_than_its_share(conninfo: str) -> None:
    small, large = make_running_mailing(), make_running_mailing()
    make_messages(small, 1)
    make_messages(large, 20)
    claimed = claim(conninfo, limit=10, hurry=[small.pk, large.pk], equal=10)
    assert shares_of(claimed) == {small.pk: 1, large.pk: 9}


def test_a_claim_smaller_than_the_number_of_mailings_goes_to_the_one_in_a_hurry(conninfo: str) -> None:
    mailings = [make_running_mailing() for _ in range(6)]
    for mailing in mailings:
        make_messages(mailing, 3)
    order = [mailing.pk for mailing in mailings]
    assert shares_of(claim(conninfo, limit=3, hurry=order, equal=0)) == {order[0]: 3}


def test_a_claim_skips_what_others_hold_of_a_mailing_in_a_hurry(conninfo: str) -> None:
    hasty, other = make_running_mailing(), make_running_mailing()
    locked, *free = make_messages(hasty, 4)
    make_messages(other, 4)
    with psycopg.connect(conninfo) as session:
        session.execute("SELECT FROM mailings_duemessage WHERE message_id = %s FOR UPDATE", [locked.id])
        claimed = claim(conninfo, limit=4, hurry=[hasty.pk, other.pk], equal=1)
    assert shares_of(claimed) == {hasty.pk: len(free), other.pk: 1}


def test_the_messages_of_each_mailing_are_evenly_among_the_others() -> None:
    """Those of one, if they hang, must not take all places before the others begin."""
    batch = ClaimedBatch(1, left=9, start_before=0.0)
    claimed = [Claimed(batch, n, 1 if n <= 6 else 2, 1, "", "UTC") for n in range(1, 10)]
    assert [message.id for message in in_turns(claimed)] == [1, 7, 2, 3, 8, 4, 5, 9, 6]


def test_a_claim_keeps_to_its_limit_with_more_mailings_than_the_limit(conninfo: str) -> None:
    for _ in range(5):
        make_message()
    assert len(claim(conninfo, limit=2)) == 2


def test_a_claim_goes_whole_to_the_mailings_with_due_messages(conninfo: str) -> None:
    make_running_mailing()
    make_message(next_attempt_at=now() + timedelta(hours=1))
    make_messages(make_running_mailing(), 4)
    assert len(claim(conninfo, limit=4)) == 4


def test_a_claim_skips_messages_locked_by_another_worker(conninfo: str) -> None:
    locked, free = make_messages(make_running_mailing(), 2)
    with psycopg.connect(conninfo) as other:
        other.execute("SELECT FROM mailings_duemessage WHERE message_id = %s FOR UPDATE", [locked.id])
        assert ids(claim(conninfo)) == [free.id]


def test_two_workers_never_take_the_same_message(conninfo: str) -> None:
    messages = [message for _ in range(3) for message in make_messages(make_running_mailing(), 60)]

    async def work() -> list[Claimed]:
        async with open_database(conninfo) as database:
            claimed: list[Claimed] = []
            while taken := await take_due(database, config(), 7):
                claimed += taken
            return claimed

    async def both() -> list[list[Claimed]]:
        return list(await asyncio.gather(work(), work(), work()))

    shares = asyncio.run(both())
    assert sorted(message.id for share in shares for message in share) == ids(messages)


def test_a_deleted_clients_message_ends_as_cancelled(conninfo: str) -> None:
    message = make_message()
    assert message.client_id is not None
    Client.objects.filter(pk=message.client_id).update(phone=None, deleted_at=now())
    assert claim(conninfo) == []
    message.refresh_from_db()
    assert (message.status, message.why, message.attempts) == ("cancelled", Why(Reason.CLIENT_DELETED), 0)


def test_a_deleted_clients_retry_ends_as_cancelled(conninfo: str) -> None:
    message = make_message(attempts=1)
    claim(conninfo)
    assert message.client_id is not None
    delete_client(message.client_id)
    Message.objects.filter(pk=message.pk).update(status="pending", next_attempt_at=now())
    claim(conninfo)
    message.refresh_from_db()
    assert message.status == "cancelled"


def test_a_claim_takes_the_clients_current_phone_and_zone(conninfo: str) -> None:
    message = make_message()
    assert message.client_id is not None
    Client.objects.filter(pk=message.client_id).update(phone="79990000001", timezone="Asia/Omsk")
    [claimed] = claim(conninfo)
    assert (claimed.phone, claimed.timezone) == ("79990000001", "Asia/Omsk")


def test_no_request_starts_late_in_a_lease(conninfo: str) -> None:
    make_message()
    before = steady_seconds()
    [claimed] = claim(conninfo, 1, lease_seconds=11, request_timeout_seconds=10)
    claimed_at = claimed.batch.start_before - 0.5  # a request then ends half a second before the lease
    assert before <= claimed_at <= steady_seconds()


def test_no_request_starts_long_after_its_phone_was_read(conninfo: str) -> None:
    make_message()
    before = steady_seconds()
    [claimed] = claim(conninfo, 1, lease_seconds=30, request_timeout_seconds=10)
    assert before <= claimed.batch.start_before - 0.75 <= steady_seconds()
