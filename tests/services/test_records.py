"""The sister door: every act that moves no state is done, journaled, and refused to whom or when it is not due."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from pydantic import ValidationError

from tests.services.conftest import SZ, Office
from tests.services.given import (
    as_,
    at_work,
    codes,
    everything,
    ground,
    moves,
    outbox,
    reason,
    recording,
    records,
    registers,
    sqlite_only,
)
from workflow.engine.acts import ACTS
from workflow.engine.errors import UnknownSubject
from workflow.engine.journal import canonical, text_digest
from workflow.engine.request import GivenGround, Refused
from workflow.persistence.unit_of_work import instant
from workflow.services.acts import (
    Act,
    AdoptWording,
    AnswerSurvey,
    AppointMember,
    CompletePart,
    CorrectCandidate,
    DecideTie,
    DeclareConflict,
    GiveVerdict,
    HandInDocument,
    RecordCheck,
    SaveSheet,
    SetDate,
    SetDetail,
    SignSheet,
    name_of,
)
from workflow.services.records import Recorded, record_many
from workflow.services.transitions import Done

# --- other institutions at work ---------------------------------------------------------------------------------------


@pytest.fixture
def course(database, catalogue) -> Office:
    """Moscow's course, announced, with three places."""
    office = at_work(
        database,
        catalogue,
        ("moscow", "course"),
        "2026-01-19 08:50",
        language="ru",
        positions={"course_participant": 3},
        dates={"documents_close": "2026-02-16 18:00", "course_begins": "2026-03-02 10:00", "plan_ends": "2026-05-29"},
    )
    office.does(
        ("2026-01-19 09:00 coordinator", "announce"),
        ("2026-01-26 10:00 registrar", "register A, B, C for course_participant"),
    )
    return office


ENROL = (
    ("2026-02-17 10:00 coordinator", "verdict A, B, C * ok"),
    ("2026-02-17 10:30 coordinator", "admit A, B, C"),
    ("2026-02-20 12:00 head", "publish_enrolment"),
    ("2026-03-02 10:30 curator", "wait"),
)


@pytest.fixture
def workers(database, catalogue) -> Office:
    """Zhengzhou's community workers, receiving, with A's application."""
    office = at_work(
        database,
        catalogue,
        ("zhengzhou", "community_workers"),
        "2026-07-06 08:50",
        language="zh",
        positions={"emergency_safety": 1},
        dates={
            "registration_opens": "2026-07-13 09:00",
            "documents_close": "2026-07-24 17:00",
            "written_at": "2026-08-08 09:00",
        },
        K="chair",
        L="member",
        M="member",
    )
    office.does(
        ("2026-07-06 09:00 coordinator", "announce"),
        ("2026-07-14 10:00 registrar", "register A for emergency_safety"),
    )
    return office


MEDICAL = (
    ("2026-07-27 09:00 reviewer", "verdict A * ok"),
    ("2026-07-27 10:00 reviewer", "admit A"),
    ("2026-07-29 10:00 coordinator", "publish_admission"),
    *((f"2026-08-08 14:00 {member}", "score A written 30 20 20") for member in "KL"),
    ("2026-08-10 09:00 chair", "close_marking"),
    ("2026-08-10 09:30 coordinator", "date interview_at 2026-08-22 09:00"),
    ("2026-08-11 10:00 coordinator", "publish_shortlist"),
    *((f"2026-08-22 10:00 {member}", "score A interview 35 20 20") for member in "KLM"),
    ("2026-08-22 17:00 chair", "close_interviews"),
    ("2026-08-24 09:00 coordinator", "date medical_at 2026-09-01 08:00"),
    ("2026-08-25 10:00 coordinator", "publish_ranking"),
)


@pytest.fixture
def recruitment(database, catalogue) -> Office:
    """Gołdap's recruitment, not announced yet."""
    return at_work(
        database,
        catalogue,
        ("goldap", "recruitment"),
        "2026-03-02 08:00",
        language="pl",
        positions={"benefits_officer": 1},
        dates={"documents_close": "2026-03-20 15:00"},
        K="chair",
    )


# --- every act: done by whom it is due, refused to others, at another time, and on what does not exist ----------------


