"""Days, holidays and the contact hours of the installation, as the API takes them."""

from datetime import timedelta
from typing import Any

import pytest

from notification_service.audit.models import Entry
from notification_service.mailings.models import ContactHours, Mailing
from tests.api.answers import body_of, errors_of, mailing_body
from tests.api.conftest import Api
from tests.console.conftest import make_person
from tests.factories import make_mailing, make_running_mailing, now

pytestmark = pytest.mark.django_db

ADDRESS = "/api/contact-hours/"
DAYTIME = {"from": "08:00", "to": "22:00", "days": ["mon", "tue", "wed", "thu", "fri"], "holidays": "RU"}
# A weekend, far from every other.
WEEKEND = {"start_at": "2030-01-05T09:00:00+03:00", "end_at": "2030-01-06T21:00:00+03:00"}


@pytest.fixture
def administrator() -> Api:
    caller = Api(None)
    caller.http.force_login(make_person("administrator"))
    return caller


def test_a_window_may_have_days_and_holidays_and_no_hours(api: Api) -> None:
    body = mailing_body(send_window={"days": ["sun", "mon"], "holidays": "KZ"})
    shown = body_of(api.post("/api/mailings/", body))["send_window"]
    assert shown == {"from": None, "to": None, "days": ["mon", "sun"], "holidays": "KZ"}


def test_a_window_can_be_sent_back_as_it_was_shown(api: Api) -> None:
    mailing = make_mailing(window_days=["sat"])
    address = f"/api/mailings/{mailing.pk}/"
    shown = body_of(api.get(address))["send_window"]
    assert body_of(api.patch(address, {"send_window": shown}))["send_window"] == shown


def test_a_mailing_is_refused_whose_days_do_not_come_before_its_end(api: Api) -> None:
    answer = api.post("/api/mailings/", mailing_body(**WEEKEND, send_window={"days": ["wed"]}))
    assert (answer.status_code, list(errors_of(answer))) == (400, ["#/send_window"])
    assert not Mailing.objects.exists()


def test_a_mailing_is_refused_on_a_public_holiday_alone(api: Api) -> None:
    new_year = {"start_at": "2030-01-02T12:00:00+03:00", "end_at": "2030-01-03T12:00:00+03:00"}
    answer = api.post("/api/mailings/", mailing_body(**new_year, send_window={"holidays": "RU"}))
    assert (answer.status_code, list(errors_of(answer))) == (400, ["#/send_window"])


def test_a_change_of_the_end_is_refused_before_the_hours_open(api: Api) -> None:
    mailing = make_mailing(
        start_at="2030-01-05T09:00:00Z", end_at="2030-01-12T09:00:00Z", window_days=["wed"]
    )
    answer = api.patch(f"/api/mailings/{mailing.pk}/", {"end_at": "2030-01-06T09:00:00Z"})
    assert (answer.status_code, list(errors_of(answer))) == (400, ["#/send_window"])


def test_there_are_no_contact_hours_at_first(reader: Api) -> None:
    answer = reader.get(ADDRESS)
    assert (answer.status_code, answer.content) == (200, b"null")


def test_an_administrator_sets_the_contact_hours_and_removes_them(administrator: Api, reader: Api) -> None:
    assert body_of(administrator.put(ADDRESS, DAYTIME)) == DAYTIME
    assert body_of(reader.get(ADDRESS)) == DAYTIME
    assert administrator.put(ADDRESS, b"null").content == b"null"
    assert not ContactHours.objects.exists()


def test_contact_hours_that_are_set_again_leave_one_entry(administrator: Api) -> None:
    for _ in range(2):
        administrator.put(ADDRESS, DAYTIME)
    assert [entry.action for entry in Entry.objects.filter(object_kind="contact_hours")] == [
        "contact_hours.changed"
    ]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["#/from", "#/to"]),
        ({"days": []}, ["#/days"]),
        ({"holidays": "XX"}, ["#/holidays"]),
        ([], ["#"]),
        ("RU", ["#"]),
    ],
)
def test_bad_contact_hours_are_refused(administrator: Api, body: Any, pointers: list[str]) -> None:
    answer = administrator.put(ADDRESS, body)
    assert (answer.status_code, list(errors_of(answer))) == (400, pointers)


def test_only_an_administrator_sets_the_contact_hours(api: Api) -> None:
    assert api.put(ADDRESS, DAYTIME).status_code == 403


def test_a_mailing_is_refused_whose_days_never_meet_the_contact_hours(administrator: Api, api: Api) -> None:
    administrator.put(ADDRESS, DAYTIME)
    answer = api.post("/api/mailings/", mailing_body(send_window={"days": ["sat"]}))
    assert errors_of(answer) == {
        "#/send_window/days": "No day is among both the mailing's and the contact hours of the installation."
    }


def test_a_mailing_is_refused_whose_hours_never_overlap_contact_hours(administrator: Api, api: Api) -> None:
    administrator.put(ADDRESS, DAYTIME)
    answer = api.post("/api/mailings/", mailing_body(send_window={"from": "22:00", "to": "08:00"}))
    assert list(errors_of(answer)) == ["#/send_window"]


def test_only_an_administrator_has_a_mailing_ignore_the_contact_hours(administrator: Api, api: Api) -> None:
    body = mailing_body(ignores_contact_hours=True)
    refused = api.post("/api/mailings/", body)
    assert (refused.status_code, refused.json()["detail"].split(":")[0]) == (403, "ignores_contact_hours")
    made = body_of(administrator.post("/api/mailings/", body))
    assert made["ignores_contact_hours"] is True
    assert Entry.objects.get(action="mailing.created").changes["ignores_contact_hours"] == [None, True]


def test_another_change_leaves_it_to_a_mailing_to_ignore_the_contact_hours(api: Api) -> None:
    mailing = make_mailing(ignores_contact_hours=True)
    address = f"/api/mailings/{mailing.pk}/"
    body = {**body_of(api.get(address)), "text": "Another"}
    assert body_of(api.put(address, body))["ignores_contact_hours"] is True
    assert api.patch(address, {"ignores_contact_hours": False}).status_code == 200
    assert api.patch(address, {"ignores_contact_hours": True}).status_code == 403


def test_a_running_mailing_follows_a_change_of_the_contact_hours(administrator: Api) -> None:
    held, exempt = make_running_mailing(), make_running_mailing(ignores_contact_hours=True)
    administrator.put(ADDRESS, DAYTIME)
    held.refresh_from_db()
    exempt.refresh_from_db()
    assert held.window_changed_at is not None
    assert (held.hours_version, exempt.hours_version, exempt.window_changed_at) == (1, 0, None)


def test_a_mailing_is_found_by_its_name(reader: Api) -> None:
    make_mailing(text="Hello")
    sale = make_mailing(name="Spring sale", text="Hello")
    assert [row["id"] for row in body_of(reader.get("/api/mailings/?search=spring"))["results"]] == [sale.pk]


def test_a_name_changes_while_a_mailing_runs(api: Api) -> None:
    mailing = make_running_mailing(end_at=now() + timedelta(hours=1))
    assert body_of(api.patch(f"/api/mailings/{mailing.pk}/", {"name": "  Sale "}))["name"] == "  Sale "
