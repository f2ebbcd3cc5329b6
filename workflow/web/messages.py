"""`python -m workflow.web.messages`: collects what the pages say, brings the translations up to date, compiles them.

Why: translators work on .po files, programs read .mo files; both are checked in, so that nothing is compiled at set-up.
A sentence that is no longer said is dropped; a new one is listed until it is translated.
Never here: translating, reading at run time (wording/desk.py).
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from workflow.wording import LANGUAGES, SOURCE_LANGUAGE
from workflow.wording.desk import DOMAIN, compiled

_FOLDER = Path(__file__).parent
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {
    "templates/**.html": {
        "trimmed": "true",
        "newstyle_gettext": "true",
        "silent": "false",
        "extensions": "jinja2.ext.do",
    }
}
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "count": (1, 2)}
# A date in the header would change the files with every run; version control knows when they changed.
_DATE = datetime(2022, 1, 1, tzinfo=UTC)


def said() -> dict[str | tuple[str, str], list[str]]:
    """Every message of the pages (of a counted one, both forms), with the files that say it, in order."""
    found: dict[str | tuple[str, str], list[str]] = {}
    for file, _, message, _, _ in extract_from_dir(
        _FOLDER,
        method_map=_METHODS,
        options_map=_OPTIONS,
        keywords=_KEYWORDS,
        strip_comment_tags=True,
    ):
        key = (str(message[0]), str(message[1])) if isinstance(message, tuple) else message
        if key and file not in found.setdefault(key, []):
            found[key].append(file)
    return dict(sorted(found.items(), key=lambda one: (sorted(one[1])[0], str(one[0]))))


def source(language: str) -> Path:
    """The .po file of a language: what a translator edits."""
    return compiled(language).with_suffix(".po")


def read_catalogue(language: str) -> Catalog:
    """The .po file of a language, read; empty when there is none yet."""
    path = source(language)
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def is_settled(message: Message | None) -> bool:
    """Whether a message has its translation, in every form that the language counts in."""
    if message is None or message.fuzzy:
        return False
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(forms)


def update(language: str) -> list[str]:
    """Writes a language's .po in the order of the pages, then its .mo; returns the messages that lack a translation."""
    old = read_catalogue(language)
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
        header_comment=f"# What the pages say: {language}.",
    )
    missing = []
    for key, files in said().items():
        known = old.get(key[0] if isinstance(key, tuple) else key)
        string = known.string if known is not None and isinstance(known.id, tuple) == isinstance(key, tuple) else None
        locations = [(name, 0) for name in sorted(files)]
        new.add(key, string or ("" if isinstance(key, str) else None), locations=locations)
        if string is None or not is_settled(known):
            missing.append(key if isinstance(key, str) else key[0])
    path = source(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=120, ignore_obsolete=True, include_lineno=False)
    with compiled(language).open("wb") as file:
        write_mo(file, new)
    return missing


def main() -> int:
    """Updates every language and says what lacks a translation. 0 when nothing does, else 1."""
    count, lacking = len(said()), {one: update(one) for one in LANGUAGES if one != SOURCE_LANGUAGE}
    for language, messages in lacking.items():
        print(f"{language}: {count - len(messages)} of {count} messages")
        for message in messages:
            print(f"  to translate: {message}")
    return 1 if any(lacking.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
