"""Codes with data become sentences that people read, in every language of the interface.

Why: the engine refuses in codes, so that it stays free of language; command line, pages and mails must all say the
same sentence for the same code.
Never here: texts of an institution (definitions have them), choosing a reader's language, formatting dates or numbers:
whoever knows the zone and the labels puts the finished values into the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from workflow.wording.phrases import PHRASES, ROLES

SOURCE_LANGUAGE = "en"
LANGUAGES = (SOURCE_LANGUAGE, "pl", "bg", "zh", "ru")
"""The languages of the interface; the first is that of the source phrases."""

DOMAIN = "nabor"
LOCALE = Path(__file__).parent / "locale"


def say(code: str, data: Mapping[str, object], language: str) -> str:
    """The sentence for a reason of a refusal or a line of an explanation, in that language.

    In English when the language is not one of ours. `data` holds what the phrase names, ready to be read.
    Raises KeyError for an unknown code and for a missing value.
    """
    phrase = PHRASES[code]
    return _translations(language).pgettext(code, phrase) % data


def built_in_roles(language: str) -> dict[str, str]:
    """The built-in roles in words of that language: `chair` -> `chair of the commission`."""
    return {code.removeprefix("role_"): say(code, {}, language) for code in ROLES}


def compiled(language: str) -> Path:
    """Where the compiled translations of a language lie."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo"


@cache
def _translations(language: str) -> NullTranslations:
    if language == SOURCE_LANGUAGE or language not in LANGUAGES:
        return NullTranslations()
    with compiled(language).open("rb") as file:
        return GNUTranslations(file)
