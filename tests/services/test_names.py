"""Names as they are typed find names as they are written, in every script that our institutions use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.services.names import LONGEST, MOST_PARTS, fold, parts, query

FOUND = [
    ("Łukasz Żółć-Nowak", "lukasz"),
    ("Łukasz Żółć-Nowak", "zolc"),
    ("Łukasz Żółć-Nowak", "NOW"),
    ("Łukasz Żółć-Nowak", "nowak łuk"),
    ("Ćwikła Ądam", "cwik"),
    ("Алёна Семёнова", "алена"),
    ("Алена Семенова", "алёна семён"),
    ("Йордан Пейчев", "йорд"),
    ("Йордан Пейчев", "ПЕЙ"),
    ("Мария Стоянова-Иванова", "иван"),
    ("王小明", "小明"),
    ("王小明", "王小"),
    ("王小明", "明"),
    ("欧阳娜娜", "阳娜"),
    ("阿卜杜·买买提", "买提"),
    ("Wang 王小明", "小明"),
    ("ＷＡＮＧ Wei", "wang"),
    ("Straße", "strasse"),
    ("Søren Ærø", "soren aero"),
]
NOT_FOUND = [
    ("Йордан", "иордан"),
    ("Łukasz Nowak", "ukasz"),
    ("Łukasz Nowak", "nowak adam"),
    ("王小明", "明小"),
    ("王小明", "王明"),
    ("Иван", "ivan"),
]


def finds(name: str, asked: str) -> bool:
    wanted = query(asked)
    return bool(wanted) and all(any(part.startswith(word) for part in parts(name)) for word in wanted)


@pytest.mark.parametrize(("name", "asked"), FOUND)
def test_a_name_is_found(name: str, asked: str) -> None:
    assert finds(name, asked)


@pytest.mark.parametrize(("name", "asked"), NOT_FOUND)
def test_a_name_is_not_found(name: str, asked: str) -> None:
    assert not finds(name, asked)


def test_the_whole_name_comes_first_and_nothing_twice() -> None:
    assert parts("Łukasz Żółć-Nowak") == ("lukasz zolc nowak", "zolc", "nowak")
    assert parts("王小明") == ("王小明", "小明", "明")
    assert parts("") == ("",)
    assert parts(" - ") == ("",)


def test_a_query_of_nothing_finds_nothing() -> None:
    assert query("  ... ") == ()


@given(st.text(max_size=300))
def test_folding_is_settled_and_bounded(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    found = parts(text)
    assert len(found) <= MOST_PARTS
    assert all(len(part) <= LONGEST for part in found)
    assert len(set(found)) == len(found)


@given(st.text(alphabet="abcžłćйёя王小明 -", min_size=1, max_size=30))
def test_every_name_is_found_by_its_own_words(name: str) -> None:
    assert not query(name) or finds(name, name)
