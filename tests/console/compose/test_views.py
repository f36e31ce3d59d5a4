import re
import threading
import uuid
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from notification_service.mailings import lifecycle
from notification_service.mailings.contact_hours import set_contact_hours
from notification_service.mailings.models import Mailing
from notification_service.mailings.public_holidays import DAYS
from tests.console.conftest import make_person
from tests.factories import (
    make_client,
    make_gateway,
    make_mailing,
    make_messages,
    make_running_mailing,
)


def filled_in(**changes: Any) -> dict[str, Any]:
    tomorrow = timezone.now() + timedelta(days=1)
    fields = {
        "key": str(uuid.uuid4()),
        "text": "Здравствуйте!",
        "operator_codes": "",
        "tags": "",
        "outcome_of_mailing": "",
        "outcome_of_statuses": "",
        "where": "",
        "segment": "",
        "exclude": "",
        "starts": "now",
        "start_at": "",
        "end_at": tomorrow.strftime("%Y-%m-%dT%H:%M"),
        "window_from": "",
        "window_to": "",
    }
    return fields | changes


def confirmed(**changes: Any) -> dict[str, Any]:
    """As the summary sends it on, by whoever has agreed to everything there."""
    return filled_in(**{"confirmed": "1000000", "agreed": ["everyone"]} | changes)


def test_the_form_schedules_a_mailing_with_its_values(operator: Browser) -> None:
    make_client(operator_code="903", tag="vip")
    form = confirmed(
        text="One\r\ntwo",
        operator_codes="916, 903",
        tags='vip, new; "VIP club, east"',
        limit_hours="on",
        window_from="09:00",
        window_to="21:00",
    )
    operator.post(reverse("console:new"), form)
    mailing = Mailing.objects.get()
    assert mailing.text == "One\ntwo"
    assert mailing.operator_codes == ["916", "903"]
    assert mailing.tags == ["vip", "new", "VIP club, east"]
    assert mailing.send_window is not None
    assert mailing.status == "scheduled"


def test_times_of_the_form_are_in_the_operators_zone(operator: Browser) -> None:
    make_client()
    operator.cookies["console_timezone"] = "Asia/Kamchatka"
    operator.post(reverse("console:new"), confirmed(end_at="2099-06-01T12:00"))
    assert Mailing.objects.get().end_at.isoformat() == "2099-06-01T00:00:00+00:00"


