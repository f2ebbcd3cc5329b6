from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from sqlalchemy import Engine

from notifications.channels.smtp import Security, SmtpChannel
from notifications.delivery import Counts, drain
from notifications.errors import ChannelError, MessageError, PassingError, PermanentError, UnreachableError
from notifications.notice import Message
from tests.notifications.given import START, Clock, a_row, no_link, speaker

MESSAGE = Message(
    owner="town", id="a", reference="application-1", notice="admitted", recipient="candidate-1", language="bg",
    name="Жана", address="a@mail.example", sender=speaker("town"), subject="Допуснати сте", text="Здравейте\n.\n..\n",
    html="<p>Здравейте</p>", message_id="<a.town@town.example>", created_at=START, date=START,
)  # fmt: skip


class Script:
    """Answers by the local part of the recipient: `r550`, `d451` (after DATA), `drop` (after DATA), else takes it."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.connections = 0
        self.sender_answer = "250 OK"
        self.users: list[tuple[bytes, bytes]] = []
        self.drops = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.sender_answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("r"):
            return f"{address[1:4]} <{address}> is not wanted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        address = envelope.rcpt_tos[0]
        assert isinstance(envelope.content, bytes)
        assert envelope.mail_from is not None
        if address.startswith("d") and address[1:4].isdigit():
            return f"{address[1:4]} not now"
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        if address.startswith("drop") and self.drops == 0:
            self.drops += 1
            assert server.transport is not None
            server.transport.close()
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.users.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    def __init__(self, **options: Any) -> None:
        self.script = Script()
        self.port = free_port()
        if options.pop("login", False):
            options |= {
                "authenticator": self.script.authenticate,
                "auth_required": True,
                "auth_exclude_mechanism": ["LOGIN"],
            }
        self.controller = Controller(self.script, hostname="127.0.0.1", port=self.port, **options)
        self.controller.start()

    def channel(self, **options: Any) -> SmtpChannel:
        return SmtpChannel(
            "localhost", self.port, **{"security": Security.NONE, "timeout": 5, "local_name": "nabor", **options}
        )


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", str(folder / "key"), "-out", str(folder / "certificate")],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def serving(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate", folder / "key")
    return context


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / "certificate"))


def test_batch_shares_one_connection_and_arrives_unchanged(server: Server) -> None:
    with server.channel().open() as send:
        send(MESSAGE)
        send(replace(MESSAGE, address="b@mail.example"))
    assert server.script.connections == 1
    assert [(sender, to) for sender, to, _ in server.script.taken] == [
        ("notices@town.example", ["a@mail.example"]), ("notices@town.example", ["b@mail.example"]),
    ]  # fmt: skip
    message = message_from_bytes(server.script.taken[0][2], policy=policy.default)
    assert message["Subject"] == "Допуснати сте"
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content() == "Здравейте\r\n.\r\n..\r\n"


@pytest.mark.parametrize(
    ("address", "error", "said"),
    [
        ("r550@mail.example", PermanentError, "the mail server refused: 550 (address) is not wanted"),
        ("r451@mail.example", PassingError, "the mail server asked to wait: 451 (address) is not wanted"),
        ("d554@mail.example", PermanentError, "the mail server refused: 554 not now"),
        ("d452@mail.example", PassingError, "the mail server asked to wait: 452 not now"),
        ("nobody", MessageError, "the e-mail address is not valid"),
    ],
)
def test_refusal_is_told_apart_and_the_next_mail_goes_on(
    server: Server, address: str, error: type[Exception], said: str
) -> None:
    with server.channel().open() as send:
        with pytest.raises(error) as refused:
            send(replace(MESSAGE, address=address))
        assert (type(refused.value), str(refused.value)) == (error, said)
        send(MESSAGE)
    assert server.script.connections == 1
    assert [to for _, to, _ in server.script.taken] == [["a@mail.example"]]


def test_connection_that_drops_after_data_passes_and_is_opened_again(server: Server) -> None:
    with server.channel().open() as send:
        with pytest.raises(PassingError) as broken:
            send(replace(MESSAGE, address="drop@mail.example"))
        assert type(broken.value) is PassingError
        send(MESSAGE)
    assert server.script.connections == 2


def test_server_that_closes_is_left_and_opened_again(server: Server) -> None:
    with server.channel().open() as send:
        with pytest.raises(PassingError, match="421"):
            send(replace(MESSAGE, address="d421@mail.example"))
        send(MESSAGE)
    assert server.script.connections == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [("553 who are you", UnreachableError), ("451 later", PassingError), ("552 too large", PermanentError)],
)
def test_refused_sender_is_a_matter_of_setup(server: Server, answer: str, error: type[Exception]) -> None:
    server.script.sender_answer = answer
    with server.channel().open() as send, pytest.raises(error) as refused:
        send(MESSAGE)
    assert type(refused.value) is error


def test_server_that_is_not_there_is_unreachable() -> None:
    channel = SmtpChannel("localhost", free_port(), security=Security.NONE, timeout=2, local_name="nabor")
    with channel.open() as send, pytest.raises(UnreachableError, match="ConnectionRefusedError"):
        send(MESSAGE)


def test_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        channel = SmtpChannel(
            "127.0.0.1", silent.getsockname()[1], security=Security.NONE, timeout=0.2, local_name="nabor"
        )
        with channel.open() as send, pytest.raises(UnreachableError):
            send(MESSAGE)


def test_password_needs_encryption() -> None:
    with pytest.raises(ChannelError, match="unencrypted"):
        SmtpChannel("localhost", 25, security=Security.NONE, user="u", password="p")


def test_starttls_is_demanded(server: Server) -> None:
    with server.channel(security=Security.STARTTLS).open() as send, pytest.raises(UnreachableError, match="STARTTLS"):
        send(MESSAGE)
    assert server.script.taken == []


# The server does not know that its socket is encrypted from the first byte.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_encryption_is_verified_before_the_password_leaves(certificate: Path, security: Security) -> None:
    context = serving(certificate)
    upgraded = security is Security.STARTTLS
    server = Server(
        login=True, **({"tls_context": context} if upgraded else {"ssl_context": context, "auth_require_tls": False})
    )
    try:
        options: dict[str, Any] = {"security": security, "user": "nabor"}
        unverified = server.channel(**options, password="right")
        with unverified.open() as send, pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
            send(MESSAGE)
        assert server.script.users == []
        trusted = {**options, "context": trusting(certificate)}
        mistaken = server.channel(**trusted, password="wrong")
        with mistaken.open() as send, pytest.raises(UnreachableError, match="535"):
            send(MESSAGE)
        with server.channel(**trusted, password="right").open() as send:
            send(MESSAGE)
        assert server.script.users == [(b"nabor", b"wrong"), (b"nabor", b"right")]
        assert len(server.script.taken) == 1
    finally:
        server.controller.stop()


def test_drain_through_a_server_that_refuses_some(
    engine: Engine, server: Server, clock: Clock, put: Any, rows: Any
) -> None:
    put(
        a_row("good"), a_row("gone", address="r550@mail.example"), a_row("full", address="d452@mail.example"),
        a_row("dropped", address="drop@mail.example"), a_row("last"),
    )  # fmt: skip

    def run() -> Counts:
        return drain(engine, {"mail": server.channel()}, now=clock, mint=no_link, sender=speaker)

    assert run() == Counts(sent=2, failed=2, dead=1)
    assert {id: row.state for id, row in rows().items()} == {
        "good": "sent", "gone": "dead", "full": "failed", "dropped": "failed", "last": "sent",
    }  # fmt: skip
    clock.forward(minutes=2)
    assert run() == Counts(sent=1, failed=1)
    # The server had taken the dropped one already: the second copy carries the same Message-ID.
    copies = [content for _, to, content in server.script.taken if to == ["drop@mail.example"]]
    assert [message_from_bytes(content)["Message-ID"] for content in copies] == ["<dropped.town@town.example>"] * 2
