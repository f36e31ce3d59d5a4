"""B1: recorded sends a second of the whole product, beside bare loops in the same run.

Two worker processes share the 64 connections that a bare loop has alone: one process is bound by one
interpreter, and the machine that is measured has two cores.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from notification_service.mailings.models import Gateway
from tests.benchmarks.api_key import make_api_key
from tests.benchmarks.bare_client import requests_per_second
from tests.benchmarks.bench import Bench
from tests.benchmarks.cpu import cpu_used
from tests.benchmarks.data import make_clients, post_to_all
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run
from tests.benchmarks.stub_gateway import StubGateway, start_fastest_gateway, start_tls_gateway

CLIENTS = 200_000
CONCURRENCY = 64  # of all workers together, and of the bare loop
TLS = "tls"  # the name of the gateway with TLS


def _goal(key: str, what: str, *, target: float | None, compared_with: str) -> Goal:
    return Goal(
        key=key,
        title=f"recorded sends from the POST to `finished`, {CLIENTS:,} clients, {what}",
        unit="sends/s",
        target=target,
        higher_is_better=True,
        is_ratio=True,
        compared_with=compared_with,
    )


GOAL = _goal("B1", f"{CONCURRENCY} connections", target=1, compared_with="bare loop of pyreqwest")
WIRE = _goal("B1 wire", "the same", target=None, compared_with="bare loop of our wire")
OVER_TLS = _goal("B1 TLS", "the same with TLS", target=0.7, compared_with="without")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    bench: Bench
    clients: int
    plain: StubGateway
    has_tls: bool
    pids: Mapping[str, int]
    url: str
    key: str

    def bare_loop(self, client: str) -> float:
        return requests_per_second(client, self.plain.url, self.clients, CONCURRENCY)

    def mailing(self, *, gateway: str | None = None) -> float:
        with cpu_used(self.pids) as used:
            sends = post_to_all(self.url, self.key, gateway=gateway)
        what = "B1 TLS" if gateway else "B1"
        self.bench.note(f"{what}: {sends:,.0f} sends/s; {_where_the_time_goes(used, self.clients)}")
        return sends


def measure_sends(bench: Bench) -> Measured:
    """Bare loops and mailings to all clients take turns; first, mailings that do not count warm up."""
    place = _prepare(bench)
    place.mailing()
    if place.has_tls:
        place.mailing(gateway=TLS)
    measured: dict[str, list[Run]] = {goal.key: [] for goal in (GOAL, WIRE, OVER_TLS)}
    for _ in bench.runs:
        bare, wire, sends = place.bare_loop("pyreqwest"), place.bare_loop("wire"), place.mailing()
        measured[GOAL.key].append(Run(sends, baseline=bare))
        measured[WIRE.key].append(Run(sends, baseline=wire))
        if place.has_tls:
            measured[OVER_TLS.key].append(Run(place.mailing(gateway=TLS), baseline=sends))
    return measured


def _prepare(bench: Bench) -> Place:
    clients, count = bench.scaled(CLIENTS), bench.options.workers
    make_clients(clients)
    plain, tls = start_fastest_gateway(bench), start_tls_gateway(bench)
    each = str(max(1, CONCURRENCY // count))
    trust = _add_gateway(*tls) if tls else {}
    pids = {"beat": bench.start_beat(), "broker": bench.broker_pid, "PostgreSQL": bench.postgres_pid}
    pids |= bench.start_workers(count, gateway_url=plain.url, MAX_CONCURRENCY=each, **trust)
    pids |= {stub.name: stub.pid for stub in (plain, *(tls or ())[:1])}
    bench.note(f"B1: {count} workers with {each} connections each, gateway {plain.name}")
    url, key = bench.start_web(), make_api_key()
    return Place(bench=bench, clients=clients, plain=plain, has_tls=bool(tls), pids=pids, url=url, key=key)


def _add_gateway(stub: StubGateway, authority: Path) -> dict[str, str]:
    """Beside the environment's own, so that the same workers send to both in turns; what they need for it."""
    Gateway.objects.create(name=TLS, url=stub.url, token_variable="GATEWAY_TOKEN", priority=1)
    return {"SSL_CERT_FILE": str(authority), "GATEWAY_ALLOW_PRIVATE_ADDRESSES": "true"}


def _where_the_time_goes(used: Mapping[str, float], messages: int) -> str:
    shares = ", ".join(f"{part} {seconds / messages * 1e6:.1f}" for part, seconds in used.items())
    return f"processor µs a message: {shares}; together {sum(used.values()) / messages * 1e6:.1f}"


BENCHMARK = Benchmark(name="B1", goals=(GOAL, WIRE, OVER_TLS), measure=measure_sends, limit_seconds=1200)
