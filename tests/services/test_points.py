"""Counted answers and bonus points from the sheet to the list: saved, refused, explained, and the same when rebuilt."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.services.conftest import SZ, Office
from tests.services.given import at_work, codes, counting, everything, records
from workflow.catalogue.index import Catalogue
from workflow.engine import bonus
from workflow.engine.errors import DefinitionError, ImportFileError
from workflow.engine.process import Ranking
from workflow.persistence.database import Database
from workflow.services import marks_import, rankings, score_accounts
from workflow.services.acts import SaveSheet, SignSheet
from workflow.services.integrity import rebuild_ranking
from workflow.services.records import Recorded
from workflow.web.marks import read as read_number

BY_TOTAL = "place_by_total"
POSITION = "speech_therapist"


@pytest.fixture
def sitting(database: Database, tmp_path: Path) -> Office:
    """One seat; A, B and C before three markers; B has proved the course, C was judged not to have."""
    office = at_work(
        database,
        counting(tmp_path),
        (SZ, "staff_selection"),
        "2022-02-28 09:00",
        language="bg",
        positions={POSITION: 1},
        K="chair",
        L="member",
        M="member",
    )
    ground = "requirement_not_proved(requirement=further_qualification)"
    office.does(
        ("2022-02-28 10:00 coordinator", "announce"),
        ("2022-03-03 10:00 registrar", f"register A, B, C for {POSITION}"),
        ("2022-04-01 09:00 registrar", "wait"),
        ("2022-04-04 09:00 K", "verdict A, B, C * ok"),
        ("2022-04-04 09:10 K", "verdict B further_qualification ok"),
        ("2022-04-04 09:10 K", f"verdict C further_qualification not_ok because {ground}"),
        ("2022-04-04 10:00 K", "admit A, B, C"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        ("2022-04-18 09:30 registrar", "wait"),
    )
    return office


def saves(office: Office, name: str, **counts: int) -> object:
    marks = {criterion: Decimal(count) for criterion, count in counts.items()}
    return records(office, name, "K", SaveSheet(assessment="interview", marks=marks))


def marked(office: Office) -> Office:
    """A and B have 50 points, C has 49.25."""
    for who in "KLM":
        for name, counts in (("A", "52 8"), ("B", "50 0"), ("C", "51 7")):
            office.does((f"2022-04-18 10:00 {who}", f"score {name} interview {counts}"))
    office.does(("2022-04-19 09:00 K", "close_interviews"))
    return office


def placed(office: Office) -> list[tuple[str, str, str, list[str]]]:
    process = office.house.catalogue.snapshot(SZ, "staff_selection").process
    position = office.subject(POSITION)
    names = {office.subject(name): name for name in "ABC"}
    found = rankings.rankings(office.house, SZ, process, [position])[position]
    return [(names[p.application], p.group, str(p.total), [line.code for line in p.why]) for p in found]


def test_counts_are_held_against_each_other_and_against_what_was_saved(sitting: Office) -> None:
    assert isinstance(saves(sitting, "A", right=52), Recorded)
    before = everything(sitting)
    assert codes(saves(sitting, "A", wrong=9)) == {"answers_too_many"}
    assert codes(saves(sitting, "A", right=61)) == {"mark_out_of_range"}
    assert everything(sitting) == before
    assert codes(records(sitting, "A", "K", SignSheet(assessment="interview"))) == {"mark_missing"}
    assert isinstance(saves(sitting, "A", wrong=8), Recorded)
    assert isinstance(saves(sitting, "A", right=50, wrong=10), Recorded)
    assert isinstance(records(sitting, "A", "K", SignSheet(assessment="interview")), Recorded)


def test_points_are_told_line_by_line(sitting: Office) -> None:
    office = marked(sitting)
    found = score_accounts.accounts(office.house, SZ, office.player.procedure, office.subject("A"), "nobody")
    account = found.accounts[0]
    assert account.result is not None
    assert str(account.result.shown) == "50.00"
    assert [line.data["formula"] for line in account.lines if line.code == "score_answers"] == [
        "52 × 1 - 8 × 0.25 = 50.00"
    ] * 3


def test_who_has_proved_it_gets_the_points_and_nobody_else(sitting: Office) -> None:
    office = marked(sitting)
    outlook = rankings.outlook(office.house, SZ, office.subject(POSITION))
    assert outlook is not None
    assert [str(p.total) for p in outlook.placed] == ["54.00", "52.00", "51.25"]
    office.does(("2022-04-20 10:00 coordinator", "publish_ranking"))
    assert placed(office) == [
        (
            "B",
            "selected",
            "54.00",
            ["bonus_item", "bonus_item", "bonus_capped", "bonus_added", "within_seats", BY_TOTAL],
        ),
        ("A", "reserve", "52.00", ["bonus_item", "bonus_added", "beyond_seats", BY_TOTAL]),
        ("C", "reserve", "51.25", ["bonus_item", "bonus_added", "beyond_seats", BY_TOTAL]),
    ]


def test_a_verdict_that_changes_later_changes_no_list(sitting: Office) -> None:
    office = marked(sitting)
    office.does(("2022-04-20 10:00 coordinator", "publish_ranking"))
    before = placed(office)
    with office.house.database.writing() as connection:
        connection.execute(text("DELETE FROM verdict"))
    assert placed(office) == before
    position = office.subject(POSITION)
    book = office.house.rulebook(SZ, "staff_selection", None, None, None)  # type: ignore[arg-type]
    rows = office.rows("SELECT application_id, place, total, group_name FROM place")
    assert rebuild_ranking(office.house, SZ, position, book) == {i: (p, str(t), g) for i, p, t, g in rows}


def test_a_table_of_counts_is_read_and_too_many_are_told_by_row(sitting: Office, tmp_path: Path) -> None:
    numbers = dict(sitting.rows("SELECT id, register_number FROM application"))
    number = {name: numbers[sitting.subject(name)] for name in "ABC"}
    file = tmp_path / "counts.csv"
    here = (sitting.house, SZ, sitting.player.procedure, "interview", sitting.player.members["K"], file)

    def told() -> marks_import.Told:
        return marks_import.read(*here, lambda cell: read_number(cell, "en"), "en")

    file.write_text(f"register_number;right;Грешни отговори\n{number['A']};52;8\n{number['B']};50;11\n", "utf-8")
    with pytest.raises(ImportFileError) as refused:
        told()
    assert [(p.path, p.what) for p in refused.value.problems] == [
        ("row 3: register_number", "61 answers are counted, and the test has 60 questions. Correct the counts.")
    ]
    file.write_text(f"register_number;right;wrong\n{number['A']};52;8\n{number['B']};50;10\n", "utf-8")
    actor = sitting.player.actor("K")
    assert marks_import.save(sitting.house, SZ, "interview", actor, told().marked) == ()
    assert told().unchanged == 2


# --- the rules themselves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("together", "cap", "items", "points", "said"),
    [
        ("sum", "", "course degree", "5", ["bonus_item", "bonus_item", "bonus_added"]),
        ("sum", "    cap: 4\n", "course degree", "4", ["bonus_item", "bonus_item", "bonus_capped", "bonus_added"]),
        ("highest", "", "course degree", "3", ["bonus_item", "bonus_item", "bonus_highest", "bonus_added"]),
        ("highest", "    cap: 2\n", "course", "2", ["bonus_item", "bonus_capped", "bonus_added"]),
        ("sum", "", "", "0", []),
    ],
)
def test_several_items_count_as_the_rules_say(
    tmp_path: Path, together: str, cap: str, items: str, points: str, said: list[str]
) -> None:
    rule = ranking_of(counting(tmp_path, bonus_of(f"    together: {together}\n{cap}")))
    earned = tuple(items.split())
    assert bonus.points(rule, earned) == Decimal(points)
    assert [line.code for line in bonus.lines(rule, earned, "50.00")] == said
    assert bonus.earned(rule, {"further_qualification"}) == ("course",)
    assert bonus.earned(rule, ()) == ()


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("    together: sum\n", None),
        ("    together: sum\n    counts_for_threshold: true\n", "`counts_for_threshold` says nothing"),
        ("    together: sum\n    cap: 0\n", "a cap of 0 leaves nothing"),
        ("    together: both\n", "both"),
    ],
)
def test_the_loader_says_what_a_bonus_lacks(tmp_path: Path, written: str, what: str | None) -> None:
    refuses(tmp_path, bonus_of(written), what)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("    counts_for_threshold: false\n", None),
        ("    counts_for_threshold: true\n", None),
        ("", "whether the bonus counts for it is not said"),
    ],
)
def test_a_threshold_of_the_total_asks_whether_the_bonus_counts(tmp_path: Path, written: str, what: str | None) -> None:
    refuses(tmp_path, "  threshold: 50\n" + bonus_of("    together: sum\n" + written), what)


def test_points_for_what_nobody_judges_are_found(tmp_path: Path) -> None:
    written = bonus_of("    together: sum\n").replace("further_qualification", "unheard_of")
    refuses(tmp_path, written, "unknown requirement `unheard_of`")


def bonus_of(written: str) -> str:
    return f"""  bonus:
{written}    items:
      course: {{label: {{bg: "Курс", en: "Course"}}, requirement: further_qualification, points: 3, assumption: "t"}}
      degree: {{label: {{bg: "Степен", en: "Degree"}}, requirement: bachelor_degree, points: 2, assumption: "t"}}
    assumption: "a test"
"""


def ranking_of(catalogue: Catalogue) -> Ranking:
    rule = catalogue.snapshot(SZ, "staff_selection").process.ranking
    assert rule is not None
    return rule


def refuses(folder: Path, written: str, what: str | None) -> None:
    catalogue = counting(folder, written)
    if what is None:
        assert ranking_of(catalogue)
        return
    with pytest.raises(DefinitionError) as refused:
        catalogue.snapshot(SZ, "staff_selection")
    assert what in " ".join(map(str, refused.value.problems))
