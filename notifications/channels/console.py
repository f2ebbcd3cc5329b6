"""Messages printed to a stream, for trying things out.

Never here: use where others read the terminal; a message holds personal data and live links.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from notifications.notice import Message
from notifications.render import clean


class ConsoleChannel:
    """Prints the plain text of each message, under its addressee and subject."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    @contextmanager
    def open(self) -> Iterator[Callable[[Message], None]]:
        yield self._send

    def _send(self, message: Message) -> None:
        # Cleaned again: a row is older than the rules, and an escape sequence could drive the terminal.
        lines = (
            f"--- {message.notice} [{message.language}]",
            f"To: {message.name} <{message.address or ''}>",
            f"Subject: {message.subject}",
        )
        stream = self._stream or sys.stdout
        stream.write("\n".join(clean(line).replace("\n", " ") for line in lines) + f"\n\n{clean(message.text)}\n")
        stream.flush()
