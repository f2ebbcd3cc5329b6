"""What a person looks at before acting: what can be done now, every reason why not the rest, and what has happened."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.services.conftest import SZ, Office
from tests.services.given import as_, everything, moves, sqlite_only
from workflow.engine.errors import UnknownSubject
from workflow.services.cases import allowed_moves, history, look
from workflow.services.transitions import Done


def options(office: Office, name: str, who: str) -> dict[str, tuple[bool, list[str], tuple[str, ...]]]:
    """Transition -> (open to the actor, codes of the reasons against it, what must be given with it)."""
    actor = as_() if who == "nobody" else office.player.actor(who)
    found = allowed_moves(office.house, SZ, office.subject(name), actor)
    return {o.name: (o.allowed, sorted({r.code for r in o.reasons}), o.asks) for o in found}


@sqlite_only
def test_every_move_from_a_state_is_shown_with_every_reason_against_it(checking: Office):
    assert options(checking, "A", "K") == {
        "withdraw": (False, ["wrong_role"], ()),
        "admit": (False, ["verdict_missing"], ()),
        "reject": (True, [], ("ground_missing",)),
        "discontinue": (False, ["wrong_role"], ()),
    }
    assert options(checking, "A", "candidate") == {
        "withdraw": (True, [], ()),
        "admit": (False, ["verdict_missing", "wrong_role"], ()),
        "reject": (False, ["wrong_role"], ("ground_missing",)),
        "discontinue": (False, ["wrong_role"], ()),
    }
    assert not any(allowed for allowed, *_ in options(checking, "A", "nobody").values())
    checking.does(("2022-04-04 09:10 K", "verdict A diploma not_ok because document_missing(document=diploma)"))
    actor = checking.player.actor("K")
    (admit,) = [o for o in allowed_moves(checking.house, SZ, checking.subject("A"), actor) if o.name == "admit"]
    said = [(r.code, *r.data.values()) for r in admit.reasons]
    assert said[0] == ("document_not_ok", "diploma")
    assert {code for code, *_ in said[1:]} == {"verdict_missing"}
    assert {item for _, item in said[1:]} == {"bachelor_degree", "subject_speech_therapy", "clean_record"}


@sqlite_only
def test_what_is_shown_as_open_is_then_done_and_what_is_not_is_refused(checking: Office):
    """The answer and the deed come from one decision: with a reason and a ground given, they agree."""
    checking.does(("2022-04-04 09:00 K", "verdict A * ok"))
    for name in "AB":
        for who in ("K", "candidate", "registrar", "head"):
            before = everything(checking)
            for transition, (allowed, _, asks) in options(checking, name, who).items():
                if not allowed:
                    assert not isinstance(moves(checking, name, transition, who, reason="x"), Done)
                elif asks:
                    assert not isinstance(moves(checking, name, transition, who), Done)
            assert everything(checking) == before
    assert options(checking, "A", "K")["admit"] == (True, [], ())
    assert isinstance(moves(checking, "A", "admit", "K"), Done)


@sqlite_only
def test_looking_changes_nothing_and_knows_only_what_exists(checking: Office):
    before = everything(checking)
    case = look(checking.house, SZ, checking.subject("A"))
    assert (case.facts.state, case.facts.register_number, case.facts.candidate) == ("document_check", "T-1/0001", "A")
    assert options(checking, "procedure", "coordinator")["publish_admission"][0] is False
    for question in (
        lambda: look(checking.house, SZ, "nothing"),
        lambda: allowed_moves(checking.house, SZ, "nothing", as_("head")),
    ):
        with pytest.raises(UnknownSubject, match="nothing"):
            question()
    assert history(checking.house, SZ, "nothing") == []
    assert everything(checking) == before


def test_history_tells_every_entry_with_its_texts_until_they_are_erased(checking: Office):
    checking.does(
        ("2022-04-04 09:00 K", "reject A because document_not_in_order(document=diploma; detail=печатът липсва)"),
        ("2022-04-04 10:00 K", 'return_to_check A reason "виж папката"'),
        ("2022-04-04 11:00 registrar", 'withdraw A entry "1840" effective 2022-04-04 10:30'),
    )
    told = history(checking.house, SZ, checking.subject("A"))
    assert [entry.seq for entry in told] == list(range(1, len(told) + 1))
    assert [(e.act, e.from_state, e.to_state, e.role) for e in told] == [
        ("register", "new", "submitted", "registrar"),
        ("begin_check", "submitted", "document_check", "procedure"),
        ("reject", "document_check", "rejected", "commission"),
        ("return_to_check", "rejected", "document_check", "chair"),
        ("withdraw", "document_check", "withdrawn", "registrar"),
    ]
    assert [e.texts for e in told] == [{}, {}, {"detail_0": "печатът липсва"}, {"reason": "виж папката"}, {}]
    last = told[-1]
    assert (last.effective_at, last.recorded_at) == (
        checking.player.instant("2022-04-04 10:30"),
        checking.player.instant("2022-04-04 11:00"),
    )
    assert last.parameters["register_entry"] == "1840"
    assert last.effects["notices"] == ["withdrawal_recorded"]
    assert told[1].parameters["cause_subject"] == checking.player.procedure
    assert told[1].actor == "clock"
    with checking.house.database.writing() as connection:
        connection.execute(text("UPDATE journal_text SET text = '', salt = ''"))
    assert [e.texts for e in history(checking.house, SZ, checking.subject("A"))] == [{}] * 5
