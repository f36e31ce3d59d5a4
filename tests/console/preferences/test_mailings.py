"""What mailings say of who opted out, before they start and afterwards."""

from datetime import timedelta

from django.test import Client as Browser
from django.urls import reverse

from tests.console.compose.test_views import filled_in
from tests.factories import consent, make_client, make_mailing, now, opt_out


def test_the_form_names_in_words_who_is_left_out(operator: Browser) -> None:
    clients = [make_client() for _ in range(4)]
    opt_out(clients[0].phone, "offers")
    consent(clients[1].phone)
    typed = filled_in(topic="offers", requires_consent="on")
    page = operator.post(reverse("console:preview"), typed).content.decode()
    assert "<b>1 client</b>" in page
    assert "3 left out: 1 opted out, 2 without consent" in page
    assert "3 left out: 1 opted out" in operator.post(reverse("console:new"), typed).content.decode()


def test_the_form_says_that_everyone_is_left_out(operator: Browser) -> None:
    opt_out(make_client().phone)
    page = operator.post(reverse("console:preview"), filled_in()).content.decode()
    assert "0 clients; 1 left out: 1 opted out" in " ".join(page.split())


def test_the_page_of_a_mailing_names_who_was_left_out(operator: Browser) -> None:
    at = now() - timedelta(hours=1)
    mailing = make_mailing(status="finished", started_at=at, excluded_opted_out=1_200, excluded_no_consent=16)
    page = operator.get(reverse("console:mailing", args=[mailing.pk])).content.decode()
    assert "1,216 left out: 1,200 opted out, 16 without consent" in page
