"""What the pages say is said in every language of the interface, with the same placeholders, compiled and fresh."""

from __future__ import annotations

import re
from gettext import GNUTranslations

import pytest

from workflow.web import messages
from workflow.wording import LANGUAGES, SOURCE_LANGUAGE
from workflow.wording.desk import compiled

TRANSLATED = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
SAID = messages.said()
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
ALPHABET = {"pl": "[a-ząćęłńóśźż]", "bg": "[а-я]", "zh": "[一-鿿]", "ru": "[а-яё]"}
SAME_EVERYWHERE = {"XLSX", "CSV", "SHA-256", "E-mail", "HTML", "TOTP"}
"""Words that are the same in every alphabet."""


def _forms(text: object) -> list[str]:
    return [str(one) for one in text] if isinstance(text, list | tuple) else [str(text)]


def test_pages_say_something() -> None:
    assert "Sign in" in SAID


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated(language: str) -> None:
    catalogue = messages.read_catalogue(language)
    keys = {key if isinstance(key, str) else key[0] for key in SAID}
    assert sorted(key for key in keys if not messages.is_settled(catalogue.get(key))) == []
    assert sorted(str(m.id if isinstance(m.id, str) else m.id[0]) for m in catalogue if m.id) == sorted(keys)


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_agree(language: str) -> None:
    wrong = []
    for message in messages.read_catalogue(language):
        wanted = {name for form in _forms(message.id) for name in PLACEHOLDER.findall(form)}
        for form in _forms(message.string):
            # A form for one may leave the number out.
            given = set(PLACEHOLDER.findall(form))
            if message.id and (given - wanted or (wanted - given) - {"n", "num"}):
                wrong.append((message.id, form))
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_are_in_their_own_alphabet(language: str) -> None:
    foreign = [
        (message.id, form)
        for message in messages.read_catalogue(language)
        for form in _forms(message.string)
        if message.id and re.search("[a-z]{3}", PLACEHOLDER.sub("", str(message.id)))
        if not re.search(ALPHABET[language], PLACEHOLDER.sub("", form), re.IGNORECASE)
        and str(message.id) not in SAME_EVERYWHERE
    ]
    assert foreign == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_compiled_messages_are_fresh(language: str) -> None:
    with compiled(language).open("rb") as file:
        translations = GNUTranslations(file)
    stale = [
        message.id
        for message in messages.read_catalogue(language)
        if message.id and isinstance(message.id, str) and translations.gettext(message.id) != message.string
    ]
    assert stale == []
