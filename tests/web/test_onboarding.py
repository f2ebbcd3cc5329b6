"""Pages of the onboarding: everybody's hours, attendance on one page, papers and their register, checks by a list."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.given import at_work
from tests.services.test_records import ENROL, MEDICAL
from tests.web.conftest import Town
from tests.web.given import beside, clerk, ok, procedure
from workflow.catalogue.index import Catalogue
from workflow.persistence.database import Database
from workflow.settings import Settings
from workflow.web.app import create_app

COURSE = {"documents_close": "2026-02-16 18:00", "course_begins": "2026-03-02 10:00", "plan_ends": "2026-05-29"}
WORK = {
    "registration_opens": "2026-07-13 09:00",
    "documents_close": "2026-07-24 17:00",
    "written_at": "2026-08-08 09:00",
}


def _town(database: Database, catalogue: Catalogue, settings: Settings, process: tuple[str, str], **more: Any) -> Town:
    office = at_work(database, catalogue, process, **more)
    return Town(office, create_app(office.house, settings))


@pytest.fixture
def training(database: Database, catalogue: Catalogue, settings: Settings) -> Town:
    """Moscow's course, running, with A, B and C."""
    town = _town(
        database,
        catalogue,
        settings,
        ("moscow", "course"),
        start="2026-01-19 08:50",
        language="ru",
        positions={"course_participant": 3},
        dates=COURSE,
    )
    town.office.does(
        ("2026-01-19 09:00 coordinator", "announce"),
        ("2026-01-26 10:00 registrar", "register A, B, C for course_participant"),
        *ENROL,
    )
    return town


@pytest.fixture
def checked(database: Database, catalogue: Catalogue, settings: Settings) -> Town:
    """Zhengzhou, with A called to the medical examination."""
    town = _town(
        database,
        catalogue,
        settings,
        ("zhengzhou", "community_workers"),
        start="2026-07-06 08:50",
        language="zh",
        positions={"emergency_safety": 1},
        dates=WORK,
        K="chair",
        L="member",
        M="member",
    )
    town.office.does(
        ("2026-07-06 09:00 coordinator", "announce"),
        ("2026-07-14 10:00 registrar", "register A for emergency_safety"),
        *MEDICAL,
        ("2026-09-03 09:00 coordinator", "wait"),
    )
    return town


def _at(town: Town, who: str) -> Any:
    return clerk(town, who, institution=town.office.player.institution)


def test_a_room_is_recorded_on_one_page_and_who_is_refused_stands_there_with_why(training: Town) -> None:
    curator, part = _at(training, "curator"), procedure(training, "training", "theory")
    a, b, c = (training.office.subject(name) for name in "ABC")
    assert "0 of 27 hours" in ok(curator.get(part))
    answer = curator.post(f"{part}/attendance", {"day": "2026-03-02", f"hours-{a}": "3", f"hours-{b}": "1,5"})
    assert answer.status_code == 303
    shown = ok(curator.get(part))
    assert "3 of 27 hours" in shown
    assert "1.5 of 27 hours" in shown
    # B's is a correction without a reason; C's is recorded beside it, and sending A's again changes nothing.
    again = {"day": "2026-03-02", f"hours-{a}": "3", f"hours-{b}": "2", f"hours-{c}": "3"}
    answer = curator.post(f"{part}/attendance", again)
    assert answer.status_code == 409
    assert beside(answer.text, f"hours-{b}")
    assert not beside(answer.text, f"hours-{a}")
    assert curator.post(f"{part}/attendance", {**again, "reason": "was late"}).status_code == 303
    hours = dict(training.office.rows("SELECT application_id, hours FROM attendance"))
    assert hours == {a: "3", b: "2", c: "3"}


@pytest.mark.parametrize(
    ("day", "hours", "status", "field"),
    [
        ("2026-03-02", "-1", 422, "hours"),
        ("2026-03-02", "NaN", 422, "hours"),
        ("2026-03-02", "many", 422, "hours"),
        ("2026-03-02", "0", 409, "hours"),
        ("2026-03-02", "28", 409, "hours"),
        ("2026-03-03", "1", 409, "hours"),
        ("2026-02-30", "1", 422, "day"),
        ("", "1", 422, "day"),
        ("2026-03-02", "", 422, "day"),
    ],
)
def test_hostile_attendance_changes_nothing(training: Town, day: str, hours: str, status: int, field: str) -> None:
    curator, part = _at(training, "curator"), procedure(training, "training", "theory")
    a = training.office.subject("A")
    answer = curator.post(f"{part}/attendance", {"day": day, f"hours-{a}": hours})
    assert (answer.status_code, bool(beside(answer.text, "day" if field == "day" else f"hours-{a}"))) == (status, True)
    assert training.office.rows("SELECT * FROM attendance") == []


