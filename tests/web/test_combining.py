"""The pages where a definition weighs members, drops extremes, asks a floor of a criterion or lets one stay empty."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest

from tests.web.conftest import Town
from workflow.catalogue.index import Catalogue, built_in

SZ = "stara_zagora"
SCALE = "        max: 5\n        step: 1\n        weight: 1\n"
FLOOR = '        threshold: {at_least: 4, assumption: "a test"}\n'
EMPTY = "        optional: true\n        missing: 1\n"
WEIGHTED = "    combine: {weighted_mean: {chair: 2, member: 1}}\n    rounding: {parts: 1,"
TRIMMED = "    combine: {trimmed_mean: {drop: 1, at_least: 3}}\n    rounding: {"


@pytest.fixture
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Catalogue:
    """Stara Zagora's selection with other scoring: the text that stands in for `rounding: {` is the parameter."""
    for name in ("_calendars", SZ):
        shutil.copytree(built_in() / name, tmp_path / name)
    file = tmp_path / SZ / "staff_selection.yaml"
    rules = file.read_text(encoding="utf-8").replace("    rounding: {", request.param, 1)
    head, one, two, three = rules.split(SCALE)
    file.write_text(SCALE.join((head, FLOOR + one, EMPTY + two, three)), encoding="utf-8")
    return Catalogue([tmp_path])


def read(town: Town, who: str, *path: str) -> str:
    page = town.as_(who).get(town.url(*path))
    assert page.status_code == 200
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page.text).split()))


def opened(town: Town) -> tuple[str, str]:
    """A misses the floor of qualification, and M leaves its skills empty."""
    for who, a in (("K", "3 5 5"), ("L", "4 5 5"), ("M", "4 - 4")):
        for name, marks in (("A", a), ("B", "5 4 4"), ("C", "4 4 4")):
            town.office.does((f"2022-04-18 12:00 {who}", f"score {name} interview {marks}"))
    town.office.does(("2022-04-18 16:00 K", "close_interviews"))
    return town.office.player.procedure, town.office.subject("A")


@pytest.mark.parametrize("catalogue", [WEIGHTED], indirect=True)
def test_scores_show_weights_empty_marks_and_floors(interviewing: Town) -> None:
    procedure, application = opened(interviewing)
    page = read(interviewing, "coordinator", "procedures", procedure, "applications", application, "scores")
    assert "K Chair, weight 2" in page
    assert "(empty: 1)" in page
    assert "4 + 1 + 4 = 9 = 9.0" in page
    formula = "(2 × 13.0 + 1 × 14.0 + 1 × 9.0) / 4"
    assert f"{formula} = 12.25 , threshold 12 passed, Professional qualification: threshold 4 missed" in page
    for line in (
        "Individual abilities and professional skills: left empty on sheets: 1. It counts 1 on each of them.",
        "Each total is rounded first, decimals: 1. They are then 13.0; 14.0; 9.0.",
        f"The mean, each total with the weight of its member: {formula} = 12.25, shown as 12.25.",
        "12.25 reaches the threshold 12; it is 0.25 above.",
        "Professional qualification: 3.5 does not reach the threshold 4 of this criterion; 0.5 are missing.",
    ):
        assert line in page, line
    results = read(interviewing, "coordinator", "procedures", procedure, "scoring", "interview", "results")
    assert results.count("missed") == 1
    assert results.count("passed") == 2


@pytest.mark.parametrize("catalogue", [TRIMMED], indirect=True)
def test_scores_and_rules_say_what_was_dropped(interviewing: Town) -> None:
    procedure, application = opened(interviewing)
    page = read(interviewing, "coordinator", "procedures", procedure, "applications", application, "scores")
    assert "Dropped: highest 14, lowest 9." in page
    assert "The mean: (13) / 1 = 13, shown as 13.00." in page
    rules = read(interviewing, "coordinator", "rules", "staff_selection", "clauses")
    assert "From 3 signed sheets on, the highest and the lowest totals are dropped, 1 of each" in rules
    assert "in steps of 1, weight 1; at least 4" in rules
    assert "in steps of 1, weight 1; may be left empty, then 1" in rules


@pytest.mark.parametrize("catalogue", [WEIGHTED], indirect=True)
def test_the_ranking_list_names_the_criterion_that_was_missed(interviewing: Town) -> None:
    procedure, _ = opened(interviewing)
    position = interviewing.office.subject("speech_therapist")
    page = read(interviewing, "coordinator", "procedures", procedure, "positions", position)
    assert "Professional qualification: the mark 3.50 is below the threshold 4 of this criterion" in page
    rules = read(interviewing, "coordinator", "rules", "staff_selection", "clauses")
    assert "the chair counts 2, a member 1" in rules
    assert "each part is rounded to 1 place first" in rules


@pytest.mark.parametrize("catalogue", [WEIGHTED], indirect=True)
def test_a_sheet_with_an_empty_mark_is_complete_and_can_be_signed(interviewing: Town) -> None:
    interviewing.office.does(("2022-04-18 12:00 K", "save A interview 5 - 4"))
    procedure = interviewing.office.player.procedure
    grid = read(interviewing, "K", "procedures", procedure, "scoring", "interview")
    assert "may be left empty, then 1" in grid
    assert "at least 4" in grid
    assert "Complete, not signed" in grid
    sign = read(interviewing, "K", "procedures", procedure, "scoring", "interview", "sign")
    assert "Sign 1 sheet" in sign
    assert re.search(r"T-1/0001 A\S* .*5 4 10", sign)
