"""Members' marks become a result as the definition says: opened, stored, ranked, shown, computed anew for evidence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.services.conftest import SZ, Office
from tests.services.given import at_work, codes
from workflow.catalogue.index import Catalogue, built_in
from workflow.engine.explanation import explain
from workflow.persistence.database import Database
from workflow.services import score_accounts, scoring_grid
from workflow.services.integrity import rebuild, rebuild_ranking, result_of

SCALE = "        max: 5\n        step: 1\n        weight: 1\n"
FLOOR = '        threshold: {at_least: 4, assumption: "a test"}\n'
EMPTY = "        optional: true\n        missing: 1\n"
ROUNDING = "    rounding: {places: 2, mode: half_up, compare: exact}      # SA3"

Variant = Callable[..., Office]


@pytest.fixture
def variant(database: Database, tmp_path: Path) -> Variant:
    """Stara Zagora's selection with changed scoring, in the interview: A, B and C before five members, K the chair."""

    def made(combine: str = "mean", floor: bool = False, empty: bool = False) -> Office:
        shutil.copytree(built_in() / "_calendars", tmp_path / "_calendars")
        shutil.copytree(built_in() / SZ, tmp_path / SZ)
        file = tmp_path / SZ / "staff_selection.yaml"
        rules = file.read_text(encoding="utf-8")
        assert (rules.count(ROUNDING), rules.count(SCALE)) == (1, 3)
        rules = rules.replace(ROUNDING, f"    combine: {combine}\n{ROUNDING}")
        head, one, two, three = rules.split(SCALE)
        rules = SCALE.join((head, (FLOOR if floor else "") + one, (EMPTY if empty else "") + two, three))
        file.write_text(rules, encoding="utf-8")
        office = at_work(
            database,
            Catalogue([tmp_path]),
            (SZ, "staff_selection"),
            "2022-02-28 09:00",
            language="bg",
            positions={"speech_therapist": 1},
            K="chair",
            L="member",
            M="member",
            N="member",
            O="member",
        )
        office.does(
            ("2022-02-28 10:00 coordinator", "announce"),
            ("2022-03-03 10:00 registrar", "register A, B, C for speech_therapist"),
            ("2022-04-01 09:00 registrar", "wait"),
            ("2022-04-04 09:00 K", "verdict A, B, C * ok"),
            ("2022-04-04 10:00 K", "admit A, B, C"),
            ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
            ("2022-04-05 10:00 coordinator", "publish_admission"),
            ("2022-04-18 09:30 registrar", "wait"),
        )
        return office

    return made


def scored(office: Office, marks: dict[str, tuple[str, ...]]) -> Office:
    """Each application's sheets, from K on, saved and signed; then the interviews are closed."""
    for name, sheets in marks.items():
        for member, given in zip("KLMNO", sheets, strict=False):
            office.does(("2022-04-18 10:00 " + member, f"score {name} interview {given}"))
    office.does(("2022-04-19 09:00 K", "close_interviews"))
    return office


def stored(office: Office) -> dict[str, tuple[str, str]]:
    rows = {
        i: (value, str(shown)) for i, value, shown in office.rows("SELECT application_id, value, shown FROM result")
    }
    return {name: rows[office.subject(name)] for name in "ABC" if office.subject(name) in rows}


def account(office: Office, name: str) -> score_accounts.Account:
    player = office.player
    found = score_accounts.accounts(office.house, SZ, player.procedure, office.subject(name), "nobody")
    return found.accounts[0]


FIVE = {
    "A": ("5 5 5", "4 4 4", "4 4 4", "4 4 3", "1 1 1"),
    "B": ("4 4 4", "4 4 4", "5 4 4", "5 4 4", "4 4 4"),
    "C": ("5 5 5", "1 1 1", "1 1 1"),
}
RULES: dict[str, dict[str, tuple[str, str]]] = {
    "mean": {"A": ("53/5", "10.60"), "B": ("62/5", "12.40"), "C": ("7", "7.00")},
    "median": {"A": ("12", "12.00"), "B": ("12", "12.00"), "C": ("3", "3.00")},
    "{trimmed_mean: {drop: 1, at_least: 5}}": {"A": ("35/3", "11.67"), "B": ("37/3", "12.33"), "C": ("7", "7.00")},
    "{weighted_mean: {chair: 3, member: 1}}": {"A": ("83/7", "11.86"), "B": ("86/7", "12.29"), "C": ("51/5", "10.20")},
}


