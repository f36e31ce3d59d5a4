"""Settings of the report that contradict each other, or are not enough."""

from typing import Any

from django.conf import settings
from django.core import checks

from notification_service.reports import mailer


@checks.register()
def check_report(**_: Any) -> list[checks.CheckMessage]:
    return [*_missing(), *_unsafe()]


def _missing() -> list[checks.CheckMessage]:
    if not settings.REPORT_TO:
        return []
    return [
        checks.Error(
            f"REPORT_TO is set, and {name} is not.",
            hint=f"Set {name}, or no REPORT_TO.",
            id=f"reports.E{mailer.NEEDED.index(name) + 1:03}",
        )
        for name in mailer.missing_settings()
    ]


def _unsafe() -> list[checks.CheckMessage]:
    user, password = settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD
    found: list[checks.CheckMessage] = []
    if bool(user) != bool(password):
        hint = "Set both, or neither for a mail server that asks for no login."
        found.append(checks.Error("EMAIL_USER and EMAIL_PASSWORD go together.", hint=hint, id="reports.E003"))
    if user and settings.EMAIL_SECURITY == "none":
        hint = "Set EMAIL_SECURITY to starttls or tls."
        found.append(
            checks.Warning("The mail server's password goes out unencrypted.", hint=hint, id="reports.W001")
        )
    return found
