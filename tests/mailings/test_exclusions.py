"""Rule 14 where messages are written and where they wait: no means no, and a missing yes does, too."""

from typing import Any

import pytest

from notification_service.directory.filters import ClientFilter
from notification_service.directory.models import Client
from notification_service.mailings import audience
from notification_service.mailings.audience import build_audience
from notification_service.mailings.client_changes import create_client, delete_client, update_client
from notification_service.mailings.exclusions import Terms, cancel_waiting
from notification_service.mailings.models import Mailing, Message
from notification_service.mailings.preference_changes import give_consent, opt_out, revoke_consent
from notification_service.mailings.reach import count_reach
from notification_service.mailings.reasons import Reason
from tests.factories import consent as make_consent
from tests.factories import make_client, make_clients_in_bulk, make_message, make_running_mailing, now
from tests.factories import opt_out as make_opt_out

pytestmark = pytest.mark.django_db

LATER: dict[str, Any] = {"next_attempt_at": "2100-01-01T00:00:00Z"}


def started(**fields: Any) -> Mailing:
    return make_running_mailing(**{"started_at": now(), "audience_built_at": None} | fields)


def built(**fields: Any) -> Mailing:
    mailing = started(**fields)
    build_audience(mailing.pk)
    mailing.refresh_from_db()
    return mailing


def recipients(mailing: Mailing) -> set[str | None]:
    messages = Message.objects.filter(mailing=mailing).select_related("client")
    return {message.client.phone for message in messages if message.client}


@pytest.mark.parametrize(
    ("topic", "opted_out_of", "gets_it"),
    [
        ("", "", False),
        ("", "news", True),
        ("news", "", False),
        ("news", "news", False),
        ("news", "offers", True),
        ("news", "News", True),
    ],
)
def test_an_opt_out_of_its_topic_or_of_everything_keeps_a_client_out(
    topic: str, opted_out_of: str, gets_it: bool
) -> None:
    client, other = make_client(), make_client()
    make_opt_out(client.phone, opted_out_of)
    mailing = built(topic=topic)
    assert recipients(mailing) == ({client.phone, other.phone} if gets_it else {other.phone})
    assert mailing.excluded == {"opted_out": int(not gets_it), "no_consent": 0, "no_value": 0}


@pytest.mark.parametrize(
    ("topic", "consented_to", "gets_it"),
    [
        ("", "", True),
        ("", "news", False),
        ("news", "", True),
        ("news", "news", True),
        ("news", "tips", False),
    ],
)
def test_a_mailing_that_requires_consent_reaches_those_who_consented_to_its_topic_or_to_all(
    topic: str, consented_to: str, gets_it: bool
) -> None:
    client, _ = make_client(), make_client()
    make_consent(client.phone, consented_to)
    mailing = built(topic=topic, requires_consent=True)
    assert recipients(mailing) == ({client.phone} if gets_it else set())
    assert mailing.excluded == {"opted_out": 0, "no_consent": 2 - int(gets_it), "no_value": 0}


def test_an_opt_out_counts_more_than_a_consent() -> None:
    client = make_client()
    make_consent(client.phone)
    make_opt_out(client.phone)
    assert built(requires_consent=True).excluded == {"opted_out": 1, "no_consent": 0, "no_value": 0}


def test_a_mailing_that_ignores_opt_outs_reaches_everyone() -> None:
    client = make_client()
    make_opt_out(client.phone)
    mailing = built(ignores_opt_outs=True)
    assert (recipients(mailing), mailing.excluded["opted_out"]) == ({client.phone}, 0)


def test_what_is_withdrawn_or_revoked_no_longer_counts() -> None:
    client = make_client()
    make_opt_out(client.phone).__class__.objects.update(withdrawn_at=now())
    make_consent(client.phone, revoked_at=now())
    assert recipients(built()) == {client.phone}
    assert built(requires_consent=True).excluded == {"opted_out": 0, "no_consent": 1, "no_value": 0}


def test_deleting_and_creating_a_client_again_changes_nothing_about_its_opt_out() -> None:
    client = make_client(phone="79161234567")
    opt_out(phone="79161234567", topic="")
    delete_client(client.pk)
    create_client(phone="79161234567", timezone="Europe/Moscow")
    assert built().excluded == {"opted_out": 1, "no_consent": 0, "no_value": 0}


def test_everyone_who_is_left_out_of_a_large_audience_is_counted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"FIRST_CHUNK_CLIENTS": 10, "FIRST_PAGES": 1, "MOST_PAGES": 1}.items():
        monkeypatch.setattr(audience, name, value)
    make_clients_in_bulk(1000)
    for number, client in enumerate(Client.objects.order_by("pk")):
        if number % 4 == 0:
            make_opt_out(client.phone)
        elif number % 4 == 1:
            make_consent(client.phone)
    mailing = built(requires_consent=True)
    assert mailing.excluded == {"opted_out": 250, "no_consent": 500, "no_value": 0}
    assert Message.objects.filter(mailing=mailing).count() == 250


