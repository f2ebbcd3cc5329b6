"""Messages kept in a list, for tests and for playing scenarios.

Never here: a limit, a copy on disk, or anything but the messages in the order they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from notifications.mime import assemble
from notifications.notice import Message


class MemoryChannel:
    """Keeps what it is given in `messages`, oldest first; mails (not letters) pass the checks of a real mail first."""

    def __init__(self, *, mail: bool = True) -> None:
        self.messages: list[Message] = []
        self._mail = mail

    @contextmanager
    def open(self) -> Iterator[Callable[[Message], None]]:
        yield self._send

    def _send(self, message: Message) -> None:
        if self._mail:
            assemble(message)
        self.messages.append(message)