def test_one_page_for_everybody_costs_the_same_whoever_is_on_it(
    training: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    read = Database.read

    def counted(self: Database, statement: Any, /, **params: Any) -> Any:
        asked.append(statement.name)
        return read(self, statement, **params)

    monkeypatch.setattr(Database, "read", counted)
    counts = []
    for name in ("A", "B"):
        curator = _at(training, "curator")
        curator.get(procedure(training, "training"))
        asked.clear()
        ok(curator.get(procedure(training, "training")))
        counts.append(len(asked))
        training.office.does(
            ("2026-03-02 12:00 curator", f"attend {name} theory 2026-03-02 hours 3"),
            ("2026-03-02 12:00 candidate", f'leave {name} reason "ill"'),
        )
    assert counts[0] == counts[1] <= 12


def test_who_leads_is_said_once_and_stands_on_every_page(training: Town) -> None:
    curator, part = _at(training, "curator"), procedure(training, "training", "theory")
    given = {"held_on": "2026-03-05", "place": "Room 1", "host": "Анна Примерная", "mentor": "<b>Пётр</b>"}
    assert curator.post(f"{part}/session", given).status_code == 303
    for page in (
        part,
        procedure(training, "training"),
        procedure(training, "applications", training.office.subject("A")),
    ):
        shown = ok(curator.get(page))
        assert "Анна Примерная" in shown
        assert "&lt;b&gt;Пётр" in shown
    assert beside(curator.post(f"{part}/session", {**given, "held_on": "soon"}).text, "held_on")
    assert curator.get(procedure(training, "training", "karaoke")).status_code == 404


def test_attendance_on_the_page_of_the_person_up_to_the_certificate(training: Town) -> None:
    curator = _at(training, "curator")
    page = procedure(training, "applications", training.office.subject("A"))
    version = training.office.one("SELECT version FROM subject WHERE id = :id", id=training.office.subject("A"))
    typed = {"part": "theory", "day-theory": "2026-03-02", "attended-theory": "x", "version": str(version)}
    assert "attended-theory-wrong" in curator.post(f"{page}/attendance", typed).text
    assert curator.post(f"{page}/attendance", {**typed, "attended-theory": "3"}).status_code == 303
    assert "3 of 60 hours" in ok(curator.get(page))
    assert curator.get(f"{page}/papers/certificate.pdf").status_code == 404
    parts = ("theory", "quiz", "cases", "business_game", "internship", "hackathon")
    training.office.does(
        *(("2026-04-29 10:00 curator", f"complete A {part}") for part in parts),
        ("2026-04-29 11:00 curator", "complete_course A"),
        ("2026-04-29 12:00 candidate", 'leave B reason "ill"'),
    )
    curator = _at(training, "curator")
    paper = curator.get(f"{page}/papers/certificate.pdf")
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    other = procedure(training, "applications", training.office.subject("B"))
    assert curator.get(f"{other}/papers/statement.pdf").content[:5] == b"%PDF-"
    assert curator.get(f"{other}/papers/certificate.pdf").status_code == 404
    assert curator.get(f"{other}/papers/statement.pdf?language=xx").status_code == 404
    register = ok(curator.get(procedure(training, "certificates")))
    assert "УПК-00001" in register
    assert "СПР-00001" in register
    table = ok(curator.get(procedure(training, "certificates", "file.csv"))).splitlines()
    assert [line.split(",")[:2] for line in table[1:]] == [["УПК-00001", "certificate"], ["СПР-00001", "statement"]]


def test_a_check_by_its_list_and_a_re_examination(checked: Town) -> None:
    coordinator = _at(checked, "coordinator")
    page = procedure(checked, "applications", checked.office.subject("A"))
    assert coordinator.post(f"{page}/checks", {"check": "medical", "passed-medical": "no"}).status_code == 303
    checked.office.does(("2026-09-03 09:10 coordinator", "fail_medical A"))
    coordinator = _at(checked, "coordinator")
    shown = ok(coordinator.get(page))
    assert "A re-examination may be asked for until:" in shown
    assert coordinator.post(f"{page}/re-examination", {"check": "medical"}).status_code == 303
    assert checked.office.state("A") == "reexamination"
    assert coordinator.post(f"{page}/re-examination", {"check": "medical"}).status_code == 422
    checked.office.does(
        ("2026-09-07 09:00 coordinator", "check A medical passed"),
        ("2026-09-07 09:10 coordinator", "pass_reexamination A"),
    )
    coordinator = _at(checked, "coordinator")
    lists = {"check": "background", "item-background-unit_opinion": "no"}
    answer = coordinator.post(f"{page}/checks", lists)
    assert answer.status_code == 422
    assert "Review of the personal file (personal_file)" in answer.text
    full = {**lists, "item-background-personal_file": "yes", "note-background-unit_opinion": "示例意见"}
    assert coordinator.post(f"{page}/checks", full).status_code == 303
    shown = ok(coordinator.get(page))
    assert "not in order" in shown
    # A marker of the commission may not see what a health check came to, nor the words on it.
    seen = ok(_at(checked, "L").get(page))
    assert "示例意见" not in seen
    assert 'id="checks"' not in seen


def test_a_commission_and_strangers_see_no_page_of_everybody(checked: Town) -> None:
    assert _at(checked, "L").get(procedure(checked, "training")).status_code == 403
    assert _at(checked, "L").post(procedure(checked, "training", "law", "attendance"), {}).status_code == 403
    assert _at(checked, "head").get(procedure(checked, "training")).status_code == 200
