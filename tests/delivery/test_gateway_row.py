"""The gateway's row, by which workers agree to hold it and take turns in probing it."""

from datetime import timedelta

from notification_service.delivery.gateway_row import GatewayRow
from notification_service.mailings.models import Gateway
from notification_service.mailings.reasons import Reason, explained
from tests.delivery.database import on_row
from tests.factories import now
from tests.reasons import http_status


async def hold(row: GatewayRow) -> None:
    await row.hold(http_status(401))


def is_held(conninfo: str) -> bool:
    state = on_row(conninfo, lambda row: row.snapshot())
    assert state is not None
    return state.is_held


def probes(conninfo: str) -> list[bool]:
    """What two workers that ask one after the other are told."""
    return [on_row(conninfo, lambda row: row.take_probe(), worker=name) for name in ("a", "b")]


def make_probe_due() -> None:
    Gateway.objects.update(probe_at=now() - timedelta(seconds=1))


def test_a_gateway_is_not_held_at_first(conninfo: str) -> None:
    assert not is_held(conninfo)


def test_a_held_gateway_says_why_in_the_words_of_the_library_too(conninfo: str) -> None:
    why = explained(Reason.TLS_ERROR, "certificate has expired")
    on_row(conninfo, lambda row: row.hold(why))
    assert Gateway.objects.get().held_why == why


def test_every_worker_sees_that_a_gateway_is_held(conninfo: str) -> None:
    on_row(conninfo, hold)
    assert is_held(conninfo)
    assert Gateway.objects.get().held_why == http_status(401)


def test_a_repeated_hold_keeps_its_start_and_the_next_probe(conninfo: str) -> None:
    on_row(conninfo, hold)
    before = Gateway.objects.values("held_at", "probe_at").get()
    on_row(conninfo, lambda row: row.hold(http_status(403)))
    assert Gateway.objects.values("held_at", "probe_at").get() == before
    assert Gateway.objects.get().held_why == http_status(403)


def test_no_worker_probes_before_the_interval_has_passed(conninfo: str) -> None:
    on_row(conninfo, hold, probe_interval_seconds=60)
    assert probes(conninfo) == [False, False]


def test_only_one_worker_gets_the_probe_of_an_interval(conninfo: str) -> None:
    on_row(conninfo, hold)
    make_probe_due()
    assert probes(conninfo) == [True, False]


def test_no_worker_probes_a_gateway_that_is_not_held(conninfo: str) -> None:
    Gateway.objects.update(probe_at=now() - timedelta(seconds=1))
    assert probes(conninfo) == [False, False]


def test_a_released_gateway_keeps_no_trace_of_the_hold(conninfo: str) -> None:
    on_row(conninfo, hold)
    on_row(conninfo, lambda row: row.release())
    gateway = Gateway.objects.get()
    assert (gateway.held_at, gateway.held_reason, gateway.probe_at) == (None, "", None)
    assert not is_held(conninfo)


def test_a_released_gateway_can_be_held_again(conninfo: str) -> None:
    on_row(conninfo, hold)
    on_row(conninfo, lambda row: row.release())
    on_row(conninfo, hold)
    assert is_held(conninfo)


async def hold_for_a_minute(row: GatewayRow) -> None:
    await row.hold(http_status(429), wait_seconds=60)


def seconds_until_probe() -> float:
    gateway = Gateway.objects.get()
    assert gateway.probe_at is not None
    return (gateway.probe_at - now()).total_seconds()


def test_a_gateway_that_asks_to_be_left_alone_is_probed_no_sooner(conninfo: str) -> None:
    on_row(conninfo, hold_for_a_minute)
    assert 30 < seconds_until_probe() <= 60


def test_a_probe_that_is_told_so_again_waits_as_long_again(conninfo: str) -> None:
    on_row(conninfo, hold_for_a_minute)
    make_probe_due()
    assert probes(conninfo) == [True, False]
    on_row(conninfo, hold_for_a_minute)
    assert 30 < seconds_until_probe() <= 60


def test_a_single_probe_that_is_told_to_wait_holds_up_no_gateway_that_did_not_ask(conninfo: str) -> None:
    on_row(conninfo, hold)
    on_row(conninfo, hold_for_a_minute)
    assert seconds_until_probe() <= 2


def test_a_release_forgets_what_the_gateway_asked_for(conninfo: str) -> None:
    on_row(conninfo, hold_for_a_minute)
    on_row(conninfo, lambda row: row.release())
    assert Gateway.objects.get().wait_seconds == 0
