"""Marks as they are typed and shown in each language."""

from __future__ import annotations

from decimal import Decimal

import pytest

from workflow.web import marks


@pytest.mark.parametrize(
    ("typed", "language", "mark"),
    [
        ("3.5", "en", "3.5"),
        ("3,5", "pl", "3.5"),
        ("3,5", "bg", "3.5"),
        ("3,5", "ru", "3.5"),
        ("3.5", "bg", "3.5"),
        ("３．５", "zh", "3.5"),
        (" 4 ", "en", "4"),
        ("\N{MINUS SIGN}1", "en", "-1"),
        ("", "en", None),
        ("  ", "bg", None),
    ],
)
def test_what_is_typed_is_read(typed: str, language: str, mark: str | None) -> None:
    assert marks.read(typed, language) == (None if mark is None else Decimal(mark))


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("3,5", "en"),
        ("3,5", "zh"),
        ("1,2,3", "pl"),
        ("1e3", "en"),
        ("NaN", "en"),
        ("Infinity", "en"),
        ("0x1", "en"),
        ("\N{ARABIC-INDIC DIGIT THREE}", "en"),
        ("4 5", "en"),
        ("9" * 20, "en"),
        ("=1+1", "en"),
        ("<b>", "en"),
        (".", "en"),
        ("4.", "en"),
    ],
)
def test_what_is_no_mark_is_told(typed: str, language: str) -> None:
    with pytest.raises(marks.NoMark):
        marks.read(typed, language)


@pytest.mark.parametrize(("language", "shown"), [("en", "3.50"), ("zh", "3.50"), ("pl", "3,50"), ("bg", "3,50")])
def test_shown_with_every_place(language: str, shown: str) -> None:
    assert marks.written(Decimal("3.50"), language) == shown


def test_what_was_shown_can_be_typed() -> None:
    for language in ("en", "pl", "bg", "zh", "ru"):
        assert marks.read(marks.written(Decimal("12.25"), language), language) == Decimal("12.25")


def test_sentences_keep_their_full_stops() -> None:
    assert marks.written("The mean is 12.33. It is 1/3 above.", "pl") == "The mean is 12,33. It is 1/3 above."


def test_the_result_shows_a_fraction_only_where_there_is_one() -> None:
    third = marks.result_of("(12 + 12 + 13) / 3 = 37/3", Decimal("12.33"), "en")
    assert third == "(12 + 12 + 13) / 3 = 37/3 = 12.33"
    assert marks.result_of("(12 + 12) / 2 = 12", Decimal("12.00"), "bg") == "(12 + 12) / 2 = 12,00"
    assert marks.result_of("12", Decimal("12.00"), "pl") == "12 = 12,00"
