"""A table between being handed in and being imported: kept for an hour, and only for whoever handed it in.

Why: between preview and confirmation the same bytes must be read again, and a person should not send them twice. The
name of its folder is a digest of the session, the procedure and the content: who has another session cannot name it,
and what was changed on the disk is not found.
Never here: reading a table (spreadsheet), files that are kept for good (persistence).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from workflow.identifiers import uuid7

KEPT_FOR = timedelta(hours=1)
_STRANGE = re.compile(r"[^\w .()+-]+")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose upload it is: nobody else finds it, nor the same person for another procedure."""

    session: str
    institution: str
    procedure: str


class Uploads:
    """The folder of uploads. Files are named by what they hold; the extension too is by content, not by claim."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, owner: Owner, name: str, content: bytes, now: datetime) -> str:
        """Keeps a table and answers with its digest. What is older than an hour goes."""
        self.clear(now)
        digest = hashlib.sha256(content).hexdigest()
        place = self._place(owner, digest)
        aside = self._folder / f".{uuid7()}"
        aside.mkdir(parents=True, mode=0o700)
        kind = ".xlsx" if content.startswith(b"PK\x03\x04") else ".csv"
        (aside / (safe_name(name) + kind)).write_bytes(content)
        os.utime(aside, (now.timestamp(), now.timestamp()))  # by the house's clock, whatever the machine's says
        if place.exists():
            shutil.rmtree(place)
        # Into place at once: nobody ever finds half a file.
        aside.rename(place)
        return digest

    def find(self, owner: Owner, digest: str) -> Path | None:
        """The path of a kept table; None when it is somebody else's, gone, or not what it was."""
        files = list(self._place(owner, digest).glob("*"))
        if len(files) != 1 or hashlib.sha256(files[0].read_bytes()).hexdigest() != digest:
            return None
        return files[0]

    def claim(self, owner: Owner, digest: str) -> Path | None:
        """As `find`, and takes it away from everybody else: of two confirmations, one imports."""
        place = self._place(owner, digest)
        taken = place.with_name(f".{uuid7()}")
        if self.find(owner, digest) is None:
            return None
        try:
            place.rename(taken)
        except FileNotFoundError:
            return None
        return next(taken.glob("*"))

    def give_back(self, owner: Owner, digest: str, path: Path) -> None:
        """Puts a claimed table back, since nothing was imported."""
        path.parent.rename(self._place(owner, digest))

    def drop(self, path: Path) -> None:
        """Deletes a claimed table."""
        shutil.rmtree(path.parent, ignore_errors=True)

    def clear(self, now: datetime) -> None:
        """Deletes what was kept long enough, by the age of the folder."""
        if not self._folder.is_dir():
            return
        for place in self._folder.iterdir():
            try:
                old = place.stat().st_mtime < now.timestamp() - KEPT_FOR.total_seconds()
            except FileNotFoundError:
                continue
            if old:
                shutil.rmtree(place, ignore_errors=True)

    def _place(self, owner: Owner, digest: str) -> Path:
        whose = "\0".join((owner.session, owner.institution, owner.procedure, digest))
        return self._folder / hashlib.sha256(whose.encode()).hexdigest()


def safe_name(name: str) -> str:
    """A name of a file as it may stand on a disk and in the journal, without folder and extension."""
    stem = re.split(r"[/\\]", name)[-1].rpartition(".")[0] or "table"
    return _STRANGE.sub("_", stem).strip(" .")[:_LONGEST].encode()[:200].decode(errors="ignore") or "table"
