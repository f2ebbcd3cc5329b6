"""The pages where a test is counted and points are given for what is proved: typed, refused, explained, listed."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.services.given import counting
from tests.web.conftest import Town
from tests.web.test_scoring import marks_of, reader
from workflow.catalogue.index import Catalogue


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return counting(tmp_path / "counting")


def plain(text: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))


def test_counts_are_typed_and_too_many_are_told_in_the_row(interviewing: Town) -> None:
    town, browser = interviewing, reader(interviewing, "K")
    address = town.url("procedures", town.office.player.procedure, "scoring", "interview")
    page = plain(browser.get(address).text)
    rule = "Of 60 questions a right answer counts 1, a wrong one -0.25, none 0. Nobody has fewer than 0 points."
    assert rule in page
    assert "Right answers" in page
    application = town.office.subject("A")

    def saves(right: str, wrong: str, was: tuple[str, str] = ("", "")) -> tuple[int, str]:
        fields = {f"m-{application}-right": right, f"m-{application}-wrong": wrong, "row": application}
        fields |= {f"w-{application}-right": was[0], f"w-{application}-wrong": was[1]}
        answer = browser.post(address, fields)
        return answer.status_code, plain(answer.text)

    status, said = saves("52", "9")
    assert status == 422
    assert "61 answers are counted, and the test has 60 questions. Correct the counts." in said
    assert marks_of(town, "A", "K") == {}
    assert saves("52", "8")[0] == 303
    assert {c: str(m) for c, m in marks_of(town, "A", "K").items()} == {"right": "52", "wrong": "8"}
    assert "50.00" in plain(browser.get(f"{address}/sign").text)


def test_account_list_and_rules_say_how_it_is_added_up(interviewing: Town) -> None:
    town = interviewing
    for who in "KLM":
        for name, counts in (("A", "52 8"), ("B", "49 0"), ("C", "10 50")):
            town.office.does((f"2022-04-18 12:00 {who}", f"score {name} interview {counts}"))
    town.office.does(("2022-04-18 16:00 K", "close_interviews"))
    procedure, browser = town.office.player.procedure, reader(town, "coordinator")

    def shown(*path: str) -> str:
        answer = browser.get(town.url(*path))
        assert answer.status_code == 200
        return plain(answer.text)

    page = shown("procedures", procedure, "applications", town.office.subject("C"), "scores")
    assert "Right: 10, wrong: 50, blank: 0. Points: 10 × 1 - 50 × 0.25 = -2.50." in page
    assert "-2.50 is below the floor, so that 0 counts." in page
    assert "10 × 1 - 50 × 0.25 = -2.50 → 0" in page
    page = shown("procedures", procedure, "positions", town.office.subject("speech_therapist"))
    assert "Bonus for Degree: 2. The total 52.00 holds 2 bonus points." in page
    page = shown("rules", "staff_selection", "clauses")
    for said in ("Of 60 questions a right answer counts 1", "Course: 3", "At most 4 points are added."):
        assert said in page
