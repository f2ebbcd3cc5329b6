"""Objections: a window that opens with the list, a decision in time, a way back without loss, the list corrected."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.services.conftest import Office
from tests.services.given import as_, asks, at_work, codes, everything, ground, moves, outbox
from workflow.bootstrap import open_catalogue
from workflow.catalogue.index import Catalogue, built_in
from workflow.engine.errors import UnknownSubject
from workflow.engine.request import Refused
from workflow.persistence.database import Database
from workflow.services import staff
from workflow.services.integrity import verify
from workflow.services.objections import NewObjection, lodge
from workflow.services.transitions import Done, perform

REJECTED = "reject B, C, D because requirement_not_proved(requirement=education)"
HOSTILE = "<script>alert(1)</script> {{ reason }} '; DROP TABLE subject; --\u202e"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The definitions of an office that has copied the template."""
    folder: Path = tmp_path_factory.mktemp("definitions")
    shutil.copytree(built_in() / "_template", folder / "begun")
    own = folder / "begun" / "institution.yaml"
    own.write_text(own.read_text("utf-8").replace("your_institution", "begun"), "utf-8")
    return open_catalogue([folder])


@pytest.fixture
def office(database: Database, begun: Catalogue) -> Office:
    """A was admitted, B, C and D were not; the list was published on Tuesday, 5 April: objections until the 8th."""
    office = at_work(
        database,
        begun,
        ("begun", "selection"),
        "2022-03-01 09:00",
        language="en",
        positions={"clerk": 1},
        dates={"documents_close": "2022-03-31 17:00", "interview_at": "2022-04-20 10:00"},
        K="chair",
        L="member",
    )
    office.does(
        ("2022-03-01 10:00 coordinator", "announce"),
        ("2022-03-10 10:00 registrar", "register A, B, C, D for clerk"),
        ("2022-04-04 09:00 commission", "verdict A * ok"),
        ("2022-04-04 10:00 commission", "admit A"),
        ("2022-04-04 10:10 commission", REJECTED),
        ("2022-04-05 09:00 coordinator", "publish_admission"),
    )
    return office


def objects(office: Office, name: str, words: str = "Look again.", **more: Any) -> Done | Refused:
    known: dict[str, Any] = {"institution": office.player.institution, "application": office.subject(name)}
    known |= {"actor": office.player.actor("registrar"), "words": words}
    outcome = lodge(office.house, NewObjection(**{**known, **more}))
    if isinstance(outcome, Done):
        office.player.objections.setdefault(office.subject(name), []).append(outcome.subject)
    return outcome


def test_an_objection_is_a_subject_with_its_number_deadline_journal_and_receipt(office: Office) -> None:
    office.does(("2022-04-06 10:00 registrar", "wait"))
    done = objects(office, "B")
    assert isinstance(done, Done), done
    register = str(office.one("SELECT register_number FROM application WHERE id = :id", id=office.subject("B")))
    row = office.rows("SELECT number, application_id, channel FROM objection")
    assert row == [(f"{register}!1", office.subject("B"), "in_person")]
    subject = office.rows("SELECT kind, state, position_id, seq FROM subject WHERE id = :id", id=done.subject)
    assert subject == [("objection", "lodged", None, 1)]
    assert office.rows("SELECT rule FROM deadline WHERE subject_id = :id", id=done.subject) == [("objection_answer",)]
    assert outbox(office, "notice", notice="objection_lodged") == [("objection_lodged",)]
    text = str(outbox(office, "body", notice="objection_lodged")[0][0])
    assert "9 April 2022" not in text  # Saturday is rolled to
    assert "Monday" in text
    assert verify(office.house, office.player.institution).broken == ()


def test_the_last_instant_is_in_time_and_the_next_is_late_whenever_it_is_typed(office: Office) -> None:
    office.does(("2022-04-09 10:00 registrar", "wait"))
    last, late = office.player.instant("2022-04-08 23:59:59"), office.player.instant("2022-04-09 00:00:00")
    in_time = objects(office, "B", received_at=last, register_entry="7")
    after = objects(office, "C", received_at=late, register_entry="8")
    assert [one.to_state for one in (in_time, after) if isinstance(one, Done)] == ["lodged", "late"]
    assert codes(objects(office, "D", received_at=last)) >= {"backdating_needs_reason"}
    early = office.player.instant("2022-04-05 08:59:59")
    assert "objection_window_not_open" in codes(objects(office, "D", received_at=early, register_entry="9"))


