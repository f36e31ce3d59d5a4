import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.mailings.models import Mailing
from tests.factories import make_mailing, make_messages, make_running_mailing


def status_of(mailing: Mailing) -> str:
    mailing.refresh_from_db()
    return mailing.status


def test_pauses_and_resumes(operator: Browser) -> None:
    mailing = make_running_mailing()
    operator.post(reverse("console:pause", args=[mailing.pk]))
    assert status_of(mailing) == "paused"
    operator.post(reverse("console:resume", args=[mailing.pk]))
    assert status_of(mailing) == "running"


def test_names_the_consequence_of_a_cancel_in_numbers(operator: Browser) -> None:
    mailing = make_running_mailing()
    make_messages(mailing, 3)
    make_messages(mailing, 1, status="sent")
    page = operator.get(reverse("console:cancel", args=[mailing.pk])).content.decode()
    assert "Not to be sent: 3 messages. Already sent: 1 message, and stays sent." in page
    assert status_of(mailing) == "running"


def test_cancels_after_the_confirmation(operator: Browser) -> None:
    mailing = make_running_mailing()
    operator.post(reverse("console:cancel", args=[mailing.pk]))
    assert status_of(mailing) == "cancelled"


@pytest.mark.parametrize("action", ["pause", "resume", "cancel"])
def test_says_what_the_mailing_became_meanwhile(operator: Browser, action: str) -> None:
    mailing = make_mailing(status="finished")
    page = operator.post(reverse(f"console:{action}", args=[mailing.pk]), follow=True).content.decode()
    assert "Nothing was done: meanwhile the mailing became “finished”." in page
    assert status_of(mailing) == "finished"


def test_deletes_after_the_confirmation(operator: Browser) -> None:
    mailing = make_running_mailing()
    operator.get(reverse("console:delete", args=[mailing.pk]))
    assert Mailing.objects.alive().exists()
    operator.post(reverse("console:delete", args=[mailing.pk]))
    assert not Mailing.objects.alive().exists()


def test_a_link_alone_changes_nothing(operator: Browser) -> None:
    mailing = make_running_mailing()
    assert operator.get(reverse("console:pause", args=[mailing.pk])).status_code == 405
    assert status_of(mailing) == "running"


def test_an_action_of_the_list_goes_back_to_the_list(operator: Browser) -> None:
    mailing = make_running_mailing()
    page = f"{reverse('console:mailings')}?status=running"
    answer = operator.post(reverse("console:pause", args=[mailing.pk]), {"next": page})
    assert answer["Location"] == page
    assert status_of(mailing) == "paused"


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_an_action_leads_to_no_other_site(operator: Browser, elsewhere: str) -> None:
    mailing = make_running_mailing()
    answer = operator.post(reverse("console:pause", args=[mailing.pk]), {"next": elsewhere})
    assert answer["Location"] == reverse("console:mailing", args=[mailing.pk])


def test_a_row_offers_what_its_status_allows(operator: Browser) -> None:
    running, finished = make_running_mailing(), make_mailing(status="finished")
    page = operator.get(reverse("console:mailings")).content.decode()
    assert f'action="/mailings/{running.pk}/pause/"' in page
    assert f'href="/mailings/{running.pk}/cancel/"' in page
    assert f'href="/mailings/{finished.pk}/cancel/"' not in page
    assert f'href="/mailings/{finished.pk}/delete/"' in page