@dataclass(frozen=True)
class Example:
    """An act on `subject` by `who`; `strange` names something that does not exist; `early` is a stage too early."""

    subject: str
    who: str
    act: Callable[[Office], Act]
    at: str
    early: str | None = None
    late: str | None = None
    strange: Callable[[Office], Act] | None = None
    said: dict[str, object] = field(default_factory=dict)


MARKS = {"qualification": Decimal(4), "skills": Decimal(4), "personal_qualities": Decimal(3)}

STARA_ZAGORA = (
    Example(
        "A",
        "registrar",
        lambda o: HandInDocument(document="service_record", pages=3),
        at="receiving",
        late="check",
        strange=lambda o: HandInDocument(document="passport"),
        said={"document": "service_record", "pages": 3},
    ),
    Example(
        "A",
        "K",
        lambda o: GiveVerdict(item="diploma", ok=False, ground=ground()[0]),
        at="check",
        early="receiving",
        strange=lambda o: GiveVerdict(item="passport", ok=True),
        said={"item": "diploma", "ok": False, "ground": "document_missing", "values": {"document": "diploma"}},
    ),
    Example(
        "A",
        "K",
        lambda o: SaveSheet(assessment="interview", marks=MARKS),
        at="interview",
        early="check",
        strange=lambda o: SaveSheet(assessment="dance", marks=MARKS),
    ),
    Example(
        "A",
        "K",
        lambda o: SignSheet(assessment="interview"),
        at="interview",
        early="check",
        strange=lambda o: SignSheet(assessment="dance"),
    ),
    Example(
        "A",
        "registrar",
        lambda o: CorrectCandidate(values={"name": "Анна", "language": "en"}),
        at="receiving",
        strange=lambda o: CorrectCandidate(values={"shoe_size": "42"}),
        said={"corrected": ["language", "name"], "language": "en"},
    ),
    Example(
        "procedure",
        "head",
        lambda o: AppointMember(user=f"{SZ}.auditor", function="secretary", order_number="12"),
        at="receiving",
        late="interview",
        strange=lambda o: AppointMember(user="nobody", function="member"),
        said={"user": f"{SZ}.auditor", "function": "secretary", "order_number": "12"},
    ),
    Example(
        "procedure",
        "L",
        lambda o: DeclareConflict(application=o.subject("C")),
        at="interview",
        early="receiving",
        strange=lambda o: DeclareConflict(application=o.subject("stoker")),
        said={"user": f"{SZ}.member.L"},
    ),
    Example(
        "speech_therapist",
        "K",
        lambda o: DecideTie(order=(o.subject("B"), o.subject("A"))),
        at="interview",
        early="check",
        strange=lambda o: DecideTie(order=(o.subject("B"), o.subject("procedure"))),
    ),
    Example(
        "procedure",
        "coordinator",
        lambda o: SetDate(date="interview_at", value="2022-04-18 09:00"),
        at="receiving",
        late="interview",
        strange=lambda o: SetDate(date="christmas", value="2022-12-25"),
        said={"date": "interview_at", "value": "2022-04-18 09:00", "before": None},
    ),
    Example(
        "procedure",
        "coordinator",
        lambda o: SetDetail(detail="interview_place", value="стая 701"),
        at="receiving",
        late="interview",
        strange=lambda o: SetDetail(detail="weather", value="fine"),
        said={"detail": "interview_place"},
    ),
    Example("procedure", "administrator", lambda o: AdoptWording(), at="receiving", said={"differences": []}),
)
ZHENGZHOU = (
    Example(
        "A",
        "coordinator",
        lambda o: RecordCheck(check="medical", passed=True, valid_until="2027-01-01"),
        at="medical",
        early="receiving",
        strange=lambda o: RecordCheck(check="horoscope", passed=True),
        said={"check": "medical", "passed": True, "valid_until": "2027-01-01"},
    ),
)
MOSCOW = (
    Example(
        "A",
        "curator",
        lambda o: CompletePart(part="theory", hours=Decimal("27")),
        at="course",
        early="receiving",
        strange=lambda o: CompletePart(part="karaoke", hours=Decimal(1)),
        said={"part": "theory", "hours": "27"},
    ),
)
GOLDAP = (
    Example(
        "procedure",
        "candidate",
        lambda o: AnswerSurvey(ratings={"clarity": 5, "courtesy": 4}),
        at="announced",
        early="draft",
        strange=lambda o: AnswerSurvey(ratings={"weather": 5}),
        said={"answered": ["clarity", "courtesy"]},
    ),
)
INTERVIEW = (
    ("2022-04-04 09:00 K", "verdict A, B, C * ok"),
    ("2022-04-04 10:00 K", "admit A, B, C"),
    ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
    ("2022-04-05 10:00 coordinator", "publish_admission"),
    ("2022-04-18 09:30 registrar", "wait"),
)
ARRIVE = ("2022-03-03 10:00 registrar", "register A, B, C for speech_therapist")


