"""Papers as files: the same facts in PDF and DOCX, whatever people are called, from our own fonts alone."""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from zipfile import ZipFile

import docx as word
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from workflow.documents import docx, pdf
from workflow.documents.paper import Block, Facts, Heading, Paper, Signatures, Table, Text, blocks_of

DATED = datetime(2022, 4, 18, 11, 0, tzinfo=UTC)
NAMES = [
    "Йорданка Щерева-Ъгълова",
    "Łukasz Żółć-Śmiały",
    "王小明",
    "㐂𠮷",
    "שלום",
    '#strong[x] $a$ *b* _c_ @ref <label> // /* */ \\ #eval("1")',
    "=cmd|' /C calc'!A0",
    "<w:t>&amp;</w:t>",
    "А" * 300,
]


def paper(*blocks: Block, language: str = "bg", mark: str = "") -> Paper:
    return Paper(language, "Община Стара Загора", "Списък", ("Процедура № 1",), blocks, ("ред", "ab" * 32), DATED, mark)


def table(names: list[str]) -> Table:
    rows = tuple((str(i), name, "14.00") for i, name in enumerate(names, 1))
    return Table(("№", "Име", "Общо"), (0, 4, 0), (True, False, True), rows)


def read(content: bytes) -> str:
    """The text of a PDF without what only breaks lines."""
    pages = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"[\s\u200b]+", "", unicodedata.normalize("NFC", pages))


def bare(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "שלום"])
def test_names_stand_in_the_pdf_as_they_are(name: str) -> None:
    assert bare(name) in read(pdf.pdf(paper(table([name]))))


@pytest.mark.parametrize("name", NAMES)
def test_names_stand_in_the_docx_as_they_are(name: str) -> None:
    file = word.Document(io.BytesIO(docx.docx(paper(Heading("Едно"), table([name])))))
    assert file.tables[0].rows[1].cells[1].text == name


def test_what_no_font_has_is_written_as_its_number() -> None:
    assert "Иван[U+1F600]" in read(pdf.pdf(paper(Text("Иван 😀"))))


def test_marks_that_turn_the_direction_are_left_out() -> None:
    made = pdf.pdf(paper(Text("Иван\u202e\u2066Петров\x07")))
    assert "ИванПетров" in read(made)
    file = word.Document(io.BytesIO(docx.docx(paper(Text("Иван\u202e\u2066Петров\x07")))))
    assert "ИванПетров" in [p.text for p in file.paragraphs]


def test_the_fonts_have_every_character_that_is_said_to_be_covered() -> None:
    """typst refuses, under the standards that we keep, to set what no font has."""
    starts, ends = pdf._covered()
    runs = ["".join(map(chr, range(a, b + 1))) for a, b in zip(starts, ends, strict=True) if a > 0x20]
    pdf.pdf(paper(Text(" ".join(runs))))
    for needed in "ЪъЬьЮюЯяЩщЖжЙйѝĄąĆćĘęŁłŃńÓóŚśŹźŻżЁёЫыЭэІіЇїЄєҐґЎў王䶮㐀龍𠮷":
        assert pdf._is_covered(ord(needed)), needed
    assert all(pdf._is_covered(code) for code in range(0x4E00, 0x9FF0))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_laid_out(text: str) -> None:
    pdf.pdf(paper(table([text]), Facts(((text, text),)), Heading(text), Signatures(((text, text, text, text),))))
    docx.docx(paper(table([text]), Facts(((text, text),)), Heading(text), Signatures(((text, text, text, text),))))


def test_the_same_paper_is_the_same_file() -> None:
    one = paper(table(NAMES), Text("край"))
    assert pdf.pdf(one) == pdf.pdf(one)
    assert pdf.pdf(one) != pdf.pdf(paper(table(NAMES[1:]), Text("край")))


def test_the_file_says_its_title_language_and_date_and_is_tagged() -> None:
    reader = PdfReader(io.BytesIO(pdf.pdf(paper(table(["Иван"])))))
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert (reader.metadata.title, root["/Lang"]) == ("Списък", "bg")
    assert root["/MarkInfo"]["/Marked"].value
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "2022-04-18" in xmp


def test_heads_and_page_numbers_stand_on_every_page() -> None:
    reader = PdfReader(io.BytesIO(pdf.pdf(paper(table([f"Човек {i}" for i in range(120)])))))
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) > 2
    for number, text in enumerate(texts, 1):
        assert f"{number} / {len(texts)}" in text
        assert "ab" * 32 in text
        assert "Общо" in text


def test_a_draft_says_so_across_every_page() -> None:
    made = pdf.pdf(paper(table(["Иван"] * 100), mark="ПРОЕКТ"))
    assert all("ПРОЕКТ" in page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    assert "ПРОЕКТ" not in read(pdf.pdf(paper(table(["Иван"]))))
    with ZipFile(io.BytesIO(docx.docx(paper(Text("а"), mark="ПРОЕКТ")))) as file:
        assert "ПРОЕКТ" in "".join(file.read(n).decode() for n in file.namelist() if "header" in n)


def test_no_font_of_the_machine_is_used() -> None:
    made = PdfReader(io.BytesIO(pdf.pdf(paper(table(NAMES)))))
    fonts = {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in made.pages
        for font in cast(Any, page["/Resources"])["/Font"].values()
    }
    assert fonts <= {"NotoSans", "NotoSans-Bold", "NotoSansCJKsc-Regular", "NotoSansHebrew", "NotoSans-Regular"} | {
        font for font in fonts if font.startswith(("NotoSans", "NotoNaskh"))
    }
    assert {path.suffix for path in (Path(pdf.__file__).parent / "fonts").iterdir()} == {".ttf", ".otf", ".txt", ".md"}


def test_blocks_come_back_from_their_data() -> None:
    one = paper(
        Heading("а", 2), Text("б", quiet=True), Facts((("в", "г"),)), table(["д"]), Signatures((("е", "ж", "", ""),))
    )
    import json

    assert blocks_of(json.loads(json.dumps(one.as_data()))["blocks"]) == one.blocks
