"""Seats on the pages: moving them, who was called and why, and an approval that waits for a second person."""

from __future__ import annotations

import pytest

from tests.services.given import altered
from tests.web.conftest import Town, town_of
from tests.web.given import beside, clerk, ok, procedure
from workflow.catalogue.index import Catalogue
from workflow.persistence.database import Database
from workflow.settings import Settings

FORM = {"seats_from": "speech_therapist", "seats_to": "stoker", "seats_number": "1", "seats_reason": "нужда"}
THERAPIST = "speech_therapist"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """An institution where a second person records the contract of whoever is called."""
    then = "        effects: [{move: {others_of"
    by = "        by: [coordinator]\n"
    change = (by + then, f"        by: [coordinator, head]\n        guards: [second_person]\n{then}")
    return altered(tmp_path_factory.mktemp("seats"), change)


@pytest.fixture
def wide(database: Database, catalogue: Catalogue, settings: Settings) -> Town:
    """Two speech therapists and a stoker are sought."""
    return town_of(database, catalogue, settings, therapists=2)


def test_who_may_moves_seats_and_the_pages_tell_it(wide: Town) -> None:
    coordinator, head = clerk(wide, "coordinator"), clerk(wide, "head")
    assert "Move seats to another position" not in ok(coordinator.get(procedure(wide)))
    assert "Move seats to another position" in ok(head.get(procedure(wide)))
    assert coordinator.post(procedure(wide, "seats"), FORM).status_code == 409
    assert head.post(procedure(wide, "seats"), FORM).status_code == 303
    assert dict(wide.office.rows("SELECT name, seats FROM position")) == {THERAPIST: 1, "stoker": 2}
    told = ok(head.get(procedure(wide)))
    assert "Seats moved between positions" in told
    assert "Speech therapist → Stoker: 1" in told
    shown = ok(head.get(procedure(wide, "positions", wide.office.player.positions["stoker"])))
    for said in ("Number of seats changed", "1 → 2", "Moved from Speech therapist.", "Reason: нужда"):
        assert said in shown
    # The last seat stays, and the form keeps what was typed.
    again = head.post(procedure(wide, "seats"), FORM)
    assert again.status_code == 409
    assert "at least one stays" in again.text
    assert "нужда" in again.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("seats_from", ""), ("seats_to", "x"), ("seats_to", THERAPIST), ("seats_number", "0"), ("seats_reason", "")],
)
def test_what_is_wrong_stands_beside_its_field(wide: Town, field: str, value: str) -> None:
    answer = clerk(wide, "head").post(procedure(wide, "seats"), {**FORM, field: value})
    assert (answer.status_code, bool(beside(answer.text, field))) == (422, True)
    assert dict(wide.office.rows("SELECT name, seats FROM position")) == {THERAPIST: 2, "stoker": 1}


def test_the_page_of_a_position_says_who_was_called_and_why_and_what_waits_for_approval(interviewing: Town) -> None:
    office = interviewing.office
    for names, marks in (("A", "5 5 5"), ("B", "5 4 4"), ("C", "4 4 4")):
        office.does(*((f"2022-04-18 10:00 {m}", f"score {names} interview {marks}") for m in "KLM"))
    office.does(
        ("2022-04-19 09:00 K", "close_interviews"),
        ("2022-04-19 10:00 coordinator", "publish_ranking"),
        ("2022-04-19 11:00 coordinator", "decline A"),
    )
    position = procedure(interviewing, "positions", office.player.positions[THERAPIST])
    coordinator, head = clerk(interviewing, "coordinator"), clerk(interviewing, "head")
    shown = ok(head.get(position))
    called = office.one("SELECT register_number FROM application WHERE id = :id", id=office.subject("A"))
    assert f"Next by place (2): {called} made a place free (Decline)." in shown
    approve = procedure(interviewing, "applications", office.subject("B"), "moves", "hire")
    assert f'href="{approve}"' in shown
    assert "Ask a second person" in ok(coordinator.get(approve))
    assert "Ask a second person" not in ok(head.get(approve))
    own = ok(head.get(procedure(interviewing, "applications", office.subject("B"))))
    assert "Next by place (2)" in own
    office.does(("2022-04-20 10:00 coordinator", "decline B"), ("2022-04-20 11:00 coordinator", "decline C"))
    shown = ok(clerk(interviewing, "head").get(position))
    assert "The place stays free: nobody is left to be called." in shown
    assert f'href="{approve}"' not in shown
