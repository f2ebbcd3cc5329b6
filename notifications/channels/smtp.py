"""Mails to a mail server, one connection per batch.

Why: the institution's own server sends; this module only tells a refusal for good from one that may pass.
Never here: a connection without verified TLS that carries a password.

Source: RFC 5321 section 4.2 (4yz is passing, 5yz is permanent), RFC 3207 (STARTTLS).
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from notifications.errors import ChannelError, PassingError, PermanentError, UnreachableError
from notifications.mime import assemble, mail_address
from notifications.notice import Message

_ADDRESS = re.compile(r"\S*@\S*")
_TOO_LARGE = 552
_CLOSING = 421


class Security(StrEnum):
    """starttls: upgraded before anything is said; tls: from the first byte; none: only for a server of this machine."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class SmtpChannel:
    """Sends through the server at `host`:`port`; certificates are verified; `timeout` is in seconds per command.

    Raises ChannelError for a user name without encryption.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: Security = Security.STARTTLS,
        user: str | None = None,
        password: str | None = None,
        timeout: float = 20,
        local_name: str | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        if user is not None and security is Security.NONE:
            raise ChannelError("a password would go over the network unencrypted; use starttls or tls")
        self._host = host
        self._port = port
        self._security = security
        self._login = None if user is None else (user, password or "")
        self._timeout = timeout
        self._local_name = local_name
        self._context = context

    @contextmanager
    def open(self) -> Iterator[Callable[[Message], None]]:
        connection = _Connection(self._connect)
        try:
            yield connection.send
        finally:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        client: smtplib.SMTP | None = None
        try:
            context = self._context or ssl.create_default_context()
            if self._security is Security.TLS:
                client = smtplib.SMTP_SSL(
                    self._host, self._port, self._local_name, timeout=self._timeout, context=context
                )
            else:
                client = smtplib.SMTP(self._host, self._port, self._local_name, timeout=self._timeout)
            if self._security is Security.STARTTLS:
                client.starttls(context=context)
            if self._login is not None:
                client.login(*self._login)
        except (OSError, smtplib.SMTPException) as error:
            if client is not None:
                client.close()
            raise UnreachableError(f"no connection to the mail server: {_said(error)}") from error
        return client


class _Connection:
    """One connection, opened with the first message and again after it broke."""

    def __init__(self, connect: Callable[[], smtplib.SMTP]) -> None:
        self._connect = connect
        self._client: smtplib.SMTP | None = None

    def send(self, message: Message) -> None:
        # Before connecting: a message that cannot be built needs no server.
        content = assemble(message)
        addresses = mail_address(message.sender.address), mail_address(message.address)
        if self._client is None:
            self._client = self._connect()
        try:
            self._client.sendmail(addresses[0], [addresses[1]], content)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            self._refused(code, text)
        except smtplib.SMTPSenderRefused as error:
            if 500 <= error.smtp_code < 600 and error.smtp_code != _TOO_LARGE:
                # The sender is the institution's own address: the set-up is wrong, not the message.
                raise UnreachableError(f"the mail server refuses the sender: {_said(error)}") from error
            self._refused(error.smtp_code, error.smtp_error)
        except smtplib.SMTPResponseException as error:
            self._refused(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            # It is not known whether the server took the message; it is sent again under the same Message-ID.
            self._drop()
            raise PassingError(f"the connection broke: {_said(error)}") from error

    def _refused(self, code: int, text: bytes | str) -> None:
        if code == _CLOSING:
            self._drop()
        answer = f"{code} {_readable(text)}".strip()
        if 500 <= code < 600:
            raise PermanentError(f"the mail server refused: {answer}")
        raise PassingError(f"the mail server asked to wait: {answer}")

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def close(self) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._client.quit()
            self._drop()


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_readable(error.smtp_error)}"
    return f"{type(error).__name__} {_readable(str(error))}".strip()


def _readable(text: bytes | str) -> str:
    """One printable line without addresses: servers like to repeat whom they refuse, and errors are kept and logged."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    line = "".join(character if character.isprintable() else " " for character in text)
    return _ADDRESS.sub("(address)", " ".join(line.split()))[:200]
