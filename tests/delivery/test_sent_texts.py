"""What a message said can be told afterwards: of a personal text, and of one that changed on the way."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from notification_service.mailings import client_changes, lifecycle, retention
from notification_service.mailings.models import Mailing, Message, SentTexts, SingleMessage
from notification_service.mailings.sent_texts import text_sent
from tests.delivery.scripted_gateway import ScriptedGateway, drain
from tests.factories import make_client, make_message, make_running_mailing, make_single, now


def said(message: Message) -> str | None:
    return text_sent(Message.objects.select_related("mailing").get(pk=message.pk))


def messages_to(mailing: Mailing, *names: str) -> list[Message]:
    return [make_message(mailing, make_client(attributes={"name": name})) for name in names]


def test_a_personal_text_is_kept_as_it_was_sent_whatever_changes_afterwards(conninfo: str) -> None:
    mailing = make_running_mailing(text="Hello {{name}}")
    messages = messages_to(mailing, "Ann", "Анна", "%s \\ \" {1,2} 'x'")
    drain(conninfo, ScriptedGateway())
    make_client_into(messages[0], name="Bob")
    Mailing.objects.filter(pk=mailing.pk).update(text="Bye {{name}}")
    assert [said(each) for each in messages] == ["Hello Ann", "Hello Анна", "Hello %s \\ \" {1,2} 'x'"]
    assert SentTexts.objects.count() == 1  # of all that are recorded together


def make_client_into(message: Message, **attributes: str) -> None:
    assert message.client_id is not None
    client_changes.update_client(message.client_id, attributes=attributes)


def test_of_a_text_that_changed_while_it_was_sent_each_message_has_its_own(conninfo: str) -> None:
    mailing = make_running_mailing(text="before")
    [early] = messages_to(mailing, "a")
    drain(conninfo, ScriptedGateway())
    lifecycle.update_mailing(mailing.pk, text="after")
    [late] = messages_to(mailing, "b")
    drain(conninfo, ScriptedGateway())
    lifecycle.update_mailing(mailing.pk, text="at last")
    assert [said(early), said(late)] == ["before", "after"]


def test_a_plain_text_is_not_kept_again_with_each_message(conninfo: str) -> None:
    [message] = messages_to(make_running_mailing(text="Hello"), "Ann")
    unsent = make_message(make_running_mailing(text="Later", status="paused"), make_client())
    drain(conninfo, ScriptedGateway())
    assert (said(message), said(unsent), SentTexts.objects.count()) == ("Hello", None, 0)


def test_a_change_of_the_text_keeps_the_first_one_once_the_mailing_runs(conninfo: str) -> None:
    mailing = make_running_mailing(text="one")
    for text in ("two", "three"):
        lifecycle.update_mailing(mailing.pk, text=text)
    mailing.refresh_from_db()
    assert (mailing.text, mailing.first_text) == ("three", "one")


def test_an_erased_client_takes_its_texts_along_and_nobody_elses(conninfo: str) -> None:
    mailing = make_running_mailing(text="Hello {{name}}")
    messages = messages_to(mailing, "Ann", "Bob", "Cid")
    drain(conninfo, ScriptedGateway())
    client_changes.delete_client(messages[1].client_id or 0)
    assert [said(each) for each in messages] == ["Hello Ann", None, "Hello Cid"]
    assert "Bob" not in str(SentTexts.objects.get().texts)


def test_what_is_recorded_after_its_client_was_erased_goes_with_the_next_sweep(conninfo: str) -> None:
    mailing = make_running_mailing(text="Hello {{name}}")
    [message] = messages_to(mailing, "Ann")
    client_changes.delete_client(message.client_id or 0)
    SentTexts.objects.create(
        mailing_id=mailing.pk,
        first_id=message.pk,
        last_id=message.pk,
        message_ids=[message.pk],
        texts=["Hello Ann"],
    )
    retention.sweep()
    assert SentTexts.objects.get().texts == [None]


def test_texts_go_with_their_mailing_when_it_is_anonymised(conninfo: str) -> None:
    mailing = make_running_mailing(text="Hello {{name}}")
    messages_to(mailing, "Ann")
    drain(conninfo, ScriptedGateway())
    lifecycle.cancel_mailing(mailing.pk)
    Mailing.objects.filter(pk=mailing.pk).update(finished_at="2020-01-01T00:00:00Z")
    for _ in retention.retire(days=1, action=retention.ANONYMISE):
        pass
    assert not SentTexts.objects.exists()


@pytest.mark.parametrize(
    "forget",
    [
        client_changes.delete_client,
        lambda _: list(retention.retire_singles(days=30, action=retention.REMOVE)),
        lambda _: list(retention.retire_singles(days=30, action=retention.ANONYMISE)),
    ],
    ids=["erased", "removed", "anonymised"],
)
def test_the_text_of_a_single_message_is_kept_until_its_client_or_its_time_is_gone(
    conninfo: str, forget: Callable[[int], object]
) -> None:
    client = make_client(attributes={"name": "Anna"})
    single = make_single(client=client, text="Hello {{name}}")
    drain(conninfo, ScriptedGateway())
    single.refresh_from_db()
    assert text_sent(single) == "Hello Anna"
    SingleMessage.objects.update(end_at=now() - timedelta(days=40))
    forget(client.pk)
    assert [text for row in SentTexts.objects.all() for text in row.texts if text] == []
