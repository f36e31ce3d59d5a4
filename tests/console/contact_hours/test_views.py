from typing import Any

import pytest
from django.urls import reverse

from notification_service.mailings.contact_hours import set_contact_hours
from notification_service.mailings.models import ContactHours

pytestmark = pytest.mark.django_db

PAGE = "console:contact-hours"
DAYTIME = {"limit_hours": "on", "window_from": "09:00", "window_to": "21:00", "window_days": ["mon", "tue"]}


def test_an_administrator_sets_the_contact_hours_and_removes_them(logged_in: Any) -> None:
    administrator = logged_in("administrator")
    administrator.post(reverse(PAGE), {**DAYTIME, "window_holidays": "RU"})
    row = ContactHours.objects.get()
    assert (f"{row.window_from:%H:%M}", row.window_days, row.window_holidays) == (
        "09:00",
        ["mon", "tue"],
        "RU",
    )
    administrator.post(reverse(PAGE), {"window_from": "09:00"})
    assert not ContactHours.objects.exists()


def test_contact_hours_without_any_restriction_are_refused(logged_in: Any) -> None:
    answer = logged_in("administrator").post(reverse(PAGE), {"limit_hours": "on"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["window_from"])


def test_the_page_of_the_contact_hours_shows_the_next_holidays(logged_in: Any) -> None:
    set_contact_hours(window_holidays="RU")
    names = {holiday.name for holiday in logged_in("administrator").get(reverse(PAGE)).context["holidays"]}
    assert "Victory Day" in names


def test_an_operator_does_not_see_the_page_of_the_contact_hours(logged_in: Any) -> None:
    operator = logged_in("operator")
    assert operator.get(reverse(PAGE)).status_code == 403
    assert reverse(PAGE) not in operator.get("/").content.decode()