def test_no_act_is_missing_here():
    # test_papers.py, test_merging.py, test_onboarding.py, test_changed_sheets.py, test_replacing.py, test_seats.py, and
    # no institution here draws lots: test_lots.py
    elsewhere = {"approve_publication", "correct_publication", "draw_up_protocol", "sign_protocol"}
    elsewhere |= {"request_re_examination", "record_attendance", "set_part", "complete_task"}
    elsewhere |= {"draw_lot", "merge_candidate", "change_sheet", "replace_member", "fix_threshold", "move_seats"}
    here = {act for e in (*STARA_ZAGORA, *ZHENGZHOU, *MOSCOW, *GOLDAP) for act in [_name(e)]}
    assert here | elsewhere == set(ACTS)


class _Anything:
    """Stands for an office where only the kind of act is asked for."""

    def subject(self, name: str) -> str:
        return name


def _name(example: Example) -> str:
    return name_of(example.act(_Anything()))  # type: ignore[arg-type]


def walk(office: Office, examples: tuple[Example, ...], stages: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]):
    """Goes through the stages; at each, the acts that are due are done and those that are not are refused."""
    reached = {stage for stage, _ in stages}
    assert {s for e in examples for s in (e.at, e.early, e.late) if s is not None} <= reached
    for stage, diary in stages:
        office.does(*diary)
        before = everything(office)
        for example in examples:
            if stage in (example.early, example.late):
                act = example.act(office)
                assert codes(records(office, example.subject, example.who, act)) == {"act_not_in_state"}, act
                stranger = records(office, example.subject, example.who, act, actor=as_("nobody"))
                assert codes(stranger) == {"act_not_in_state", "wrong_role"}, act
            if stage == example.at:
                by = office.house.catalogue.process(office.player.institution, office.player.process).acts
                stranger = records(office, example.subject, example.who, example.act(office), actor=as_("nobody"))
                assert reason(stranger) == ("wrong_role", {"needs": ", ".join(by[_name(example)].by)})
                if example.strange is not None:
                    assert codes(records(office, example.subject, example.who, example.strange(office))) == {
                        "unknown_item"
                    }, example.strange
        assert everything(office) == before
        for example in examples:
            if stage == example.at:
                _done(office, example)


def _done(office: Office, example: Example) -> None:
    recorded = records(office, example.subject, example.who, example.act(office))
    assert isinstance(recorded, Recorded), recorded
    kind, act, actor, from_state, to_state, parameters = office.rows(
        "SELECT kind, act, actor, from_state, to_state, parameters FROM journal WHERE subject_id = :id AND seq = :seq",
        id=recorded.subject,
        seq=recorded.seq,
    )[0]
    who = office.player.actor(example.who).user
    assert (kind, act, actor, from_state, to_state) == ("record", _name(example), who, None, None)
    said = json.loads(parameters)
    assert {key: said.get(key) for key in example.said} == example.said
    version = office.one("SELECT version FROM subject WHERE id = :id", id=recorded.subject)
    assert version == recorded.version


def test_every_act_of_stara_zagora(office: Office):
    stages = (
        ("receiving", (ARRIVE,)),
        ("check", (("2022-04-01 09:00 registrar", "wait"),)),
        ("interview", (("2022-04-04 08:59 K", "verdict A diploma ok"), *INTERVIEW)),
    )
    walk(office, STARA_ZAGORA, stages)
    assert office.rows("SELECT name, pages FROM document WHERE name = 'service_record'") == [("service_record", 3)]
    assert office.one("SELECT count(*) FROM verdict WHERE item = 'diploma' AND ground IS NULL") == 3  # corrected to ok
    assert office.rows(
        "SELECT function, order_number FROM commission_member WHERE user_id = 'stara_zagora.auditor'"
    ) == [("secretary", "12")]
    assert office.rows("SELECT user_id, application_id FROM conflict") == [(f"{SZ}.member.L", office.subject("C"))]
    ranked = office.rows("SELECT application_id FROM tie_decision ORDER BY rank")
    assert ranked == [(office.subject("B"),), (office.subject("A"),)]
    assert ("стая 701",) in office.rows("SELECT text FROM journal_text WHERE field = 'value'")
    assert json.loads(office.one("SELECT details FROM procedure"))["interview_place"] == "стая 701"


