"""Seats after the ranking: who is called and why, moved and cut seats, and never more held than there are."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.services.conftest import SZ, Office
from tests.services.given import codes, everything, moves, outbox, records
from workflow.engine.request import Refused
from workflow.services.acts import MoveSeats
from workflow.services.protocol import draft_paper
from workflow.services.records import Recorded
from workflow.services.seats import breach, overfull
from workflow.services.transitions import Done

THERAPIST, WORKER = "speech_therapist", "social_worker"


def go_on(office: Office, *ranks: tuple[str, str]) -> None:
    """From the intake to closed interviews; `ranks`: names and the marks of each member: ("A, B", "5 5 5")."""
    everybody = ", ".join(names for names, _ in ranks)
    office.does(
        ("2022-04-01 09:00 registrar", "wait"),
        ("2022-04-04 09:00 K", f"verdict {everybody} * ok"),
        ("2022-04-04 10:00 K", f"admit {everybody}"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        *(
            (f"2022-04-18 1{i}:00 {member}", f"score {names} interview {marks}")
            for i, (names, marks) in enumerate(ranks)
            for member in "KLM"
        ),
        ("2022-04-19 09:00 K", "close_interviews"),
    )


@pytest.fixture
def chosen(opened: Callable[..., Office]) -> Office:
    """A is selected for both positions; B waits for the therapist's place, C and D for the worker's."""
    office = opened({THERAPIST: 1, WORKER: 1}, K="chair", L="member", M="member")
    office.does(
        ("2022-02-28 10:00 coordinator", "announce"),
        ("2022-03-03 10:00 registrar", f"register A, B for {THERAPIST}"),
        ("2022-03-03 11:00 registrar", f"register A, C, D for {WORKER}"),
    )
    go_on(office, (f"A/{THERAPIST}, A/{WORKER}", "5 5 5"), ("B, C", "5 4 4"), ("D", "4 4 4"))
    office.does(("2022-04-19 10:00 coordinator", "publish_ranking"))
    return office


@pytest.fixture
def pair(opened: Callable[..., Office]) -> Office:
    """A and B hold the two seats of one position, C alone is in reserve; E holds one of the two of another."""
    office = opened({THERAPIST: 2, WORKER: 2}, K="chair", L="member", M="member")
    office.does(
        ("2022-02-28 10:00 coordinator", "announce"),
        ("2022-03-03 10:00 registrar", f"register A, B, C for {THERAPIST}"),
        ("2022-03-03 11:00 registrar", f"register E for {WORKER}"),
    )
    go_on(office, ("A, E", "5 5 5"), ("B", "5 4 4"), ("C", "4 4 4"))
    office.does(("2022-04-19 10:00 coordinator", "publish_ranking"))
    return office


def at_once(*acts: Callable[[], Done | Recorded | Refused]) -> list[Done | Recorded | Refused]:
    """All of them, each in a thread of its own, begun together."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Done | Recorded | Refused]) -> Done | Recorded | Refused:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def last(office: Office, name: str) -> dict[str, object]:
    """What the last entry of the subject's journal says: its parameters."""
    rows = office.rows("SELECT parameters FROM journal WHERE subject_id = :id ORDER BY seq", id=office.subject(name))
    found: dict[str, object] = json.loads(rows[-1][0])
    return found


def seats(office: Office) -> dict[str, int]:
    return dict(office.rows("SELECT name, seats FROM position"))


# --- one person, several positions ------------------------------------------------------------------------------------


def test_a_contract_releases_the_persons_other_places_and_calls_the_next(chosen: Office) -> None:
    assert isinstance(moves(chosen, f"A/{THERAPIST}", "hire", "coordinator"), Done)
    states = [chosen.state(name) for name in (f"A/{THERAPIST}", f"A/{WORKER}", "B", "C", "D")]
    assert states == ["hired", "released", "reserve", "called", "reserve"]
    number = chosen.one("SELECT register_number FROM application WHERE id = :id", id=chosen.subject(f"A/{WORKER}"))
    said = last(chosen, "C")
    assert (said["why"], said["place"], said["after"], said["transition"]) == ("called_after", "2", number, "release")
    assert last(chosen, f"A/{WORKER}")["why"] == "released_by"
    due = chosen.rows(
        "SELECT rule FROM deadline WHERE subject_id = :id AND status = 'armed' AND kind = 'due'", id=chosen.subject("C")
    )
    assert ("offer_answer",) in due


def test_whoever_is_called_reads_why_and_not_what_another_gave_as_a_reason(chosen: Office) -> None:
    secret = "преместване по лични причини"
    assert isinstance(moves(chosen, f"A/{WORKER}", "decline", "coordinator", reason=secret), Done)
    number = last(chosen, "C")["after"]
    ((body,),) = outbox(chosen, "body", notice="reserve_called")
    assert str(number) in body
    assert secret not in body
    assert "Отказ от сключване на договор" in body


def test_a_seat_that_nobody_waits_for_stays_free_and_says_so(pair: Office) -> None:
    assert isinstance(moves(pair, "E", "decline", "coordinator"), Done)
    effects = pair.rows("SELECT effects FROM journal WHERE subject_id = :id AND act = 'decline'", id=pair.subject("E"))
    assert json.loads(effects[0][0])["seat_left_free"] == {"why": "nobody_in_line"}


