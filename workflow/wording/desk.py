"""What the pages say, in every language of the interface: gettext over the English of the templates.

Why: a page's sentences stand in its template, where its author reads them; what is refused has codes (phrases.py).
Never here: texts of an institution, formatting.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from workflow.wording import LANGUAGES, LOCALE, SOURCE_LANGUAGE

DOMAIN = "desk"


@cache
def translations(language: str) -> NullTranslations:
    """The pages' sentences in a language of the interface; English for any other."""
    path = compiled(language)
    if language == SOURCE_LANGUAGE or language not in LANGUAGES or not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        return GNUTranslations(file)


def compiled(language: str) -> Path:
    """Where the compiled sentences of a language lie."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
