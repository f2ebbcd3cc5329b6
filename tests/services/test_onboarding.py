"""Checks, training and tasks on real databases: what is recorded, corrected, refused, and what papers attest."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from tests.services.conftest import Office
from tests.services.given import at_work, codes, everything, moves, reason, records, sqlite_only
from tests.services.test_records import ENROL, MEDICAL, course, workers  # noqa: F401
from workflow.engine.request import Refused
from workflow.persistence.unit_of_work import instant
from workflow.services.acts import (
    CompletePart,
    CompleteTask,
    RecordAttendance,
    RecordCheck,
    RequestReExamination,
    SetPart,
)
from workflow.services.sentences import sentences

LIST = {"unit_opinion": True, "personal_file": True}


@pytest.fixture
def training(course: Office) -> Office:  # noqa: F811
    """Moscow's course, running, with A, B and C."""
    course.does(*ENROL)
    return course


@pytest.fixture
def checked(workers: Office) -> Office:  # noqa: F811
    """Zhengzhou, with A called to the medical examination."""
    workers.does(*MEDICAL)
    return workers


def attends(office: Office, day: str, hours: str, part: str = "theory", **more: object):
    return records(office, "A", "curator", RecordAttendance(part=part, day=day, hours=Decimal(hours)), **more)


# --- training ---------------------------------------------------------------------------------------------------------


def test_attendance_adds_up_until_the_part_is_complete(training: Office):
    training.player.go_to(training.player.instant("2026-03-13 20:00"))
    days = [f"2026-03-{day:02}" for day in range(3, 12)]
    for day in days[:-1]:
        attends(training, day, "3")
    assert training.rows("SELECT part FROM part_done") == []
    attends(training, days[-1], "3")
    assert training.rows("SELECT part, hours, done_on FROM part_done") == [("theory", "27", "2026-03-11")]
    assert reason(attends(training, "2026-03-12", "1")) == (
        "hours_over_part",
        {"part": "theory", "hours": "28", "required": "27"},
    )
    # A correction needs a reason, takes the part back, and can take a day back.
    assert codes(attends(training, days[-1], "2")) == {"reason_missing"}
    attends(training, days[-1], "2", reason="left early")
    assert training.rows("SELECT part FROM part_done") == []
    attends(training, days[-1], "0", reason="was not there")
    assert training.one("SELECT count(*) FROM attendance") == 8
    assert codes(records(training, "A", "curator", CompletePart(part="theory", hours=Decimal(28)))) == {
        "hours_over_part"
    }
    records(training, "A", "curator", CompletePart(part="theory", hours=Decimal(27)))
    assert training.rows("SELECT part, hours FROM part_done") == [("theory", "27")]
    # What was completed at once stands, whatever is corrected of single days.
    attends(training, days[0], "1", reason="left early")
    assert training.rows("SELECT part, hours FROM part_done") == [("theory", "27")]


@sqlite_only
@pytest.mark.parametrize(
    ("day", "hours", "expected"),
    [
        ("2026-03-02", "0", {"hours_not_positive"}),
        ("2026-03-02", "0.00", {"hours_not_positive"}),
        ("2026-03-03", "1", {"day_in_future"}),
        ("2026-03-02", "24.5", {"hours_over_day"}),
        ("2026-03-02", "27.01", {"hours_over_day", "hours_over_part"}),
    ],
)
def test_hours_that_cannot_be_are_refused_and_change_nothing(training: Office, day, hours, expected):
    before = everything(training)
    assert codes(attends(training, day, hours)) == expected
    assert everything(training) == before


@pytest.mark.parametrize("hours", ["-1", "NaN", "Infinity", "1e9"])
def test_hours_that_are_no_hours_are_no_act(hours):
    with pytest.raises(ValidationError):
        RecordAttendance(part="theory", day="2026-03-02", hours=Decimal(hours))


@pytest.mark.parametrize("day", ["2026-02-30", "02.03.2026", "20260302", "tomorrow"])
def test_days_that_are_no_days_are_no_act(day):
    with pytest.raises(ValidationError):
        RecordAttendance(part="theory", day=day, hours=Decimal(1))
    with pytest.raises(ValidationError):
        CompleteTask(task="oath", day=day)


@sqlite_only
def test_parts_wait_for_those_before_them_and_strangers_record_nothing(training: Office):
    assert codes(attends(training, "2026-03-02", "3", "internship")) == {"part_blocked"}
    assert codes(attends(training, "2026-03-02", "3", "karaoke")) == {"unknown_item"}
    act = RecordAttendance(part="theory", day="2026-03-02", hours=Decimal(3))
    assert codes(records(training, "A", "registrar", act)) == {"wrong_role"}