def test_the_same_form_twice_makes_one_mailing(operator: Browser) -> None:
    make_client()
    form = confirmed()
    first = operator.post(reverse("console:new"), form)
    second = operator.post(reverse("console:new"), form)
    assert first["Location"] == second["Location"]
    assert Mailing.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_concurrently_makes_one_mailing() -> None:
    person, form = make_person("operator"), confirmed()
    make_client()

    def submit() -> None:
        browser = Browser()
        browser.force_login(person)
        browser.post(reverse("console:new"), form)
        connection.close()

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Mailing.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": "  \n "}, "Write something"),
        ({"operator_codes": "91"}, "is not three digits"),
        ({"operator_codes": " , ; "}, "is not three digits"),
        ({"end_at": "2020-01-01T00:00"}, "The end is past"),
        ({"starts": "at", "start_at": ""}, "Say when it starts"),
        ({"starts": "now", "start_at": "2098-01-01T00:00"}, "“Now” is chosen, and a time is typed"),
        ({"starts": "at", "start_at": "2098-01-01T00:00"}, "The end must come after the start"),
        ({"limit_hours": "on", "window_from": "09:00", "window_to": "09:00"}, "The two hours must differ"),
        ({"limit_hours": "on"}, "Enter both hours"),
    ],
)
def test_a_refused_mailing_form_explains_the_error_and_keeps_the_typed_values(
    operator: Browser, changes: dict[str, Any], words: str
) -> None:
    answer = operator.post(reverse("console:new"), filled_in(tags="kept as typed", **changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "kept as typed" in answer.content.decode()
    assert not Mailing.objects.exists()


def test_markup_in_a_mailing_is_escaped(operator: Browser) -> None:
    mailing = make_mailing(text="<script>alert(1)</script>", tags=["<img src=x>"])
    page = operator.get(reverse("console:mailing", args=[mailing.pk])).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<img src=x>" not in page


def opened_form(operator: Browser, mailing: Mailing) -> dict[str, Any]:
    answer = operator.get(reverse("console:edit", args=[mailing.pk]))
    end_at = timezone.localtime(mailing.end_at).strftime("%Y-%m-%dT%H:%M")
    return confirmed(text="Mine", end_at=end_at, version=answer.context["version"], starts="at")


def test_an_operator_changes_a_running_mailing(operator: Browser) -> None:
    mailing = make_running_mailing()
    answer = operator.post(reverse("console:edit", args=[mailing.pk]), opened_form(operator, mailing))
    assert answer.status_code == 302
    mailing.refresh_from_db()
    assert mailing.text == "Mine"


@pytest.mark.parametrize("status", ["running", "paused"])
def test_the_summary_of_a_started_mailing_counts_its_unsent_messages(operator: Browser, status: str) -> None:
    mailing = make_running_mailing(status=status)
    make_messages(mailing, 2)
    form = as_a_browser_sends(operator, mailing)
    path = f"{reverse('console:preview')}?mailing={mailing.pk}"
    page = operator.post(path, form).content.decode()
    assert "Before it can" not in page
    assert "<b>2 messages</b>" in page


def test_a_started_mailing_can_be_saved_and_shows_why_some_of_it_is_locked(operator: Browser) -> None:
    mailing = make_running_mailing()
    page = operator.get(reverse("console:edit", args=[mailing.pk])).content.decode()
    assert re.search(r'<button[^>]*form="compose"', page)
    assert "Locked: the mailing has started, so its recipients are fixed." in page
    assert "The start is locked: the mailing has started." in page


def test_a_mailing_that_has_ended_opens_no_form_and_says_so(operator: Browser) -> None:
    mailing = make_mailing(status="finished")
    answer = operator.get(reverse("console:edit", args=[mailing.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("console:mailing", args=[mailing.pk]), 302)]
    assert "the mailing is now “finished”" in answer.content.decode()


def test_a_stale_mailing_form_is_refused_and_shows_what_changed(operator: Browser) -> None:
    mailing = make_running_mailing(text="Theirs")
    form = opened_form(operator, mailing)
    lifecycle.update_mailing(mailing.pk, text="Changed by another")
    lifecycle.pause_mailing(mailing.pk)
    answer = operator.post(reverse("console:edit", args=[mailing.pk]), form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The text is now: “Changed by another”" in page
    assert "The mailing is now “paused”." in page
    assert re.search(r"<textarea[^>]*>\s*Mine</textarea>", page)
    mailing.refresh_from_db()
    assert mailing.text == "Changed by another"


def previewed(operator: Browser, **changes: Any) -> str:
    page = operator.post(reverse("console:preview"), filled_in(**changes)).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_form_without_a_text_shows_who_would_get_it_and_no_error(operator: Browser) -> None:
    make_client()
    words = previewed(operator, text="")
    assert words.startswith("The text is still to be written. 1 client in 1 time zone")
    assert "required" not in words
    assert "SMS" not in words


def test_a_form_without_a_text_still_shows_what_else_is_wrong(operator: Browser) -> None:
    assert "“91” is not three digits." in previewed(operator, text="", operator_codes="91")


@pytest.mark.parametrize(("closes", "is_said"), [("09:00", True), ("23:00", False)])
def test_hours_over_night_are_pointed_out(operator: Browser, closes: str, is_said: bool) -> None:
    make_client()
    hours = {"limit_hours": "on", "window_from": "21:00", "window_to": closes}
    assert ("The hours run past midnight" in previewed(operator, **hours)) == is_said
    summary = operator.post(reverse("console:new"), filled_in(**hours)).content.decode()
    assert ("21:00–09:00 the next day" in summary) == is_said
    make_mailing(window_from=time(21), window_to=time.fromisoformat(closes))
    for page in (reverse("console:mailings"), reverse("console:mailing", args=[Mailing.objects.get().pk])):
        assert ("21:00–09:00 the next day" in operator.get(page).content.decode()) == is_said


def test_a_copy_of_a_mailing_begins_with_the_values_of_the_original(operator: Browser) -> None:
    origin = make_mailing(status="finished", text="Again", tags=["vip"])
    page = operator.get(reverse("console:new"), {"from": origin.pk}).content.decode()
    assert re.search(r"<textarea[^>]*>\s*Again</textarea>", page)
    assert re.search(r'<input[^>]* name="tags" value="vip"', page)


def edited(operator: Browser, mailing: Mailing, **changes: Any) -> int:
    """Open the form, change some of it and send the rest back as it came; answers the status code."""
    form = as_a_browser_sends(operator, mailing)
    agreed = {"confirmed": "1000000", "agreed": ["everyone"]}
    return operator.post(reverse("console:edit", args=[mailing.pk]), form | changes | agreed).status_code


def as_a_browser_sends(operator: Browser, mailing: Mailing) -> dict[str, Any]:
    """The form as it is opened: what is disabled or empty is not sent."""
    answer = operator.get(reverse("console:edit", args=[mailing.pk]))
    shown = {field.html_name: as_shown(field) for field in answer.context["form"] if not field.field.disabled}
    sent = {name: value for name, value in shown.items() if value not in (None, False)}
    return sent | {"version": answer.context["version"]}


def as_shown(field: Any) -> Any:
    value = field.value()
    return field.field.widget.format_value(value) if isinstance(value, datetime | time) else value


def test_a_change_of_the_text_keeps_the_tags(operator: Browser) -> None:
    make_client()
    tags = ["", " vip ", "new", "VIP, east", 'the "best"', '"best"', "two\nlines"]
    mailing = make_mailing(tags=tags, on_unknown="give_up")
    assert edited(operator, mailing, text="Changed") == 302
    mailing.refresh_from_db()
    assert (mailing.text, sorted(mailing.tags)) == ("Changed", sorted(tags))
    assert mailing.on_unknown == "give_up"


def test_a_change_keeps_the_seconds_that_the_form_does_not_show(operator: Browser) -> None:
    end_at = timezone.now().replace(second=41, microsecond=250_000) + timedelta(hours=2)
    window = {"window_from": time(9, 30, 15), "window_to": time(21, 0, 5)}
    mailing = make_running_mailing(end_at=end_at, **window)
    assert edited(operator, mailing, text="Changed", window_to="21:00") == 302
    mailing.refresh_from_db()
    assert (mailing.end_at, mailing.window_from) == (end_at, window["window_from"])

    later = timezone.localtime(end_at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert edited(operator, mailing, end_at=later) == 302
    mailing.refresh_from_db()
    assert mailing.end_at == (end_at + timedelta(hours=1)).replace(second=0, microsecond=0)


def test_clients_without_a_tag_are_chosen_with_a_checkbox(operator: Browser) -> None:
    make_client(tag="vip")
    operator.post(reverse("console:new"), confirmed(tags="vip", untagged="on"))
    assert Mailing.objects.get().tags == ["vip", ""]


def test_the_form_offers_no_choice_of_a_single_gateway(operator: Browser) -> None:
    fields = operator.get(reverse("console:new")).context["form"].fields
    assert not {"gateway", "failover"} & fields.keys()


def test_an_operator_chooses_the_gateway_and_what_happens_without_a_response(operator: Browser) -> None:
    backup = make_gateway(name="backup", held_at=timezone.now())
    assert "backup (paused)" in operator.get(reverse("console:new")).content.decode()
    chosen = {"gateway": str(backup.pk), "failover": "on", "on_unknown": "give_up"}
    make_client()
    operator.post(reverse("console:new"), confirmed(**chosen))
    mailing = Mailing.objects.get()
    assert (mailing.gateway, mailing.failover, mailing.on_unknown) == (backup, True, "give_up")

    copy = operator.get(reverse("console:new"), {"from": mailing.pk}).context["form"].initial
    assert (copy["gateway"], copy["failover"], copy["on_unknown"]) == (backup.pk, True, "give_up")


def test_a_running_mailing_can_change_its_gateway_and_not_on_unknown(operator: Browser) -> None:
    backup, mailing = make_gateway(), make_running_mailing()
    changes = {"gateway": str(backup.pk), "on_unknown": "give_up", "untagged": "on"}
    assert edited(operator, mailing, **changes) == 302
    mailing.refresh_from_db()
    assert (mailing.gateway, mailing.on_unknown, mailing.tags) == (backup, "send_again", [])


def test_a_stale_form_says_that_the_gateway_was_changed(operator: Browser) -> None:
    backup, mailing = make_gateway(), make_running_mailing()
    form = opened_form(operator, mailing)
    lifecycle.update_mailing(mailing.pk, gateway=backup)
    page = operator.post(reverse("console:edit", args=[mailing.pk]), form).content.decode()
    assert "Its gateways have changed." in page


def test_the_form_takes_days_and_a_country_instead_of_hours(operator: Browser) -> None:
    make_client()
    hours = {"limit_hours": "on", "window_days": ["sat", "mon"], "window_holidays": "KZ"}
    operator.post(reverse("console:new"), confirmed(name="Spring sale", end_at="2099-06-01T12:00", **hours))
    mailing = Mailing.objects.get()
    assert (mailing.window_from, mailing.window_days, mailing.window_holidays) == (None, ["mon", "sat"], "KZ")
    assert mailing.name == "Spring sale"


def test_all_seven_days_in_the_form_are_no_restriction(operator: Browser) -> None:
    make_client()
    hours = {"limit_hours": "on", "window_from": "00:00", "window_to": "23:59"}
    operator.post(reverse("console:new"), confirmed(window_days=[*DAYS], **hours))
    assert Mailing.objects.get().window_days == []


def test_hours_that_never_meet_the_contact_hours_are_refused_in_words(operator: Browser) -> None:
    make_client()
    set_contact_hours(window_days=["mon"])
    for changes in ({}, {"tags": "nobody"}):
        hours = {"limit_hours": "on", "window_days": ["tue"], "end_at": "2099-06-01T12:00"}
        page = operator.post(reverse("console:new"), confirmed(agreed=["nobody"], **hours | changes))
        assert page.status_code == 422
        assert "contact hours" in str(page.context["form"].errors["limit_hours"])
    assert not Mailing.objects.exists()


def test_only_an_administrator_can_have_a_mailing_ignore_the_contact_hours(logged_in: Any) -> None:
    make_client()
    for role in ("operator", "administrator"):
        logged_in(role).post(reverse("console:new"), confirmed(text=role, ignores_contact_hours="on"))
    ignoring = dict(Mailing.objects.values_list("text", "ignores_contact_hours"))
    assert ignoring == {"operator": False, "administrator": True}


def test_the_summary_lists_the_holidays_that_a_mailing_meets_in_the_language_of_the_page(
    operator: Browser,
) -> None:
    make_client()
    operator.post(reverse("set_language"), {"language": "ru", "next": "/"})
    span = {"starts": "at", "start_at": "2098-11-01T12:00", "end_at": "2098-11-10T12:00"}
    form = filled_in(limit_hours="on", window_holidays="RU", **span)
    page = operator.post(reverse("console:preview"), form).content.decode()
    assert "День народного единства" in page
