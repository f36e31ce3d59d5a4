"""What an administrator sees of a mailing: its messages in the logs, and its sums in the metrics."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from notification_service.access.models import ApiKey
from notification_service.mailings.models import Message
from tests.journeys.mailing import make_clients
from tests.journeys.production import Api
from tests.journeys.service import Service, wait_until
from tests.ports import free_port

CLIENTS = 300


def start(service: Service, *gateway: str, with_gateway: bool = True) -> Api:
    """Web, worker and beat as `manage.py up` runs them, and a key to call the API with."""
    port = free_port()
    folder = service.folder / "metrics"
    service.environment |= {"LOG_FORMAT": "json", "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    if with_gateway:
        service.start_gateway(*gateway)
    service.start(
        "web", "granian", "--interface=wsgi", f"--port={port}", "notification_service.wsgi:application"
    )
    service.start_beat()
    service.start_worker()
    api = Api(f"http://127.0.0.1:{port}", ApiKey.issue(name="journey", scope="write")[1])
    wait_until(lambda: _answers(api), what="the web server answering")
    return api


def send(api: Api) -> int:
    now = datetime.now(UTC)
    times = {"start_at": now.isoformat(), "end_at": (now + timedelta(hours=1)).isoformat()}
    mailing_id: int = api.post("/api/mailings/", {"text": "Hello", **times})["id"]
    return mailing_id


def is_finished(api: Api, mailing_id: int) -> bool:
    return bool(api.get(f"/api/mailings/{mailing_id}/")["status"] == "finished")


def lines_about(service: Service, name: str, row_id: int) -> list[dict[str, Any]]:
    """The lines of all processes, in their order, that have the id in their field or its list."""
    every = [line for path in service.folder.glob("*.log") for line in _json_lines(path.read_text())]
    about = [line for line in every if line.get(name) == row_id or row_id in line.get(f"{name}s", ())]
    return sorted(about, key=lambda line: line["timestamp"])


def test_a_message_can_be_followed_through_the_logs(service: Service) -> None:
    make_clients(CLIENTS)
    api = start(service, "--error-rate", "0.2", "--seed", "7")
    mailing_id = send(api)
    wait_until(lambda: is_finished(api, mailing_id), what="the mailing being finished")

    message = Message.objects.filter(mailing=mailing_id, status="sent", attempts=2).order_by("id")[0]
    [retried, sent] = lines_about(service, "message_id", message.pk)
    assert (retried["event"], retried["attempt"], retried["outcome"]) == ("attempt", 1, "retry")
    assert retried["next_attempt_at"]
    assert (sent["event"], sent["mailing_id"]) == ("messages sent", mailing_id)

    wait_until(
        lambda: "mailing finished" in events_about(service, mailing_id), what="the end being written down"
    )
    said, events = lines_about(service, "mailing_id", mailing_id), events_about(service, mailing_id)
    for event in ("mailing created", "request", "mailing started", "planning", "planned", "mailing finished"):
        assert event in events
    [created] = [line for line in said if line["event"] == "mailing created"]
    [request] = [line for line in said if line["event"] == "request" and line["method"] == "POST"]
    assert created["request_id"] == request["request_id"]
    logs = "".join(path.read_text() for path in service.folder.glob("*.log"))
    assert not any(phone in logs for phone in (f"7900{number:07}" for number in range(1, CLIENTS + 1)))


def events_about(service: Service, mailing_id: int) -> list[str]:
    return [line["event"] for line in lines_about(service, "mailing_id", mailing_id)]


def test_the_metrics_equal_the_statistics(service: Service) -> None:
    make_clients(CLIENTS)
    api = start(service, "--error-rate", "0.1", "--latency-ms", "20")
    mailing_id = send(api)
    during: list[dict[str, float]] = []

    def is_over() -> bool:
        during.append(sums(api))
        return is_finished(api, mailing_id)

    wait_until(is_over, what="the mailing's end")
    assert all(one["total"] in (0, CLIENTS) for one in during)

    counts = api.get("/api/mailings/fullinfo/")["messages"]

    def agree() -> bool:
        seen = sums(api)
        same = seen["sent"] == counts["sent"] == seen["attempts sent"]
        return bool(same and seen["total"] == counts["total"])

    wait_until(agree, what="metrics and statistics being the same")
    requests = sum(len(received) for received in service.requests().values())
    assert sum(value for name, value in sums(api).items() if name.startswith("attempts")) == requests


def sums(api: Api) -> dict[str, float]:
    """Messages by status with their total, and attempts by outcome."""
    found = {"total": 0.0, "attempts sent": 0.0}
    for family in text_string_to_metric_families(_metrics(api)):
        for sample in family.samples:
            if sample.name == "notifications_messages":
                found[sample.labels["status"]] = sample.value
                found["total"] += sample.value
            elif sample.name == "notifications_attempts_total":
                outcome = f"attempts {sample.labels['outcome']}"
                found[outcome] = found.get(outcome, 0) + sample.value
    return found


def _metrics(api: Api) -> str:
    request = urllib.request.Request(f"{api.url}/metrics", headers=api.headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        text: str = answer.read().decode()
    return text


def _answers(api: Api) -> bool:
    try:
        return bool(api.get("/api/"))
    except OSError:
        return False


def _json_lines(text: str) -> list[dict[str, Any]]:
    whole = text.rpartition("\n")[0].splitlines()  # the last line may still be being written
    return [json.loads(line) for line in whole if line.startswith("{")]
