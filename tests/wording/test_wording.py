"""The words: every code in every language, the same placeholders, compiled translations that are fresh."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest

import workflow
from workflow.wording import LANGUAGES, SOURCE_LANGUAGE, build, compiled, say
from workflow.wording.phrases import PAPERS, PHRASES, ROLES

TRANSLATED = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
PERCENT = re.compile(r"%(?!\(\w+\)s)")
ALPHABET = {"pl": "[a-ząćęłńóśźż]", "bg": "[а-я]", "zh": "[一-鿿]", "ru": "[а-яё]"}


def _names(phrase: str) -> list[str]:
    return sorted(set(PLACEHOLDER.findall(phrase)))


def _translations(language: str) -> dict[str, str]:
    """Code -> translation, of those that are settled."""
    catalogue = build.read_catalogue(language)
    return {
        str(m.context): str(m.string)
        for m in catalogue
        if m.id and m.string and not m.fuzzy and PHRASES.get(str(m.context)) == m.id
    }


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_code_has_a_translation(language: str) -> None:
    assert sorted(_translations(language)) == sorted(PHRASES)


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_agree(language: str) -> None:
    names = {code: _names(text) for code, text in _translations(language).items()}
    assert names == {code: _names(phrase) for code, phrase in PHRASES.items()}


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_are_in_their_own_alphabet(language: str) -> None:
    texts = {code: PLACEHOLDER.sub("", text) for code, text in _translations(language).items()}
    assert [code for code, text in texts.items() if not re.search(ALPHABET[language], text)] == []
    assert [code for code, text in texts.items() if text == PHRASES[code]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_whole(language: str) -> None:
    texts = dict(PHRASES) if language == SOURCE_LANGUAGE else _translations(language)
    ends = {code: text.endswith((".", "。")) for code, text in texts.items()}
    assert [
        code for code, text in texts.items() if ends[code] == (code in ROLES or code in PAPERS) or PERCENT.search(text)
    ] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_compiled_translations_are_fresh(language: str) -> None:
    with compiled(language).open("rb") as file:
        mo = GNUTranslations(file)
    expected = _translations(language)
    assert {code: mo.pgettext(code, phrase) for code, phrase in PHRASES.items()} == expected


@pytest.mark.parametrize("language", TRANSLATED)
def test_building_again_changes_nothing(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    committed = build.source(language).read_text(encoding="utf-8")
    copy = tmp_path / language / "nabor.mo"
    copy.parent.mkdir()
    copy.with_suffix(".po").write_text(committed, encoding="utf-8")
    monkeypatch.setattr(build, "compiled", lambda _: copy)
    assert build.update(language) == ()
    again = re.sub(r'"Generated-By: .*\n', "", copy.with_suffix(".po").read_text(encoding="utf-8"))
    assert again == re.sub(r'"Generated-By: .*\n', "", committed)


def test_changed_phrase_unsettles_its_translation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "nabor.mo"
    copy.with_suffix(".po").write_text(build.source("pl").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(build, "compiled", lambda _: copy)
    monkeypatch.setattr(build, "PHRASES", {**PHRASES, "already_signed": "Signed.", "brand_new": "New."})
    assert build.update("pl") == ("already_signed", "brand_new")
    kept = {str(m.context): (str(m.string), m.fuzzy) for m in build.read_catalogue("pl") if m.id}
    assert kept["already_signed"] == ("Ten arkusz jest podpisany i nie można go już zmienić.", True)
    assert kept["brand_new"] == ("", False)
    with copy.open("rb") as file:
        assert GNUTranslations(file).pgettext("already_signed", "Signed.") == "Signed."


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Application interview: the result 11.67 is below the threshold 12."),
        ("pl", "Application interview: wynik 11.67 jest poniżej progu 12."),
        ("bg", "Application interview: резултатът 11.67 е под минималния 12."),
        ("zh", "Application interview：成绩11.67低于合格分数线12。"),
        ("ru", "Application interview: результат 11.67 ниже проходного балла 12."),
        ("uk", "Application interview: the result 11.67 is below the threshold 12."),
    ],
)
def test_say(language: str, sentence: str) -> None:
    data = {"assessment": "Application interview", "result": "11.67", "threshold": 12}
    assert say("below_threshold", data, language) == sentence


def test_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert say("unknown_user", {"user": "%(user)s 100 %"}, "en") == (
        "There is no user %(user)s 100 % here. Check how the name is written."
    )


@pytest.mark.parametrize(("code", "missing"), [("no_such_code", "no_such_code"), ("wrong_role", "needs")])
def test_unknown_code_and_missing_value_raise(code: str, missing: str) -> None:
    with pytest.raises(KeyError, match=f"^'{missing}'$"):
        say(code, {}, "bg")


def _codes() -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Place, code and names of data (None: not written out) of each `Reason("...")` and engine `Line("...")`."""
    root = Path(workflow.__file__).parent
    for path in sorted(root.rglob("*.py")):
        makers = {"Reason", "Line"} if root / "engine" in path.parents else {"Reason"}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers):
                continue
            data = node.args[1] if len(node.args) > 1 else ast.Dict(keys=[], values=[])
            keys = None
            if isinstance(data, ast.Dict) and all(isinstance(key, ast.Constant) for key in data.keys):
                keys = frozenset(str(key.value) for key in data.keys if isinstance(key, ast.Constant))
            first = node.args[0]
            for code in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
                if isinstance(code, ast.Constant):
                    yield f"{path.relative_to(root)}:{node.lineno}", str(code.value), keys


def test_every_code_of_the_package_can_be_said() -> None:
    found = list(_codes())
    assert len(found) > 30
    assert [(place, code) for place, code, _ in found if code not in PHRASES] == []
    assert [
        (place, code, sorted(set(_names(PHRASES[code])) - keys))
        for place, code, keys in found
        if keys is not None and not keys.issuperset(_names(PHRASES[code]))
    ] == []
