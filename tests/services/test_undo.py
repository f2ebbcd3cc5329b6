"""Undo is a declared transition with a reason: the decision stays in the journal, and so does why it was taken back."""

from __future__ import annotations

from tests.services.conftest import Office
from tests.services.given import codes, everything, moves, outbox, sqlite_only
from workflow.services.cases import history
from workflow.services.transitions import Done

REJECTED = (("2022-04-04 09:10 K", "reject A because document_missing(document=diploma)"),)


def test_an_unpublished_decision_is_taken_back_with_a_reason_and_nobody_is_told(checking: Office):
    checking.does(*REJECTED, ("2022-04-04 09:30 K", "verdict B * ok"), ("2022-04-04 09:30 K", "admit B"))
    for name in "AB":
        before = everything(checking)
        assert codes(moves(checking, name, "return_to_check", "K")) == {"reason_missing"}
        assert codes(moves(checking, name, "return_to_check", "K", reason="  ")) == {"reason_missing"}
        assert "wrong_role" in codes(moves(checking, name, "return_to_check", "L", reason="грешка"))
        assert everything(checking) == before
        done = moves(checking, name, "return_to_check", "K", reason="дипломата е в папката")
        assert isinstance(done, Done)
        assert (done.to_state, done.notices) == ("document_check", ())
    decided, taken_back = history(checking.house, "stara_zagora", checking.subject("A"))[-2:]
    assert (decided.act, decided.to_state) == ("reject", "rejected")
    assert (taken_back.act, taken_back.from_state, taken_back.to_state) == (
        "return_to_check",
        "rejected",
        "document_check",
    )
    assert taken_back.texts == {"reason": "дипломата е в папката"}
    assert taken_back.parameters["reason"].keys() == {"text", "digest"}
    # The same decision may be made anew, on the verdicts that stand.
    assert isinstance(moves(checking, "B", "admit", "K"), Done)


@sqlite_only
def test_a_published_decision_is_taken_back_by_another_transition_that_tells_the_person(checking: Office):
    checking.does(
        *REJECTED,
        ("2022-04-04 09:30 K", "verdict B, C * ok"),
        ("2022-04-04 09:30 K", "admit B, C"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        ("2022-04-05 11:00 K", 'return_to_check A reason "x" -> refused wrong_state'),
        ("2022-04-05 11:00 K", "reinstate A -> refused reason_missing"),
        ("2022-04-05 11:10 K", 'reinstate A reason "дипломата е в папката"'),
    )
    ((name, body),) = outbox(checking, "name, body", notice="application_reinstated")
    assert name == "A"
    assert "дипломата е в папката" in body
    # The grounds of the decision that was taken back are told no more, and the lists follow.
    checking.does(
        ("2022-04-05 12:00 K", "verdict A * ok"),
        ("2022-04-05 12:10 K", "admit A"),
        ("2022-04-05 12:20 coordinator", 'correct_lists reason "допусната след проверка"'),
    )
    assert checking.state("A") == "invited"
    published = checking.rows("SELECT name, number, withdrawn_at FROM publication ORDER BY number")
    assert [(n, i, at is None) for n, i, at in published] == [
        ("admission_lists", 1, False),
        ("admission_lists", 2, True),
    ]


@sqlite_only
def test_what_time_has_passed_over_is_not_undone(checking: Office):
    checking.does(
        *REJECTED,
        ("2022-04-04 09:30 K", "verdict B, C * ok"),
        ("2022-04-04 09:30 K", "admit B, C"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        ("2022-04-18 09:30 K", 'reinstate A reason "късно" -> refused procedure_not_in'),
        ("2022-04-18 09:30 K", 'return_to_check B reason "късно" -> refused wrong_state'),
    )
    assert [checking.state(name) for name in "AB"] == ["not_admitted", "interview"]


@sqlite_only
def test_a_deadline_ends_with_the_state_that_undo_leaves_and_begins_anew(checking: Office):
    """Whoever comes back to a state waits for its deadline from then on: nothing of the first stay is left armed."""
    checking.does(
        ("2022-04-04 09:00 K", "verdict A, B, C * ok"),
        ("2022-04-04 10:00 K", "admit A, B, C"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
    )
    armed = "SELECT count(*) FROM deadline WHERE subject_id = :id AND status = 'armed'"
    assert checking.one(armed, id=checking.subject("A")) == 2  # the interview and its reminder
    checking.does(("2022-04-06 10:00 candidate", "withdraw A"))
    assert checking.one(armed, id=checking.subject("A")) == 0
