"""“Send me a test”: once a click, for operators alone, and what became of it in words."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.console.compose import trial_labels
from notification_service.mailings import stats, trials
from notification_service.mailings.models import Gateway, Trial
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.trials import TrialEnd
from tests.factories import make_gateway, make_message, now
from tests.reasons import http_status

LogIn = Callable[[str], Browser]
SECOND = timedelta(seconds=1)


def filled_in(**changes: Any) -> dict[str, Any]:
    return {"key": str(uuid.uuid4()), "trial_phone": "+7 916 123-45-67", "text": "Hello", **changes}


def ask(browser: Browser, **changes: Any) -> str:
    return browser.post(reverse("console:trials"), filled_in(**changes)).content.decode()


def take() -> Trial:
    trial = trials.take_trial(margin=SECOND, default_timeout=SECOND)
    assert trial is not None
    return trial


def test_a_test_send_waits_for_a_worker_at_the_default_gateway(operator: Browser) -> None:
    assert "It waits for a worker." in ask(operator, text="One\r\ntwo")
    trial = Trial.objects.get()
    assert (trial.phone, trial.text, trial.gateway.name) == ("79161234567", "One\ntwo", "main")
    assert trial.requested_by == "operator"


def test_a_test_send_goes_through_the_gateway_of_the_mailing(operator: Browser) -> None:
    backup = make_gateway(priority=9)
    ask(operator, gateway=str(backup.pk))
    assert Trial.objects.get().gateway == backup


def test_a_double_click_makes_one_test_send(operator: Browser) -> None:
    form = filled_in()
    for _ in range(2):
        operator.post(reverse("console:trials"), form)
    assert Trial.objects.count() == 1


def test_a_test_send_has_an_id_of_no_message_and_is_in_no_count(operator: Browser) -> None:
    first = make_message().pk
    ask(operator)
    assert first < Trial.objects.get().pk < make_message().pk
    assert stats.overall_counts()["messages"]["total"] == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"trial_phone": "123"}, "Phone: A phone is 7 and ten more digits."),
        ({"text": " "}, "Text: Write something"),
        ({"key": "x"}, "Enter a valid UUID."),
    ],
)
def test_a_refused_test_send_explains_the_error(
    operator: Browser, changes: dict[str, str], words: str
) -> None:
    assert words in ask(operator, **changes)
    assert not Trial.objects.exists()


def test_an_operator_may_make_at_most_twenty_test_sends_an_hour(operator: Browser, logged_in: LogIn) -> None:
    for _ in range(trials.MOST_AN_HOUR):
        ask(operator)
    assert "No more than 20 tests an hour" in ask(operator)
    assert Trial.objects.count() == trials.MOST_AN_HOUR
    assert "It waits for a worker." in ask(logged_in("administrator"))


def test_a_test_send_is_refused_while_every_gateway_is_disabled(operator: Browser) -> None:
    Gateway.objects.update(enabled=False)
    assert "Every gateway is disabled." in ask(operator)


def test_a_test_send_is_closed_to_viewers_and_seen_by_its_sender_alone(logged_in: LogIn) -> None:
    ask(logged_in("operator"))
    path = reverse("console:trial", args=[Trial.objects.get().key])
    viewer = logged_in("viewer")
    assert viewer.post(reverse("console:trials"), filled_in()).status_code == 403
    assert viewer.get(path).status_code == 403
    assert logged_in("administrator").get(path).status_code == 404


def test_the_page_refreshes_until_the_test_send_has_ended(operator: Browser) -> None:
    assert "hx-get" in ask(operator)
    path = reverse("console:trial", args=[Trial.objects.get().key])
    take()
    assert "It is on its way to the gateway “main”." in operator.get(path).content.decode()
    trials.end_trial(Trial.objects.get().pk, TrialEnd(Trial.Status.SENT, answer="<b>OK</b>"))
    page = operator.get(path).content.decode()
    assert "the gateway “main” took it." in page
    assert "&lt;b&gt;OK&lt;/b&gt;" in page
    assert "hx-get" not in page


@pytest.mark.parametrize(
    ("status", "why", "words"),
    [
        (Trial.Status.FAILED, http_status(400), "Not sent through “main”: HTTP 400."),
        (Trial.Status.FAILED, Why(Reason.GATEWAY_HELD), "the gateway is held; see it under “Gateways”"),
        (Trial.Status.UNKNOWN, Why(Reason.RESPONSE_TIMEOUT), "may have taken it: no answer in time."),
    ],
)
def test_the_page_shows_the_result_of_the_test_send(
    operator: Browser, status: Trial.Status, why: Why, words: str
) -> None:
    ask(operator)
    trials.end_trial(take().pk, TrialEnd(status, why))
    assert words in trial_labels.outcome(Trial.objects.get())


def test_a_test_send_loses_phone_and_text_at_its_end_and_is_deleted_an_hour_later(operator: Browser) -> None:
    ask(operator)
    trials.end_trial(take().pk, TrialEnd(Trial.Status.SENT))
    assert list(Trial.objects.values_list("phone", "text")) == [("", "")]
    Trial.objects.update(created_at=now() - timedelta(minutes=61))
    trials.settle_trials()
    assert not Trial.objects.exists()


def test_a_test_send_that_no_worker_took_in_time_is_never_sent(operator: Browser) -> None:
    ask(operator)
    Trial.objects.update(created_at=now() - timedelta(seconds=61))
    assert trials.take_trial(margin=SECOND, default_timeout=SECOND) is None
    trials.settle_trials()
    assert "no worker took it within a minute" in trial_labels.outcome(Trial.objects.get())


def test_a_test_send_whose_worker_died_is_unknown_and_not_sent_again(operator: Browser) -> None:
    ask(operator)
    trial = take()
    Trial.objects.update(lease_expires_at=now() - SECOND)
    trials.settle_trials()
    trials.end_trial(trial.pk, TrialEnd(Trial.Status.SENT))  # the worker was only slow: too late to say so
    trial.refresh_from_db()
    assert (trial.status, trial.reason, trial.phone) == ("unknown", "worker_lost", "")
    assert trials.take_trial(margin=SECOND, default_timeout=SECOND) is None
