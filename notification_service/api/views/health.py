"""For load balancers and supervisors: no login, no cache, and a response in two seconds whatever hangs."""

import time
from typing import TypedDict

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notification_service.api.probes import Probe
from notification_service.api.problem_kinds import KINDS
from notification_service.api.problems import CONTENT_TYPE, RETRY_SECONDS, problem
from notification_service.celery import app
from notification_service.database.prerequisites import vital
from notification_service.mailings.heartbeats import LiveWorkers, live_workers
from notification_service.worker.schema_check import missing_migrations

PATIENCE_SECONDS = 1.5
OK = "ok"


class Checks(TypedDict):
    """Each is `ok`, or says what is wrong."""

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
    """503 where no request can be served; where they can but messages may wait, 200 and `degraded`."""
    checks = check_all()
    if checks["database"] != OK:
        kind = KINDS["database-unavailable"]
        body = {**problem(kind=kind, detail=checks["database"], instance=request.path), "checks": checks}
        wait = {"Retry-After": str(RETRY_SECONDS)}
        return JsonResponse(body, status=kind.status, content_type=CONTENT_TYPE, headers=wait)
    is_whole = all(check == OK for check in checks.values())
    return JsonResponse({"status": "ready" if is_whole else "degraded", "checks": checks})


def check_all() -> Checks:
    until = time.monotonic() + PATIENCE_SECONDS
    BROKER.begin()  # at the same time as the database: if both hang, it takes no longer
    database, workers = _check_database(until)
    return Checks(database=database, broker=_check_broker(until), workers=workers)


def _check_database(until: float) -> tuple[str, str]:
    try:
        fault, workers = DATABASE.result(seconds=_left(until))
    except Exception:  # noqa: BLE001 (the driver's and the network's, or no answer in time)
        return "The database does not answer.", "unknown"
    return fault or OK, _judge(workers)


def _check_broker(until: float) -> str:
    try:
        BROKER.result(seconds=_left(until))
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
        return "No worker hears from the broker; they call themselves."
    return OK


def _left(until: float) -> float:
    return max(until - time.monotonic(), 0.05)


def _ask_database() -> tuple[str | None, LiveWorkers | None]:
    """Return what makes the database unusable, if anything does, and the state of the workers."""
    if fault := Schema.fault():
        return fault, None
    return _read_only_fault(), live_workers()


def _read_only_fault() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        (is_read_only,) = cursor.fetchone()
    return "The database takes no changes." if is_read_only == "on" else None


def _ask_broker() -> None:
    with app.connection_for_write(connect_timeout=PATIENCE_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=1)


class Schema:
    """Checks until all migrations are there, and then no more: reading them takes long for a probe."""

    is_complete = False

    @classmethod
    def fault(cls) -> str | None:
        if cls.is_complete:
            return None
        if lacking := vital(connection):
            return lacking[0].sentence
        cls.is_complete = not missing_migrations()
        return None if cls.is_complete else "The database lacks migrations."


DATABASE = Probe(_ask_database, fresh_seconds=0.5)
BROKER = Probe(_ask_broker, fresh_seconds=2)
