"""The desk of a pass mark: everybody with sight looks, the chair fixes, once, confirmed and with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Answer, command, done
from tests.services.conftest import SZ
from tests.services.given import fixing_threshold
from tests.web.conftest import Town, town_of
from tests.web.given import beside, clerk, ok
from tests.web.given import procedure as address
from workflow.catalogue.index import Catalogue
from workflow.persistence.database import Database
from workflow.settings import Settings

MARKS = {"A": "5 4 4", "B": "4 4 4", "C": "4 4 3"}


@pytest.fixture(scope="module")
def left_open(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return fixing_threshold(tmp_path_factory.mktemp("definitions"))


@pytest.fixture
def sealed(database: Database, left_open: Catalogue, settings: Settings) -> Town:
    """A has 13, B 12 and C 11 on sealed sheets; L is recused from nobody, N from B."""
    town = town_of(database, left_open, settings)
    town.office.does(
        ("2022-03-01 10:00 head", "appoint N member"),
        ("2022-03-03 10:00 registrar", "register A, B, C for speech_therapist"),
        ("2022-04-04 09:00 K", "verdict A, B, C * ok"),
        ("2022-04-04 10:00 K", "admit A, B, C"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        ("2022-04-18 09:30 N", "conflict B"),
        *((f"2022-04-18 10:00 {who}", f"score {n} interview {m}") for n, m in MARKS.items() for who in "KLM"),
    )
    return town


@pytest.fixture
def opened(sealed: Town) -> Town:
    """The same, with the sheets opened."""
    sealed.office.does(("2022-04-18 16:00 K", "close_interviews"))
    return sealed


def desk(town: Town) -> str:
    return address(town, "scoring", "interview", "threshold")


@pytest.mark.parametrize("who", ["K", "L", "coordinator", "auditor"])
def test_who_sees_the_case_sees_what_each_mark_would_mean(opened: Town, who: str) -> None:
    page = ok(clerk(opened, who).get(desk(opened), params={"mark": "12"}))
    assert "On the line of 12" in page
    assert "12: 2 would pass" in page
    assert "13: 1 would pass" in page
    assert page.index("T-1/0002</a> B") < page.index("exactly the mark") < page.index("T-1/0003</a> C")
    assert "nearest below" in page
    assert ("Fix the pass mark" in page) == (who == "K")


def test_before_the_sheets_are_opened_nothing_is_told(sealed: Town) -> None:
    page = ok(clerk(sealed, "K").get(desk(sealed), params={"mark": "12"}))
    assert "The pass mark is fixed when all sheets are opened" in page.replace("the pass mark is", "The pass mark is")
    assert "would pass" not in page
    assert "T-1/000" not in page


def test_a_recused_member_does_not_see_who_stands_on_the_line(opened: Town) -> None:
    page = ok(clerk(opened, "N").get(desk(opened), params={"mark": "12"}))
    assert "T-1/0002" not in page
    assert "1 candidate from whom you are recused is not shown." in page


def test_fixing_asks_for_a_reason_and_a_confirmation(opened: Town) -> None:
    chair = clerk(opened, "K")
    answer = chair.post(desk(opened), {"value": "12"})
    assert answer.status_code == 422
    assert "Write why" in beside(answer.text, "reason")
    assert "cannot be changed" in beside(answer.text, "confirm")
    assert opened.office.rows("SELECT value FROM fixed_threshold") == []


def test_it_is_fixed_and_then_it_stands(opened: Town) -> None:
    chair = clerk(opened, "K")
    fields = {"value": "12", "confirm": "yes", "reason": "as last year"}
    assert chair.post(desk(opened), fields).status_code == 303
    page = ok(clerk(opened, "L").get(desk(opened)))
    assert "The pass mark is 12." in page
    assert "as last year" in page
    assert "Pass mark to look at" not in page
    again = chair.post(desk(opened), {**fields, "value": "11"})
    assert again.status_code == 409
    assert "is fixed at 12" in again.text
    assert "The threshold is 12." in ok(chair.get(address(opened, "scoring", "interview", "results")))
    assert "Interview: 12" in ok(clerk(opened, "coordinator").get(address(opened)))


@pytest.mark.parametrize("who", ["L", "coordinator", "head"])
def test_nobody_else_fixes_it(opened: Town, who: str) -> None:
    fields = {"value": "12", "confirm": "yes", "reason": "as last year"}
    assert clerk(opened, who).post(desk(opened), fields).status_code == 409
    assert opened.office.rows("SELECT value FROM fixed_threshold") == []


@pytest.mark.parametrize("typed", ["", "seven", "7", "12.5", "1e9", "NaN", "-12", "999999999999", "<b>12</b>"])
def test_what_is_no_possible_mark_is_told(opened: Town, typed: str) -> None:
    chair = clerk(opened, "K")
    answer = chair.post(desk(opened), {"value": typed, "confirm": "yes", "reason": "why"})
    assert answer.status_code in (409, 422)
    assert opened.office.rows("SELECT value FROM fixed_threshold") == []
    looked = chair.get(desk(opened), params={"mark": typed})
    assert looked.status_code == 200
    assert "On the line of" not in looked.text
    assert "<b>12</b>" not in looked.text


def test_where_the_rules_give_it_there_is_no_desk(interviewing: Town) -> None:
    assert clerk(interviewing, "K").get(desk(interviewing)).status_code == 404


def test_the_page_costs_few_statements(opened: Town) -> None:
    chair = clerk(opened, "K")
    count = []
    from sqlalchemy import event

    engine = opened.office.house.database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: count.append(given[2]))
    ok(chair.get(desk(opened), params={"mark": "12"}))
    assert len(count) <= 12


def test_the_command_shows_and_fixes(tmp_path: Path, opened: Town) -> None:
    """It reads the rules that the procedure is pinned to, whatever the shipped ones say."""
    (tmp_path / "definitions").mkdir()

    def nabor(*arguments: str) -> Answer:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NABOR_DATABASE", f"sqlite:///{opened.office.rows('PRAGMA database_list')[0][2]}")
            return command(tmp_path, opened.office.clock, ("procedure", "threshold", SZ, "T-1", *arguments))

    shown = done(nabor("interview", "--json")).json
    assert next(one for one in shown["choices"] if one["mark"] == "12") == {
        "mark": "12",
        "passed": {"speech_therapist": 2},
        "at": ["T-1/0002"],
        "nearest_below": ["T-1/0003"],
    }
    chair = opened.office.player.members["K"]
    assert nabor("interview", "--fix", "ten", "--as", chair, "--reason", "why").code == 2
    assert nabor("interview", "--fix", "12", "--reason", "why").code == 2
    assert nabor("interview", "--fix", "12", "--as", chair).code == 1
    assert nabor("interview", "--fix", "12", "--as", chair, "--reason", "why").code == 0
    assert nabor("interview", "--json").json["fixed"]["value"] == "12"
    assert "Fixed at 12 by K: why" in nabor("interview").said