@sqlite_only
def test_every_act_of_moscow(course: Office):
    walk(course, MOSCOW, (("receiving", ()), ("course", ENROL)))
    assert course.rows("SELECT part, hours, done_on FROM part_done") == [("theory", "27", "2026-03-02")]


@sqlite_only
def test_every_act_of_goldap(recruitment: Office):
    walk(recruitment, GOLDAP, (("draft", ()), ("announced", (("2026-03-02 09:00 coordinator", "announce"),))))
    assert sorted(recruitment.rows("SELECT question, value FROM survey_answer")) == [("clarity", 5), ("courtesy", 4)]


@sqlite_only
def test_every_act_of_zhengzhou_and_checks_decide_who_goes_on(workers: Office):
    walk(workers, ZHENGZHOU, (("receiving", ()), ("medical", MEDICAL)))
    assert workers.rows("SELECT name, passed, valid_until FROM check_result") == [("medical", 1, "2027-01-01")]
    # A later verdict of the same check counts, and the move that needs the other one is refused.
    workers.does(
        ("2026-09-03 09:00 coordinator", "check A medical failed"),
        ("2026-09-03 09:10 coordinator", "pass_medical A -> refused check_failed"),
        ("2026-09-03 09:20 coordinator", "fail_medical A"),
        ("2026-09-03 09:30 candidate", "re_examine A medical"),
        ("2026-09-07 09:00 coordinator", "pass_reexamination A -> refused check_missing"),
        ("2026-09-07 09:10 coordinator", "check A medical passed"),
        ("2026-09-07 09:20 coordinator", "pass_reexamination A"),
    )
    assert workers.state("A") == "background"
    assert workers.one("SELECT count(*) FROM check_result") == 1


# --- what is refused of every act -------------------------------------------------------------------------------------


@sqlite_only
def test_an_act_on_what_was_changed_meanwhile_or_in_the_past_or_on_the_wrong_kind_is_refused(checking: Office):
    before = everything(checking)
    verdict = GiveVerdict(item="diploma", ok=True)
    assert codes(records(checking, "A", "K", verdict, expected_version=99)) == {"lost_race"}
    past = checking.player.instant("2022-03-31 18:00")
    assert codes(records(checking, "A", "K", verdict, effective_at=past, reason="x")) == {"backdating_not_allowed"}
    future = checking.player.instant("2022-05-01 18:00")
    assert codes(records(checking, "A", "K", verdict, effective_at=future)) == {"effective_in_future"}
    code, data = reason(records(checking, "procedure", "K", verdict))
    assert (code, data["act"]) == ("unknown_act", "give_verdict")
    assert "set_date" in data["known"].split(", ")
    # An act that the institution's definition does not have.
    assert reason(records(checking, "A", "coordinator", RecordCheck(check="medical", passed=True)))[0] == "unknown_act"
    with pytest.raises(UnknownSubject, match="nothing"):
        record_many(checking.house, [recording(checking, "A", "K", verdict).model_copy(update={"subject": "nothing"})])
    assert everything(checking) == before


@pytest.mark.parametrize(
    ("act", "values"),
    [
        (SetDate, {"date": "interview_at", "value": "18.04.2022"}),
        (SetDate, {"date": "interview_at", "value": "2022-02-30"}),
        (HandInDocument, {"document": "diploma", "pages": 0}),
        (RecordCheck, {"check": "medical", "passed": True, "valid_until": "tomorrow"}),
        (CompletePart, {"part": "theory", "hours": Decimal(-1)}),
        (AppointMember, {"user": "K", "function": "king"}),
        (DecideTie, {"order": ("A",)}),
        (DecideTie, {"order": ("A", "B", "A")}),
        (AnswerSurvey, {"ratings": {}}),
        (CorrectCandidate, {"values": {"email": "no address"}}),
        (CorrectCandidate, {"values": {"email": "a@b.example\nBcc: all@b.example"}}),
        (CorrectCandidate, {"values": {"name": ""}}),
        (CorrectCandidate, {"values": {"name": None}}),
        (GiveVerdict, {"item": "diploma", "ok": True, "remark": "x"}),
    ],
)
def test_an_act_that_cannot_be_is_no_act(act: type, values: dict[str, object]):
    with pytest.raises(ValidationError):
        act(**values)