def test_upheld_puts_back_without_loss_and_corrects_the_list(office: Office) -> None:
    office.does(("2022-04-06 10:00 registrar", 'lodge B "The diploma is there."'))
    register = "SELECT register_number, received_at FROM application WHERE id = :id"
    kept = (
        office.rows(register, id=office.subject("B")),
        office.rows("SELECT * FROM document"),
        office.rows("SELECT * FROM verdict"),
    )
    assert isinstance(moves(office, "B!1", "uphold", "head", reason="it is"), Done)
    assert (office.state("B"), office.state("B!1")) == ("admitted", "upheld")
    assert kept == (
        office.rows(register, id=office.subject("B")),
        office.rows("SELECT * FROM document"),
        office.rows("SELECT * FROM verdict"),
    )
    versions = office.rows("SELECT number, version, withdrawn_at, content FROM publication ORDER BY version")
    assert [(n, v, gone is None) for n, v, gone, _ in versions] == [(1, 1, False), (1, 2, True)]
    first, second = (json.loads(content) for *_, content in versions)
    assert [len(c["lists"]["admitted"]["rows"]) for c in (first, second)] == [1, 2]
    number = office.one("SELECT number FROM objection")
    assert second["reason"] == f"{number}: Objection upheld"
    caused = json.loads(office.one("SELECT parameters FROM journal WHERE act = 'reinstate'"))
    assert (caused["cause"], caused["cause_subject"]) == ("objection", office.subject("B!1"))
    assert verify(office.house, office.player.institution).broken == ()


def test_a_list_that_is_not_shown_any_more_is_not_corrected_and_nothing_moves(office: Office) -> None:
    office.does(("2022-04-06 10:00 registrar", 'lodge B "The diploma is there."'))
    key = {"institution": office.player.institution, "withdrawn_at": office.clock.now()}

    def take_down(unit: Any) -> None:
        from workflow.persistence.tables import Publication

        unit.update(
            Publication,
            {"institution": key["institution"], "id": office.one("SELECT id FROM publication")},
            {"withdrawn_at": key["withdrawn_at"]},
        )

    office.house.run(take_down)
    before = everything(office)
    assert codes(moves(office, "B!1", "uphold", "head", reason="it is")) == {"no_list_to_correct"}
    assert everything(office) == before


def test_the_next_stage_waits_for_the_window_and_for_every_decision(office: Office) -> None:
    office.does(("2022-04-08 10:00 registrar", 'lodge B, C "Look again."'))
    assert codes(moves(office, "procedure", "begin_interviews", "coordinator")) == {
        "objection_window_open",
        "objections_open",
    }
    office.does(("2022-04-11 09:00 registrar", "wait"))
    refused = moves(office, "procedure", "begin_interviews", "coordinator")
    assert isinstance(refused, Refused)
    (only,) = refused.reasons
    numbers = [n for (n,) in office.rows("SELECT number FROM objection ORDER BY number")]
    assert (only.code, only.data["numbers"]) == ("objections_open", ", ".join(numbers))
    why = ground("objection_unfounded", detail="nothing new")
    assert all(isinstance(moves(office, f"{name}!1", "dismiss", "head", grounds=why), Done) for name in "BC")
    assert isinstance(moves(office, "procedure", "begin_interviews", "coordinator"), Done)


def test_nobody_decides_and_an_act_after_the_due_instant_comes_too_late(office: Office) -> None:
    office.does(("2022-04-05 12:00 registrar", 'lodge B "Look again."'))
    office.clock.advance_to(office.player.instant("2022-04-09 00:00:01"))  # no sweep has come by
    assert codes(moves(office, "B!1", "uphold", "head", reason="it is")) == {"wrong_state"}
    assert office.state("B") == "rejected"
    office.does(("2022-04-09 10:00 registrar", "wait"))
    assert office.state("B!1") == "unanswered"
    assert outbox(office, "notice", notice="objection_unanswered") == [("objection_unanswered",)]


