"""The mail server of the daily report: a connection with login, but no letter."""

from collections.abc import Iterator

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from notification_service.doctor.finding import Finding, ok, problem, skipped

SUBJECT = "mail"


def check() -> Iterator[Finding]:
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    if not settings.EMAIL_HOST:
        yield skipped(SUBJECT, "EMAIL_HOST is not set: there is no daily report")
        return
    server = EmailBackend()
    try:
        server.open()
        server.close()
    except OSError as error:  # smtplib's are among them
        advice = "See EMAIL_HOST, EMAIL_PORT, EMAIL_SECURITY, EMAIL_USER and EMAIL_PASSWORD."
        yield problem(SUBJECT, f"{where}: {error}", advice)
    else:
        yield ok(SUBJECT, f"{where} takes mail from us")