def test_a_build_that_died_counts_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"FIRST_CHUNK_CLIENTS": 10, "FIRST_PAGES": 1, "MOST_PAGES": 1}.items():
        monkeypatch.setattr(audience, name, value)
    make_clients_in_bulk(1000)
    for client in Client.objects.order_by("pk")[::2]:
        make_opt_out(client.phone)
    mailing = started()
    chunks = iter(range(100))

    def die(*_: Any) -> None:
        if next(chunks) == 2:
            raise OSError("the worker died")

    with monkeypatch.context() as patched:
        patched.setattr(audience, "_cancel_changed", lambda *args, **kwargs: die())
        with pytest.raises(OSError, match="died"):
            build_audience(mailing.pk)
    mailing.refresh_from_db()
    assert 0 < mailing.excluded["opted_out"] < 500
    build_audience(mailing.pk)
    mailing.refresh_from_db()
    assert mailing.excluded == {"opted_out": 500, "no_consent": 0, "no_value": 0}
    assert Message.objects.filter(mailing=mailing).count() == 500


def test_who_opts_out_while_the_audience_is_written_has_its_message_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = make_client()
    insert = audience._insert

    def opt_out_first(*args: Any, **kwargs: Any) -> None:
        make_opt_out(client.phone)
        insert(*args, **kwargs)

    monkeypatch.setattr(audience, "_insert", opt_out_first)
    mailing = built()
    message = Message.objects.get(mailing=mailing)
    assert (message.status, message.reason, mailing.excluded["opted_out"]) == ("cancelled", "opted_out", 0)


@pytest.mark.parametrize("status", ["running", "paused"])
@pytest.mark.parametrize("when", [{}, LATER], ids=["due", "later"])
def test_an_opt_out_cancels_what_waits(status: str, when: dict[str, Any]) -> None:
    message = make_message(make_running_mailing(status=status), **when)
    kept = make_message(message.mailing, **when)
    assert message.client
    opt_out(phone=message.client.phone or "", topic="")
    for each in (message, kept):
        each.refresh_from_db()
    assert (message.status, message.why.code if message.why else "") == ("cancelled", Reason.OPTED_OUT)
    assert kept.status == "pending"


def test_a_revoked_consent_cancels_what_needs_it() -> None:
    client = make_client()
    given, _ = give_consent(phone=client.phone or "", topic="news")
    needs = make_message(make_running_mailing(topic="news", requires_consent=True), client)
    other = make_message(make_running_mailing(topic="news"), client)
    revoke_consent(given.pk)
    for each in (needs, other):
        each.refresh_from_db()
    assert (needs.status, needs.reason, other.status) == ("cancelled", "no_consent", "pending")


@pytest.mark.parametrize(
    "fields", [{"topic": "offers"}, {"ignores_opt_outs": True}], ids=["another topic", "ignores"]
)
def test_an_opt_out_leaves_what_it_is_not_about(fields: dict[str, Any]) -> None:
    message = make_message(make_running_mailing(**fields))
    assert message.client
    opt_out(phone=message.client.phone or "", topic="news" if "topic" in fields else "")
    message.refresh_from_db()
    assert message.status == "pending"


@pytest.mark.parametrize("status", ["sending", "sent", "failed", "unknown"])
def test_an_opt_out_leaves_what_is_known_of_a_message(status: str) -> None:
    message = make_message(status=status)
    assert message.client
    opt_out(phone=message.client.phone or "", topic="")
    message.refresh_from_db()
    assert message.status == status


def test_a_phone_changed_to_one_that_opted_out_gets_nothing_that_waits() -> None:
    make_opt_out("79169999999")
    message = make_message(**LATER)
    update_client(message.client_id or 0, phone="79169999999")
    message.refresh_from_db()
    assert (message.status, message.reason) == ("cancelled", "opted_out")


def test_thousands_of_phones_are_cancelled_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notification_service.mailings.exclusions.PHONES_AT_ONCE", 2)
    messages = [make_message(make_running_mailing()) for _ in range(5)]
    phones = [message.client.phone or "" for message in messages if message.client]
    for phone in phones:
        make_opt_out(phone)
    assert cancel_waiting(phones) == 5


def test_the_reach_of_a_mailing_is_counted_with_who_is_left_out() -> None:
    clients = [make_client() for _ in range(4)]
    make_opt_out(clients[0].phone, "news")
    make_consent(clients[1].phone)
    everyone = ClientFilter()
    assert count_reach(everyone, Terms()) == (4, {"opted_out": 0, "no_consent": 0})
    assert count_reach(everyone, Terms("news")) == (3, {"opted_out": 1, "no_consent": 0})
    assert count_reach(everyone, Terms("news", True)) == (1, {"opted_out": 1, "no_consent": 2})
    assert count_reach(everyone, Terms("news", True, True)) == (1, {"opted_out": 0, "no_consent": 3})
