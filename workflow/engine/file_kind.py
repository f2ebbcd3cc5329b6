"""What a file is, by its content: the few kinds that an office accepts, and why another is not accepted.

Why: a name and a browser's claim prove nothing. A file that is two things at once, runs programs or unpacks to
gigabytes must not reach the people who open it. Libraries that guess types call a plain zip a document and see
neither macros nor polyglots, so the few kinds are checked here, strictly.
What hides inside compressed parts is not looked for: files are handed out as attachments only, and a scanner of the
office's own can look at each (services/scanning.py).
Never here: storing, names in addresses, sentences.
"""

from __future__ import annotations

import mmap
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import BinaryIO

TYPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "application/pdf": ("pdf",),
        "image/png": ("png",),
        "image/jpeg": ("jpg", "jpeg"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
        "application/vnd.oasis.opendocument.text": ("odt",),
    }
)
"""Media type -> the endings that a name of it may have."""

_PDF, _PNG, _JPEG, _DOCX, _ODT = TYPES
LONGEST_NAME = 120
_MOST_ENTRIES, _MOST_UNPACKED, _MOST_TIMES, _MOST_PIXELS = 2000, 250_000_000, 200, 150_000_000
_SCRIPT = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?=[\s()<>\[\]/{}%])")
_STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_PROGRAM = re.compile(
    r"vbaproject|vbadata|activex|oleobject|\.bin$|^basic/|^scripts/|\.(?:zip|jar|7z|rar|exe|dll|js|vbs|hta|html?)$",
    re.I,
)
_KNOWN = (
    (b"GIF8", "gif"),
    (b"\xd0\xcf\x11\xe0", "old_office"),
    (b"{\\rtf", "rtf"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
)


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """Why a file is not accepted, as a code with data (`workflow.web.file_words` makes the sentence).

    empty | too_large (most) | not_a_kind (kind) | two_kinds | damaged | encrypted | programs | bomb |
    misnamed (kind, ending) | infected | not_scanned
    """

    code: str
    data: Mapping[str, str] = field(default_factory=dict)


class _Against(Exception):
    """Ends the look at a file; does not leave this module."""

    def __init__(self, code: str, **data: str) -> None:
        super().__init__(code)
        self.why = NotAccepted(code, data)


def kind_of(file: BinaryIO, name: str) -> str | NotAccepted:
    """The media type of an open file that has a descriptor, or why it is not accepted under that name."""
    file.seek(0, 2)
    if file.tell() == 0:
        return NotAccepted("empty")
    try:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            kind = _kind(file, content)
    except _Against as against:
        return against.why
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in TYPES[kind]:
        return NotAccepted("misnamed", {"kind": TYPES[kind][0].upper(), "ending": ending})
    return kind


def _kind(file: BinaryIO, content: mmap.mmap) -> str:
    if content[:5] == b"%PDF-":
        _pdf(file, content)
        return _PDF
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        _png(content)
        _is_one_thing(file, content)
        return _PNG
    if content[:3] == b"\xff\xd8\xff":
        if content.rfind(b"\xff\xd9") < 0:
            raise _Against("damaged")
        _is_one_thing(file, content)
        return _JPEG
    if content[:4] == b"PK\x03\x04":
        return _package(file, content)
    head = bytes(content[:1024])
    for start, kind in _KNOWN:
        if head.startswith(start):
            raise _Against("not_a_kind", kind=kind)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<script")):
        raise _Against("not_a_kind", kind="html")
    if text.startswith((b"<?xml", b"<svg")):
        raise _Against("not_a_kind", kind="svg" if b"<svg" in text else "xml")
    if b"%PDF-" in head or zipfile.is_zipfile(file):
        raise _Against("two_kinds")
    raise _Against("not_a_kind", kind="unknown")


def _is_one_thing(file: BinaryIO, content: mmap.mmap) -> None:
    """An image is nothing else at the same time: archives are read from their end, PDF from anywhere near the start."""
    if zipfile.is_zipfile(file) or content.find(b"%PDF-", 0, 4096) >= 0:
        raise _Against("two_kinds")


def _pdf(file: BinaryIO, content: mmap.mmap) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise _Against("damaged")
    if zipfile.is_zipfile(file) or bytes(content[end + 5 :]).strip(b"\r\n\t \0"):
        raise _Against("two_kinds")
    # Names may be written with #xx; between the streams there is little, so a copy of that is cheap.
    plain = _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), _STREAM.sub(b"", content))
    if re.search(rb"/Encrypt(?=[\s<\[/0-9])", plain):
        raise _Against("encrypted")
    if _SCRIPT.search(plain):
        raise _Against("programs")


