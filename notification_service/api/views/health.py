"""For load balancers and supervisors: no login, no cache, and an answer within two seconds whatever hangs."""

import time
from typing import TypedDict

from celery import current_app
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notification_service.api.probes import Probe
from notification_service.api.problems import CONTENT_TYPE, problem
from notification_service.mailings.heartbeats import LiveWorkers, live_workers
from notification_service.worker.schema_check import missing_migrations

PATIENCE_SECONDS = 1.5
OK = "ok"


class Checks(TypedDict):
    """Each is `ok` or what is wrong."""

    database: str
    broker: str
    workers: str


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "live"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """503 where no request can be answered; where requests can but messages may wait, 200 and `degraded`."""
    checks = check_all()
    if checks["database"] != OK:
        body = problem(status=503, detail=checks["database"], instance=request.path)
        return JsonResponse({**body, "checks": checks}, status=503, content_type=CONTENT_TYPE)
    is_whole = all(check == OK for check in checks.values())
    return JsonResponse({"status": "ready" if is_whole else "degraded", "checks": checks})


def check_all() -> Checks:
    until = time.monotonic() + PATIENCE_SECONDS
    BROKER.begin()  # beside the database, so that both hanging takes no longer than one
    database, workers = _check_database(until)
    return Checks(database=database, broker=_check_broker(until), workers=workers)


def _check_database(until: float) -> tuple[str, str]:
    try:
        is_migrated, workers = DATABASE.answer(seconds=_left(until))
    except Exception:  # noqa: BLE001 (the driver's and the network's, or no answer in time)
        return "The database does not answer.", "unknown"
    return OK if is_migrated else "The database lacks migrations.", _judge(workers)


def _check_broker(until: float) -> str:
    try:
        BROKER.answer(seconds=_left(until))
    except Exception:  # noqa: BLE001 (whatever the broker's library raises, or no answer in time)
        return "The broker does not answer; workers call themselves."
    return OK


def _judge(workers: LiveWorkers | None) -> str:
    if workers is None:
        return "unknown"
    if not workers.alive:
        return "No worker is running: nothing is sent."
    if workers.cut_off == workers.alive:
        return "No worker gets at its queue in the database: nothing is sent. Their logs say why."
    if workers.silent == workers.alive:
        return "No worker hears from broker or beat; they call themselves."
    return OK


def _left(until: float) -> float:
    return max(until - time.monotonic(), 0.05)


def _ask_database() -> tuple[bool, LiveWorkers | None]:
    if not Migrations.check():
        return False, None
    return True, live_workers()


def _ask_broker() -> None:
    with current_app.connection_for_write(connect_timeout=PATIENCE_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=1)


class Migrations:
    """Looks until they are complete, then no more: reading them all takes long for a probe."""

    are_complete = False

    @classmethod
    def check(cls) -> bool:
        if not cls.are_complete:
            cls.are_complete = not missing_migrations()
        return cls.are_complete


DATABASE = Probe(_ask_database, fresh_seconds=0.5)
BROKER = Probe(_ask_broker, fresh_seconds=2)
