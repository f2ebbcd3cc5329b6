"""A running procedure runs by what it was announced with; words may be corrected openly, rules and calendars never."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services.conftest import SZ, Office, furnish
from tests.services.given import as_, codes, everything, ground, moves, outbox, records, registers, sqlite_only
from workflow.catalogue.index import Catalogue, built_in
from workflow.engine.errors import UnknownInstitution
from workflow.engine.request import Refused, Request
from workflow.persistence.unit_of_work import instant
from workflow.scenarios.player import Player
from workflow.services.acts import AdoptWording
from workflow.services.house import House
from workflow.services.registration import NewProcedure, open_procedure
from workflow.services.transitions import Done, perform


@dataclass
class Files:
    """The definition's files, to be edited while a procedure runs by them."""

    folder: Path
    catalogue: Catalogue

    def change(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
        self.catalogue.refresh()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    folder = tmp_path / "definitions"
    for name in (SZ, "_calendars"):
        shutil.copytree(built_in() / name, folder / name)
    return Files(folder, Catalogue([folder]))


@pytest.fixture
def draft(database, files: Files) -> Office:
    """A procedure that was opened and not announced."""
    house, clock, post = furnish(database, files.catalogue)
    player = Player(house, clock, SZ, "staff_selection", "bg")
    commission = {"K": "chair", "L": "member", "M": "member"}
    player.open(number="T-1", positions={"speech_therapist": 1}, dates={}, details={}, commission=commission)
    return Office(house, clock, player, post)


ANNOUNCED = (("2022-02-28 10:00 coordinator", "announce"), ("2022-03-02 09:00 registrar", "wait"))
CHECKING = (
    ("2022-03-03 10:00 registrar", "register A, B for speech_therapist"),
    ("2022-04-01 09:00 registrar", "wait"),
)
RULES, RECEIVED = f"{SZ}/staff_selection.yaml", f"{SZ}/notices/bg/application_received.md"


def restarted(office: Office) -> Office:
    """The same office after a restart: nothing is kept in memory."""
    house = House(office.house.database, office.house.catalogue, office.clock)
    house.post = office.house.post
    office.player.house = house
    return Office(house, office.clock, office.player, office.post)


def subjects(office: Office, notice: str) -> list[str]:
    return [subject for (subject,) in outbox(office, "subject", notice=notice)]


def pinned(office: Office) -> tuple[str | None, str | None]:
    return office.rows("SELECT definition_hash, calendar_version FROM procedure WHERE number = 'T-1'")[0]


def test_a_running_procedure_is_not_touched_by_what_is_changed_in_the_files(draft: Office, files: Files):
    before = files.catalogue.snapshot(SZ, "staff_selection")
    assert pinned(draft) == (None, None)
    draft.does(*ANNOUNCED)
    assert pinned(draft) == (before.hash, files.catalogue.calendar("BG").version)
    ((effects,),) = draft.rows("SELECT effects FROM journal WHERE act = 'announce'")
    assert json.loads(effects)["pinned"] == {
        "definition": before.hash,
        "calendar": f"BG {files.catalogue.calendar('BG').version}",
    }
    # A rule, a ground, a label and a notice are changed.
    files.change(RULES, "        by: [registrar]\n", "        by: [head]\n")
    files.change(RULES, "Не е представен в срок: {document}", "Липсва: {document}")
    files.change(RULES, '{bg: "Логопед", en: "Speech therapist"}', '{bg: "Говорен терапевт", en: "Speech therapist"}')
    files.change(RECEIVED, "Subject: ", "Subject: НОВО ")
    assert files.catalogue.snapshot(SZ, "staff_selection").hash != before.hash
    office = restarted(draft)
    office.does(
        ("2022-03-03 10:00 registrar", "register A, B for speech_therapist"),
        ("2022-04-01 09:00 registrar", "wait"),
        ("2022-04-04 09:00 K", "verdict A * ok"),
        ("2022-04-04 09:00 K", "admit A"),
        ("2022-04-04 09:10 K", "reject B because document_missing(document=diploma)"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
    )
    assert not [s for s in subjects(office, "application_received") if "НОВО" in s]
    assert [s for s in subjects(office, "application_received") if "Логопед" in s]
    ((body,),) = outbox(office, "body", notice="not_admitted")
    assert "Не е представен в срок: Копия на документи" in body
    assert {h for (h,) in office.rows("SELECT definition_hash FROM journal")} == {before.hash}


@sqlite_only
def test_a_running_procedure_needs_its_files_no_more(draft: Office, files: Files):
    draft.does(*ANNOUNCED, *CHECKING)
    shutil.rmtree(files.folder / SZ)
    files.catalogue.refresh()
    house = restarted(draft).house
    request = Request(
        institution=SZ, subject=draft.subject("A"), transition="reject", actor=as_("commission"), grounds=ground()
    )
    assert isinstance(perform(house, request), Done)
    with pytest.raises(UnknownInstitution, match=SZ):
        open_procedure(house, NewProcedure(institution=SZ, process="x", number="T-2", actor=as_("coordinator")))


@sqlite_only
def test_a_draft_follows_the_files(draft: Office, files: Files):
    assert isinstance(moves(draft, "procedure", "announce", "head"), Refused)
    files.change(RULES, "        to: announced\n        by: [coordinator]", "        to: announced\n        by: [head]")
    assert codes(moves(draft, "procedure", "announce", "coordinator")) == {"wrong_role"}
    assert isinstance(moves(draft, "procedure", "announce", "head"), Done)
    assert pinned(draft)[0] == files.catalogue.snapshot(SZ, "staff_selection").hash


def test_a_corrected_wording_is_adopted_openly_and_used_from_then_on(draft: Office, files: Files):
    draft.does(*ANNOUNCED, ("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    old, _ = pinned(draft)
    files.change(RECEIVED, "Subject: ", "Subject: Поправено: ")
    files.change(RULES, "Не е представен в срок: {document}", "Не е представен: {document}")
    draft.does(("2022-03-03 10:30 registrar", "register B for speech_therapist"))
    draft.does(("2022-03-03 11:00 administrator", "adopt"))
    new, calendar = pinned(draft)
    assert new == files.catalogue.snapshot(SZ, "staff_selection").hash != old
    assert calendar == files.catalogue.calendar("BG").version
    ((parameters, recorded_under),) = draft.rows(
        "SELECT parameters, definition_hash FROM journal WHERE act = 'adopt_wording'"
    )
    said = json.loads(parameters)
    assert (said["from"], said["to"], recorded_under) == (old, new, old)
    differences = {path: (before, after) for path, before, after in said["differences"]}
    assert differences.pop("process.grounds.document_missing.text.bg") == (
        "Не е представен в срок: {document}",
        "Не е представен: {document}",
    )
    ((path, (before, after)),) = differences.items()
    assert path == "texts.application_received.bg.subject"
    assert after == f"Поправено: {before}"
    office = restarted(draft)
    office.does(("2022-03-03 12:00 registrar", "register C for speech_therapist"))
    told = subjects(office, "application_received")
    assert ["Поправено" in subject for subject in told] == [False, False, True]
    # The older wording stays readable: the entries name it.
    assert {h for (h,) in office.rows("SELECT hash FROM definition")} == {old, new}


@sqlite_only
def test_a_changed_rule_is_never_adopted(draft: Office, files: Files):
    draft.does(*ANNOUNCED)
    before = everything(draft)
    files.change(RULES, "threshold: {at_least: 12,", "threshold: {at_least: 13,")
    files.change(RECEIVED, "Subject: ", "Subject: Поправено: ")
    assert codes(records(draft, "procedure", "administrator", AdoptWording())) == {"wording_changes_rules"}
    assert everything(draft) == before


@sqlite_only
def test_there_is_nothing_to_adopt_for_a_draft(draft: Office, files: Files):
    """Not even when another procedure was announced with the same definition."""
    second = open_procedure(
        draft.house,
        NewProcedure(institution=SZ, process="staff_selection", number="T-2", actor=draft.player.actor("coordinator")),
    )
    assert isinstance(second, str)
    for _ in range(2):
        before = everything(draft)
        draft.player.procedure, first = second, draft.player.procedure
        outcome = records(draft, "procedure", "administrator", AdoptWording())
        draft.player.procedure = first
        assert codes(outcome) == {"procedure_not_open"}
        assert everything(draft) == before
        if pinned(draft)[0] is None:
            draft.does(ANNOUNCED[0])


@sqlite_only
def test_the_calendar_is_pinned_by_its_version(draft: Office, files: Files):
    draft.does(*ANNOUNCED)
    _, version = pinned(draft)
    # The seventh day after closing, 7 April, becomes a day off: for procedures to come.
    line = "  2022:\n"
    path = files.folder / "_calendars/BG.yaml"
    text = path.read_text("utf-8")
    head, _, rest = text.partition(line)
    before, _, after = rest.partition("    days_off:\n")
    day = '      - {date: 2022-04-07, name: {en: "New", bg: "Нов"}, source: "a decree"}\n'
    path.write_text(f"{head}{line}{before}    days_off:\n{day}{after}", "utf-8")
    files.catalogue.refresh()
    assert files.catalogue.calendar("BG").version != version
    office = restarted(draft)
    office.does(("2022-04-01 09:00 registrar", "wait"))
    ((due,),) = office.rows("SELECT due_at FROM deadline WHERE rule = 'lists_due' AND kind = 'due'")
    assert instant(due) == office.player.instant("2022-04-07 17:30")
    assert pinned(office)[1] == version
    other = open_procedure(
        office.house,
        NewProcedure(institution=SZ, process="staff_selection", number="T-2", actor=office.player.actor("coordinator")),
    )
    assert isinstance(other, str)
    office.player.procedure = other
    assert isinstance(moves(office, "procedure", "announce", "coordinator"), Done)
    versions = dict(office.rows("SELECT number, calendar_version FROM procedure"))
    assert versions == {"T-1": version, "T-2": files.catalogue.calendar("BG").version}


@sqlite_only
def test_a_late_application_after_adoption_is_still_judged_by_the_same_rules(draft: Office, files: Files):
    draft.does(*ANNOUNCED)
    files.change(RECEIVED, "Subject: ", "Subject: Поправено: ")
    draft.does(("2022-03-03 11:00 administrator", "adopt"), ("2022-04-01 09:00 registrar", "wait"))
    on_time = registers(draft, received_at=draft.player.instant("2022-03-31 17:30"), register_entry="1")
    late = registers(draft, "Б", received_at=draft.player.instant("2022-03-31 17:31"), register_entry="2")
    assert isinstance(on_time, Done)
    assert isinstance(late, Done)
    assert (on_time.to_state, late.to_state) == ("document_check", "late")
