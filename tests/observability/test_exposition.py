import urllib.error
import urllib.request
from typing import Any

import pytest

from notification_service.observability import exposition
from tests.ports import free_port


def get(port: int, path: str, token: str = "") -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def test_a_process_without_a_web_server_serves_its_own_metrics(settings: Any) -> None:
    settings.METRICS_HOST, settings.METRICS_PORT = "127.0.0.1", free_port()
    settings.METRICS_TOKEN = "scraper"
    exposition.serve()
    assert "notifications_claim_seconds_bucket" in get(settings.METRICS_PORT, "/metrics", "scraper")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        get(settings.METRICS_PORT, "/metrics", "guess")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(settings.METRICS_PORT, "/", "scraper")


def test_a_taken_metrics_port_does_not_stop_the_process(settings: Any) -> None:
    settings.METRICS_HOST, settings.METRICS_PORT = "127.0.0.1", free_port()
    exposition.serve()
    exposition.serve()
    assert get(settings.METRICS_PORT, "/metrics")
