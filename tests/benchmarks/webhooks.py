"""B14: what a webhook told of every message costs a mailing, and how many webhooks are sent a second."""

import time

from django.conf import settings

from notification_service.mailings.wake_up import WEBHOOKS, wake_up
from notification_service.webhooks.changes import create_webhook, update_webhook
from notification_service.webhooks.models import Webhook, WebhookDelivery
from tests.benchmarks.api_key import make_api_key
from tests.benchmarks.bench import Bench
from tests.benchmarks.data import make_clients, post_to_all
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run
from tests.benchmarks.stub_gateway import start_fastest_gateway
from tests.journeys.service import wait_until

CLIENTS = 200_000
CONCURRENCY = 64
EVENTS, QUEUES = 10_000, 50  # each of one message; of so many mailings

COST = Goal(
    key="B14 beside",
    title="recorded sends while a webhook is told of every message",
    unit="sends/s",
    target=0.9,
    higher_is_better=True,
    is_ratio=True,
    compared_with="without a webhook",
)
SPEED = Goal(
    key="B14 webhooks",
    title="webhooks sent, signed and recorded, to one receiver",
    unit="webhooks/s",
    target=None,
    higher_is_better=True,
)


def measure_webhooks(bench: Bench) -> Measured:
    settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES = True
    make_clients(bench.scaled(CLIENTS))
    stub = start_fastest_gateway(bench)
    bench.start_beat()
    each = str(max(1, CONCURRENCY // bench.options.workers))
    bench.start_workers(
        bench.options.workers,
        gateway_url=stub.url,
        MAX_CONCURRENCY=each,
        GATEWAY_ALLOW_PRIVATE_ADDRESSES="true",
    )
    url, key = bench.start_web(), make_api_key()
    webhook, _ = create_webhook(url=f"{stub.url}/hook", events=["messages.final"], enabled=False)
    post_to_all(url, key)
    measured: dict[str, list[Run]] = {COST.key: [], SPEED.key: []}
    for _ in bench.runs:
        without = post_to_all(url, key)
        update_webhook(webhook.pk, enabled=True)
        measured[COST.key].append(Run(post_to_all(url, key), baseline=without))
        _wait_until_told(bench)
        measured[SPEED.key].append(Run(_webhooks_per_second(webhook, bench.scaled(EVENTS))))
        update_webhook(webhook.pk, enabled=False)
    return measured


def _wait_until_told(bench: Bench) -> None:
    began = time.monotonic()
    wait_until(lambda: not WebhookDelivery.objects.filter(ended_at=None), seconds=120, what="all being told")
    bench.note(f"B14: all was told {time.monotonic() - began:.1f} s after the mailing's end")


def _webhooks_per_second(webhook: Webhook, count: int) -> float:
    made = (
        WebhookDelivery(webhook=webhook, event="messages.final", queue=1 + n % QUEUES, told="sent", ids=[n])
        for n in range(1, count + 1)
    )
    WebhookDelivery.objects.bulk_create(made, batch_size=5_000)
    began = time.monotonic()
    wake_up(WEBHOOKS)
    wait_until(lambda: not WebhookDelivery.objects.filter(ended_at=None), seconds=300, what="all being told")
    return count / (time.monotonic() - began)


BENCHMARK = Benchmark(name="B14", goals=(COST, SPEED), measure=measure_webhooks, limit_seconds=600)
