"""The forecast where operators look. A gateway takes 25 a second, and a worker runs."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse
from django.utils import translation

from notification_service.console.parts.forecast_words import forecast_words
from notification_service.mailings.forecast import Forecast, Limit
from notification_service.mailings.forecast.speed import Speed
from notification_service.mailings.heartbeats import record_heartbeat
from notification_service.mailings.models import Gateway, Mailing
from tests.factories import (
    make_clients_in_bulk,
    make_mailing,
    make_messages_in_bulk,
    make_running_mailing,
    now,
)

pytestmark = pytest.mark.django_db
SPEED = Speed("main", workers=1, concurrency=64, max_per_second=25)
END = now().replace(hour=21, minute=0)


@pytest.fixture(autouse=True)
def _is_served() -> Iterator[None]:
    record_heartbeat("host:1:worker", silent_seconds=0)
    Gateway.objects.update(max_requests_per_second=25)
    make_clients_in_bulk(4_800)
    cache.clear()
    yield
    cache.clear()


def page(browser: Browser, name: str, *, code: int = 200, **address: int) -> str:
    answer = browser.get(reverse(f"console:{name}", kwargs=address))
    assert answer.status_code == code
    return answer.content.decode()


def sale(*, seconds: int) -> Mailing:
    start_at = now() + timedelta(minutes=5)
    return make_mailing(name="Spring sale", start_at=start_at, end_at=start_at + timedelta(seconds=seconds))


def test_the_overview_warns_of_a_mailing_that_lacks_time(operator: Browser) -> None:
    mailing = sale(seconds=100)
    shown = page(operator, "overview")
    assert "Spring sale: 2,464 of 4,800 will not be reached before" in shown
    assert "52 a second are needed, gateway main allows 25." in shown
    assert f'id="short-{mailing.pk}"' in shown


def test_the_overview_says_nothing_of_a_mailing_that_has_time(operator: Browser) -> None:
    sale(seconds=300)
    assert "will not be reached" not in page(operator, "overview")


def test_a_mailing_that_is_scheduled_says_by_when_it_is_sent(operator: Browser) -> None:
    shown = page(operator, "mailing", pk=sale(seconds=300).pk)
    assert "It will be sent to everybody by about" in shown
    assert "The gateway main allows 25 a second." in shown
    assert "<polyline" not in shown


def test_a_mailing_under_way_is_drawn_beside_its_plan(operator: Browser) -> None:
    mailing = make_running_mailing(start_at=now(), started_at=now(), end_at=now() + timedelta(minutes=2))
    make_messages_in_bulk(mailing)
    shown = page(operator, "mailing", pk=mailing.pk)
    assert "of 4,800 clients will not be reached before" in shown
    assert "<polyline" in shown


def test_a_paused_mailing_and_a_gateway_that_takes_nothing_are_not_foretold(operator: Browser) -> None:
    paused = make_running_mailing(status="paused")
    make_messages_in_bulk(paused)
    assert 'id="forecast"' not in page(operator, "mailing", pk=paused.pk)
    Gateway.objects.update(enabled=False)
    assert 'id="forecast"' not in page(operator, "mailing", pk=sale(seconds=300).pk)
    assert "will not be reached" not in page(operator, "overview")


@pytest.mark.parametrize(
    ("forecast", "russian"),
    [
        (Forecast(5, 5, None, {}, None, None, SPEED), ""),
        (
            Forecast(48_000, 44_800, None, {"UTC": 3_200}, Limit.GATEWAY_RATE, 41, SPEED),
            "не получат сообщение 3 200 из 48 000 клиентов; нужно 41 в секунду, а шлюз main допускает 25.",
        ),
        (
            Forecast(5, 3, None, {"UTC": 2}, Limit.HOURS, None, SPEED),
            "не получат сообщение 2 из 5 клиентов; разрешённые часы у них наступят позже.",
        ),
        (
            Forecast(5, 0, None, {"UTC": 5}, Limit.WORKERS, 2, Speed("main", 0, 0)),
            "Ни один обработчик не запущен: пока он не появится, ничего не уйдёт.",
        ),
    ],
)
def test_a_forecast_is_said_in_russian(forecast: Forecast, russian: str) -> None:
    with translation.override("ru"):
        words = forecast_words(forecast, end_at=END).replace("\xa0", " ")
    assert words.endswith(russian)
    assert bool(words) == bool(russian)
