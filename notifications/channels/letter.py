"""Letters for people without e-mail: text files in a folder, to be printed and posted.

Why: nobody is left uninformed for want of an e-mail address.
Never here: a mail header; what is printed is what the reader holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from notifications.channels.file import file_name, open_folder, write_whole
from notifications.notice import Message
from notifications.render import clean


class LetterChannel:
    """Writes each message to `folder` as one UTF-8 .txt file: sender, addressee, postal address if known, text."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def open(self) -> Iterator[Callable[[Message], None]]:
        open_folder(self._folder)
        yield self._send

    def _send(self, message: Message) -> None:
        head = [message.sender.name, "", message.name, *([message.address] if message.address else []), ""]
        page = clean("\n".join([*head, message.subject, "", message.text.rstrip("\n"), ""]))
        write_whole(self._folder / file_name(message, ".txt"), page.encode("utf-8"))
