"""A mail server on this machine, on threads of this process: what it took, and what it is told to answer."""

import asyncio
import email
import email.policy
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from notification_service.standalone.processes.free_port import LOOPBACK, any_free_port

OK = "250 OK"


class MailServer:
    """Takes everything, unless `answers` has another word for an address, or `at_data` for a letter."""

    def __init__(self, port: int = 0, **options: Any) -> None:
        self.port = port or any_free_port()
        self.taken: list[tuple[str, EmailMessage]] = []  # by address, in the order of arrival
        self.answers: dict[str, str] = {}
        self.at_data: Callable[[], str] = lambda: OK
        self.connections = 0
        self._controller = Controller(self, hostname=LOOPBACK, port=self.port, **options)

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def letters(self, address: str) -> list[EmailMessage]:
        return [letter for taker, letter in self.taken if taker == address]

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's names)
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, OK)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        # On a thread, which goes on when the caller is gone.
        return await asyncio.to_thread(self._take, envelope)

    def _take(self, envelope: Envelope) -> str:
        answer = self.at_data()
        if answer == OK:
            assert isinstance(envelope.content, bytes)
            letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(letter, EmailMessage)
            self.taken += [(address, letter) for address in envelope.rcpt_tos]
        return answer


def who_logs_in(name: str, password: str) -> Callable[..., AuthResult]:
    def authenticator(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        expected = LoginPassword(name.encode(), password.encode())
        return AuthResult(success=given == expected, handled=False)

    return authenticator
