"""Lots on the page of a position: drawn by the system at a press, or recorded as drawn on paper."""

from __future__ import annotations

import pytest

from tests.services.given import drawing_lots
from tests.web.conftest import Town
from tests.web.given import beside, clerk, moves, ok, procedure
from workflow.catalogue.index import Catalogue


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """An institution whose rules say that lots are drawn."""
    return drawing_lots(tmp_path_factory.mktemp("lots"))


@pytest.fixture
def tied(interviewing: Town) -> Town:
    """A and B are equal for the one seat."""
    for name in "AB":
        interviewing.office.does(*((f"2022-04-18 10:00 {m}", f"score {name} interview 4 4 4") for m in "KLM"))
    interviewing.office.does(*((f"2022-04-18 10:00 {m}", "score C interview 4 4 3") for m in "KLM"))
    interviewing.office.does(("2022-04-19 09:00 K", "close_interviews"))
    return interviewing


def page_of(town: Town) -> str:
    return procedure(town, "positions", town.office.player.positions["speech_therapist"])


def test_the_system_draws_at_a_press_and_once(tied: Town) -> None:
    coordinator, chair = clerk(tied, "coordinator"), clerk(tied, "K")
    position = page_of(tied)
    assert "Draw lots for their order" in ok(coordinator.get(procedure(tied, "moves", "publish_ranking")))
    assert "Draw lots now" not in ok(coordinator.get(position))
    shown = ok(chair.get(position))
    assert "Lots are drawn for their order." in shown
    assert "Draw lots now" in shown
    assert f"{position}/tie" not in shown  # the commission has no word in it
    assert coordinator.post(f"{position}/lot", {"place": "1"}).status_code == 409
    assert chair.post(f"{position}/lot", {"place": "1"}).status_code == 303
    assert chair.post(f"{position}/lot", {"place": "1"}).status_code == 409
    assert "before it by lot" in ok(coordinator.get(position))
    assert moves(coordinator, procedure(tied, "moves", "publish_ranking")).status_code == 303
    assert "before it by lot" in ok(coordinator.get(procedure(tied, "lists")))
    first = procedure(tied, "applications", tied.office.one("SELECT application_id FROM place WHERE place = 1"))
    assert "by lot" not in ok(coordinator.get(first))
    assert f"{first}?why=yes#place" in ok(coordinator.get(first))
    assert "before it by lot" in ok(coordinator.get(f"{first}?why=yes"))


def test_lots_drawn_on_paper_need_an_order_and_how_it_came_about(tied: Town) -> None:
    chair, position = clerk(tied, "K"), page_of(tied)
    a, b = tied.office.subject("A"), tied.office.subject("B")
    given = {"place": "1", "by_hand": "yes", f"rank_{a}": "2", f"rank_{b}": "1"}
    answer = chair.post(f"{position}/lot", given)
    assert (answer.status_code, bool(beside(answer.text, "reason_1"))) == (422, True)
    answer = chair.post(f"{position}/lot", {**given, f"rank_{a}": "1", "reason_1": "из плик"})
    assert (answer.status_code, bool(beside(answer.text, f"rank_{b}"))) == (422, True)
    assert chair.post(f"{position}/lot", {**given, "reason_1": "из плик"}).status_code == 303
    assert tied.office.rows("SELECT application_id FROM drawn_lot ORDER BY rank") == [(b,), (a,)]