# --- seats moved ------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_intake(opened: Callable[..., Office]) -> Office:
    """Two positions with two seats and one, nobody ranked yet."""
    office = opened({THERAPIST: 2, WORKER: 1}, K="chair", L="member", M="member")
    office.does(("2022-02-28 10:00 coordinator", "announce"), ("2022-03-03 09:00 registrar", "wait"))
    return office


def test_a_seat_is_moved_with_a_reason_and_stands_in_three_journals(open_intake: Office) -> None:
    office = open_intake
    why = "повече нужда от социални работници"
    done = records(office, "procedure", "head", MoveSeats(source=THERAPIST, target=WORKER, seats=1), reason=why)
    assert isinstance(done, Recorded), done
    assert seats(office) == {THERAPIST: 1, WORKER: 2}
    said = json.loads(office.one("SELECT parameters FROM journal WHERE act = 'move_seats'"))
    assert {k: said[k] for k in ("source", "target", "seats")} == {"source": THERAPIST, "target": WORKER, "seats": 1}
    out, into = last(office, THERAPIST), last(office, WORKER)
    assert (out["why"], out["before"], out["seats"], out["other"]) == ("seats_moved_out", 2, 1, WORKER)
    assert (into["why"], into["before"], into["seats"], into["other"]) == ("seats_moved_in", 1, 2, THERAPIST)
    assert len(office.rows("SELECT text FROM journal_text WHERE text = :why", why=why)) == 3


def test_the_protocol_tells_what_was_moved_and_why_and_is_silent_of_nothing(open_intake: Office) -> None:
    office = open_intake
    before = str(draft_paper(office.house, SZ, office.player.procedure))
    assert "→" not in before
    act = MoveSeats(source=THERAPIST, target=WORKER, seats=1)
    assert isinstance(records(office, "procedure", "head", act, reason="недостиг"), Recorded)
    after = str(draft_paper(office.house, SZ, office.player.procedure))
    assert "2 → 1" in after
    assert "1 → 2" in after
    assert after.count("недостиг") == 2


@pytest.mark.parametrize(
    ("source", "target", "number", "who", "why", "code"),
    [
        (THERAPIST, WORKER, 1, "head", None, "reason_missing"),
        (THERAPIST, WORKER, 2, "head", "x", "seats_held"),
        (WORKER, THERAPIST, 1, "head", "x", "seats_held"),
        (WORKER, WORKER, 1, "head", "x", "seats_same_position"),
        (THERAPIST, "nowhere", 1, "head", "x", "unknown_position"),
        (THERAPIST, WORKER, 1, "coordinator", "x", "wrong_role"),
    ],
)
def test_seats_are_not_moved(
    open_intake: Office, source: str, target: str, number: int, who: str, why: str | None, code: str
) -> None:
    before = everything(open_intake)
    act = MoveSeats(source=source, target=target, seats=number)
    assert code in codes(records(open_intake, "procedure", who, act, reason=why))
    assert everything(open_intake) == before


def test_after_the_list_is_out_seats_stay_where_they_are(pair: Office) -> None:
    act = MoveSeats(source=WORKER, target=THERAPIST, seats=1)
    assert "act_not_in_state" in codes(records(pair, "procedure", "head", act, reason="x"))


# --- never more held than there are -----------------------------------------------------------------------------------


def test_two_decline_at_once_and_one_waits(pair: Office) -> None:
    outcomes = at_once(*((lambda n=name: moves(pair, n, "decline", "coordinator")) for name in "AB"))
    assert all(isinstance(one, Done) for one in outcomes), outcomes
    assert pair.state("C") == "called"
    assert pair.one("SELECT count(*) FROM journal WHERE act = 'call'") == 1
    left = [json.loads(e) for (e,) in pair.rows("SELECT effects FROM journal WHERE act = 'decline'")]
    assert sorted("seat_left_free" in effects for effects in left) == [False, True]
    assert overfull(pair.house, SZ) == ()


def test_who_declines_and_signs_at_once_does_one_of_them(pair: Office) -> None:
    outcomes = at_once(
        lambda: moves(pair, "A", "decline", "candidate"),
        lambda: moves(pair, "A", "hire", "coordinator"),
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Done", "Refused"]
    assert pair.state("C") == ("called" if pair.state("A") == "declined" else "reserve")
    assert overfull(pair.house, SZ) == ()


def test_a_person_who_signs_for_two_at_once_gets_one(chosen: Office) -> None:
    outcomes = at_once(
        *((lambda n=name: moves(chosen, f"A/{n}", "hire", "coordinator")) for name in (THERAPIST, WORKER))
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Done", "Refused"]
    assert sorted(chosen.state(f"A/{name}") for name in (THERAPIST, WORKER)) == ["hired", "released"]
    assert overfull(chosen.house, SZ) == ()


@pytest.mark.plants_a_fault
def test_too_many_held_seats_are_found(pair: Office) -> None:
    from sqlalchemy import text

    assert overfull(pair.house, SZ) == ()
    with pair.house.database.engine.begin() as connection:
        connection.execute(text("UPDATE position SET seats = 1 WHERE id = :id"), {"id": pair.subject(THERAPIST)})
    (found,) = breach(pair.house)
    assert found.rows == ((SZ, pair.subject(THERAPIST), 1, 2),)
    (one,) = overfull(pair.house, SZ)
    assert (one.position, one.seats, one.held) == (pair.subject(THERAPIST), 1, 2)