def test_applications_are_counted_and_listed_without_their_objections(office: Office) -> None:
    counted = "SELECT state, sum(n) FROM state_count GROUP BY state HAVING sum(n) <> 0 ORDER BY state"
    before = office.rows(counted)
    office.does(("2022-04-06 10:00 registrar", 'lodge B, C "Look again."'))
    assert [(s, int(n)) for s, n in office.rows(counted)] == [(s, int(n)) for s, n in before]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"words": "  \n"}, "objection_empty"),
        ({"channel": "pigeon"}, "unknown_item"),
        ({"actor": as_("commission")}, "wrong_role"),
        ({"actor": as_("head")}, "wrong_role"),
        ({"transition": "uphold"}, "wrong_state"),
        ({"transition": "sue"}, "unknown_transition"),
    ],
)
def test_what_cannot_be_lodged_leaves_nothing_behind(office: Office, changes: dict[str, Any], code: str) -> None:
    before = everything(office)
    assert code in codes(objects(office, "B", **changes))
    assert everything(office) == before


def test_the_candidate_may_object_and_does_not_decide(office: Office) -> None:
    candidate = as_("candidate", user="candidate")
    assert isinstance(objects(office, "B", actor=candidate), Done)
    assert codes(moves(office, "B!1", "uphold", "K", reason="it is")) == {"wrong_role"}
    request = asks(office, "B!1", "uphold", "head", reason="it is").model_copy(update={"actor": candidate})
    assert codes(perform(office.house, request)) == {"wrong_role"}


def test_numbers_given_by_the_office_are_unique_and_its_own_go_on(office: Office) -> None:
    assert isinstance(objects(office, "B", number="O-1"), Done)
    assert codes(objects(office, "C", number="O-1")) == {"duplicate_objection_number"}
    assert isinstance(objects(office, "C"), Done)
    assert isinstance(objects(office, "C"), Done)
    register = office.one("SELECT register_number FROM application WHERE id = :id", id=office.subject("C"))
    numbers = {n for (n,) in office.rows("SELECT number FROM objection")}
    assert numbers == {"O-1", f"{register}!1", f"{register}!2"}


def test_hostile_words_are_kept_as_they_are_beside_the_chain(office: Office) -> None:
    assert isinstance(objects(office, "B", HOSTILE), Done)
    assert office.rows("SELECT text FROM journal_text WHERE field = 'objection'") == [(HOSTILE,)]
    assert "script" not in str(office.rows("SELECT parameters, effects FROM journal WHERE act = 'lodge'"))
    assert "script" not in str(outbox(office, "subject, body", notice="objection_lodged"))


def test_another_institution_cannot_object_nor_decide(office: Office) -> None:
    assert isinstance(objects(office, "B"), Done)
    staff.ensure_institution(office.house, "moscow")
    with pytest.raises(UnknownSubject):
        objects(office, "C", institution="moscow")
    there = asks(office, "B!1", "uphold", "head", reason="it is").model_copy(update={"institution": "moscow"})
    with pytest.raises(UnknownSubject):
        perform(office.house, there)


def test_two_who_decide_at_once_decide_once(office: Office) -> None:
    assert isinstance(objects(office, "B"), Done)
    uphold = asks(office, "B!1", "uphold", "head", reason="it is")
    dismiss = asks(office, "B!1", "dismiss", "head", grounds=ground("objection_unfounded", detail="no"))
    outcomes: list[Done | Refused] = []
    start = threading.Barrier(2)

    def decide(request: Any) -> None:
        start.wait()
        outcomes.append(perform(office.house, request))

    threads = [threading.Thread(target=decide, args=(request,)) for request in (uphold, dismiss)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Done", "Refused"]
    stands = (office.state("B!1"), office.state("B"))
    assert stands in {("upheld", "admitted"), ("dismissed", "rejected")}