# --- verdicts ---------------------------------------------------------------------------------------------------------


@sqlite_only
def test_what_is_not_in_order_needs_a_ground_of_the_catalogue(checking: Office):
    before = everything(checking)
    assert codes(records(checking, "A", "K", GiveVerdict(item="diploma", ok=False))) == {"ground_missing"}
    strange = GiveVerdict(item="diploma", ok=False, ground=GivenGround(code="bad_mood"))
    code, data = reason(records(checking, "A", "K", strange))
    assert (code, data["ground"]) == ("unknown_ground", "bad_mood")
    assert "document_missing" in data["known"].split(", ")
    assert everything(checking) == before


def test_acts_of_one_unit_see_each_other_and_the_last_counts(checking: Office):
    no = GiveVerdict(
        item="diploma", ok=False, ground=ground("document_not_in_order", document="diploma", detail="?")[0]
    )
    outcomes = record_many(
        checking.house,
        [
            recording(checking, "A", "K", no),
            recording(checking, "A", "K", GiveVerdict(item="passport", ok=True)),
            recording(checking, "A", "L", GiveVerdict(item="diploma", ok=True)),
        ],
    )
    assert [isinstance(o, Recorded) for o in outcomes] == [True, False, True]
    assert checking.rows("SELECT item, ok, ground, given_by FROM verdict") == [
        ("diploma", 1, None, f"{SZ}.member.L")
        if checking.house.database.dialect == "sqlite"
        else ("diploma", True, None, f"{SZ}.member.L")
    ]
    seqs = checking.rows(
        "SELECT seq, actor FROM journal WHERE subject_id = :id AND act = 'give_verdict' ORDER BY seq",
        id=checking.subject("A"),
    )
    assert [actor for _, actor in seqs] == [f"{SZ}.member.K", f"{SZ}.member.L"]


# --- sheets -----------------------------------------------------------------------------------------------------------


def save(**marks: object) -> SaveSheet:
    return SaveSheet(assessment="interview", marks={c: Decimal(str(m)) for c, m in marks.items()})


SIGN = SignSheet(assessment="interview")
ALL = {"qualification": 4, "skills": 4, "personal_qualities": 3}


def test_a_sheet_is_saved_as_one_goes_and_signed_when_complete_and_then_closed(interviewing: Office):
    before = everything(interviewing)
    for marks, code in (
        ({"qualification": 6}, "mark_out_of_range"),
        ({"qualification": 0}, "mark_out_of_range"),
        ({"qualification": "4.5"}, "mark_between_steps"),
        ({"charm": 4}, "unknown_criterion"),
    ):
        assert codes(records(interviewing, "A", "K", save(**marks))) == {code}
    assert codes(records(interviewing, "A", "K", SIGN)) == {"mark_missing"}
    assert everything(interviewing) == before
    assert isinstance(records(interviewing, "A", "K", save(qualification=4, skills=4)), Recorded)
    assert reason(records(interviewing, "A", "K", SIGN)) == ("mark_missing", {"criterion": "personal_qualities"})
    assert isinstance(records(interviewing, "A", "K", save(skills=5, personal_qualities=3)), Recorded)
    assert isinstance(records(interviewing, "A", "K", SIGN), Recorded)
    assert dict(interviewing.rows("SELECT criterion, value FROM mark")) == {
        "qualification": "4",
        "skills": "5",
        "personal_qualities": "3",
    }
    before = everything(interviewing)
    assert codes(records(interviewing, "A", "K", save(skills=1))) == {"already_signed"}
    assert codes(records(interviewing, "A", "K", SIGN)) == {"already_signed"}
    assert everything(interviewing) == before


