"""Settings with which the service starts, but which are not a good idea."""

from collections.abc import Iterator

from django.conf import settings

from notification_service.doctor.finding import Finding, ok, problem, warning

SUBJECT = "configuration"


def check() -> Iterator[Finding]:
    findings = list(_findings())
    yield from findings or [ok(SUBJECT, "nothing to say about the settings")]


def _findings() -> Iterator[Finding]:
    is_embedded = settings.EMBEDS_DATABASE and settings.EMBEDS_BROKER
    if settings.SECRET_KEY_IS_TEMPORARY and not is_embedded:
        advice = "Set it to the same value everywhere: `openssl rand -hex 32` makes one."
        yield problem(SUBJECT, "SECRET_KEY is not set: web servers and workers refuse to start", advice)
    if settings.DEBUG:
        yield warning(SUBJECT, "DEBUG is on: errors show the code and the settings", "Leave it out.")
    if "*" in settings.ALLOWED_HOSTS:
        yield warning(SUBJECT, "ALLOWED_HOSTS allows any name", "Name the hosts of the console.")
    if settings.TRUSTED_PROXIES and not settings.HTTPS:
        yield warning(SUBJECT, "a proxy is trusted, but HTTPS is off", "Set HTTPS=1 if it speaks TLS.")
    if settings.REPORT_TO and not settings.EMAIL_HOST:
        yield problem(SUBJECT, "REPORT_TO is set, EMAIL_HOST is not: no report leaves", "Set EMAIL_HOST.")
