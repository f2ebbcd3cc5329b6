"""The frame of every message in one language: who writes, that a machine sent it, whom to answer.

Why: letterhead and closing words are said once per language, not once per notice.
Never here: the words of any notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from notifications.errors import TemplateError

_FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Layout:
    """The frame of both parts of a message, in the language of notices, with `body` and `subject` as places."""

    language: str
    text: str
    html: str


def languages() -> frozenset[str]:
    """The languages a message can be framed in."""
    return frozenset(folder.name for folder in _FOLDER.iterdir() if (folder / "layout.html").is_file())


@cache
def load_layout(language: str) -> Layout:
    """The layout of a language.

    Raises TemplateError for a language without one.
    """
    if language not in languages():
        raise TemplateError(
            f"there is no layout in the language {language!r}",
            f"use one of {', '.join(sorted(languages()))}",
            part="layout",
        )
    folder = _FOLDER / language
    return Layout(
        language,
        (folder / "layout.txt").read_text(encoding="utf-8"),
        (folder / "layout.html").read_text(encoding="utf-8"),
    )
