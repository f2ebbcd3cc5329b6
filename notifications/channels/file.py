"""Mails as .eml files in a folder, which any mail program opens.

Why: to see every mail without a mail server, and to hand mails to a machine that has one.
Never here: reading or deleting what was written.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from notifications.errors import UnreachableError
from notifications.mime import assemble
from notifications.notice import Message

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


def file_name(message: Message, suffix: str) -> str:
    """`<created>-<notice>-<recipient>-<id>` and the suffix: the same for every attempt, sorted by age in a listing."""
    created = message.created_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    parts = (message.notice, message.recipient, message.id)
    return "-".join([created, *(_UNSAFE.sub("_", part)[:60] for part in parts)]) + suffix


def write_whole(path: Path, content: bytes) -> None:
    """Writes the file so that nobody ever sees half of it; an older file of that name is replaced.

    Raises UnreachableError when the folder cannot be written.
    """
    # The thread's number too: a drainer that lost its lease may write the same message at the same time.
    partial = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        # Readable by the owner only: a mail is personal data and may hold a live link.
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            # Renamed without fsync: a rename is atomic for readers, which is what is promised. A power cut can lose
            # the last seconds of files; their texts stay in the outbox and can be repeated from there, whereas
            # a flush to disk for each file would make 2,000 mails take as long as 2,000 commits.
            os.replace(partial, path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UnreachableError(f"the folder cannot be written: {error.strerror}") from error


def open_folder(folder: Path) -> None:
    """Makes the folder, for its owner only. Raises UnreachableError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UnreachableError(f"the folder cannot be made: {error.strerror}") from error


class FileChannel:
    """Writes each mail to `folder` as one .eml file; sending a message twice leaves one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def open(self) -> Iterator[Callable[[Message], None]]:
        open_folder(self._folder)
        yield self._send

    def _send(self, message: Message) -> None:
        write_whole(self._folder / file_name(message, ".eml"), assemble(message))
