"""The ways a message can be carried. To add one: a module with one class, and its line in KINDS.

Why: delivery knows one method; what a server, a folder or a printer needs stays in the channel's module.
Never here: the outbox, retries, or when to send.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from notifications.channels.console import ConsoleChannel
from notifications.channels.file import FileChannel
from notifications.channels.letter import LetterChannel
from notifications.channels.memory import MemoryChannel
from notifications.channels.smtp import SmtpChannel
from notifications.notice import Message

Send: TypeAlias = Callable[[Message], None]


class Channel(Protocol):
    """Carries messages."""

    def open(self) -> AbstractContextManager[Send]:
        """A function that carries one message at a time, for one batch; what it holds open is closed on leaving.

        The function returns when the other side has taken the message. It raises MessageError or PermanentError when
        sending this message again cannot help, PassingError when it may, UnreachableError when no other message of
        the batch would get through either; `open` itself raises only UnreachableError.
        """
        ...


KINDS: Mapping[str, type[Channel]] = {
    "smtp": SmtpChannel,
    "file": FileChannel,
    "console": ConsoleChannel,
    "memory": MemoryChannel,
    "letter": LetterChannel,
}
