"""The dashboard and the alert rules, evaluated on what `/metrics` really says."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import yaml

from notification_service.api import figures_collector
from notification_service.mailings import heartbeats
from notification_service.mailings.heartbeats import forget_worker, record_heartbeat
from notification_service.mailings.models import Gateway
from notification_service.observability import metrics
from notification_service.reports.models import DailyReport
from notification_service.webhooks.models import Webhook, WebhookDelivery
from tests.api.conftest import Api, api, write_key  # noqa: F401
from tests.deploy.files import ROOT
from tests.factories import make_mailing, make_message, make_running_mailing, now
from tests.observability.promql import Scrapes, UnknownNameError, evaluate, samples_of
from tests.reasons import held_for, http_status

pytestmark = pytest.mark.django_db(transaction=True)

RULES = {
    rule["alert"]: rule
    for group in yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"]
    for rule in group["rules"]
}
DASHBOARD = json.loads((ROOT / "deploy/grafana/notification-service.json").read_text())
PANELS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


@pytest.fixture(autouse=True)
def _a_run(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: F811
    """What a service that works has counted. Its worker lives and hears, however slow the machine is."""
    monkeypatch.setattr(heartbeats, "ALIVE_SECONDS", 3600.0)
    monkeypatch.setattr(heartbeats, "SILENT_SECONDS", 3600.0)
    count_attempts(sent=1)
    metrics.calls.labels("task", "broker").inc()
    metrics.webhook_attempts.labels("1", "delivered").inc()
    Webhook.objects.create(url="https://crm.example/", events=["gateway.held"], secret_encrypted=b"")
    record_heartbeat("host:1", silent_seconds=0)
    api.get("/api/clients/")
    figures_collector.FIGURES.forget()
    yield
    figures_collector.FIGURES.forget()


def count_attempts(*, sent: int, failed: int = 0) -> None:
    metrics.attempts.labels("main", "sent", "").inc(sent)
    metrics.attempts.labels("main", "failed", "http_status:422").inc(failed)
    metrics.gateway_seconds.labels("main").observe(0.01)


def scrape(caller: Api) -> Any:
    figures_collector.FIGURES.forget()
    return samples_of(caller.get("/metrics").content.decode())


def firing(caller: Api, before: Any = None) -> set[str]:
    after = scrape(caller)
    scrapes = Scrapes(before or after, after)
    return {
        name for name, rule in RULES.items() if name != "DatabaseAway" and evaluate(rule["expr"], scrapes)
    }


def test_every_expression_of_alarms_and_panels_finds_its_metrics_and_labels(api: Api) -> None:  # noqa: F811
    after = scrape(api)
    for expression in [*PANELS, *(rule["expr"] for rule in RULES.values())]:
        evaluate(expression, Scrapes(after, after))
        series = [after[name] for name in re.findall(r"notifications_\w+", expression)]
        known = {label for vector in series for labels in vector for label, _ in labels}
        for names in re.findall(r"by \(([^)]*)\)", expression):
            assert set(names.split(", ")) <= known


def test_an_expression_with_a_misspelt_name_is_noticed(api: Api) -> None:  # noqa: F811
    after = scrape(api)
    for expression in ("sum(notifications_sent)", 'max(notifications_messages{state="sent"})'):
        with pytest.raises(UnknownNameError):
            evaluate(expression, Scrapes(after, after))


def test_no_alarm_fires_while_all_is_well(api: Api) -> None:  # noqa: F811
    make_message()
    before = scrape(api)
    count_attempts(sent=100)
    assert firing(api, before) == set()


def test_the_alarm_of_a_held_gateway_fires_until_the_gateway_is_released(api: Api) -> None:  # noqa: F811
    Gateway.objects.filter(name="main").update(held_at=now(), **held_for(http_status(401)))
    assert firing(api) == {"GatewayHeld"}
    after = scrape(api)
    [labels] = evaluate(RULES["GatewayHeld"]["expr"], Scrapes(after, after))
    assert dict(labels) == {"gateway": "main"}
    Gateway.objects.filter(name="main").update(held_at=None, held_reason="")
    assert firing(api) == set()


def test_late_and_stuck_work_fires_its_alarms(api: Api) -> None:  # noqa: F811
    past = now() - timedelta(hours=2)
    make_message(next_attempt_at=past)
    late = make_mailing(start_at=past)
    type(late).objects.filter(pk=late.pk).update(created_at=past)
    make_running_mailing(start_at=past - timedelta(hours=1), end_at=past)
    make_running_mailing(deleted_at=past)
    assert firing(api) == {"OldestDueMessageTooOld", "MailingStartsLate", "SettlingStuck", "RemovalStuck"}


def test_silent_and_missing_workers_fire_their_alarms(api: Api) -> None:  # noqa: F811
    record_heartbeat("host:1", silent_seconds=3601)
    assert firing(api) == {"BrokerOrBeatSilent"}
    forget_worker("host:1")
    assert firing(api) == {"NoWorkers"}


def test_a_report_that_did_not_reach_every_address_fires_its_alarm(api: Api, settings: Any) -> None:  # noqa: F811
    settings.REPORT_TO = ["ops@example.com"]
    report = DailyReport.objects.create(day=now().date(), message_id="<1@x>", waiting=[], accepted=["a@x"])
    assert firing(api) == set()
    for reached in ({"waiting": ["ops@example.com"]}, {"refused": ["ops@example.com"]}):
        DailyReport.objects.filter(pk=report.pk).update(**{"waiting": [], "refused": []} | reached)
        assert firing(api) == {"DailyReportNotSent"}
    settings.REPORT_TO = []
    assert firing(api) == set()


def test_a_webhook_that_takes_nothing_fires_its_alarms(api: Api) -> None:  # noqa: F811
    webhook, past = Webhook.objects.get(), now() - timedelta(hours=1)
    waiting = WebhookDelivery.objects.create(webhook=webhook, event="gateway.held", happened_at=past)
    assert firing(api) == {"WebhookFails"}
    after = scrape(api)
    [labels] = evaluate(RULES["WebhookFails"]["expr"], Scrapes(after, after))
    assert dict(labels) == {"webhook": str(webhook.pk)}
    Webhook.objects.update(enabled=False, disabled_by="failing")
    assert firing(api) == {"WebhookDisabled"}
    Webhook.objects.update(disabled_by="person")
    assert firing(api) == set()
    Webhook.objects.update(enabled=True, disabled_by="")
    WebhookDelivery.objects.filter(pk=waiting.pk).update(status="delivered", ended_at=now())
    assert firing(api) == set()


def test_failures_and_slow_responses_fire_their_alarms(api: Api) -> None:  # noqa: F811
    before = scrape(api)
    count_attempts(sent=2, failed=1)
    for _ in range(1000):
        metrics.http_seconds.labels("GET", "api/", "500").observe(3)
    assert firing(api, before) == {"ManyFailures", "ApiSlow", "ApiErrors"}


def test_an_unreachable_database_fires_its_alarm() -> None:
    away = samples_of("# TYPE notifications_database_up gauge\nnotifications_database_up 0\n")
    assert evaluate(RULES["DatabaseAway"]["expr"], Scrapes(away, away))


def test_every_alarm_is_explained_in_the_operations_document() -> None:
    operations = (ROOT / "docs/operations.md").read_text()
    assert [name for name in RULES if f"| `{name}` |" not in operations] == []


def test_every_metric_is_explained_in_the_operations_document(api: Api) -> None:  # noqa: F811
    operations = (ROOT / "docs/operations.md").read_text()
    names = [name for name in scrape(api) if name.startswith("notifications_")]
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}
    assert sorted(name for name in families if name not in operations) == []
