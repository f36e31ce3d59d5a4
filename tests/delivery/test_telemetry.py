import asyncio

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.messages import OutcomeBuffer
from notification_service.delivery.outcome import NoResponse, Response
from notification_service.delivery.telemetry import Meters
from notification_service.observability.metrics import Reasons
from tests.delivery.database import make_lane
from tests.delivery.scripted_gateway import TAKEN, Request, ScriptedGateway
from tests.factories import make_messages, make_running_mailing


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"notifications_{name}", labels) or 0


def drain_metered(conninfo: str, gateway: ScriptedGateway, *, name: str, log_sent: str = "grouped") -> None:
    async def run() -> None:
        lane = make_lane(conninfo, gateway, shown_as=name, record_interval_seconds=0.01, log_sent=log_sent)
        await asyncio.wait_for(Dispatcher(lane).drain(), 20)
        await lane.close()

    asyncio.run(run())


def test_every_message_is_counted_and_logged_by_its_outcome(conninfo: str) -> None:
    mailing = make_running_mailing()
    messages = make_messages(mailing, 5)
    refused = messages[0].pk

    async def script(request: Request) -> Response | NoResponse:
        return Response(422, b"no such number") if request.message_id == refused else TAKEN

    under_way = value("engine_messages_under_way")
    with capture_logs() as lines:
        drain_metered(conninfo, ScriptedGateway(script), name="metered")
    assert value("attempts_total", gateway="metered", outcome="sent", reason="") == 4
    assert value("attempts_total", gateway="metered", outcome="failed", reason="http_status:422") == 1
    assert value("gateway_request_seconds_count", gateway="metered") == 5
    assert value("engine_messages_under_way") == under_way
    sent = [line for line in lines if line["event"] == "messages sent"]
    assert sorted(pk for line in sent for pk in line["message_ids"]) == [one.pk for one in messages[1:]]
    [attempt] = [line for line in lines if line["event"] == "attempt"]
    assert (
        dict(attempt).items()
        >= {
            "mailing_id": mailing.pk,
            "message_id": refused,
            "gateway": "metered",
            "attempt": 1,
            "http_status": 422,
            "response": "no such number",
            "status": "failed",
        }.items()
    )


def test_log_lines_of_sent_messages_can_be_turned_off(conninfo: str) -> None:
    make_messages(make_running_mailing(), 2)
    with capture_logs() as lines:
        drain_metered(conninfo, ScriptedGateway(), name="quiet", log_sent="off")
    assert value("attempts_total", gateway="quiet", outcome="sent", reason="") == 2
    assert [line for line in lines if line["event"].startswith("message")] == []


def test_latencies_are_counted_in_the_buckets_of_the_histogram() -> None:
    meters = Meters("timed")
    for seconds in (0.0005, 0.001, 0.3, 0.5, 60):
        meters.responded(seconds)
    meters.recorded(OutcomeBuffer(), 0.0)
    meters.recorded(OutcomeBuffer(), 0.0)
    counts = {
        bound: value("gateway_request_seconds_bucket", gateway="timed", le=bound)
        for bound in ("0.001", "0.25", "0.5", "10.0", "+Inf")
    }
    assert counts == {"0.001": 2, "0.25": 2, "0.5": 4, "10.0": 4, "+Inf": 5}
    assert value("gateway_request_seconds_sum", gateway="timed") == pytest.approx(60.8015)


def test_the_number_of_reason_labels_is_bounded() -> None:
    reasons = Reasons(most=2)
    assert [reasons.label(reason) for reason in ("a", "b", "c", "a")] == ["a", "b", "other", "a"]
