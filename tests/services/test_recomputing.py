"""The list that the journal gives is the list that is stored, and a turned one is found."""

from __future__ import annotations

from sqlalchemy import text

from tests.services.conftest import SZ, Office
from workflow.services.recomputing import Difference, recompute

POSITION = "speech_therapist"


def ranked(office: Office) -> Office:
    """B and C are equal in everything, for the reserve: the commission decides. A has the seat."""
    for name, marks in (("A", "5 5 5"), ("B", "4 5 5"), ("C", "4 5 5")):
        for member in "KLM":
            office.does((f"2022-04-18 10:00 {member}", f"score {name} interview {marks}"))
    office.does(
        ("2022-04-19 09:00 K", "close_interviews"),
        ("2022-04-19 10:00 K", f"tie {POSITION} C, B"),
        ("2022-04-20 10:00 coordinator", "publish_ranking"),
        ("2022-04-21 10:00 candidate", "decline A"),
    )
    return office


def change(office: Office, statement: str, **values: object) -> None:
    with office.house.database.writing() as connection:
        connection.execute(text(statement), values)


def test_the_journal_gives_the_stored_list(interviewing: Office) -> None:
    office = ranked(interviewing)
    found = recompute(office.house, SZ, office.player.procedure)
    assert (found.places, found.differences, found.reasons) == (3, (), {})


def test_marks_and_orders_outside_the_journal_change_nothing(interviewing: Office) -> None:
    office = ranked(interviewing)
    change(office, "UPDATE result SET value = '1', shown = '1.00'")
    change(office, "DELETE FROM tie_decision")
    assert recompute(office.house, SZ, office.player.procedure).differences == ()


def test_a_turned_list_is_found(interviewing: Office) -> None:
    office = ranked(interviewing)
    change(office, "UPDATE place SET place = 5 - place WHERE place > 1")
    found = recompute(office.house, SZ, office.player.procedure).differences
    numbers = dict(office.rows("SELECT id, register_number FROM application"))
    assert sorted(found, key=lambda one: one.stored or ()) == [
        Difference(
            POSITION,
            numbers[office.subject(name)],
            (stored, "14.00", "reserve"),
            (computed, "14.00", "reserve"),
            (computed, "14.00", "reserve"),
        )
        for name, stored, computed in (("B", 2, 3), ("C", 3, 2))
    ]


def test_a_list_taken_away_is_found(interviewing: Office) -> None:
    office = ranked(interviewing)
    change(office, "DELETE FROM place WHERE place = 1")
    (one,) = recompute(office.house, SZ, office.player.procedure).differences
    assert (one.stored, one.journaled, one.computed) == (None, (1, "15.00", "selected"), (1, "15.00", "selected"))
