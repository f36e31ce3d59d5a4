"""All checks, in the order in which an installation is put together."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from threading import Thread

from django.db import connection

from notification_service.doctor.checks import (
    broker,
    configuration,
    database,
    gateways,
    machine,
    mail,
    workers,
)
from notification_service.doctor.finding import Finding, problem, skipped

Check = Callable[[], Iterator[Finding]]

CHECKS: dict[str, Check] = {
    "python": machine.check_python,
    "time zones": machine.check_time_zones,
    "disk": machine.check_disk,
    "ports": machine.check_ports,
    "configuration": configuration.check,
    "database": database.check,
    "broker": broker.check,
    "workers": workers.check,
    "gateways": gateways.check,
    "mail": mail.check,
}
# These need the database, and have nothing to add if it cannot be used.
NEED_DATABASE = frozenset({"workers", "gateways"})
PATIENCE_SECONDS = 30.0


def examine() -> Iterator[Finding]:
    """Never raises: whatever goes wrong in a check is a finding."""
    database_is_usable = True
    for subject, check in CHECKS.items():
        if subject in NEED_DATABASE and not database_is_usable:
            yield skipped(subject, "the database has to be mended first")
            continue
        findings = _bounded(subject, check)
        if subject == "database":
            database_is_usable = not any(finding.verdict == "problem" for finding in findings)
        yield from findings


def _bounded(subject: str, check: Check) -> list[Finding]:
    """Run it on its own thread, because whatever is examined may hang."""
    done: Future[list[Finding]] = Future()
    Thread(target=_run, args=(check, done), name=f"doctor {subject}", daemon=True).start()
    try:
        return done.result(timeout=PATIENCE_SECONDS)
    except TimeoutError:
        return [problem(subject, f"no answer within {PATIENCE_SECONDS:.0f} s", "See whether it hangs.")]
    except Exception as error:  # noqa: BLE001 (a check that fails must not hide what the others found)
        return [problem(subject, f"{type(error).__name__}: {error}", "Please report this as a bug.")]


def _run(check: Check, done: "Future[list[Finding]]") -> None:
    try:
        done.set_result(list(check()))
    except BaseException as error:  # noqa: BLE001 (whoever waits gets it)
        done.set_exception(error)
    finally:
        connection.close()
