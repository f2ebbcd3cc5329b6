"""Lots among equals: who may draw, among whom, once, by the system or on paper; the list is made by the order drawn."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from secrets import SystemRandom

import pytest

from tests.services.conftest import SZ, Office, furnish
from tests.services.given import codes, drawing_lots, everything, moves, records
from workflow.catalogue.index import Catalogue
from workflow.persistence.database import Database
from workflow.scenarios.player import Player
from workflow.services import rankings
from workflow.services.acts import DrawLot
from workflow.services.records import Recorded
from workflow.services.transitions import Done

POSITION = "speech_therapist"


@pytest.fixture(scope="module")
def by_lot(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Stara Zagora, were its last word a lot."""
    return drawing_lots(tmp_path_factory.mktemp("lots"))


@pytest.fixture
def tied(database: Database, by_lot: Catalogue) -> Office:
    """One seat, A and B equal in everything, C below them; nothing ranked yet."""
    house, clock, post = furnish(database, by_lot)
    player = Player(house, clock, SZ, "staff_selection", "bg")
    commission = {"K": "chair", "L": "member", "M": "member"}
    player.open(number="T-1", positions={POSITION: 1}, dates={}, details={}, commission=commission)
    office = Office(house, clock, player, post)
    office.does(
        ("2022-02-28 10:00 coordinator", "announce"),
        ("2022-03-03 10:00 registrar", f"register A, B, C for {POSITION}"),
        ("2022-04-01 09:00 registrar", "wait"),
        ("2022-04-04 09:00 K", "verdict A, B, C * ok"),
        ("2022-04-04 10:00 K", "admit A, B, C"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        *((f"2022-04-18 10:00 {member}", "score A, B interview 4 4 4") for member in "KLM"),
        *((f"2022-04-18 11:00 {member}", "score C interview 4 4 3") for member in "KLM"),
        ("2022-04-19 09:00 K", "close_interviews"),
    )
    return office


def lot(office: Office, *names: str, by_hand: bool = False) -> DrawLot:
    return DrawLot(applications=tuple(office.subject(name) for name in names), by_hand=by_hand)


def ranked(office: Office) -> list[tuple[str, str, list[str]]]:
    process = office.house.catalogue.snapshot(SZ, "staff_selection").process
    position = office.subject(POSITION)
    names = {office.subject(name): name for name in "ABC"}
    listed = rankings.rankings(office.house, SZ, process, [position])[position]
    return [(names[one.application], one.group, [line.code for line in one.why]) for one in listed]


def test_without_a_draw_nothing_is_ranked_and_the_reason_says_so(tied: Office) -> None:
    assert "tie_not_drawn" in codes(moves(tied, "procedure", "publish_ranking", "coordinator"))


def test_the_system_draws_once_and_the_list_follows_it(tied: Office) -> None:
    drawn = records(tied, POSITION, "K", lot(tied, "A", "B"))
    assert isinstance(drawn, Recorded), drawn
    said = json.loads(tied.one("SELECT parameters FROM journal WHERE act = 'draw_lot'"))
    assert (sorted(said["order"]), said["by_hand"]) == (sorted((tied.subject("A"), tied.subject("B"))), False)
    before = everything(tied)
    assert codes(records(tied, POSITION, "K", lot(tied, "A", "B"))) == {"no_open_tie"}
    assert everything(tied) == before
    position = tied.subject(POSITION)
    outlook = rankings.outlook(tied.house, SZ, position)
    assert outlook is not None
    assert [one.application for one in outlook.placed[:2]] == said["order"]
    assert isinstance(moves(tied, "procedure", "publish_ranking", "coordinator"), Done)
    first, second, third = ranked(tied)
    assert [tied.subject(first[0]), tied.subject(second[0])] == said["order"]
    assert [one[1:] for one in (first, second)] == [
        ("selected", ["within_seats", "place_before_by_lot"]),
        ("reserve", ["beyond_seats", "place_after_by_lot"]),
    ]
    assert third[0] == "C"


def test_the_order_is_what_the_systems_source_of_chance_gave(tied: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [tied.subject("B"), tied.subject("A")]

    def shuffled(_source: SystemRandom, order: list[str]) -> None:
        assert sorted(order) == sorted(given)
        order[:] = given

    monkeypatch.setattr(SystemRandom, "shuffle", shuffled)
    assert isinstance(records(tied, POSITION, "K", lot(tied, "A", "B")), Recorded)
    assert json.loads(tied.one("SELECT parameters FROM journal WHERE act = 'draw_lot'"))["order"] == given
    assert [one for (one,) in tied.rows("SELECT application_id FROM drawn_lot ORDER BY rank")] == given


def test_a_draw_on_paper_is_recorded_with_how_and_before_whom(tied: Office) -> None:
    on_paper = lot(tied, "B", "A", by_hand=True)
    assert codes(records(tied, POSITION, "K", on_paper)) == {"reason_missing"}
    tied.does(("2022-04-19 12:00 K", f'lot {POSITION} B, A reason "из плик, пред комисията"'))
    said = json.loads(tied.one("SELECT parameters FROM journal WHERE act = 'draw_lot'"))
    assert (said["order"], said["by_hand"]) == ([tied.subject("B"), tied.subject("A")], True)
    assert ("из плик, пред комисията",) in tied.rows("SELECT text FROM journal_text WHERE field = 'reason'")
    assert isinstance(moves(tied, "procedure", "publish_ranking", "coordinator"), Done)
    assert [one[0] for one in ranked(tied)] == ["B", "A", "C"]


@pytest.mark.parametrize("names", [("A", "C"), ("A", "B", "C")])
def test_lots_are_drawn_among_all_of_a_tie_and_nobody_else(tied: Office, names: tuple[str, ...]) -> None:
    before = everything(tied)
    assert codes(records(tied, POSITION, "K", lot(tied, *names))) == {"no_open_tie"}
    assert everything(tied) == before


def test_only_whom_the_definition_names_may_draw(tied: Office) -> None:
    before = everything(tied)
    assert "no_open_tie" not in codes(records(tied, POSITION, "coordinator", lot(tied, "A", "B")))
    assert "unknown_item" in codes(records(tied, POSITION, "K", lot(tied, "A", "procedure")))
    assert everything(tied) == before


def test_of_many_who_draw_at_once_one_does(tied: Office) -> None:
    act = lot(tied, "A", "B")
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: records(tied, POSITION, "K", act), range(4)))
    assert sum(isinstance(one, Recorded) for one in outcomes) == 1
    assert tied.one("SELECT count(*) FROM journal WHERE act = 'draw_lot'") == 1
    assert tied.one("SELECT count(*) FROM drawn_lot") == 2
