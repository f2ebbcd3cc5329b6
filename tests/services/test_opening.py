"""The opening ratio at the end of the intake, seats moved against calls, and approvals: other rules than any here."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.conftest import SZ, Office, furnish
from tests.services.given import altered, as_, codes, moves, records
from workflow.catalogue.index import Catalogue
from workflow.engine.opening import by_ratio
from workflow.engine.request import Refused
from workflow.persistence.database import Database
from workflow.scenarios.player import Player
from workflow.services.acts import MoveSeats
from workflow.services.records import Recorded
from workflow.services.seats import overfull
from workflow.services.transitions import Done

THERAPIST, WORKER, STOKER = "speech_therapist", "social_worker", "stoker"

_CLOSING = "        effects: [{move: {applications: begin_check, in: [submitted]}}]\n        notices: [intake_closed]\n"
_NOT_OPENED = """      not_opened:
        from: open
        to: no_applications
        by: [procedure]
        effects: [{move: {applications: discontinue, in: [document_check]}}]
        notices: [position_closed]
        label: {bg: "Не се открива", en: "Not opened"}
        assumption: "too few applied"
      reopen:
"""


def ratio(on_miss: str, folder: Path) -> Catalogue:
    """Stara Zagora, were three applications asked for each seat."""
    end = "" if on_miss == "keep" else ", end: not_opened"
    effect = f"{{check_opening_ratio: {{in: [document_check], ratio: 3, on_miss: {on_miss}{end}}}}}"
    closing = _CLOSING.replace("}}]", "}}, " + effect + "]")
    positions = [] if on_miss == "keep" else [("      reopen:\n", _NOT_OPENED)]
    return altered(folder, (_CLOSING, closing), *positions)


def opened(database: Database, catalogue: Catalogue, **positions: int) -> Office:
    house, clock, post = furnish(database, catalogue)
    player = Player(house, clock, SZ, "staff_selection", "bg")
    commission = {"K": "chair", "L": "member", "M": "member"}
    player.open(number="T-1", positions=positions, dates={}, details={}, commission=commission)
    office = Office(house, clock, player, post)
    office.does(("2022-02-28 10:00 coordinator", "announce"))
    return office


def closed(database: Database, catalogue: Catalogue) -> Office:
    """Seven apply for three seats of one position, two for one of another, nobody for one of a third."""
    office = opened(database, catalogue, **{THERAPIST: 3, WORKER: 1, STOKER: 1})
    office.does(
        ("2022-03-03 10:00 registrar", f"register A, B, C, D, E, F, G for {THERAPIST}"),
        ("2022-03-03 11:00 registrar", f"register H, I for {WORKER}"),
        ("2022-04-01 09:00 registrar", "wait"),
    )
    return office


def seats(office: Office) -> dict[str, int]:
    return dict(office.rows("SELECT name, seats FROM position"))


def told(office: Office) -> dict[str, tuple[int, int, int]]:
    """What the closing says: position -> (seats, left, applications)."""
    effects = json.loads(office.one("SELECT effects FROM journal WHERE act = 'close_intake'"))
    return {one["position"]: (one["seats"], one["left"], one["applications"]) for one in effects["opening_ratio"]}


def test_seats_are_cut_to_those_that_the_applications_suffice_for(database: Database, tmp_path: Path) -> None:
    office = closed(database, ratio("cut", tmp_path))
    assert seats(office) == {THERAPIST: 2, WORKER: 1, STOKER: 1}
    assert told(office) == {THERAPIST: (3, 2, 7), WORKER: (1, 0, 2), STOKER: (1, 0, 0)}
    assert [office.state(name) for name in (THERAPIST, WORKER, STOKER)] == [
        "open",
        "no_applications",
        "no_applications",
    ]
    assert [office.state(name) for name in "AHI"] == ["document_check", "discontinued", "discontinued"]
    said = json.loads(
        office.one(
            "SELECT parameters FROM journal WHERE subject_id = :id AND act = 'seats_changed'",
            id=office.subject(THERAPIST),
        )
    )
    assert said == {"before": 3, "seats": 2, "why": "seats_cut", "applications": "7", "ratio": "3"}


def test_seats_may_stay_and_that_is_recorded(database: Database, tmp_path: Path) -> None:
    office = closed(database, ratio("keep", tmp_path))
    assert seats(office) == {THERAPIST: 3, WORKER: 1, STOKER: 1}
    assert told(office) == {THERAPIST: (3, 3, 7), WORKER: (1, 1, 2), STOKER: (1, 1, 0)}
    assert {office.state(name) for name in (THERAPIST, WORKER, STOKER)} == {"open"}


def test_a_position_may_be_given_up_whole(database: Database, tmp_path: Path) -> None:
    office = closed(database, ratio("cancel", tmp_path))
    assert seats(office) == {THERAPIST: 3, WORKER: 1, STOKER: 1}
    assert {office.state(name) for name in (THERAPIST, WORKER, STOKER)} == {"no_applications"}


@given(
    seats=st.integers(1, 50),
    applications=st.integers(0, 400),
    ratio=st.decimals("0.1", 20, places=2),
)
def test_what_is_left_is_the_most_that_the_applications_suffice_for(
    seats: int, applications: int, ratio: Decimal
) -> None:
    verdict = by_ratio(seats, applications, ratio, "cut")
    assert verdict.seats * ratio <= applications or verdict.seats == 0
    assert verdict.seats == seats or (verdict.seats + 1) * ratio > applications
    assert verdict.missed == (verdict.seats < seats)
    assert by_ratio(seats, applications, ratio, "keep").seats == seats
    assert by_ratio(seats, applications, ratio, "cancel").seats == (0 if verdict.missed else seats)


# --- seats moved against calls, and approvals, at once ----------------------------------------------------------------


@pytest.fixture
def contracts(database: Database, tmp_path: Path) -> Office:
    """A and B hold the two seats of one position, C waits; one of two is held in another. Seats may still be moved, and
    a contract is recorded by another than who brought the person there."""
    catalogue = altered(
        tmp_path,
        (
            'admission_published, assessment, scored], assumption: "SA18: the mayor decides',
            'ranking_published], assumption: "SA18: the mayor decides',
        ),
        (
            "        by: [coordinator]\n        effects: [{move: {others_of",
            "        by: [coordinator, head]\n        guards: [second_person]\n        effects: [{move: {others_of",
        ),
    )
    office = opened(database, catalogue, **{THERAPIST: 2, WORKER: 2})
    office.does(
        ("2022-03-03 10:00 registrar", f"register A, B, C for {THERAPIST}"),
        ("2022-03-03 11:00 registrar", f"register E for {WORKER}"),
        ("2022-04-04 09:00 K", "verdict A, B, C, E * ok"),
        ("2022-04-04 10:00 K", "admit A, B, C, E"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        *((f"2022-04-18 10:00 {member}", "score A, E interview 5 5 5") for member in "KLM"),
        *((f"2022-04-18 11:00 {member}", "score B interview 5 4 4") for member in "KLM"),
        *((f"2022-04-18 12:00 {member}", "score C interview 4 4 4") for member in "KLM"),
        ("2022-04-19 09:00 K", "close_interviews"),
        ("2022-04-19 10:00 coordinator", "publish_ranking"),
    )
    return office


def at_once(*acts: Callable[[], Done | Recorded | Refused]) -> list[Done | Recorded | Refused]:
    start = Barrier(len(acts))

    def run(act: Callable[[], Done | Recorded | Refused]) -> Done | Recorded | Refused:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_seat_is_moved_away_or_given_to_the_next_never_both(contracts: Office) -> None:
    away = MoveSeats(source=THERAPIST, target=WORKER, seats=1)
    moved, declined = at_once(
        lambda: records(contracts, "procedure", "head", away, reason="нужда"),
        lambda: moves(contracts, "A", "decline", "candidate"),
    )
    # Either the call came first and every seat is held again, or there was never a free one to move.
    assert isinstance(declined, Done), declined
    assert codes(moved) == {"seats_held"}
    assert contracts.state("C") == "called"
    assert seats(contracts) == {THERAPIST: 2, WORKER: 2}
    assert overfull(contracts.house, SZ) == ()


def test_a_free_seat_is_moved_once_however_many_try(contracts: Office) -> None:
    away = MoveSeats(source=WORKER, target=THERAPIST, seats=1)
    outcomes = at_once(*[lambda: records(contracts, "procedure", "head", away, reason="нужда")] * 4)
    assert sum(isinstance(one, Recorded) for one in outcomes) == 1
    assert seats(contracts) == {THERAPIST: 3, WORKER: 1}
    assert overfull(contracts.house, SZ) == ()


def test_nobody_approves_what_came_from_their_own_move(contracts: Office) -> None:
    assert isinstance(moves(contracts, "A", "decline", "coordinator"), Done)
    assert codes(moves(contracts, "C", "hire", "coordinator")) == {"same_person"}
    assert isinstance(moves(contracts, "C", "hire", "head"), Done)


def test_of_two_who_approve_at_once_one_does(contracts: Office) -> None:
    assert isinstance(moves(contracts, "A", "decline", "candidate"), Done)
    others = [as_("head", user=f"{SZ}.head"), as_("coordinator", user=f"{SZ}.coordinator")]
    outcomes = at_once(*((lambda a=actor: moves(contracts, "C", "hire", "head", actor=a)) for actor in others))
    assert sorted(type(one).__name__ for one in outcomes) == ["Done", "Refused"]
    assert overfull(contracts.house, SZ) == ()
