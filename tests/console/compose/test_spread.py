"""The spread of a mailing: its field, what the summary says of it, and where it is kept."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from notification_service.mailings.models import Mailing
from tests.console.compose.test_views import confirmed, filled_in
from tests.factories import make_client, make_mailing


def words_of(browser: Browser, form: dict[str, object]) -> str:
    page = browser.post(reverse("console:new"), form).content.decode()
    return " ".join(page.split())


def test_the_form_schedules_a_mailing_with_its_spread(operator: Browser) -> None:
    make_client()
    operator.post(reverse("console:new"), confirmed(spread_minutes="90"))
    assert Mailing.objects.get().spread_minutes == 90


def test_the_summary_says_how_long_it_is_spread_and_until_when(operator: Browser) -> None:
    make_client()
    words = words_of(operator, filled_in(spread_minutes="1"))
    assert "over 1 minute; the last at <time" in words
    preview = operator.post(reverse("console:preview"), filled_in(spread_minutes="90")).content.decode()
    assert "Spread: over 90 minutes; the last at <time" in " ".join(preview.split())
    assert "Spread:" not in operator.post(reverse("console:preview"), filled_in()).content.decode()


@pytest.mark.parametrize("minutes", ["0", "10081", "1.5", "an hour"])
def test_nonsense_is_not_saved(operator: Browser, minutes: str) -> None:
    make_client()
    assert 'id="id_spread_minutes_error"' in words_of(operator, confirmed(spread_minutes=minutes))
    assert not Mailing.objects.exists()


def test_a_spread_longer_than_the_mailing_is_not_saved(operator: Browser) -> None:
    make_client()
    end_at = (timezone.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert "Longer than the mailing." in words_of(operator, confirmed(spread_minutes="61", end_at=end_at))
    assert not Mailing.objects.exists()


def test_a_duplicate_has_the_spread_of_its_original(operator: Browser) -> None:
    original = make_mailing(spread_minutes=45)
    page = operator.get(reverse("console:new"), {"from": original.pk}).content.decode()
    assert 'name="spread_minutes" value="45"' in page


def test_the_page_of_a_mailing_says_over_how_long_it_is_spread(operator: Browser) -> None:
    mailing = make_mailing(spread_minutes=1440)
    assert (
        "over 1,440 minutes" in operator.get(reverse("console:mailing", args=[mailing.pk])).content.decode()
    )