def test_the_digest_of_a_sheet_saved_and_signed_in_one_unit_is_of_what_is_stored(interviewing: Office):
    """Also when a bad sheet was refused before in the same unit, and older marks had been stored."""
    assert isinstance(records(interviewing, "A", "K", save(qualification=1, skills=1)), Recorded)
    for name in ("A", "B"):
        saved = recording(interviewing, name, "K", save(**ALL))
        bad = recording(interviewing, name, "K", save(qualification=9))
        early = recording(interviewing, "C", "K", SIGN)
        outcomes = record_many(interviewing.house, [bad, early, saved, recording(interviewing, name, "K", SIGN)])
        assert [isinstance(o, Recorded) for o in outcomes] == [False, False, True, True]
    for sheet, salt, digest in interviewing.rows("SELECT id, salt, digest FROM sheet"):
        marks = dict(interviewing.rows("SELECT criterion, value FROM mark WHERE sheet_id = :id", id=sheet))
        assert digest == text_digest(salt, canonical(marks))
        assert {c: int(m) for c, m in marks.items()} == ALL


@sqlite_only
def test_only_members_without_a_conflict_score_and_the_quorum_is_of_those(interviewing: Office):
    stranger = as_("commission", user=f"{SZ}.head")
    assert codes(records(interviewing, "A", "K", save(**ALL), actor=stranger)) == {"not_a_member"}
    assert isinstance(
        records(interviewing, "procedure", "K", DeclareConflict(application=interviewing.subject("A"))), Recorded
    )
    assert codes(records(interviewing, "A", "K", save(**ALL))) == {"has_conflict"}
    assert isinstance(records(interviewing, "B", "K", save(**ALL)), Recorded)
    # Of three members one is recused: two signatures do not make the quorum of three.
    interviewing.does(
        *((f"2022-04-18 10:00 {member}", "score A interview 4 4 4") for member in "LM"),
        *((f"2022-04-18 11:00 {member}", "score B, C interview 4 4 4") for member in "KLM"),
        ("2022-04-19 09:00 K", "close_interviews -> refused moves_refused, quorum_recused"),
    )


# --- training ---------------------------------------------------------------------------------------------------------


@sqlite_only
def test_parts_follow_each_other_and_certificates_are_numbered_without_gaps(course: Office):
    course.does(*ENROL)
    before = everything(course)
    assert reason(records(course, "A", "curator", CompletePart(part="internship", hours=Decimal(12)))) == (
        "part_blocked",
        {"part": "internship", "needs": "theory"},
    )
    assert everything(course) == before
    parts = ("theory", "quiz", "cases", "business_game", "internship", "hackathon")
    for part in parts[:-1]:
        course.does(("2026-04-24 18:00 curator", f"complete A, B, C {part}"))
    course.does(
        ("2026-04-25 10:00 curator", "complete_course A -> refused training_incomplete"),
        ("2026-04-29 18:00 curator", "complete C, A hackathon"),
        ("2026-04-29 18:30 curator", "complete_course C"),
        ("2026-04-29 18:40 curator", "complete_course B -> refused training_incomplete"),
        ("2026-04-30 10:00 curator", "complete_course A"),
        ("2026-05-29 10:00 curator", "complete B hackathon"),
        ("2026-06-01 10:00 curator", "wait"),  # the plan has ended, and the clock certifies B
    )
    assert [course.state(name) for name in "ABC"] == ["onboarded"] * 3
    issued = course.rows("SELECT application_id, number, hours FROM certificate ORDER BY number")
    assert issued == [(course.subject(name), f"УПК-0000{n}", "60") for n, name in enumerate("CAB", 1)]
    assert [s for (s,) in outbox(course, "subject", notice="course_completed")] != []


# --- surveys ----------------------------------------------------------------------------------------------------------