@pytest.mark.parametrize("combine", RULES)
def test_each_rule_gives_its_result_and_the_journal_gives_it_again(variant: Variant, combine: str) -> None:
    office = scored(variant(combine), FIVE)
    assert stored(office) == RULES[combine]
    process = office.house.rulebook(SZ, "staff_selection", None, None, None).process  # type: ignore[arg-type]
    rule = process.assessments["interview"]
    ids = [office.subject(name) for name in "ABC"]
    for name, journal in zip("ABC", rebuild(office.house, SZ, ids).values(), strict=True):
        again = result_of(journal, rule)
        assert (str(again.value), str(again.shown)) == stored(office)[name]
        shown = account(office, name)
        assert shown.result is not None
        assert (shown.result.value, shown.result.criteria) == (again.value, again.criteria)
        assert shown.lines == explain(rule, shown.result)


def test_what_a_sheet_counted_stays_when_the_chair_changes(variant: Variant) -> None:
    office = scored(variant("{weighted_mean: {chair: 3, member: 1}}"), FIVE)
    with office.house.database.writing() as connection:
        connection.execute(text("UPDATE commission_member SET function = 'member'"))
    shown = account(office, "A")
    assert shown.formula == "(3 × 15 + 1 × 12 + 1 × 12 + 1 × 11 + 1 × 3) / 7 = 83/7"
    assert [sheet.function for sheet in shown.sheets] == ["chair", "member", "member", "member", "member"]
    _, _, rows, _ = score_accounts.results(office.house, SZ, office.player.procedure, "interview", "nobody")
    assert [str(row.account.result.shown) for row in rows if row.account.result] == ["11.86", "12.29", "10.20"]


def test_the_ranking_is_rebuilt_by_the_same_rule(variant: Variant) -> None:
    office = scored(variant("{weighted_mean: {chair: 3, member: 1}}"), FIVE)
    office.does(("2022-04-20 10:00 coordinator", "publish_ranking"))
    position = office.subject("speech_therapist")
    book = office.house.rulebook(SZ, "staff_selection", None, None, None)  # type: ignore[arg-type]
    rows = office.rows("SELECT application_id, place, total, group_name FROM place")
    assert rebuild_ranking(office.house, SZ, position, book) == {i: (p, str(t), g) for i, p, t, g in rows}
    assert len(rows) == 3


def test_the_floor_of_a_criterion_keeps_a_good_result_from_being_approved(variant: Variant) -> None:
    """12 of 15 is enough, and 3 in qualification is not."""
    office = scored(variant("median", floor=True), {"A": ("3 5 5",) * 3, "B": ("4 4 4",) * 3, "C": ("4 4 3",) * 3})
    assert account(office, "A").is_reached is True
    assert [account(office, name).is_passed for name in "ABC"] == [False, True, False]
    assert [criterion.name for criterion in account(office, "A").below] == ["qualification"]
    assert [line.code for line in account(office, "A").lines][-2:] == ["threshold_met", "criterion_missed"]
    office.does(("2022-04-20 10:00 coordinator", "publish_ranking"))
    places = {
        name: office.rows("SELECT group_name FROM place WHERE application_id = :id", id=office.subject(name))
        for name in "ABC"
    }
    assert places == {"A": [("not_approved",)], "B": [("selected",)], "C": [("not_approved",)]}


def test_an_empty_mark_is_signed_counts_and_is_told(variant: Variant) -> None:
    office = variant(empty=True)
    player = office.player

    def grid() -> scoring_grid.Grid:
        return scoring_grid.look(office.house, SZ, player.procedure, "interview", player.members["K"])

    office.does(("2022-04-18 10:00 K", "save A interview 5 4 -"))
    assert (grid().rows[0].given, grid().complete) == (1, 0)  # of the two that must be filled in
    refused = scoring_grid.sign(office.house, SZ, "interview", player.actor("K"), {office.subject("A"): {}})
    assert codes(next(iter(refused.values()))) == {"mark_missing"}
    scored(office, {"A": ("5 - 4", "5 5 4", "5 5 4"), "B": ("5 5 5",) * 3, "C": ("5 5 5",) * 3})
    shown = account(office, "A")
    assert [str(sheet.total) for sheet in shown.sheets] == ["10", "14", "14"]
    assert shown.lines[0].data == {"criterion": "skills", "members": "1", "mark": "1"}


def test_an_empty_criterion_is_complete_without_its_mark(variant: Variant) -> None:
    office = variant(empty=True)
    office.does(("2022-04-18 10:00 K", "save A interview 5 - 4"))
    player = office.player
    found = scoring_grid.look(office.house, SZ, player.procedure, "interview", player.members["K"])
    assert (found.rows[0].given, found.complete, found.to_sign) == (2, 1, 1)
    assert found.next_unscored == (office.subject("B"), 1)
