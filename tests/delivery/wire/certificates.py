"""Certificates for servers on loopback, of an authority made for the test."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Authority:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
        certificate = (
            self._builder(self._name, self._key.public_key(), DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(signs_certificates(), critical=True)
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(certificate.sign(self._key, SHA256()).public_bytes(Encoding.PEM))

    @property
    def pem(self) -> str:
        return self.file.read_text()

    def issue(self, name: str, *, ends_in: timedelta = DAY) -> Path:
        """A certificate and its key in one file, for a host's name or address."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        is_address = name.replace(".", "").isdigit()
        general = x509.IPAddress(ip_address(name)) if is_address else x509.DNSName(name)
        certificate = self._builder(subject, key.public_key(), ends_in).add_extension(
            x509.SubjectAlternativeName([general]), critical=False
        )
        file = self._folder / f"{name}.pem"
        pem = certificate.sign(self._key, SHA256()).public_bytes(Encoding.PEM)
        file.write_bytes(pem + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return file

    def renew(self, name: str) -> str:
        """Another certificate for the key that was issued by this name."""
        old, key = parts_of(self._folder / f"{name}.pem")
        public = load_pem_private_key(key.encode(), None).public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        subject = x509.load_pem_x509_certificate(old.encode()).subject
        renewed = self._builder(subject, public, 2 * DAY).sign(self._key, SHA256())
        return renewed.public_bytes(Encoding.PEM).decode()

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, ends_in: timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        ours = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder(self._name, subject, key, x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now + ends_in)
            # Python 3.13 and later refuse certificates without these.
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(ours, critical=False)
        )


def signs_certificates() -> x509.KeyUsage:
    others = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(key_cert_sign=True, **others)


def parts_of(file: Path) -> tuple[str, str]:
    """The certificate and the key of a file with both."""
    certificate, begin, key = file.read_text().partition("-----BEGIN PRIVATE KEY")
    return certificate, begin + key


def server_context(certificate: Path, *, client_authority: Path | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    if client_authority:
        context.load_verify_locations(client_authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