@sqlite_only
def test_nothing_ties_an_answer_to_who_gave_it(recruitment: Office):
    recruitment.does(("2026-03-02 09:00 coordinator", "announce"))
    registered = registers(recruitment, "Anna", position="benefits_officer")
    assert isinstance(registered, Done)
    person = recruitment.one("SELECT candidate_id FROM application")
    who = as_("candidate", user=person)
    assert isinstance(
        records(recruitment, "procedure", "head", AnswerSurvey(ratings={"clarity": 1}), actor=who), Recorded
    )
    assert reason(records(recruitment, "procedure", "head", AnswerSurvey(ratings={"clarity": 6}), actor=who)) == (
        "mark_out_of_range",
        {"criterion": "clarity", "min": "1", "max": "5", "step": "1"},
    )
    about = {person, registered.subject}
    ((row,),) = [recruitment.rows("SELECT * FROM survey_answer")]
    assert about.isdisjoint(map(str, row))
    entry = recruitment.rows("SELECT * FROM journal WHERE act = 'answer_survey'")
    assert len(entry) == 1
    assert not [value for value in entry[0] for one in about if one in str(value)]
    assert recruitment.rows("SELECT actor, role FROM journal WHERE act = 'answer_survey'") == [("candidate",) * 2]
    assert "1" not in json.loads(recruitment.one("SELECT parameters FROM journal WHERE act = 'answer_survey'"))


# --- dates ------------------------------------------------------------------------------------------------------------


def test_a_moved_date_moves_what_hangs_on_it_in_every_file_and_each_says_so(checking: Office):
    checking.does(*INTERVIEW[:4], ("2022-04-06 10:00 coordinator", "date interview_at 2022-04-20 10:00"))
    armed = checking.rows(
        "SELECT subject_id, due_at FROM deadline WHERE rule IN ('interview_day', 'interviews_begin')"
        " AND kind = 'due' AND status = 'armed'"
    )
    at = checking.player.instant("2022-04-20 10:00")
    assert {(s, instant(due)) for s, due in armed} == {(checking.subject(n), at) for n in ("procedure", *"ABC")}
    reminders = checking.rows(
        "SELECT due_at FROM deadline WHERE rule = 'interview_day' AND kind = 'reminder' AND status = 'armed'"
    )
    assert {instant(due) for (due,) in reminders} == {checking.player.instant("2022-04-19 10:00")}
    assert len(reminders) == 3
    for name in "ABC":
        ((role, actor, effects),) = checking.rows(
            "SELECT role, actor, effects FROM journal WHERE subject_id = :id AND act = 'follow_date'",
            id=checking.subject(name),
        )
        assert (role, actor) == ("procedure", f"{SZ}.coordinator")
        assert {"armed", "cancelled"} <= json.loads(effects).keys()
    checking.does(("2022-04-18 10:00 registrar", "wait"))
    assert checking.state("A") == "invited"
    checking.does(("2022-04-20 10:00 registrar", "wait"))
    assert (checking.state("A"), checking.state("procedure")) == ("interview", "assessment")


@sqlite_only
def test_a_date_that_has_fallen_due_is_not_set_again(checking: Office):
    before = everything(checking)
    outcome = records(checking, "procedure", "coordinator", SetDate(date="documents_close", value="2022-04-15 17:30"))
    assert reason(outcome) == ("date_has_passed", {"date": "documents_close"})
    assert everything(checking) == before


# --- people -----------------------------------------------------------------------------------------------------------


@sqlite_only
def test_corrected_data_counts_from_the_next_notice_on(office: Office):
    office.does(ARRIVE)
    assert codes(records(office, "A", "registrar", CorrectCandidate(values={"language": "xx"}))) == {"unknown_language"}
    office.does(
        ("2022-03-03 11:00 registrar", 'correct A name="Anna Sample" language=en email=none address="7 Oak Street"'),
        ("2022-03-04 11:00 candidate", "withdraw A"),
    )
    person = office.one("SELECT candidate_id FROM application WHERE id = :id", id=office.subject("A"))
    told = outbox(office, "notice, channel, language, name, address", recipient=person)
    assert told[0][:3] == ("application_received", "mail", "bg")
    assert told[1] == ("withdrawal_recorded", "letter", "en", "Anna Sample", "7 Oak Street")
    chain = office.rows("SELECT parameters FROM journal WHERE act = 'correct_candidate'")
    assert "Oak" not in str(chain)
    assert ("7 Oak Street",) in office.rows("SELECT text FROM journal_text")


@sqlite_only
def test_a_tie_is_decided_among_the_applications_of_the_position(interviewing: Office):
    before = everything(interviewing)
    with pytest.raises(UnknownSubject, match="nobody"):
        records(interviewing, "speech_therapist", "K", DecideTie(order=(interviewing.subject("A"), "nobody")))
    assert everything(interviewing) == before
    refused = moves(interviewing, "speech_therapist", "settle_ranking", "K")
    assert isinstance(refused, Refused)
