"""What a file is by its content: accepted kinds, and everything that only pretends to be one."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.engine.file_kind import LONGEST_NAME, TYPES, NotAccepted, clean_name, kind_of

PDF, PNG, JPEG, DOCX, ODT = TYPES


def pdf(content: bytes = b"", *, catalogue: bytes = b"") -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj << /Type /Catalog " + catalogue + b" >> endobj\n"
        b"2 0 obj << /Length " + str(len(content)).encode() + b" >> stream\n" + content + b"\nendstream endobj\n"
        b"trailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 1, height: int = 1) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    image = zlib.compress(b"\0\0")
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", image) + _chunk(b"IEND", b"")


def jpeg(after: bytes = b"") -> bytes:
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + b"\0" * 40 + b"\xff\xd9" + after


def archive(entries: dict[str, bytes], *, comment: bytes = b"", stored: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in entries.items():
            z.writestr(name, data, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
        z.comment = comment
    return out.getvalue()


_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def docx(*, macros: bool = False, more: dict[str, bytes] | None = None, comment: bytes = b"") -> bytes:
    kind = "application/vnd.ms-word.document.macroEnabled.main+xml" if macros else _MAIN
    entries = {
        "[Content_Types].xml": f'<Types><Override ContentType="{kind}"/></Types>'.encode(),
        "word/document.xml": b"<w:document/>",
    }
    return archive(entries | (more or {}), comment=comment)


def odt(more: dict[str, bytes] | None = None, *, mimetype: str = ODT) -> bytes:
    entries = {"mimetype": mimetype.encode(), "content.xml": b"<office/>" * 100, "META-INF/manifest.xml": b"<m/>"}
    return archive(entries | (more or {}), stored=("mimetype",))


def look(content: bytes, name: str) -> str | NotAccepted:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return kind_of(file, name)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (pdf(), "a.pdf", PDF),
        (pdf(b"x /JS (in a stream) PK\x03\x04"), "A.PDF", PDF),
        (png(), "a.png", PNG),
        (jpeg(), "a.jpg", JPEG),
        (jpeg(b"\0\0"), "a.JPEG", JPEG),
        (docx(), "a.docx", DOCX),
        (docx(more={"word/media/image1.png": png()}), "my.file.docx", DOCX),
        (odt(), "a.odt", ODT),
    ],
)
def test_accepted(content: bytes, name: str, kind: str) -> None:
    assert look(content, name) == kind


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.pdf", "empty"),
        (b"hello", "a.pdf", "not_a_kind"),
        (b"GIF89a" + b"\0" * 50, "a.gif", "not_a_kind"),
        (b"MZ\x90\0", "a.pdf", "not_a_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "not_a_kind"),
        (b"{\\rtf1 x}", "a.rtf", "not_a_kind"),
        (b"\xef\xbb\xbf <!DOCTYPE html><p>", "a.pdf", "not_a_kind"),
        (b"<script>alert(1)</script>", "a.png", "not_a_kind"),
        (b"<?xml version='1.0'?><svg/>", "a.svg", "not_a_kind"),
        (archive({"a.txt": b"x"}), "a.docx", "not_a_kind"),
        (archive({"META-INF/MANIFEST.MF": b"x", "A.class": b"x"}), "a.docx", "not_a_kind"),
        (odt(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "a.odt", "not_a_kind"),
        (png(), "a.pdf", "misnamed"),
        (pdf(), "a.exe", "misnamed"),
        (pdf(), "pdf", "misnamed"),
        (docx(), "a.odt", "misnamed"),
        (docx(macros=True), "a.docx", "programs"),
        (docx(more={"word/vbaProject.bin": b"x"}), "a.docx", "programs"),
        (docx(more={"word/activeX/activeX1.xml": b"x"}), "a.docx", "programs"),
        (docx(more={"word/embeddings/inner.zip": archive({"a": b"x"})}), "a.docx", "programs"),
        (odt({"Basic/Standard/Module1.xml": b"x"}), "a.odt", "programs"),
        (odt({"META-INF/manifest.xml": b"<manifest:encryption-data/>"}), "a.odt", "encrypted"),
        (pdf(catalogue=b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "a.pdf", "programs"),
        (pdf(catalogue=b"/OpenAction << /S /J#61vaScript >>"), "a.pdf", "programs"),
        (pdf(catalogue=b"/OpenAction << /S /Launch /F (cmd.exe) >>"), "a.pdf", "programs"),
        (pdf(catalogue=b"/Names << /EmbeddedFiles 3 0 R >>"), "a.pdf", "programs"),
        (pdf().replace(b"/Root", b"/Encrypt 5 0 R /Root"), "a.pdf", "encrypted"),
        (b"%PDF-1.7\nno end", "a.pdf", "damaged"),
        (pdf() + archive({"a": b"x"}), "a.pdf", "two_kinds"),
        (pdf() + b"<html>", "a.pdf", "two_kinds"),
        (jpeg(archive({"A.class": b"x"})), "a.jpg", "two_kinds"),
        (jpeg().replace(b"\0" * 20, b"%PDF-1.4" + b"\0" * 12, 1), "a.jpg", "two_kinds"),
        (png() + archive({"a": b"x"}), "a.png", "two_kinds"),
        (png() + b"\0", "a.png", "two_kinds"),
        (b"GIF89" + archive({"a": b"x"}), "a.pdf", "not_a_kind"),
        (b"junk" + pdf(), "a.pdf", "two_kinds"),
        (docx(comment=b"%PDF-1.4"), "a.docx", "two_kinds"),
        (docx(more={"../../etc/passwd": b"x"}), "a.docx", "damaged"),
        (docx(more={"/etc/passwd": b"x"}), "a.docx", "damaged"),
        (docx()[:-30], "a.docx", "damaged"),
        (png()[:20], "a.png", "damaged"),
        (png()[:-4], "a.png", "damaged"),
        (jpeg()[:20], "a.jpg", "damaged"),
        (png(60000, 60000), "a.png", "bomb"),
        (docx(more={"word/zeros.xml": b"\0" * 5_000_000}), "a.docx", "bomb"),
        (docx(more={f"word/{i}.xml": b"" for i in range(2100)}), "a.docx", "bomb"),
    ],
)
def test_not_accepted(content: bytes, name: str, code: str) -> None:
    answer = look(content, name)
    assert isinstance(answer, NotAccepted), answer
    assert answer.code == code


def test_locked_entry_is_told() -> None:
    content = bytearray(docx())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    answer = look(bytes(content), "a.docx")
    assert isinstance(answer, NotAccepted)
    assert answer.code == "encrypted"


def test_packed_bytes_that_are_broken_are_told() -> None:
    # Found by the test below: the first packed bytes no longer say how they are packed.
    content = bytearray(docx())
    at = content.index(b"[Content_Types].xml") + len(b"[Content_Types].xml")
    content[at : at + 4] = b"\0\0\0\0"
    answer = look(bytes(content), "a.docx")
    assert isinstance(answer, NotAccepted)
    assert answer.code == "damaged"


@given(st.sampled_from([pdf(), png(), jpeg(), docx(), odt()]), st.data())
def test_any_cut_or_change_is_answered(content: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(content) - 1))
    changed = content[:at] + data.draw(st.binary(max_size=8)) + content[at + data.draw(st.integers(0, 8)) :]
    answer = look(changed, "a.pdf")
    assert isinstance(answer, NotAccepted) or answer in TYPES


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("diploma.pdf", "diploma.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\me\\скан.PDF", "скан.PDF"),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("nul\0byte.pdf", "nulbyte.pdf"),
        ("two\r\nlines.pdf", "two lines.pdf"),
        ("...hidden.pdf", "hidden.pdf"),
        ("", "file"),
        ("/", "file"),
        ("证书.pdf", "证书.pdf"),
        ("zero\u200bwidth.pdf", "zerowidth.pdf"),
    ],
)
def test_clean_name(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@given(st.text(max_size=400))
def test_clean_name_is_short_and_plain(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= LONGEST_NAME
    assert clean.isprintable()
    assert "/" not in clean
    assert "\\" not in clean
    assert clean_name(clean) == clean
