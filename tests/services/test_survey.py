"""The survey of Gołdap: what may be told of it, of whom, and when."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from tests.services.conftest import Office
from tests.services.given import as_, at_work, reason, records
from workflow.services import survey
from workflow.services.acts import AnswerSurvey
from workflow.services.records import Recorded
from workflow.services.survey import GroupReport

HERE = "goldap"


@pytest.fixture
def ended(database, catalogue) -> Office:
    """Two people applied and were rejected; a third withdrew. Three were asked what they think."""
    office = at_work(
        database,
        catalogue,
        (HERE, "recruitment"),
        "2026-03-02 08:00",
        language="pl",
        positions={"benefits_officer": 1},
        dates={"documents_close": "2026-03-20 15:00"},
        K="chair",
        L="member",
        M="member",
    )
    office.does(
        ("2026-03-02 09:00 coordinator", "announce"),
        ("2026-03-10 09:00 registrar", "register A, B, C for benefits_officer"),
        ("2026-03-11 09:00 candidate", "withdraw C"),
        ("2026-03-23 10:00 commission", "reject A, B because document_missing(document=declaration_record)"),
    )
    return office


def ends(office: Office) -> None:
    office.does(("2026-03-24 09:00 coordinator", "finish_check"))
    assert office.one("SELECT state FROM subject WHERE kind = 'procedure'") == "nobody_admitted"


def asked(office: Office):
    found = office.house.catalogue.process(HERE, "recruitment").survey
    assert found is not None
    return found


def answers(office: Office, clarity: int, *, who: str = "candidate", group: str | None = None) -> Recorded:
    act = AnswerSurvey(group=group, ratings={"clarity": clarity})
    done = records(office, "procedure", who, act, actor=as_(who, user="-"))
    assert isinstance(done, Recorded), done
    return done


def reported(office: Office) -> dict[str, GroupReport]:
    found = survey.report(office.house, HERE, office.player.procedure, asked(office))
    return {one.group.name: one for one in found}


def test_it_opens_with_the_result(ended: Office) -> None:
    def state() -> str:
        return str(ended.one("SELECT state FROM subject WHERE kind = 'procedure'"))

    assert not survey.is_open(asked(ended), state())
    ends(ended)
    assert survey.is_open(asked(ended), state())


def test_answers_are_told_of_in_blocks_group_by_group(ended: Office) -> None:
    ends(ended)
    for n, mark in enumerate((5, 5, 4, 4, 1, 2, 2), start=1):
        answers(ended, mark)
        one = reported(ended)["candidates"]
        assert (one.came, one.shown) == (n, 5 if n >= 5 else 0)
    (clarity, *others) = one.questions
    assert (clarity.question, clarity.mean, clarity.best) == ("clarity", Fraction(19, 5), Fraction(4, 5))
    assert [other.mean for other in others] == [None] * 4, "nobody answered them"
    answers(ended, 1, who="head")
    unit = reported(ended)["ordering_unit"]
    assert (unit.came, unit.shown, unit.questions, unit.invited) == (1, 0, (), None)


def test_three_were_asked_however_many_mails_each_got(ended: Office) -> None:
    ends(ended)
    assert reported(ended)["candidates"].invited == 3


def test_an_answer_belongs_to_a_group_that_the_role_may_answer_for(ended: Office) -> None:
    answers(ended, 4, who="registrar", group="candidates")  # taken down from paper
    answers(ended, 4, who="head")
    assert sorted(ended.rows("SELECT group_name FROM survey_answer")) == [("candidates",), ("ordering_unit",)]
    for who, group in pairwise(("candidate", "ordering_unit")):
        refused = records(
            ended, "procedure", who, AnswerSurvey(group=group, ratings={"clarity": 1}), actor=as_(who, user="-")
        )
        assert reason(refused) == ("wrong_role", {"needs": "head"})
    strange = AnswerSurvey(group="press", ratings={"clarity": 1})
    assert reason(records(ended, "procedure", "head", strange, actor=as_("head", user="-")))[0] == "unknown_item"


def test_small_procedures_are_told_of_together(ended: Office) -> None:
    for mark in (1, 2, 3):
        answers(ended, mark)
    ends(ended)
    together = {g.group.name: g for g in survey.together(ended.house, HERE, "recruitment", asked(ended))}
    assert together["candidates"].shown == 0
    ended.player.open(
        number="T-2",
        positions={"benefits_officer": 1},
        dates={"documents_close": "2026-04-30 15:00"},
        details={},
        commission={},
    )
    ended.does(("2026-04-01 09:00 coordinator", "announce"), ("2026-05-04 09:00 coordinator", "finish_check"))
    assert ended.one("SELECT count(*) FROM subject WHERE kind = 'procedure' AND state = 'no_applications'") == 1
    for mark in (4, 5):
        answers(ended, mark)
    assert reported(ended)["candidates"].shown == 0, "alone each is too small"
    together = {g.group.name: g for g in survey.together(ended.house, HERE, "recruitment", asked(ended))}
    assert together["candidates"].shown == 5
    assert together["candidates"].questions[0].mean == Fraction(3)


def test_a_procedure_whose_report_is_shut_is_in_no_sum(ended: Office) -> None:
    for mark in (1, 2, 3, 4, 5):
        answers(ended, mark)
    together = survey.together(ended.house, HERE, "recruitment", asked(ended))
    assert [g.shown for g in together] == [0, 0]
