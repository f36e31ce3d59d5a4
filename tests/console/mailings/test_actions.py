import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.mailings.models import Mailing
from tests.factories import make_mailing, make_messages, make_running_mailing


def status_of(mailing: Mailing) -> str:
    mailing.refresh_from_db()
    return mailing.status


def test_an_operator_pauses_and_resumes_a_mailing(operator: Browser) -> None:
    mailing = make_running_mailing()
    operator.post(reverse("console:pause", args=[mailing.pk]))
    assert status_of(mailing) == "paused"
    operator.post(reverse("console:resume", args=[mailing.pk]))
    assert status_of(mailing) == "running"


def test_the_cancel_page_says_how_many_messages_will_not_be_sent(operator: Browser) -> None:
    mailing = make_running_mailing()
    make_messages(mailing, 3)
    make_messages(mailing, 1, status="sent")
    page = operator.get(reverse("console:cancel", args=[mailing.pk])).content.decode()
    assert "Will not be sent: 3 messages. Already sent, and cannot be recalled: 1 message." in page
    assert status_of(mailing) == "running"


def test_a_confirmed_cancel_cancels_the_mailing(operator: Browser) -> None:
    mailing = make_running_mailing()
    operator.post(reverse("console:cancel", args=[mailing.pk]))
    assert status_of(mailing) == "cancelled"


@pytest.mark.parametrize("action", ["pause", "resume", "cancel"])
def test_a_late_action_shows_the_current_status_of_the_mailing(operator: Browser, action: str) -> None:
    mailing = make_mailing(status="finished")
    page = operator.post(reverse(f"console:{action}", args=[mailing.pk]), follow=True).content.decode()
    assert "Nothing was done: the mailing is now “finished”." in page
    assert status_of(mailing) == "finished"


def test_a_mailing_is_deleted_only_after_the_confirmation(operator: Browser) -> None:
    mailing = make_running_mailing()
    operator.get(reverse("console:delete", args=[mailing.pk]))
    assert Mailing.objects.alive().exists()
    operator.post(reverse("console:delete", args=[mailing.pk]))
    assert not Mailing.objects.alive().exists()


def test_a_get_request_changes_no_mailing(operator: Browser) -> None:
    mailing = make_running_mailing()
    assert operator.get(reverse("console:pause", args=[mailing.pk])).status_code == 405
    assert status_of(mailing) == "running"


def test_an_action_in_the_list_returns_to_the_list(operator: Browser) -> None:
    mailing = make_running_mailing()
    page = f"{reverse('console:mailings')}?status=running"
    answer = operator.post(reverse("console:pause", args=[mailing.pk]), {"next": page})
    assert answer["Location"] == page
    assert status_of(mailing) == "paused"


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_an_action_does_not_redirect_to_another_site(operator: Browser, elsewhere: str) -> None:
    mailing = make_running_mailing()
    answer = operator.post(reverse("console:pause", args=[mailing.pk]), {"next": elsewhere})
    assert answer["Location"] == reverse("console:mailing", args=[mailing.pk])


def test_a_row_offers_the_actions_that_its_status_allows(operator: Browser) -> None:
    running, finished = make_running_mailing(), make_mailing(status="finished")
    page = operator.get(reverse("console:mailings")).content.decode()
    assert f'action="/mailings/{running.pk}/pause/"' in page
    assert f'href="/mailings/{running.pk}/cancel/"' in page
    assert f'href="/mailings/{finished.pk}/cancel/"' not in page
    assert f'href="/mailings/{finished.pk}/delete/"' in page
