from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.console.mailings.pending_by_opening import pending_by_opening
from notification_service.console.mailings.state import MailingState
from notification_service.console.mailings.status_summary import status_summary
from notification_service.mailings import stats
from notification_service.mailings.contact_hours import set_contact_hours
from notification_service.mailings.models import Mailing
from tests.factories import make_client, make_mailing, make_message, make_messages, make_running_mailing, now

pytestmark = pytest.mark.django_db


def summary(mailing: Mailing, **fields: Any) -> str:
    state = MailingState(mailing, stats.message_counts([mailing.pk])[mailing.pk], **fields)
    return status_summary(state, pending_by_opening(mailing))


def waiting_until_tomorrow(**fields: Any) -> Mailing:
    """One message is sent, three wait for tomorrow's hours, two can be sent."""
    mailing = make_running_mailing(
        window_from=time(9), window_to=time(21), end_at=now() + timedelta(days=3), **fields
    )
    make_message(mailing, status="sent")
    make_messages(mailing, 3, next_attempt_at=(now() + timedelta(hours=20)).replace(microsecond=0))
    make_messages(mailing, 2)
    return mailing


def test_a_mailing_with_messages_that_wait_for_hours_does_not_end_within_a_minute() -> None:
    assert "in 20 hours." in summary(waiting_until_tomorrow(), per_second=100.0)


def test_no_end_is_foretold_while_messages_are_still_created() -> None:
    mailing = waiting_until_tomorrow(audience_built_at=None)
    before = summary(mailing, per_second=100.0)
    assert "end" not in before


def test_what_waits_is_counted_anew_once_the_messages_are_created() -> None:
    """What was read a moment before is kept for a while, and had no message that waits."""
    mailing = make_running_mailing(window_from=time(9), window_to=time(21), audience_built_at=None)
    make_messages(mailing, 2)
    assert pending_by_opening(mailing) == []
    make_messages(mailing, 3, next_attempt_at=(now() + timedelta(hours=5)).replace(microsecond=0))
    mailing.audience_built_at = now()
    assert [opening.messages for opening in pending_by_opening(mailing)] == [3]


@pytest.mark.parametrize(("tags", "words"), [(["vip"], "2 clients"), (["no"], "No client matches now.")])
def test_a_scheduled_mailing_says_how_many_would_get_it(
    operator: Browser, tags: list[str], words: str
) -> None:
    for tag in ("vip", "vip", "new"):
        make_client(tag=tag)
    mailing = make_mailing(tags=tags, text="Spring sale")
    page = operator.get(reverse("console:mailing", args=[mailing.pk]))
    assert words in page.context["summary"]
    overview = operator.get("/").context["next"]
    assert overview == [(mailing, 2 if tags == ["vip"] else 0)]


def test_a_mailing_is_known_by_how_its_text_begins(operator: Browser) -> None:
    mailing = make_mailing(
        text="Spring sale\n" + "x" * 500, status="paused", end_at=now() + timedelta(minutes=5)
    )
    page = operator.get(reverse("console:mailing", args=[mailing.pk])).content.decode()
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert f"Mailing #{mailing.pk}: Spring sale xx" in " ".join(title.split())
    assert f"<b>Mailing #{mailing.pk} (“Spring sale" in operator.get("/").content.decode()
    message = make_message(mailing)
    shown = operator.get(reverse("console:message", args=[message.pk])).content.decode()
    assert f"#{mailing.pk} Spring sale" in " ".join(shown.split())


def test_a_mailing_with_a_name_is_known_by_its_name(operator: Browser) -> None:
    mailing = make_mailing(name="Newcomers", text="Spring sale")
    page = operator.get(reverse("console:mailing", args=[mailing.pk])).content.decode()
    assert f"Mailing #{mailing.pk}: Newcomers" in page
    listed = operator.get(reverse("console:mailings"), {"q": "newcomers"}).content.decode()
    assert ">Newcomers</a>" in listed


def window(hours: tuple[int, int] | None) -> dict[str, Any]:
    return {"window_from": time(hours[0]), "window_to": time(hours[1])} if hours else {}


@pytest.mark.parametrize(
    ("own", "everyones", "zone", "local"),
    [((9, 21), None, 180, "09:00"), ((9, 21), (10, 20), 240, "10:00"), (None, (8, 20), 120, "08:00")],
    ids=["its own hours", "both", "the contact hours alone"],
)
def test_what_waits_is_shown_where_both_rules_open(
    own: tuple[int, int] | None, everyones: tuple[int, int] | None, zone: int, local: str
) -> None:
    """At the next 06:00 of UTC."""
    set_contact_hours(**window(everyones))
    mailing = make_running_mailing(end_at=now() + timedelta(days=3), **window(own))
    opens = (now() + timedelta(hours=24)).replace(hour=6, minute=0, second=0, microsecond=0)
    make_message(mailing, next_attempt_at=opens if opens > now() else opens + timedelta(days=1))
    [opening] = pending_by_opening(mailing)
    assert (opening.offset_minutes, opening.local[-5:]) == (zone, local)
