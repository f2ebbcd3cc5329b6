"""Two records of one person become one: what goes over, what is refused, and what the journals say."""

from __future__ import annotations

import json
import threading

import pytest

from tests.services.conftest import Office
from tests.services.given import application, as_, codes, everything, reason, records
from workflow.engine.errors import Conflict, UnknownName
from workflow.persistence.invariants import breaches
from workflow.services.acts import MergeCandidate
from workflow.services.records import Recorded
from workflow.services.registration import register
from workflow.services.searching import find
from workflow.services.transitions import Done

WHY = "one person under two spellings"


@pytest.fixture
def twice(office: Office) -> Office:
    """Ivan has applied as A for speech therapist, without a diploma, and as B for stoker, with everything."""
    office.does(
        ("2022-03-03 10:00 registrar", "register A for speech_therapist without diploma, curriculum_vitae"),
        ("2022-03-04 10:00 registrar", "register B for stoker without curriculum_vitae"),
        ("2022-03-04 11:00 registrar", "register C for stoker"),
        ("2022-03-05 10:00 registrar", "hand_in A curriculum_vitae pages 3"),
    )
    return office


def person(office: Office, name: str) -> str:
    return str(office.one("SELECT candidate_id FROM application WHERE id = :id", id=office.subject(name)))


def merged(office: Office, name: str, into: str, who: str = "coordinator", why: str | None = WHY) -> object:
    return records(office, name, who, MergeCandidate(into=person(office, into)), reason=why)


def test_the_applications_and_documents_of_the_one_go_over_to_the_other(twice: Office):
    gone, stays = person(twice, "A"), person(twice, "B")
    assert isinstance(merged(twice, "A", "B"), Recorded)
    assert person(twice, "A") == person(twice, "B") == stays
    dossiers = twice.rows("SELECT DISTINCT dossier_id FROM application WHERE candidate_id = :id", id=stays)
    assert len(dossiers) == 1  # one set of documents for each person and procedure: D10
    pages = "SELECT pages FROM document WHERE dossier_id = :id AND name = 'curriculum_vitae'"
    assert twice.rows(pages, id=dossiers[0][0]) == [(3,)]
    assert twice.rows("SELECT name, email FROM candidate WHERE id = :id", id=gone) == [("", None)]
    assert twice.rows("SELECT part FROM name_part WHERE candidate_id = :id", id=gone) == []
    forms = "SELECT count(*) FROM document WHERE dossier_id = :id AND name = 'application_form'"
    assert twice.one(forms, id=dossiers[0][0]) == 2  # each application keeps its own


def test_each_application_that_changes_says_so_in_its_journal(twice: Office):
    gone, stays = person(twice, "A"), person(twice, "B")
    assert isinstance(merged(twice, "A", "B"), Recorded)
    said = twice.rows("SELECT subject_id, role, parameters FROM journal WHERE act = 'merge_candidate'")
    assert {row[0] for row in said} == {twice.subject("A"), twice.subject("B")}
    for _, role, parameters in said:
        assert role == "coordinator"
        known = json.loads(parameters)
        assert (known["candidate"], known["into"]) == (gone, stays)
    reasons = "SELECT text FROM journal_text WHERE field = 'reason' AND text = :why"
    assert len(twice.rows(reasons, why=WHY)) == 2


def test_who_stays_takes_over_how_to_be_reached_and_is_found_by_one_name(twice: Office):
    twice.does(("2022-03-06 10:00 registrar", "correct B email=none"))
    address = twice.one("SELECT email FROM candidate WHERE id = :id", id=person(twice, "A"))
    assert isinstance(merged(twice, "A", "B"), Recorded)
    assert twice.one("SELECT email FROM candidate WHERE id = :id", id=person(twice, "B")) == address
    found = find(twice.house, twice.player.institution, "A", 10)
    assert found is None or found.ids == ()


def test_two_applications_for_one_position_are_settled_first(twice: Office):
    before = everything(twice)
    assert reason(merged(twice, "C", "B")) == ("merge_same_position", {"applications": "T-1/0002, T-1/0003"})
    assert everything(twice) == before


def test_what_makes_no_sense_is_refused(twice: Office):
    before = everything(twice)
    assert codes(merged(twice, "A", "A")) == {"same_candidate"}
    assert codes(merged(twice, "A", "B", "registrar")) == {"wrong_role"}
    assert codes(merged(twice, "A", "B", why=" ")) == {"reason_missing"}
    nobody = MergeCandidate(into="0" * 36)
    assert codes(records(twice, "A", "coordinator", nobody, reason=WHY)) == {"unknown_item"}
    assert everything(twice) == before
    gone = person(twice, "A")
    assert isinstance(merged(twice, "A", "B"), Recorded)
    assert codes(records(twice, "B", "coordinator", MergeCandidate(into=gone), reason=WHY)) == {"unknown_item"}


def test_nobody_is_registered_for_who_was_merged(twice: Office):
    gone = person(twice, "A")
    assert isinstance(merged(twice, "A", "B"), Recorded)
    with pytest.raises(UnknownName):
        register(twice.house, application(twice, candidate=gone))


def test_the_dossier_goes_over_whole_where_the_other_has_none(twice: Office):
    """A has nothing in the second procedure, so the set of D in it becomes that of A, as it is."""
    into = person(twice, "A")
    twice.does(
        ("2022-03-07 10:00 head", 'terminate reason "отпада"'),
        ("2022-03-08 10:00 coordinator", 'rerun "documents_close=2022-04-29 17:30"'),
        ("2022-03-08 11:00 coordinator", "announce"),
        ("2022-04-05 10:00 registrar", "register D for stoker"),
    )
    its = twice.one("SELECT dossier_id FROM application WHERE id = :id", id=twice.subject("D"))
    assert isinstance(records(twice, "D", "coordinator", MergeCandidate(into=into), reason=WHY), Recorded)
    assert twice.rows("SELECT candidate_id FROM dossier WHERE id = :id", id=its) == [(into,)]
    assert person(twice, "D") == into


def test_of_registering_and_merging_at_once_nobody_is_left_behind(twice: Office):
    """Whoever comes first: no application names a person who was merged away."""
    gone, stays = person(twice, "A"), person(twice, "B")
    clerk = as_("registrar", user="clerk")
    new = application(twice, candidate=gone, position="stoker", actor=clerk)
    gate = threading.Barrier(2)
    outcomes: list[object] = []

    def merges() -> None:
        gate.wait()
        try:
            outcomes.append(records(twice, "A", "coordinator", MergeCandidate(into=stays), reason=WHY))
        except Conflict as error:
            outcomes.append(error)

    def registers() -> None:
        gate.wait()
        try:
            outcomes.append(register(twice.house, new))
        except (UnknownName, Conflict) as error:
            outcomes.append(error)

    threads = [threading.Thread(target=merges), threading.Thread(target=registers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 2
    assert any(isinstance(one, Recorded | Done) for one in outcomes), outcomes
    assert not all(isinstance(one, Recorded | Done) for one in outcomes), outcomes  # B has applied for stoker as well
    owners = {row[0] for row in twice.rows("SELECT candidate_id FROM application")}
    emptied = {row[0] for row in twice.rows("SELECT id FROM candidate WHERE name = ''")}
    assert not owners & emptied
    assert breaches(twice.house.database) == ()
