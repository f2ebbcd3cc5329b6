"""A file is handed in as a document: looked at, kept under its digest, and recorded, or none of it.

Why: bytes without a record would lie about unknown, a record without bytes would be worthless; and whoever may not
hand in a document must not fill the disk either.
Never here: what kinds are accepted (engine/file_kind.py), serving (web).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from workflow.engine.access import Sight
from workflow.engine.file_kind import NotAccepted, clean_name, kind_of
from workflow.engine.process import Kind
from workflow.engine.request import Refused
from workflow.persistence import application_reads as rows
from workflow.persistence.files import FileStore, Incoming, TooLarge
from workflow.services.acts import HandedFile, HandInDocument, Recording
from workflow.services.case import Case
from workflow.services.house import House
from workflow.services.records import Recorded, record
from workflow.services.scanning import Scanner

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A file to hand out: its cleaned name, its media type by content, its size, its bytes."""

    name: str
    type: str
    size: int
    sha256: str
    content: Iterator[bytes]


@lru_cache(maxsize=8)
def store_at(folder: Path) -> FileStore:
    """The store in a folder; one for all requests, because its gate must be."""
    return FileStore(folder)


def file_document(
    house: House,
    store: FileStore,
    recording: Recording,
    name: str,
    source: BinaryIO,
    *,
    megabytes: int,
    scanner: Scanner | None = None,
) -> Recorded | Refused | NotAccepted:
    """Hands in a document with a file: the recording's act gets the file's digest. Returns when it is committed.

    Raises StoreError when the bytes cannot be kept; then nothing was.
    """
    act = recording.act
    if not isinstance(act, HandInDocument):
        raise TypeError("only a document has a file")
    cleaned = clean_name(name)
    try:
        with store.receive(source, megabytes * MEGABYTE) as incoming:
            kind = kind_of(incoming.file, cleaned)
            if isinstance(kind, NotAccepted):
                return kind
            found = None if scanner is None else scanner.look(incoming.path)
            if found is not None:
                return found
            handed = HandedFile(sha256=incoming.sha256, size=incoming.size, type=kind, name=cleaned)
            with_file = act.model_copy(update={"file": handed})
            return _keep(house, store, recording.model_copy(update={"act": with_file}), incoming)
    except TooLarge:
        return NotAccepted("too_large", {"most": str(megabytes)})


def _keep(house: House, store: FileStore, recording: Recording, incoming: Incoming) -> Recorded | Refused:
    # The bytes first, because a commit that names bytes which are not there cannot be mended.
    with store.gate:
        new = store.keep(recording.institution, incoming)
        outcome: Recorded | Refused | None = None
        try:
            outcome = record(house, recording)
        finally:
            if new and not isinstance(outcome, Recorded) and not _known(house, recording.institution, incoming.sha256):
                store.take_back(recording.institution, incoming.sha256)
    return outcome


def _known(house: House, institution: str, sha256: str) -> bool:
    return bool(house.database.read(rows.stored_file, institution=institution, sha256=sha256))


def hand_out(house: House, store: FileStore, case: Case, seen: Sight, file: str) -> Kept | None:
    """A file of that application for a reader who sees so much of it; None when there is none for them."""
    if not seen.documents or case.facts.kind is not Kind.APPLICATION:
        return None
    found = house.database.read(rows.file, institution=case.facts.institution, id=file)
    if not found:
        return None
    row: dict[str, Any] = dict(zip(rows.file.columns, found[0], strict=True))
    document = case.book.process.documents.get(row["document"])
    shared = document is not None and document.per == "dossier" and row["dossier_id"] == case.dossier_id
    if row["application_id"] != case.id and not shared:
        return None
    try:
        content = store.open(case.facts.institution, row["sha256"])
    except FileNotFoundError:
        return None
    return Kept(row["name"], row["type"], row["size"], row["sha256"], content)
