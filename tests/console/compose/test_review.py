"""The last step before a mailing: nothing is sent that was not seen, and agreed to in words."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from notification_service.console.compose.edit_conflicts import version_of
from notification_service.mailings.heartbeats import record_heartbeat
from notification_service.mailings.models import Mailing
from tests.console.compose.test_views import as_a_browser_sends, confirmed, filled_in
from tests.factories import make_client, make_mailing, make_message, make_messages, make_running_mailing

NEW = "/mailings/new/"
LATER = {"starts": "at", "start_at": "2098-06-01T12:00", "end_at": "2099-06-01T12:00"}


def reviewed(operator: Browser, **changes: Any) -> str:
    """The page, with plain spaces."""
    answer = operator.post(NEW, filled_in(**changes))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_form_that_was_not_confirmed_sends_nothing(operator: Browser) -> None:
    make_client(tag="vip")
    page = reviewed(operator, text="<b>Hello</b>", tags="vip")
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page
    assert "Send now to 1 client <" in page
    assert not Mailing.objects.exists()


def test_the_button_of_a_later_mailing_names_its_time(operator: Browser) -> None:
    make_client(tag="vip")
    assert "Schedule for 1 June, 12:00 <" in reviewed(operator, tags="vip", **LATER)


def test_the_button_of_a_mailing_whose_hours_are_to_come_names_the_first_of_them(operator: Browser) -> None:
    make_client(tag="vip", timezone="Etc/UTC")
    opens = timezone.now() + timedelta(hours=3)
    hours = {"limit_hours": "on", "window_from": f"{opens:%H:%M}", "window_to": f"{opens:%H}:59:59"}
    assert f"{opens:%H:%M} <" in reviewed(operator, tags="vip", **hours).partition('id="confirm"')[2]


def test_the_summary_says_who_is_left_out_and_how_many_sms_are_sent(operator: Browser) -> None:
    opens = timezone.now() + timedelta(hours=1)
    for zone in ("Etc/UTC", "Etc/GMT+6"):  # there the hours begin six hours later
        make_client(tag="vip", timezone=zone)
    hours = {"limit_hours": "on", "window_from": f"{opens:%H:%M}", "window_to": f"{opens:%H}:59:59"}
    end_at = f"{timezone.now() + timedelta(hours=4):%Y-%m-%dT%H:%M}"
    page = reviewed(operator, tags="vip", text="Ж" * 71, end_at=end_at, **hours)
    assert "<b>1 client</b>: their sending hours begin after the end" in page
    assert '<dt>SMS in all, about</dt> <dd class="num"> 2 </dd>' in page


def test_the_summary_sends_the_form_on_as_it_was_typed(operator: Browser) -> None:
    make_client(tag="vip")
    typed = filled_in(text="One\r\n“two” & <3", tags="vip", untagged="on", on_unknown="give_up", **LATER)
    answer = operator.post(NEW, typed)
    values = {field.html_name: field.value() for field in answer.context["form"]}
    sent_on = {name: [] if value is None else value for name, value in values.items()}
    operator.post(NEW, sent_on | {"key": str(answer.context["key"]), "confirmed": "1"})
    mailing = Mailing.objects.get()
    assert (mailing.text, mailing.tags) == ("One\n“two” & <3", ["vip", ""])
    assert (mailing.on_unknown, mailing.start_at.year, mailing.window_from) == ("give_up", 2098, None)


def test_the_way_back_from_the_summary_keeps_what_was_typed(operator: Browser) -> None:
    make_client()
    page = operator.post(NEW, confirmed(text="As typed", change="yes")).content.decode()
    assert "As typed</textarea>" in page
    assert not Mailing.objects.exists()


def test_a_mailing_to_everyone_is_confirmed_in_words(operator: Browser) -> None:
    make_client()
    make_client()
    assert "Yes, send it to everyone: 2 clients" in reviewed(operator)
    answer = operator.post(NEW, confirmed(agreed=[]))
    assert (answer.status_code, Mailing.objects.count()) == (422, 0)
    assert "Nothing was done. Confirm what is marked below" in answer.content.decode()
    assert operator.post(NEW, confirmed()).status_code == 302


def test_a_button_does_not_send_to_more_clients_than_it_named(operator: Browser) -> None:
    make_client(tag="vip")
    make_client(tag="vip")
    answer = operator.post(NEW, confirmed(tags="vip", confirmed="1"))
    assert (answer.status_code, Mailing.objects.count()) == (422, 0)
    assert "More clients match than when you looked." in answer.content.decode()
    assert "Send now to 2 clients" in answer.content.decode()


@pytest.mark.parametrize(
    ("other", "is_alike"),
    [
        ({}, True),
        ({"tags": []}, True),
        ({"tags": ["vip", "new"], "operator_codes": ["916"]}, True),
        ({"text": "HELLO"}, True),
        ({"text": "Something else"}, False),
        ({"tags": ["new"]}, False),
        ({"start_at": timezone.now() - timedelta(days=2)}, False),
        ({"status": "cancelled", "started_at": None}, False),
    ],
)
def test_a_mailing_like_another_of_the_same_day_asks_first(
    operator: Browser, other: dict[str, Any], is_alike: bool
) -> None:
    make_client(tag="vip")
    earlier = make_mailing(**{"tags": ["vip"], **other})
    page = reviewed(operator, text="Hello", tags="vip")
    assert (f"Mailing #{earlier.pk} (" in page) == is_alike
    answer = operator.post(NEW, confirmed(text="Hello", tags="vip"))
    assert answer.status_code == (422 if is_alike else 302)
    agreed = operator.post(NEW, confirmed(text="Hello", tags="vip") | {"agreed": [f"alike-{earlier.pk}"]})
    assert agreed.status_code == 302 or not is_alike


def test_a_form_brought_back_after_it_was_sent_asks_before_it_is_sent_again(operator: Browser) -> None:
    make_client(tag="vip")
    form = confirmed(tags="vip")
    operator.post(NEW, form)
    made = Mailing.objects.get()
    del form["confirmed"]
    answer = operator.post(NEW, form)
    page = answer.content.decode()
    assert f"This form was sent already, as mailing #{made.pk}." in page
    assert answer.context["key"] != form["key"]
    assert [question.key for question in answer.context["review"].questions] == [f"alike-{made.pk}"]


def test_a_summary_confirmed_again_leads_to_the_mailing_that_it_made(operator: Browser) -> None:
    make_client(tag="vip")
    form = confirmed(tags="vip")
    operator.post(NEW, form)
    again = operator.post(NEW, form, follow=True)
    made = Mailing.objects.get()
    assert f"This was sent already, as mailing #{made.pk}: it counts once." in again.content.decode()


def test_a_change_of_a_scheduled_mailing_is_confirmed_like_a_new_one(operator: Browser) -> None:
    make_client()
    mailing = make_mailing(tags=["vip"])
    path = reverse("console:edit", args=[mailing.pk])
    form = as_a_browser_sends(operator, mailing) | {"tags": "", "starts": "now", "start_at": ""}
    assert "Send now to 1 client" in operator.post(path, form).content.decode()
    assert operator.post(path, form | {"confirmed": "1"}).status_code == 422
    mailing.refresh_from_db()
    assert mailing.tags == ["vip"]
    assert operator.post(path, form | {"confirmed": "1", "agreed": "everyone"}).status_code == 302


def test_a_mailing_at_once_that_no_client_matches_is_refused(operator: Browser) -> None:
    make_client(tag="new")
    for form in (filled_in(tags="vip"), confirmed(tags="vip")):
        answer = operator.post(NEW, form)
        assert answer.status_code == 422
        assert "No client matches: nobody would get it." in answer.content.decode()
    assert not Mailing.objects.exists()


def test_a_mailing_that_reaches_nobody_before_its_end_is_refused(operator: Browser) -> None:
    make_client(tag="vip", timezone="Etc/UTC")
    opens, ends = timezone.now() + timedelta(hours=3), timezone.now() + timedelta(hours=2)
    hours = {"limit_hours": "on", "window_from": f"{opens:%H:%M}", "window_to": f"{opens:%H}:59:59"}
    form = confirmed(tags="vip", end_at=f"{ends:%Y-%m-%dT%H:%M}", **hours)
    for path in (reverse("console:preview"), NEW):
        answer = operator.post(path, form)
        assert "Nobody can be reached: their sending hours begin after the end." in answer.content.decode()
    assert (answer.status_code, Mailing.objects.count()) == (422, 0)


def test_a_later_mailing_to_nobody_is_confirmed_in_words_and_is_no_success(operator: Browser) -> None:
    form = confirmed(tags="vip", **LATER)
    assert "No client matches now." in reviewed(operator, tags="vip", **LATER)
    assert operator.post(NEW, form).status_code == 422
    page = operator.post(NEW, form | {"agreed": "nobody"}, follow=True).content.decode()
    assert Mailing.objects.count() == 1
    assert 'class="flash warning"' in page
    assert 'class="flash success"' not in page


def test_a_change_that_leaves_nobody_to_reach_is_confirmed_in_words(operator: Browser) -> None:
    mailing = make_running_mailing()
    make_message(mailing, make_client(timezone="Etc/UTC"))
    opens, ends = timezone.now() + timedelta(hours=3), timezone.now() + timedelta(hours=2)
    hours = {"limit_hours": "on", "window_from": f"{opens:%H:%M}", "window_to": f"{opens:%H}:59:59"}
    form = as_a_browser_sends(operator, mailing) | hours | {"end_at": f"{ends:%Y-%m-%dT%H:%M}"}
    path = reverse("console:edit", args=[mailing.pk])
    assert operator.post(path, form | {"confirmed": "1"}).status_code == 422
    assert operator.post(path, form | {"confirmed": "1", "agreed": "nobody"}).status_code == 302


def test_a_change_of_a_running_mailing_is_shown_with_the_number_it_reaches(operator: Browser) -> None:
    mailing = make_running_mailing()
    make_messages(mailing, 3)
    path = reverse("console:edit", args=[mailing.pk])
    form = as_a_browser_sends(operator, mailing) | {"text": "Another"}
    page = operator.post(path, form).content.decode()
    assert "3 messages not sent yet" in " ".join(page.split())
    assert "Save the changes" in page
    mailing.refresh_from_db()
    assert mailing.text == "Hello"
    assert operator.post(path, form | {"confirmed": "3"}).status_code == 302


def test_the_summary_and_the_form_beside_it_say_by_when_everybody_gets_it(operator: Browser) -> None:
    make_client(tag="vip")
    record_heartbeat("host:1:worker", silent_seconds=0)
    said = "It will be sent to everybody by about 1 June, 12:00"
    assert said in reviewed(operator, tags="vip", **LATER)
    assert said in operator.post(reverse("console:preview"), filled_in(tags="vip", **LATER)).content.decode()


def test_a_change_of_a_mailing_is_foretold_without_the_mailing_as_it_was(operator: Browser) -> None:
    client = make_client(tag="vip")
    record_heartbeat("host:1:worker", silent_seconds=0)
    mailing = make_running_mailing(tags=["vip"])
    make_message(mailing, client)
    typed = filled_in(tags="vip", text="Changed", version=version_of(mailing))
    answer = operator.post(reverse("console:edit", kwargs={"pk": mailing.pk}), typed)
    assert "It will be sent to everybody by about" in answer.content.decode()
