"""Many at once: each for itself or all together, in order, none spoiling another, and nothing left of what fell."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.services.conftest import SZ, Office
from tests.services.given import (
    application,
    asks,
    everything,
    ground,
    outbox,
    reason,
    recording,
    records,
    registers,
    sqlite_only,
)
from workflow.engine.errors import UnknownSubject
from workflow.engine.request import Refused, Request
from workflow.services.acts import GiveVerdict
from workflow.services.records import Recorded, record_many
from workflow.services.registration import register_many
from workflow.services.transitions import Done, perform, perform_many


def said(outcome: Done | Refused) -> str | tuple[str, ...]:
    return outcome.codes if isinstance(outcome, Refused) else outcome.to_state


def reject(office: Office, name: str) -> Request:
    return asks(office, name, "reject", "K", grounds=ground())


def test_one_subject_twice_in_a_bulk_is_decided_in_order(checking: Office):
    """The second sees what the first left, and the journal has both."""
    back = asks(checking, "A", "return_to_check", "K", reason="грешка")
    outcomes = perform_many(
        checking.house,
        [reject(checking, "A"), reject(checking, "A"), back, reject(checking, "B"), reject(checking, "A")],
    )
    assert [said(o) for o in outcomes] == ["rejected", ("wrong_state",), "document_check", "rejected", "rejected"]
    seqs = [o.seq for o in outcomes if isinstance(o, Done) and o.subject == checking.subject("A")]
    assert seqs == [3, 4, 5]
    acts = checking.rows(
        "SELECT act FROM journal WHERE subject_id = :id AND seq > 2 ORDER BY seq", id=checking.subject("A")
    )
    assert acts == [("reject",), ("return_to_check",), ("reject",)]


def test_what_a_refused_cascade_had_staged_is_not_there_for_those_that_follow(checking: Office):
    """Publishing moves the positions and the admitted before it fails on C; A and B then act as if it had not been."""
    checking.does(
        ("2022-04-04 09:00 K", "verdict A, B * ok"),
        ("2022-04-04 10:00 K", "admit A, B"),
        ("2022-04-04 10:10 K", "reject C because document_missing(document=diploma)"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        *((f"2022-04-18 10:00 {member}", "score A interview 4 4 4") for member in "KLM"),
    )
    sheets = checking.one("SELECT count(*) FROM sheet WHERE opened_at IS NOT NULL")
    outcomes = perform_many(
        checking.house,
        [
            asks(checking, "procedure", "close_interviews", "K"),  # opens A's sheets, then fails on B's
            asks(checking, "B", "record_no_show", "K"),
            asks(checking, "A", "withdraw", "candidate"),
        ],
    )
    assert [said(o) for o in outcomes] == [("moves_refused", "sheets_not_signed"), "no_show", "withdrawn"]
    assert reason_names(outcomes[0]) == {"T-1/0002"}
    assert checking.state("procedure") == "assessment"
    assert checking.one("SELECT count(*) FROM result") == 0
    assert checking.one("SELECT count(*) FROM sheet WHERE opened_at IS NOT NULL") == sheets == 0
    assert checking.one("SELECT count(*) FROM journal WHERE act IN ('open_scores', 'close_interviews')") == 0
    origin = checking.one(
        "SELECT from_state FROM journal WHERE subject_id = :id AND act = 'withdraw'", id=checking.subject("A")
    )
    assert origin == "interview"


def reason_names(outcome: Done | Refused) -> set[str]:
    assert isinstance(outcome, Refused)
    (names,) = [r.data["names"] for r in outcome.reasons if r.code == "moves_refused"]
    return set(names.split("; "))


def test_an_unknown_subject_among_many_is_an_error_that_names_it_and_saves_nothing(checking: Office):
    before = everything(checking)
    strange = reject(checking, "A").model_copy(update={"subject": "nothing"})
    with pytest.raises(UnknownSubject, match="nothing"):
        perform_many(checking.house, [reject(checking, "A"), strange, reject(checking, "B")])
    assert everything(checking) == before
    assert perform_many(checking.house, []) == []
    assert perform_many(checking.house, [], together=True) == []
    assert everything(checking) == before


@sqlite_only
def test_together_tells_each_why_the_whole_was_refused(checking: Office):
    before = everything(checking)
    outcomes = perform_many(
        checking.house, [reject(checking, "A"), asks(checking, "B", "admit", "K"), reject(checking, "C")], together=True
    )
    assert [said(o)[0] for o in outcomes] == ["moves_refused", "verdict_missing", "moves_refused"]
    assert reason(outcomes[0]) == ("moves_refused", {"transition": "reject", "names": checking.subject("B")})
    assert everything(checking) == before
    outcomes = perform_many(checking.house, [reject(checking, "A"), reject(checking, "C")], together=True)
    assert [said(o) for o in outcomes] == ["rejected", "rejected"]


def test_of_requests_committed_in_a_group_a_refused_or_impossible_one_never_spoils_its_neighbours(checking: Office):
    checking.does(
        ("2022-04-01 10:00 registrar", 'register D, E, F for speech_therapist received 2022-03-31 17:00 entry "1"')
    )
    requests: list[Request] = [
        reject(checking, "A"),
        asks(checking, "B", "admit", "K"),  # refused: no verdicts
        reject(checking, "C").model_copy(update={"subject": "nothing"}),  # raises
        reject(checking, "D"),
        asks(checking, "E", "withdraw", "candidate"),
        asks(checking, "F", "fly", "K"),  # refused: unknown
    ]
    found: list[object] = [None] * len(requests)
    start = threading.Barrier(len(requests))

    def run(i: int) -> None:
        start.wait()
        try:
            found[i] = said(perform(checking.house, requests[i]))
        except UnknownSubject as error:
            found[i] = error.name

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert isinstance(found[1], tuple)
    assert set(found[1]) == {"verdict_missing"}
    assert found[:1] + found[2:] == ["rejected", "nothing", "rejected", "withdrawn", ("unknown_transition",)]
    assert [checking.state(name) for name in "ABCDEF"] == [
        "rejected",
        "document_check",
        "document_check",
        "rejected",
        "withdrawn",
        "document_check",
    ]


# --- the same by every path -------------------------------------------------------------------------------------------


def test_one_application_leaves_the_same_as_one_of_many(office: Office):
    """Registering alone and in a bulk: the same entry, deadlines and notices, but for names and numbers."""
    alone = registers(office, "Първи")
    many = register_many(office.house, [application(office, "Втори"), application(office, "Трети")])
    left = [_left(office, one) for one in (alone, *many)]
    assert left[0] == left[1] == left[2]
    assert left[0]["notices"] == [("application_received", "mail", "bg", "queued")]


def test_one_verdict_leaves_the_same_as_one_of_many(checking: Office):
    act = GiveVerdict(item="diploma", ok=True)
    alone = records(checking, "A", "K", act)
    many = record_many(checking.house, [recording(checking, name, "K", act) for name in "BC"])
    left = [_left(checking, one) for one in (alone, *many)]
    assert left[0] == left[1] == left[2]


@sqlite_only
@pytest.mark.parametrize("transition", ["withdraw", "reject"])
def test_one_move_leaves_the_same_as_one_of_many(checking: Office, transition: str):
    who = {"withdraw": "candidate", "reject": "K"}[transition]
    more = {"grounds": ground()} if transition == "reject" else {"reason": "друга работа"}
    paths: list[Callable[[str], Done | Refused]] = [
        lambda name: perform(checking.house, asks(checking, name, transition, who, **more)),
        lambda name: perform_many(checking.house, [asks(checking, name, transition, who, **more)])[0],
        lambda name: perform_many(checking.house, [asks(checking, name, transition, who, **more)], together=True)[0],
    ]
    left = [_left(checking, path(name)) for path, name in zip(paths, "ABC", strict=True)]
    assert left[0] == left[1] == left[2]


def _left(office: Office, outcome: Done | Recorded | Refused) -> dict[str, object]:
    """What an act left behind, without ids, names, numbers and digests."""
    assert isinstance(outcome, Done | Recorded)
    key = {"id": outcome.subject, "seq": outcome.seq}
    return {
        "seq": outcome.seq,
        "entry": office.rows(
            "SELECT kind, act, from_state, to_state, actor, role, rule, effects, definition_hash, recorded_at"
            " FROM journal WHERE subject_id = :id AND seq = :seq",
            **key,
        ),
        "state": office.rows("SELECT state, version, seq FROM subject WHERE id = :id", id=outcome.subject),
        "deadlines": sorted(
            office.rows("SELECT rule, kind, status, due_at FROM deadline WHERE subject_id = :id", id=outcome.subject)
        ),
        "texts": office.rows("SELECT field, text FROM journal_text WHERE subject_id = :id AND seq = :seq", **key),
        "notices": outbox(
            office, "notice, channel, language, state", reference=f"{outcome.subject}/{outcome.seq}", owner=SZ
        ),
    }
