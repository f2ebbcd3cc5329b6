"""The bytes that were handed in: one file per content, named by its SHA-256, in a folder per institution.

Why: what a name says can be forged, a digest cannot; the same bytes are kept once, and what is read back can be proved
to be what was handed in. A file appears under its digest whole or not at all.
Never here: which document a file is (tables/stored_file.py), what kinds are accepted (engine/file_kind.py).
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from workflow.engine.errors import StoreError
from workflow.identifiers import uuid7

_PIECE = 1 << 18
_STALE = 86_400
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Incoming:
    """Bytes that have arrived and are kept nowhere yet: an open file, its size and digest."""

    file: BinaryIO
    path: Path
    size: int
    sha256: str


class TooLarge(Exception):
    """More bytes came than are accepted."""


class FileStore:
    """The folder of the files: `<institution>/<first two digits>/<digest>`, and `incoming/` for what is on its way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.gate = threading.Lock()
        """Held from keeping a file to its commit, so that taking one back never takes another's."""

    @contextmanager
    def receive(self, source: BinaryIO, most: int) -> Iterator[Incoming]:
        """The bytes of a source in a file of ours, gone again at the end unless they were kept.

        Raises TooLarge as soon as there are more than `most`, StoreError when they cannot be written.
        """
        incoming = self._folder / "incoming"
        path = incoming / uuid7()
        digest, size = hashlib.sha256(), 0
        try:
            incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = path.open("xb+", buffering=0)
            _sweep(incoming, path.stat().st_mtime - _STALE)
        except OSError as error:
            raise _cannot(error) from error
        try:
            with file:
                while piece := source.read(_PIECE):
                    size += len(piece)
                    if size > most:
                        raise TooLarge
                    digest.update(piece)
                    try:
                        _write(file, piece)
                    except OSError as error:
                        raise _cannot(error) from error
                try:
                    os.fsync(file.fileno())
                except OSError as error:
                    raise _cannot(error) from error
                file.seek(0)
                yield Incoming(file, path, size, digest.hexdigest())
        finally:
            with suppress(FileNotFoundError):
                path.unlink()

    def keep(self, institution: str, incoming: Incoming) -> bool:
        """Puts the bytes under their digest, for good; whether they are new there. Raises StoreError."""
        target = self._path(institution, incoming.sha256)
        try:
            # A file cut short by a broken disk is replaced; a whole one stays.
            if target.exists() and target.stat().st_size == incoming.size:
                return False
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            incoming.path.replace(target)
            _settle(target.parent)
        except OSError as error:
            raise _cannot(error) from error
        return True

    def take_back(self, institution: str, sha256: str) -> None:
        """Removes bytes that were kept for a commit that did not come. Call it under the gate."""
        with suppress(FileNotFoundError):
            self._path(institution, sha256).unlink()

    def open(self, institution: str, sha256: str) -> Iterator[bytes]:
        """The bytes in pieces. Raises FileNotFoundError before the first when they are not there."""
        return _pieces(self._path(institution, sha256).open("rb"))

    def _path(self, institution: str, sha256: str) -> Path:
        return self._folder / institution / sha256[:2] / sha256


def _write(file: BinaryIO, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(file.fileno(), rest) :]


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _settle(folder: Path) -> None:
    """The name too must survive a power failure. Windows keeps it by itself and opens no folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(incoming: Path, before: float) -> None:
    """Removes what a crash left on its way a day ago or earlier."""
    for left in incoming.iterdir():
        with suppress(OSError):
            if left.stat().st_mtime < before:
                left.unlink()


def _cannot(error: OSError) -> StoreError:
    return StoreError(full=error.errno in _FULL)
