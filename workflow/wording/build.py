"""`python -m workflow.wording.build`: brings the translations up to date with the source phrases and compiles them.

Why: translators work on .po files, programs read .mo files; both are checked in, so that nothing is compiled at set-up.
Never here: translating, reading at run time.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from workflow.wording import DOMAIN, LANGUAGES, SOURCE_LANGUAGE, compiled
from workflow.wording.phrases import PHRASES

# A date in the header would change the files with every run; version control knows when they changed.
_DATE = datetime(2022, 1, 1, tzinfo=UTC)


def source(language: str) -> Path:
    """The .po file of a language: what a translator edits."""
    return compiled(language).with_suffix(".po")


def update(language: str) -> tuple[str, ...]:
    """Write a language's .po in the order of the phrases, then its .mo; returns the codes that lack a translation.

    A translation whose phrase has changed is kept, marked `fuzzy`, and is not compiled until the mark is removed.
    """
    path = source(language)
    old = read_catalogue(language)
    was = {message.context: message for message in old if message.id}
    new = Catalog(
        locale=language,
        domain=DOMAIN,
        project="nabor",
        version="1",
        creation_date=_DATE,
        revision_date=_DATE,
        msgid_bugs_address="none",
        last_translator="none",
        language_team="none",
        fuzzy=False,
        header_comment=f"# What the interface says: {language}. The context of a message is its code.",
    )
    missing = []
    for code, phrase in PHRASES.items():
        message = was.get(code)
        text = str(message.string) if message else ""
        settled = message is not None and message.id == phrase and not message.fuzzy
        # python-format: tools for translators then compare the placeholders.
        flags = {"python-format"} if "%(" in phrase else set()
        new.add(phrase, text, context=code, flags=flags if settled or not text else flags | {"fuzzy"})
        if not settled or not text:
            missing.append(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=120, ignore_obsolete=True)
    with compiled(language).open("wb") as file:
        write_mo(file, new)
    return tuple(missing)


def read_catalogue(language: str) -> Catalog:
    """The .po file of a language, read; empty when there is none yet."""
    path = source(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def main() -> int:
    """Update every language and say what lacks a translation. 0 when nothing does, else 1."""
    lacking = {language: update(language) for language in LANGUAGES if language != SOURCE_LANGUAGE}
    for language, codes in lacking.items():
        print(f"{language}: {len(PHRASES) - len(codes)} of {len(PHRASES)} phrases")
        for code in codes:
            print(f"  to translate: {code}")
    return 1 if any(lacking.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
