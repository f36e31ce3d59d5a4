"""What a real mail server makes of letters, as values."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.mail import EmailMessage

from notification_service.reports.mailer import Fate, Posted, ServerAway, new_message_id, post
from tests.reports.mail_server import MailServer, who_logs_in

A, B = "a@example.com", "b@example.com"


def letters(*addresses: str) -> Iterator[EmailMessage]:
    for address in addresses:
        yield EmailMessage("Subject", "Text", "mailings@example.com", [address])


def test_each_letter_is_accepted_refused_or_put_off(report_settings: Any, mail_server: MailServer) -> None:
    mail_server.answers = {A: "550 5.1.1 No such user", B: "450 Later"}
    assert list(post(letters(A, B, "c@example.com"))) == [
        Posted(A, Fate.REFUSED, "550 5.1.1 No such user"),
        Posted(B, Fate.NOT_YET, "450 Later"),
        Posted("c@example.com", Fate.ACCEPTED),
    ]
    assert mail_server.connections == 1


def test_a_server_that_refuses_the_letter_may_take_it_later(
    report_settings: Any, mail_server: MailServer
) -> None:
    mail_server.at_data = lambda: "554 Looks like spam"
    assert list(post(letters(A))) == [Posted(A, Fate.NOT_YET, "554 Looks like spam")]


def test_a_mail_server_that_hangs_up_counts_as_unreachable(
    report_settings: Any, mail_server: MailServer
) -> None:
    mail_server.answers = {A: "421 Closing"}
    posted = post(letters(A, B))
    assert next(posted).fate is Fate.NOT_YET
    with pytest.raises(ServerAway):
        next(posted)


def test_a_reply_of_the_mail_server_is_kept_short_and_on_one_line(
    report_settings: Any, mail_server: MailServer
) -> None:
    mail_server.answers = {A: "550 " + "x" * 400}
    [posted] = post(letters(A))
    assert posted.error == "550 " + "x" * 196


def test_message_ids_are_unique_and_in_the_domain_of_the_sender(report_settings: Any) -> None:
    first, second = new_message_id("report"), new_message_id("report")
    assert first != second
    assert first.endswith("@example.com>")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of this machine's address, by itself; with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    began = datetime.now(UTC) - timedelta(hours=1)
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    )
    path = tmp_path / "certificate.pem"
    pem, nothing = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, nothing)
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(pem) + private)
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def secure_server(report_settings: Any, tls: ssl.SSLContext) -> Iterator[MailServer]:
    login: dict[str, Any] = {"auth_required": True, "authenticator": who_logs_in("mailings", "secret")}
    with MailServer(tls_context=tls, require_starttls=True, **login) as server:
        report_settings.EMAIL_PORT, report_settings.EMAIL_USE_TLS = server.port, True
        report_settings.EMAIL_HOST_USER, report_settings.EMAIL_HOST_PASSWORD = "mailings", "secret"
        yield server


def test_the_mailer_logs_in_over_tls(
    secure_server: MailServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert [posted.fate for posted in post(letters(A))] == [Fate.ACCEPTED]


def test_a_server_with_an_untrusted_certificate_gets_no_password(secure_server: MailServer) -> None:
    with pytest.raises(ServerAway, match="certificate verify failed"):
        list(post(letters(A)))


def test_a_wrong_password_is_a_temporary_error(
    secure_server: MailServer, certificate: Path, report_settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    report_settings.EMAIL_HOST_PASSWORD = "wrong"
    with pytest.raises(ServerAway, match="535"):
        list(post(letters(A)))


def test_a_server_without_starttls_gets_nothing(report_settings: Any, mail_server: MailServer) -> None:
    report_settings.EMAIL_USE_TLS = True
    with pytest.raises(ServerAway, match="STARTTLS extension not supported"):
        list(post(letters(A)))
