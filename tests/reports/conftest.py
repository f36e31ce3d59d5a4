from collections.abc import Iterator
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.reports.mail_server import MailServer


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def report_settings(settings: Any, mail_server: MailServer) -> Any:
    settings.REPORT_TO = ["ops@example.com", "boss@example.com"]
    settings.REPORT_FROM = "Mailings <mailings@example.com>"
    settings.REPORT_AT = time(8)
    settings.REPORT_TIME_ZONE = ZoneInfo("Europe/Moscow")
    settings.REPORT_LANGUAGE = "en"
    settings.PUBLIC_URL = "https://notifications.example"
    use_mail_server(settings, mail_server.port)
    return settings


def use_mail_server(settings: Any, port: int) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_SECURITY, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = "none", False, False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 5
