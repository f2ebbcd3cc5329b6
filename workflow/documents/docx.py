"""A paper as DOCX, for offices that go on writing in their own word processor. It holds the same facts as the PDF.

Never here: what a paper says.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as Opened
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell

from workflow.documents.paper import Facts, Heading, Paper, Signatures, Table, Text

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_GREY = RGBColor(0x55, 0x55, 0x55)
_LANGUAGES = {"zh": "zh-CN", "en": "en-GB", "bg": "bg-BG", "pl": "pl-PL", "ru": "ru-RU"}
# What XML cannot hold, and the marks that turn the direction of what follows.
_UNSAID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def docx(paper: Paper) -> bytes:
    """The file."""
    file = Document()
    _properties(file, paper)
    _margins(file, paper)
    _line(file, paper.institution, bold=True, grey=True)
    file.add_heading(_clean(paper.title), level=1)
    for one in paper.lines:
        _line(file, one, grey=True)
    for block in paper.blocks:
        if isinstance(block, Heading):
            file.add_heading(_clean(block.text), level=block.level + 1)
        elif isinstance(block, Text):
            _line(file, block.text, grey=block.quiet)
        elif isinstance(block, Facts):
            _facts(file, block)
        elif isinstance(block, Table):
            _table(file, block)
        else:
            _signatures(file, block)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _clean(text: str) -> str:
    return _UNSAID.sub("", text)


def _properties(file: Opened, paper: Paper) -> None:
    known = file.core_properties
    known.title, known.author, known.language = (
        _clean(paper.title)[:255],
        _clean(paper.institution)[:255],
        paper.language,
    )
    known.comments = ""
    known.created = known.modified = paper.dated.replace(tzinfo=None)
    style = file.styles["Normal"]
    style.font.name, style.font.size = "Noto Sans", Pt(10)
    properties = style.element.get_or_add_rPr()
    properties.rFonts.set(qn("w:eastAsia"), "Noto Sans CJK SC")
    language = OxmlElement("w:lang")
    code = _LANGUAGES.get(paper.language, paper.language)
    language.set(qn("w:eastAsia" if paper.language == "zh" else "w:val"), code)
    properties.append(language)
    for level in (1, 2, 3):
        heading = file.styles[f"Heading {level}"]
        heading.font.color.rgb = RGBColor(0, 0, 0)
        heading.font.size = Pt((15, 12, 10.5)[level - 1])
        fonts = heading.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):  # the fonts of a theme would win over the named one
            del fonts.attrib[key]
        for kind in ("ascii", "hAnsi", "cs"):
            fonts.set(qn(f"w:{kind}"), "Noto Sans")
        fonts.set(qn("w:eastAsia"), "Noto Sans CJK SC")


def _margins(file: Opened, paper: Paper) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(22), Mm(18)
    section.top_margin, section.bottom_margin = Mm(20), Mm(22)
    if paper.mark:
        head = section.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = head.add_run(_clean(paper.mark))
        run.bold, run.font.size, run.font.color.rgb = True, Pt(22), RGBColor(0xA0, 0xA0, 0xA0)
    foot = section.footer.paragraphs[0]
    run = foot.add_run(_clean(" · ".join(paper.foot)) + "    ")
    run.font.size, run.font.color.rgb = Pt(7.5), _GREY
    for number, field in enumerate(("PAGE", "NUMPAGES")):
        if number:
            foot.add_run(" / ").font.size = Pt(7.5)
        _field(foot.add_run(), field)


def _field(run: Any, code: str) -> None:
    run.font.size = Pt(7.5)
    for kind in ("begin", "", "end"):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = code
        run._r.append(element)


def _line(file: Opened, text: str, *, bold: bool = False, grey: bool = False) -> None:
    run = file.add_paragraph().add_run(_clean(text))
    run.bold = bold
    if grey:
        run.font.color.rgb = _GREY


def _facts(file: Opened, block: Facts) -> None:
    if not block.rows:
        return
    table = file.add_table(rows=0, cols=2)
    for name, value in block.rows:
        _fill(table.add_row().cells, (name, value), (False, False))


def _table(file: Opened, block: Table) -> None:
    # A cell is taken from its row: asked for by its place, the library walks the whole table for each.
    table = file.add_table(rows=1, cols=len(block.heads))
    table.style = "Table Grid"
    head = table.rows[0]
    _fill(head.cells, block.heads, block.numeric, bold=True)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(repeat)
    for row in block.rows:
        made = table.add_row()
        _fill([_Cell(tc, table) for tc in made._tr.tc_lst], row, block.numeric)


def _fill(cells: Sequence[_Cell], texts: Sequence[str], numeric: Sequence[bool], *, bold: bool = False) -> None:
    for cell, text, right in zip(cells, texts, numeric, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(2)
        run = paragraph.add_run(_clean(text))
        run.font.size, run.bold = Pt(9), bold
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _signatures(file: Opened, block: Signatures) -> None:
    table = file.add_table(rows=0, cols=2)
    for name, function, signed, remark in block.rows:
        left = "\n".join(part for part in (name, function, remark) if part)
        _fill(table.add_row().cells, (left, signed or "\n" + "_" * 36), (False, False))