@sqlite_only
def test_who_leads_stands_beside_the_journal_and_can_be_replaced(training: Office):
    first = SetPart(part="internship", day="2026-04-14", place="«Пример»", host="Анна Примерная", mentor="Пётр Пример")
    records(training, "procedure", "curator", first)
    records(training, "procedure", "curator", first.model_copy(update={"mentor": "Вера Пример"}))
    assert training.rows("SELECT part, held_on, host, mentor FROM training_session") == [
        ("internship", "2026-04-14", "Анна Примерная", "Вера Пример")
    ]
    said = training.one("SELECT parameters FROM journal WHERE act = 'set_part' ORDER BY seq DESC LIMIT 1")
    assert "Вера" not in said
    assert "internship" in said
    assert codes(records(training, "procedure", "curator", SetPart(part="karaoke"))) == {"unknown_item"}


def test_who_leaves_gets_a_statement_of_the_hours_attended_and_no_certificate(training: Office):
    attends(training, "2026-03-02", "3")
    training.does(
        ("2026-03-03 10:00 curator", "complete_course A -> refused training_incomplete"),
        ("2026-03-03 10:10 candidate", 'leave A reason "ill"'),
        ("2026-03-03 10:20 candidate", 'leave B reason "ill"'),
    )
    assert training.rows("SELECT number, hours FROM hours_statement ORDER BY number") == [
        ("СПР-00001", "3"),
        ("СПР-00002", "0"),
    ]
    assert training.rows("SELECT number FROM certificate") == []


# --- checks -----------------------------------------------------------------------------------------------------------


def test_a_failed_check_is_open_again_when_asked_in_time_and_final_after(checked: Office):
    checked.does(
        ("2026-09-03 09:00 coordinator", "check A medical failed"),
        ("2026-09-03 09:10 coordinator", "fail_medical A"),
        ("2026-09-03 09:20 coordinator", "request_reexamination A -> refused wrong_role, re_examination_not_asked"),
    )
    records(checked, "A", "candidate", RequestReExamination(check="medical"))
    assert checked.state("A") == "reexamination"
    assert checked.rows("SELECT check_name, times FROM re_examination") == [("medical", 1)]
    assert checked.rows("SELECT name FROM check_result") == []
    assert codes(records(checked, "A", "candidate", RequestReExamination(check="medical"))) == {"re_examination_used"}
    checked.does(
        ("2026-09-07 09:00 coordinator", "check A medical failed"),
        ("2026-09-07 09:10 coordinator", "pass_reexamination A -> refused check_failed"),
        ("2026-09-07 09:20 coordinator", "fail_reexamination A because medical_not_passed"),
    )
    assert checked.state("A") == "check_failed"


@sqlite_only
def test_nobody_is_called_before_the_days_for_asking_are_over(checked: Office):
    checked.does(
        ("2026-09-03 09:00 coordinator", "check A medical failed"),
        ("2026-09-03 09:10 coordinator", "fail_medical A"),
        ("2026-09-10 23:59 coordinator", "wait"),
    )
    assert checked.state("A") == "medical_failed"
    checked.does(("2026-09-11 00:01 coordinator", "wait"))
    assert checked.state("A") == "check_failed"
    late = records(checked, "A", "coordinator", RequestReExamination(check="medical"))
    assert codes(late) == {"re_examination_late"}


def test_the_list_decides_and_its_words_stand_beside_the_journal(checked: Office):
    checked.does(
        ("2026-09-03 09:00 coordinator", "check A medical passed"), ("2026-09-03 09:10 coordinator", "pass_medical A")
    )
    silent = RecordCheck(check="background", items={**LIST, "unit_opinion": False})
    assert codes(records(checked, "A", "coordinator", silent)) == {"check_note_missing"}
    failing = silent.model_copy(update={"notes": {"unit_opinion": "示例意见"}})
    records(checked, "A", "coordinator", failing)
    assert checked.rows("SELECT name, passed FROM check_result WHERE name = 'background'") == [("background", 0)]
    assert checked.one("SELECT text FROM journal_text WHERE field = 'note_unit_opinion'") == "示例意见"
    assert "示例意见" not in checked.one("SELECT parameters FROM journal WHERE act = 'record_check' ORDER BY seq DESC")
    records(checked, "A", "coordinator", RecordCheck(check="background", items=LIST))
    assert dict(checked.rows("SELECT item, passed FROM check_item")) == {"unit_opinion": 1, "personal_file": 1}


