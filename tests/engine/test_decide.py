"""The decision, by table: what is permitted, what it causes, and every reason against what is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.engine.small import APPLICATION, BOOK, NOW, facts, request
from workflow.engine import decide as door
from workflow.engine.decide import Step, decide, may_record, moves
from workflow.engine.facts import Verdict
from workflow.engine.process import NEW, Kind
from workflow.engine.request import Actor, GivenGround, Refused

PROVED = {"degree": Verdict(True)}


def codes(outcome: Step | Refused) -> list[str]:
    assert isinstance(outcome, Refused), outcome
    return list(outcome.codes)


def test_a_step_says_where_it_leads_and_what_it_cancels():
    step = decide(BOOK, facts(verdicts=PROVED), request("admit", "commission"), NOW)
    assert isinstance(step, Step)
    assert (step.from_state, step.to_state, step.effective_at) == ("document_check", "admitted", NOW)
    assert (step.arm, step.cancel) == ((), ("check_overdue",))


def test_a_step_arms_the_deadlines_of_the_state_it_enters_with_their_reminders():
    step = decide(BOOK, facts(state="submitted"), request("begin_check", "clock"), NOW)
    assert isinstance(step, Step)
    (armed,) = step.arm
    # 1 April and seven days: the 8th, a Friday, to its end in Sofia (summer time).
    assert armed.due.at == datetime(2022, 4, 8, 20, 59, 59, 999999, tzinfo=UTC)
    assert [notice for _, notice in armed.reminders] == ["remind"]
    assert armed.due.at - armed.reminders[0][0] == timedelta(days=2)


def test_every_reason_is_given_at_once():
    asked = request("admit", "registrar", expected_version=2)
    outcome = decide(
        BOOK, facts(documents=frozenset({"cv"}), verdicts={"cv": Verdict(False, "document_missing")}), asked, NOW
    )
    assert codes(outcome) == ["lost_race", "wrong_role", "document_not_ok", "document_missing", "verdict_missing"]


@pytest.mark.parametrize(
    ("changes", "asked", "expected"),
    [
        ({}, request("fly", "commission"), ["unknown_transition"]),
        ({"state": "admitted"}, request("admit", "commission"), ["wrong_state"]),
        ({}, request("reject", "commission"), ["ground_missing"]),
        ({}, request("reject", "commission", grounds=(GivenGround(code="ugly"),)), ["unknown_ground"]),
        ({}, request("reject", "commission", grounds=(GivenGround(code="document_missing"),)), ["ground_incomplete"]),
        (
            {},
            request(
                "reject", "commission", grounds=(GivenGround(code="document_missing", values={"document": "hat"}),)
            ),
            ["unknown_item"],
        ),
        ({"state": "rejected"}, request("reinstate", "coordinator", reason="  "), ["reason_missing"]),
        ({"state": "admitted", "counts": {"hired": 1}}, request("select", "coordinator"), ["no_seat_free"]),
        ({"state": "selected"}, request("hire", "coordinator"), ["check_missing", "check_missing"]),
        (
            {"state": "selected", "checks": {"medical": True, "record": False}},
            request("hire", "coordinator"),
            ["check_failed"],
        ),
    ],
)
def test_a_refusal_names_what_is_wrong(changes, asked, expected):
    assert codes(decide(BOOK, facts(**changes), asked, NOW)) == expected


def test_the_first_alternative_whose_guards_pass_is_taken():
    closing = datetime(2022, 3, 31, 14, 30, tzinfo=UTC)
    for received, target in ((closing, "submitted"), (closing + timedelta(seconds=1), "late")):
        step = decide(
            BOOK, facts(state=NEW, created_at=None, received_at=received), request("register", "registrar"), NOW
        )
        assert isinstance(step, Step)
        assert step.to_state == target


class TestEffectiveTime:
    ground = (GivenGround(code="document_missing", values={"document": "cv"}),)

    def ask(self, at, transition="reject", **more):
        return decide(
            BOOK, facts(), request(transition, "commission", grounds=self.ground, effective_at=at, **more), NOW
        )

    def test_earlier_counts_where_the_definition_allows_it_and_a_reason_is_given(self):
        at = NOW - timedelta(hours=1)
        step = self.ask(at, reason="decided at the meeting")
        assert isinstance(step, Step)
        assert step.effective_at == at

    def test_earlier_needs_a_register_entry_or_a_reason(self):
        assert codes(self.ask(NOW - timedelta(hours=1))) == ["backdating_needs_reason"]
        assert isinstance(self.ask(NOW - timedelta(hours=1), register_entry="12"), Step)

    def test_never_after_now(self):
        assert codes(self.ask(NOW + timedelta(seconds=1), reason="x")) == ["effective_in_future"]

    def test_never_before_the_subject_was_there(self):
        assert codes(self.ask(datetime(2022, 3, 30, 7, 59, tzinfo=UTC), reason="x")) == ["effective_before_creation"]

    def test_not_where_the_definition_does_not_allow_it(self):
        asked = request("admit", "commission", effective_at=NOW - timedelta(hours=1), reason="x")
        assert codes(decide(BOOK, facts(verdicts=PROVED), asked, NOW)) == ["backdating_not_allowed"]

    def test_a_deadline_counts_when_it_fell_due(self):
        due = NOW - timedelta(days=1)
        step = decide(BOOK, facts(state="submitted"), request("begin_check", "clock", due=due), NOW)
        assert isinstance(step, Step)
        assert step.effective_at == due

    def test_nobody_but_the_clock_can_claim_to_be_a_deadline(self):
        outcome = decide(BOOK, facts(verdicts=PROVED), request("admit", "commission", due=NOW - timedelta(days=1)), NOW)
        assert isinstance(outcome, Step)
        assert outcome.effective_at == NOW


def test_one_call_says_what_can_be_done_and_why_not_the_rest():
    options = {o.name: o for o in moves(BOOK, facts(), Actor(user="u", roles=frozenset({"commission"})), NOW)}
    assert set(options) == {"admit", "reject"}
    assert not options["admit"].allowed
    assert [r.code for r in options["admit"].reasons] == ["verdict_missing"]
    assert (options["reject"].allowed, options["reject"].asks) == (True, ("ground_missing",))


def test_an_act_is_recorded_only_by_who_may_and_where_it_may():
    commission = request("give_verdict", "commission")
    assert may_record(BOOK, facts(), "give_verdict", commission, NOW) == NOW
    assert codes(may_record(BOOK, facts(state="admitted"), "give_verdict", request("x", "head"), NOW)) == [  # type: ignore[arg-type]
        "wrong_role",
        "act_not_in_state",
    ]
    assert codes(may_record(BOOK, facts(), "bribe", commission, NOW)) == ["unknown_act"]  # type: ignore[arg-type]


def test_without_the_machine_nothing_moves(monkeypatch):
    """`transitions` resolves the target: a book whose machine knows no transition permits none."""
    from workflow.engine.machine import StateMachine
    from workflow.engine.process import Lifecycle

    empty = StateMachine(Lifecycle(Kind.APPLICATION, APPLICATION.initial, APPLICATION.states, ()))
    asked = request("admit", "commission")
    assert isinstance(decide(BOOK, facts(verdicts=PROVED), asked, NOW), Step)
    monkeypatch.setitem(BOOK.machines, Kind.APPLICATION, empty)
    assert isinstance(decide(BOOK, facts(verdicts=PROVED), asked, NOW), Refused)


def test_deciding_changes_nothing():
    known = facts(verdicts=PROVED)
    before = repr(known)
    first = decide(BOOK, known, request("admit", "commission"), NOW)
    assert repr(known) == before
    assert decide(BOOK, known, request("admit", "commission"), NOW) == first


def test_the_module_imports_nothing_that_reads_or_writes():
    assert not {"sqlmodel", "sqlalchemy", "yaml", "jinja2"} & set(vars(door))
