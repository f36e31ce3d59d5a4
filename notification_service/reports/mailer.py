"""The only module that talks to the mail server. What became of a letter is a value."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from enum import Enum
from secrets import token_hex
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from notification_service.reports.words import clean

ERROR_LENGTH = 200
NEEDED = ("EMAIL_HOST", "REPORT_FROM")


class Fate(Enum):
    ACCEPTED = "accepted"  # the server has taken responsibility for it
    REFUSED = "refused"  # the server will never take a letter for this address
    NOT_YET = "not yet"  # to be tried again


@dataclass(frozen=True, slots=True)
class Posted:
    address: str
    fate: Fate
    error: str = ""


class ServerAway(Exception):  # noqa: N818
    """Nothing can be sent at present; `args[0]` says why. The current letter may have been accepted."""


def missing_settings() -> list[str]:
    """Return the names of settings that are needed to send, but are not set."""
    return [name for name in NEEDED if not getattr(settings, name)]


def new_message_id(name: str) -> str:
    """Return a unique id in the domain of the sender."""
    domain = parseaddr(settings.REPORT_FROM)[1].partition("@")[2] or "localhost"
    return f"<{name}.{token_hex(8)}@{domain.encode('idna').decode()}>"


def post(letters: Iterable[EmailMessage]) -> Iterator[Posted]:
    """Send the letters over one connection; yield what became of each before sending the next.

    Raises ServerAway.
    """
    if missing := missing_settings():
        raise ServerAway(f"{' and '.join(missing)}: not set")
    server = EmailBackend()
    try:
        server.open()
        for letter in letters:
            yield _post(server, letter)
    except OSError as error:  # smtplib's are among them
        raise ServerAway(_short(str(error))) from error
    finally:
        with suppress(OSError):  # all that matters is over
            server.close()


def _post(server: EmailBackend, letter: EmailMessage) -> Posted:
    (address,) = letter.to
    try:
        server.send_messages([letter])
    except SMTPRecipientsRefused as refusal:
        ((code, words),) = refusal.recipients.values()
        fate = Fate.REFUSED if code >= 500 else Fate.NOT_YET
        return Posted(address, fate, _reply(code, words))
    except SMTPResponseException as error:
        return Posted(address, Fate.NOT_YET, _reply(error.smtp_code, error.smtp_error))
    return Posted(address, Fate.ACCEPTED)


def _reply(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return _short(f"{code} {text}")


def _short(text: str) -> str:
    return clean(text)[:ERROR_LENGTH]
