"""A paper as PDF: tagged, with title and language, the same bytes for the same paper. Set by typst.

Why: lists of a thousand lines within seconds, with Cyrillic, Polish and Chinese set from fonts that lie beside this
file: what is printed must not depend on what is installed. The text reaches the layout as JSON, never as markup.
Never here: what a paper says, the look (paper.typ).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Any

import typst

from workflow.documents.paper import Paper

MEDIA_TYPE = "application/pdf"
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
"""PDF/A-2a keeps for decades, PDF/UA-1 can be read aloud. Source: ISO 19005-2, ISO 14289-1."""

_HERE = Path(__file__).parent
_FONTS = _HERE / "fonts"
# Words longer than a column; Han characters break by themselves.
_LONG = re.compile("[^\\s\u2e80-\u9fff\uff00-\uffef\U00020000-\U0003ffff]{25,}")
_AT_MOST = 24
# What is no text: controls, halves of pairs, private use, and the marks that turn the direction of what follows.
_UNSAID = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def pdf(paper: Paper) -> bytes:
    """The file. Deterministic for the same paper and the same version of typst."""
    data = _shown(paper.as_data())
    data["blocks"] = _broken(data["blocks"])
    compiler = typst.Compiler(
        _layout(),
        root=_HERE,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(data, ensure_ascii=False)},
    )
    made = compiler.compile(format="pdf", pdf_standards=STANDARDS, timestamp=paper.dated)
    if not isinstance(made, bytes):
        raise TypeError("typst gave several files where one was asked for")
    return made


@cache
def _layout() -> bytes:
    return (_HERE / "paper.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_FONTS)])


def _shown(value: Any) -> Any:
    """The data with every character that no font here has written as its number: a box would say nothing."""
    if isinstance(value, str):
        text = _UNSAID.sub("", value)
        return text if text.isascii() else "".join(c if _is_covered(ord(c)) else f"[U+{ord(c):04X}]" for c in text)
    if isinstance(value, dict):
        return {key: _shown(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(one) for one in value]
    return value


def _broken(value: Any) -> Any:
    """The data with places in very long words where a line may end, so that nothing runs out of its column."""
    if isinstance(value, str):
        return _LONG.sub(lambda m: "\u200b".join(m[0][i : i + _AT_MOST] for i in range(0, len(m[0]), _AT_MOST)), value)
    if isinstance(value, dict):
        return {key: _broken(one) for key, one in value.items()}
    return [_broken(one) for one in value] if isinstance(value, list) else value


def _is_covered(code: int) -> bool:
    starts, ends = _covered()
    place = bisect_right(starts, code) - 1
    return code < 0x80 or (place >= 0 and code <= ends[place])


@cache
def _covered() -> tuple[list[int], list[int]]:
    """First and last character of each run that the fonts have: `covered.txt`, made with the fonts."""
    runs = [line.split("-") for line in (_FONTS / "covered.txt").read_text(encoding="ascii").split()]
    return [int(first, 16) for first, _ in runs], [int(last, 16) for _, last in runs]
