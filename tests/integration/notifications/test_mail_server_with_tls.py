"""The production mail sender at real SMTP servers with TLS and a login: STARTTLS, and TLS from the first byte."""

import asyncio
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notifications.courier.letters import Mail
from services.notifications.courier.post import MailServer, MailServerAway, Post
from tests.harness.mailserver import free_port


class Server:
    """Takes mail from `malmi` with the password `salainen`, and from nobody else."""

    def __init__(self) -> None:
        self.got: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        self.got += envelope.rcpt_tos
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"malmi", b"salainen")
        return AuthResult(success=good, handled=good)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1 in one file; it signs itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(params=["smtp+starttls", "smtps"])
def served(request: pytest.FixtureRequest, certificate: Path) -> Iterator[tuple[Server, str, int]]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server, port, scheme = Server(), free_port(), str(request.param)
    rules = {"authenticator": server.authenticate, "auth_required": True}
    if scheme == "smtps":
        rules |= {"ssl_context": context, "auth_require_tls": False}
    else:
        rules |= {"tls_context": context, "require_starttls": True}
    controller = Controller(server, hostname="127.0.0.1", port=port, **rules)
    controller.start()
    yield server, scheme, port
    controller.stop()


def send(uri: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "malmi@example.org", "tilaaja@example.org", "Esimerkki"
    message.set_content("Esimerkki")

    async def run() -> None:
        post = Post(MailServer.parse(uri), connections=1)
        try:
            await post.send(Mail(message.as_bytes(), "malmi@example.org", "tilaaja@example.org"))
        finally:
            await post.close()

    asyncio.run(run())


def test_mail_goes_out_over_tls_with_a_login(
    served: tuple[Server, str, int], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, scheme, port = served
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    send(f"{scheme}://malmi:salainen@127.0.0.1:{port}")
    assert server.got == ["tilaaja@example.org"]


def test_a_server_whose_certificate_is_not_trusted_gets_no_mail(served: tuple[Server, str, int]) -> None:
    server, scheme, port = served
    with pytest.raises(MailServerAway):
        send(f"{scheme}://malmi:salainen@127.0.0.1:{port}")
    assert server.got == []


def test_a_wrong_password_is_the_servers_matter_and_no_fault_of_the_mail(
    served: tuple[Server, str, int], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, scheme, port = served
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(MailServerAway):
        send(f"{scheme}://malmi:arvattu@127.0.0.1:{port}")
    assert server.got == []
