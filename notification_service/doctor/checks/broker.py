"""The broker, which wakes workers."""

import re
from collections.abc import Iterator

from django.conf import settings

from notification_service.celery import app
from notification_service.doctor.finding import Finding, ok, problem, warning
from notification_service.standalone.errors import StandaloneError

SUBJECT = "broker"
CONNECT_SECONDS = 3.0
CREDENTIALS = re.compile(r"//[^/@\s]*@")


def check() -> Iterator[Finding]:
    try:
        where = _asked()
    except StandaloneError as error:
        yield problem(SUBJECT, str(error), "Name a broker in BROKER_URL.")
    except Exception as error:  # noqa: BLE001 (whatever the broker's library raises)
        reason = CREDENTIALS.sub("//", str(error)) or type(error).__name__
        advice = "See BROKER_URL, and whether it runs. Until then workers call themselves, once a second."
        yield warning(SUBJECT, f"{_shown(settings.CELERY_BROKER_URL)}: {reason}", advice)
    else:
        yield ok(SUBJECT, f"{where} answers")


def _asked() -> str:
    """Where it is. Raises what keeps it from answering."""
    with app.connection_for_write(connect_timeout=CONNECT_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=1)
        return _shown(broker.as_uri())


def _shown(url: str) -> str:
    return CREDENTIALS.sub("//", url)
