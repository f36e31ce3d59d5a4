"""Whether any worker is sending."""

from collections.abc import Iterator

from notification_service.doctor.finding import Finding, ok, problem, warning
from notification_service.mailings.heartbeats import live_workers

SUBJECT = "workers"


def check() -> Iterator[Finding]:
    workers = live_workers()
    if not workers.alive:
        advice = "Start one: `celery -A notification_service worker`, or `up`, which has one."
        yield problem(SUBJECT, "none is running: nothing is sent", advice)
    elif workers.cut_off:
        found = f"{workers.cut_off} of {workers.alive} do not get at their queue in the database"
        yield problem(SUBJECT, found, "Their logs say why. pgbouncer has to be in session mode.")
    elif workers.silent:
        found = f"{workers.silent} of {workers.alive} hear nothing from the broker, and call themselves"
        yield warning(SUBJECT, found, "See that the broker runs, and that workers have no -Q option.")
    else:
        yield ok(SUBJECT, f"{workers.alive} running, all of them hear the broker")