def _png(content: mmap.mmap) -> None:
    at, size = 8, len(content)
    while at + 12 <= size:
        (length,), name = struct.unpack(">I", content[at : at + 4]), content[at + 4 : at + 8]
        if name == b"IHDR" and at + 16 <= size:
            width, height = struct.unpack(">II", content[at + 8 : at + 16])
            if width * height > _MOST_PIXELS:
                raise _Against("bomb")
        at += 12 + length
        if name == b"IEND":
            if at != size:
                raise _Against("two_kinds")
            return
    raise _Against("damaged")


def _package(file: BinaryIO, content: mmap.mmap) -> str:
    """A DOCX or ODT that is nothing but that."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _fits(entries, archive, len(content))
            names = [entry.filename for entry in entries]
            if any(entry.flag_bits & 1 for entry in entries):
                raise _Against("encrypted")
            kind = _office_kind(archive, names)
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        struct.error,
        zlib.error,
        EOFError,
    ) as error:
        raise _Against("damaged") from error
    if any(_PROGRAM.search(name) for name in names):
        raise _Against("programs")
    return kind


def _fits(entries: list[zipfile.ZipInfo], archive: zipfile.ZipFile, size: int) -> None:
    unpacked, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    # Entries that lie over each other count twice here: that is how the worst bombs are made.
    if len(entries) > _MOST_ENTRIES or unpacked > _MOST_UNPACKED or packed > size:
        raise _Against("bomb")
    if any(e.file_size > 1_000_000 and e.file_size > _MOST_TIMES * max(e.compress_size, 1) for e in entries):
        raise _Against("bomb")
    names = [e.filename for e in entries]
    if not entries or len(set(names)) < len(names) or any(".." in n or n.startswith("/") or "\\" in n for n in names):
        raise _Against("damaged")
    if min(e.header_offset for e in entries) != 0 or archive.comment:
        raise _Against("two_kinds")


def _office_kind(archive: zipfile.ZipFile, names: list[str]) -> str:
    if names[0] == "mimetype":
        if _start(archive, "mimetype") != _ODT.encode():
            raise _Against("not_a_kind", kind="archive")
        if "META-INF/manifest.xml" in names and b"encryption-data" in _start(archive, "META-INF/manifest.xml"):
            raise _Against("encrypted")
        return _ODT
    if "[Content_Types].xml" not in names:
        raise _Against("not_a_kind", kind="archive")
    types = _start(archive, "[Content_Types].xml")
    if b"macroEnabled" in types:
        raise _Against("programs")
    if b"wordprocessingml.document.main+xml" not in types or "word/document.xml" not in names:
        raise _Against("not_a_kind", kind="archive")
    return _DOCX


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as entry:
        return entry.read(1_000_000)


def clean_name(name: str) -> str:
    """A file's name as it may be shown and kept: no folders, no invisible or direction-changing characters, not long.

    The ending survives the cut. '' stays a name: `file`.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(" " if c.isspace() else c for c in last if c.isspace() or unicodedata.category(c)[0] != "C")
    seen = " ".join(seen.split()).lstrip(". ")
    stem, dot, ending = seen.rpartition(".")
    if not dot:
        stem, ending = seen, ""
    room = LONGEST_NAME - len(dot) - len(ending[:10])
    return (stem[:room].rstrip() + dot + ending[:10]) or "file"