@sqlite_only
def test_a_check_that_expired_is_not_passed(checked: Office):
    checked.does(
        ("2026-09-03 09:00 coordinator", "check A medical passed"),
        ("2026-09-03 09:10 coordinator", "pass_medical A"),
    )
    records(checked, "A", "coordinator", RecordCheck(check="background", items=LIST))
    # The paper itself may end earlier than the rule says, never later.
    records(checked, "A", "coordinator", RecordCheck(check="criminal_record", passed=True, valid_until="2026-09-04"))
    checked.does(("2026-09-05 09:00 coordinator", "pass_background A -> refused check_expired"))
    records(checked, "A", "coordinator", RecordCheck(check="criminal_record", passed=True, valid_until="2030-01-01"))
    until = checked.one("SELECT valid_until FROM check_result WHERE name = 'criminal_record'")
    assert until == "2026-12-05"
    checked.does(("2026-09-05 09:10 coordinator", "pass_background A"))


# --- tasks ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def hired(database, catalogue) -> Office:
    """The MOPS, with A hired on Monday 27 April 2026."""
    office = at_work(
        database,
        catalogue,
        ("mops", "recruitment"),
        "2026-03-02 08:00",
        language="pl",
        positions={"psychologist": 1},
        dates={"documents_close": "2026-03-20 15:30"},
        K="chair",
        L="member",
        M="member",
    )
    office.does(
        ("2026-03-02 09:00 coordinator", "announce"),
        ("2026-03-16 11:00 registrar", "register A for psychologist"),
        ("2026-03-23 10:00 K", "verdict A * ok"),
        ("2026-03-23 12:00 K", "admit A"),
        ("2026-03-24 09:00 coordinator", "date interview_at 2026-03-31 09:00"),
        ("2026-03-24 09:05 coordinator", "date test_at 2026-04-08 10:00"),
        ("2026-03-24 09:10 coordinator", "finish_check"),
        *((f"2026-03-31 13:00 {member}", "score A interview 9 9 9") for member in "KLM"),
        ("2026-03-31 15:00 K", "record_interview A"),
        ("2026-04-01 09:00 coordinator", "finish_interviews"),
        ("2026-04-09 09:00 K", "finish_tests"),
        ("2026-04-09 14:00 head", 'choose psychologist reason "best"'),
        ("2026-04-10 09:00 coordinator", "publish_result"),
        ("2026-04-13 10:00 candidate", "accept A"),
        ("2026-04-22 10:00 coordinator", "check A medical passed"),
        ("2026-04-22 10:05 coordinator", "check A criminal_record passed"),
        ("2026-04-27 10:00 head", "hire A"),
    )
    return office


def test_nobody_begins_before_the_tasks_are_done_each_by_its_owner(hired: Office):
    # Five working days from Monday 27 April: 1 May (Friday) is a day off.
    due = dict(hired.rows("SELECT task, due_at FROM onboarding_task"))
    assert str(instant(due["contract"]))[:19] == "2026-05-05 21:59:59"
    hired.does(
        ("2026-04-28 09:00 coordinator", "begin_onboarding A -> refused task_missing"),
        ("2026-04-28 09:10 head", "task A oath -> refused task_blocked"),
        ("2026-04-28 09:20 head", "task A contract -> refused task_of_others"),
        ("2026-04-28 09:30 registrar", "task A contract -> refused wrong_role"),
        ("2026-04-28 09:40 coordinator", "task A contract 2026-04-29 -> refused day_in_future"),
        ("2026-04-28 09:50 coordinator", "task A contract 2026-04-27"),
        ("2026-04-28 10:00 coordinator", "task A contract -> refused task_done_already"),
        ("2026-04-28 10:10 coordinator", "task A karaoke -> refused unknown_item"),
        ("2026-04-28 10:20 coordinator", "task A safety_training"),
        ("2026-04-28 10:30 coordinator", "task A medical_shown"),
    )
    missing = moves(hired, "A", "begin_onboarding", "coordinator")
    assert isinstance(missing, Refused)
    assert reason(missing) == ("task_missing", {"task": "oath", "owner": "head"})
    assert "Ślubowanie" in " ".join(sentences(missing.reasons, hired.player.definition, "pl"))
    hired.does(("2026-04-29 09:00 head", "task A oath"), ("2026-04-29 09:10 coordinator", "begin_onboarding A"))
    done = dict(hired.rows("SELECT task, done_on FROM onboarding_task"))
    assert done == {
        "contract": "2026-04-27",
        "safety_training": "2026-04-28",
        "medical_shown": "2026-04-28",
        "oath": "2026-04-29",
        "equipment": None,
    }
