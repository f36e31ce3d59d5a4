from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from prometheus_client.parser import text_string_to_metric_families

from notification_service.api import figures_collector
from notification_service.mailings import stats
from notification_service.mailings.gateways import GatewayFault, GatewayUnusable, note_usability
from notification_service.mailings.heartbeats import record_heartbeat
from notification_service.mailings.models import Gateway
from notification_service.webhooks.events import TEST, TESTS
from notification_service.webhooks.gauges import STATES
from notification_service.webhooks.models import Webhook, WebhookDelivery
from tests.api.conftest import Api
from tests.factories import make_mailing, make_message, make_messages, make_running_mailing, now
from tests.reasons import held_for, http_status

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh_figures() -> Iterator[None]:
    figures_collector.FIGURES.forget()
    yield
    figures_collector.FIGURES.forget()


def scrape(caller: Api) -> dict[tuple[str, frozenset[Any]], float]:
    answer = caller.get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def value(samples: dict[tuple[str, frozenset[Any]], float], name: str, **labels: str) -> float:
    return samples[f"notifications_{name}", frozenset(labels.items())]


def test_metrics_need_an_api_key_or_the_metrics_token(reader: Api, stranger: Api, settings: Any) -> None:
    settings.METRICS_TOKEN = "scraper"
    assert stranger.get("/metrics").status_code == 401
    assert Api("scrapes").get("/metrics").status_code == 401
    assert Api("scraper").get("/metrics").status_code == 200
    assert reader.get("/metrics").status_code == 200
    settings.METRICS_PUBLIC = True
    assert stranger.get("/metrics").status_code == 200


def test_an_empty_token_does_not_open_metrics_when_no_token_is_set(stranger: Api) -> None:
    assert stranger.http.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


def test_metrics_show_what_waits_for_webhooks(reader: Api) -> None:
    def hook(**fields: Any) -> Webhook:
        return Webhook.objects.create(url="https://crm.example/", events=[], secret_encrypted=b"", **fields)

    working, failing, off = hook(), hook(failing_since=now()), hook(enabled=False, disabled_by="person")
    hook(enabled=False, disabled_by="gone")
    hook(deleted_at=now())
    for webhook in (failing, off):
        for hours in (1, 2):
            at = now() - timedelta(hours=hours)
            WebhookDelivery.objects.create(webhook=webhook, event="client.opted_out", happened_at=at)
    ended = {"status": "failed", "ended_at": now()}
    WebhookDelivery.objects.create(webhook=working, event="client.opted_out", **ended)
    WebhookDelivery.objects.create(webhook=working, event=TEST, queue=TESTS)
    samples = scrape(reader)
    states = {state: value(samples, "webhooks", state=state) for state in STATES}
    assert states == {"working": 1, "failing": 1, "disabled": 1, "off": 1}
    waiting = [
        value(samples, "webhook_waiting_deliveries", webhook=str(webhook.pk))
        for webhook in (working, failing, off)
    ]
    assert waiting == [0, 2, 0]
    assert value(samples, "webhook_oldest_waiting_seconds", webhook=str(failing.pk)) >= 7200
    assert value(samples, "webhook_oldest_waiting_seconds", webhook=str(working.pk)) == 0


def test_metrics_show_the_counts_of_the_statistics(reader: Api) -> None:
    mailing = make_running_mailing()
    make_messages(mailing, 3)
    make_messages(mailing, 2, status="sent", sent_at=now())
    samples = scrape(reader)
    counts = stats.overall_counts()
    for kind in ("messages", "mailings"):
        for status, count in counts[kind].items():
            if status != "total":
                assert value(samples, kind, status=status) == count
    assert value(samples, "queue_messages", status="pending") == 3


def test_metrics_show_how_long_the_oldest_message_has_been_due(reader: Api) -> None:
    make_message(next_attempt_at=now() - timedelta(seconds=90))
    make_message(make_running_mailing(status="paused"), next_attempt_at=now() - timedelta(hours=1))
    assert 90 <= value(scrape(reader), "oldest_due_message_seconds") < 100


def test_metrics_show_late_starts_settlements_and_removals(reader: Api) -> None:
    past = now() - timedelta(seconds=50)
    mailing = make_mailing(start_at=past)
    type(mailing).objects.filter(pk=mailing.pk).update(created_at=past)
    make_running_mailing(start_at=past - timedelta(hours=1), end_at=past)
    make_running_mailing(deleted_at=past)
    samples = scrape(reader)
    for name in ("mailing_start_late_seconds", "mailing_settle_late_seconds", "mailing_removal_seconds"):
        assert 50 <= value(samples, name) < 60


def test_metrics_show_the_state_of_each_circuit_breaker(reader: Api) -> None:
    Gateway.objects.create(name="second", held_at=now(), **held_for(http_status(401)))
    samples = scrape(reader)
    states = {
        (gateway, state): value(samples, "gateway_breaker", gateway=gateway, state=state)
        for gateway in ("main", "second")
        for state in ("closed", "open", "half_open")
    }
    assert [key for key, one in states.items() if one] == [("main", "closed"), ("second", "open")]


def test_tells_which_gateway_a_worker_cannot_use(reader: Api) -> None:
    second = Gateway.objects.create(name="second")
    unset = GatewayUnusable(
        GatewayFault.VARIABLE_MISSING, "the variable GATEWAY_TOKEN_B is not set for this process"
    )
    note_usability(second.pk, worker="a:1", unusable=unset)
    samples = scrape(reader)
    found = {name: value(samples, "gateway_unusable", gateway=name) for name in ("main", "second")}
    assert found == {"main": 0, "second": 1}


def test_metrics_count_the_live_and_the_silent_workers(reader: Api) -> None:
    record_heartbeat("a:1", silent_seconds=0)
    record_heartbeat("b:1", silent_seconds=60)
    samples = scrape(reader)
    assert (value(samples, "workers"), value(samples, "workers_silent")) == (2, 1)


def test_metrics_show_that_the_database_is_unreachable(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_TOKEN = "scraper"
    elsewhere = {**connections["default"].settings_dict, "HOST": "127.0.0.1", "PORT": "1"}
    monkeypatch.setitem(connections.settings, "default", elsewhere)
    samples = scrape(Api("scraper"))
    assert value(samples, "database_up") == 0
    assert ("notifications_workers", frozenset()) not in samples
