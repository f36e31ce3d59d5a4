"""Several gateways and real processes: limits over two workers, a breaker, failover, isolation."""

import time

import pytest

from notification_service.mailings.models import Attempt, Gateway, Mailing, Message
from tests.journeys.mailing import check_rules, make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import SETTINGS, TOKEN, Service, kill, wait_until
from tests.ports import free_port

PROBE_SECONDS = float(SETTINGS["PROBE_INTERVAL_SECONDS"])


@pytest.fixture
def backup(service: Service) -> Gateway:
    """A second gateway of its own process, at an address that is allowed because it is asked for."""
    port = free_port()
    service.environment["GATEWAY_ALLOW_PRIVATE_ADDRESSES"] = "true"
    service.environment["GATEWAY_TOKEN_BACKUP"] = TOKEN
    arguments = ["--port", str(port), "--token", TOKEN, "--log", str(service.folder / "backup.ndjson")]
    service.start("backup", "notification_service.gateway_simulator", *arguments)
    return Gateway.objects.create(
        name="backup", url=f"http://127.0.0.1:{port}", token_variable="GATEWAY_TOKEN_BACKUP", priority=1
    )


def main(**changes: object) -> Gateway:
    Gateway.objects.filter(name="main").update(**changes)
    return Gateway.objects.get(name="main")


def start_all(service: Service) -> None:
    service.start_beat()
    service.start_workers("first", "second")


def taken_by(mailing: Mailing) -> set[str | None]:
    messages = Message.objects.filter(mailing=mailing, status="sent")
    return set(messages.values_list("gateway__name", flat=True).distinct())


def test_two_workers_keep_to_the_requests_per_second_of_a_gateway(service: Service) -> None:
    """Counted over four seconds: what a busy machine delays by one still arrives in five."""
    make_clients(700)
    service.start_gateway()
    main(max_requests_per_second=100)
    start_all(service)
    mailing = start_mailing()

    assert wait_until_finished(mailing)["sent"] == 700
    assert service.fullest_window(seconds=4) <= 5 * 100
    check_rules(mailing, service)


def test_two_workers_keep_to_the_concurrency_of_a_gateway(service: Service) -> None:
    make_clients(300)
    service.start_gateway("--latency-ms", "100")
    main(max_concurrency=10)
    start_all(service)
    mailing = start_mailing()

    assert wait_until_finished(mailing)["sent"] == 300
    # Each takes 0.1 s: what arrives within a little less than that is under way together.
    assert 5 <= service.fullest_window(seconds=0.09) <= 10
    check_rules(mailing, service)


def test_a_dead_gateway_gets_only_probes_until_it_recovers(service: Service) -> None:
    service.environment["RETRY_CAP_SECONDS"] = "1"
    make_clients(5000)
    gateway = service.start_gateway("--latency-ms", "100")
    start_all(service)
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > 100, what="the first being sent")
    kill(gateway)
    wait_until(lambda: main().breaker == "open", what="the breaker being open")
    wait_for_probe()  # what was under way as it opened is recorded by then
    before, since = attempts_of(mailing), time.monotonic()
    wait_until(lambda: attempts_of(mailing) > before + 1, what="two probes being recorded")
    probes, seconds = attempts_of(mailing) - before, time.monotonic() - since
    # Without a breaker there would be hundreds.
    assert probes <= seconds / PROBE_SECONDS + 2
    service.start_gateway()

    assert wait_until_finished(mailing)["sent"] == 5000
    assert main().breaker == "closed"
    check_rules(mailing, service)


def attempts_of(mailing: Mailing) -> int:
    return Attempt.objects.filter(mailing_id=mailing.pk).count()


def wait_for_probe() -> None:
    due = main().probe_at
    wait_until(lambda: main().probe_at not in (due, None), what="a probe")
    wait_until(lambda: main().breaker == "open", what="the probe having failed")


def test_failover_moves_messages_to_the_next_gateway_and_back(service: Service, backup: Gateway) -> None:
    make_clients(200)
    service.start_gateway()
    start_all(service)
    service.set_gateway(faults={"401": 1.0})
    moved, stays = start_mailing(failover=True), start_mailing(text="Waits for its own gateway")

    assert wait_until_finished(moved)["sent"] == 200
    assert (taken_by(moved), sent(stays)) == ({"backup"}, 0)
    service.set_gateway()
    assert wait_until_finished(stays)["sent"] == 200
    back = start_mailing(failover=True)
    assert wait_until_finished(back)["sent"] == 200
    assert (taken_by(stays), taken_by(back)) == ({"main"}, {"main"})
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"held"}


def test_a_hanging_gateway_does_not_delay_other_gateways(service: Service, backup: Gateway) -> None:
    make_clients(2000)
    service.start_gateway()
    start_all(service)
    service.set_gateway(faults={"hang": 1.0})
    hanging = start_mailing()
    wait_until(Attempt.objects.filter(mailing_id=hanging.pk).exists, what="a request having hung")
    other = start_mailing(gateway=backup)

    assert wait_until_finished(other, seconds=20)["sent"] == 2000
    assert (taken_by(other), sent(hanging)) == ({"backup"}, 0)
    service.set_gateway()
    assert wait_until_finished(hanging)["sent"] == 2000
