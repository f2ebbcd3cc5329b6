"""A pass mark that the commission fixes: once, by the chair, with a reason, when the sheets are open; then it is read
wherever a threshold is read."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from tests.services.conftest import SZ, Office
from tests.services.given import at_work, everything, fixing_threshold, moves, reason, records, sqlite_only
from workflow.catalogue.index import Catalogue
from workflow.engine import threshold
from workflow.engine.request import Refused
from workflow.persistence.database import Database
from workflow.services import rankings, score_accounts, threshold_desk
from workflow.services.acts import FixThreshold
from workflow.services.protocol import draft_paper

MARKS = {"A": "5 4 4", "B": "4 4 4", "C": "4 4 3"}


@pytest.fixture(scope="module")
def left_open(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return fixing_threshold(tmp_path_factory.mktemp("definitions"))


@pytest.fixture
def sealed(database: Database, left_open: Catalogue) -> Office:
    """A has 13, B 12 and C 11 on sheets that are signed and sealed."""
    office = at_work(
        database,
        left_open,
        (SZ, "staff_selection"),
        language="bg",
        start="2022-02-28 09:00",
        positions={"speech_therapist": 1},
        K="chair",
        L="member",
        M="member",
    )
    office.does(
        ("2022-02-28 10:00 coordinator", "announce"),
        ("2022-03-03 10:00 registrar", "register A, B, C for speech_therapist"),
        ("2022-04-04 09:00 K", "verdict A, B, C * ok"),
        ("2022-04-04 10:00 K", "admit A, B, C"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        *(
            (f"2022-04-18 10:00 {who}", f"score {name} interview {given}")
            for name, given in MARKS.items()
            for who in "KLM"
        ),
    )
    return office


@pytest.fixture
def scored(sealed: Office) -> Office:
    """The same, opened; no pass mark is fixed."""
    sealed.does(("2022-04-18 16:00 K", "close_interviews"))
    return sealed


def fixes(office: Office, value: str, who: str = "K", why: str | None = "as hard as last year") -> object:
    return records(office, "procedure", who, FixThreshold(assessment="interview", value=Decimal(value)), reason=why)


def test_nobody_is_ranked_before_the_mark_is_fixed(scored: Office) -> None:
    outcome = moves(scored, "procedure", "publish_ranking", "coordinator")
    assert reason(outcome) == ("threshold_not_fixed", {"assessment": "interview"})
    outlook = rankings.outlook(scored.house, SZ, scored.player.positions["speech_therapist"])
    assert outlook is not None
    assert outlook.placed == ()
    assert [one.code for one in outlook.reasons] == ["threshold_not_fixed"]


@pytest.mark.parametrize(
    ("mark", "groups"),
    [
        ("11", ["selected", "reserve", "reserve"]),
        ("12", ["selected", "reserve", "not_approved"]),
        ("13", ["selected", "not_approved", "not_approved"]),
        ("14", ["not_approved", "not_approved", "not_approved"]),
    ],
)
def test_the_fixed_mark_decides_who_is_approved_and_is_inclusive(scored: Office, mark: str, groups: list[str]) -> None:
    fixes(scored, mark)
    scored.does(("2022-04-20 10:00 coordinator", "publish_ranking"))
    rows = scored.rows("SELECT group_name FROM place ORDER BY place")
    assert [row[0] for row in rows] == groups


def test_it_is_read_wherever_a_threshold_is_read(scored: Office) -> None:
    house, procedure = scored.house, scored.player.procedure
    fixes(scored, "13")
    account = score_accounts.accounts(house, SZ, procedure, scored.subject("B"), "nobody").accounts[0]
    assert (account.assessment.threshold, account.is_passed) == (Decimal(13), False)
    assert any(line.code == "threshold_missed" and line.data["threshold"] == "13" for line in account.lines)
    assert "13" in str([b for b in draft_paper(house, SZ, procedure).as_data()["blocks"] if "13" in str(b)])
    scored.does(("2022-04-20 10:00 coordinator", "publish_ranking"), ("2022-04-20 11:00 head", "approve_publication 2"))
    told = scored.rows("SELECT body FROM outbox WHERE notice = 'not_approved'")
    assert len(told) == 2
    assert all("13" in body for (body,) in told)


def test_it_is_fixed_once_and_the_journal_says_by_whom_and_why(scored: Office) -> None:
    assert not isinstance(fixes(scored, "12.00"), Refused)
    before = everything(scored)
    assert reason(fixes(scored, "11")) == ("threshold_fixed", {"assessment": "interview", "value": "12"})
    assert everything(scored) == before
    desk = threshold_desk.desk(scored.house, SZ, scored.player.procedure, "interview")
    assert desk.fixed is not None
    assert (desk.fixed.value, desk.fixed.by, desk.fixed.reason) == (Decimal(12), "K", "as hard as last year")
    (parameters,) = scored.rows("SELECT parameters FROM journal WHERE act = 'fix_threshold'")
    noted = json.loads(parameters[0])
    assert (noted["assessment"], noted["value"]) == ("interview", "12")


@pytest.mark.parametrize(
    ("value", "who", "why", "code"),
    [
        ("7", "K", "why", "threshold_out_of_range"),
        ("15.5", "K", "why", "threshold_out_of_range"),
        ("1E+999", "K", "why", "threshold_out_of_range"),
        ("12.5", "K", "why", "threshold_between_steps"),
        ("12", "K", None, "reason_missing"),
        ("12", "K", "  ", "reason_missing"),
        ("12", "L", "why", "wrong_role"),
        ("12", "coordinator", "why", "wrong_role"),
    ],
)
@sqlite_only
def test_what_is_refused(scored: Office, value: str, who: str, why: str | None, code: str) -> None:
    before = everything(scored)
    assert reason(fixes(scored, value, who, why))[0] == code
    assert everything(scored) == before


@sqlite_only
def test_not_while_sheets_are_sealed(sealed: Office) -> None:
    assert reason(fixes(sealed, "12")) == ("threshold_too_early", {"assessment": "interview", "waiting": "3"})
    desk = threshold_desk.desk(sealed.house, SZ, sealed.player.procedure, "interview")
    assert (desk.choices, desk.people) == ((), {}), "and nothing is told of what the marks would mean"


@sqlite_only
def test_the_desk_tells_what_each_mark_would_mean(scored: Office) -> None:
    desk = threshold_desk.desk(scored.house, SZ, scored.player.procedure, "interview")
    assert [(str(one.mark), one.total) for one in desk.choices] == [
        *((str(mark), 3) for mark in range(8, 12)), ("12", 2), ("13", 1), ("14", 0), ("15", 0)
    ]  # fmt: skip
    at_12 = next(one for one in desk.choices if one.mark == 12)
    assert [desk.people[i].number for i in at_12.at] == ["T-1/0002"]
    assert [desk.people[i].number for i in at_12.below] == ["T-1/0003"]
    assert at_12.passed == {"speech_therapist": 2}
    assert desk.why_not is None


def test_an_optional_mark_that_nobody_fixes_is_none(tmp_path: Path) -> None:
    """Zhengzhou's written test, in the scenarios, is ranked without one and with one."""
    process = fixing_threshold(tmp_path, ", optional: true").snapshot(SZ, "staff_selection").process
    rule = process.assessments["interview"]
    assert (rule.threshold, rule.is_unfixed, rule.has_floor) == (None, False, False)
    assert threshold.unfixed(process, ["interview"]) == ()


@sqlite_only
def test_of_two_who_fix_at_once_one_is_refused(scored: Office) -> None:
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda mark: fixes(scored, mark), ("11", "13")))
    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    assert len(scored.rows("SELECT value FROM fixed_threshold")) == 1
