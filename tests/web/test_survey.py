"""The survey at the desk: shut until there is a result, told of in blocks, answers on paper taken down one by one."""

from __future__ import annotations

import re

import pytest

from tests.services.given import at_work
from tests.web.conftest import Town
from tests.web.given import beside, clerk, ok, procedure
from workflow.catalogue.index import Catalogue
from workflow.persistence.database import Database
from workflow.settings import Settings
from workflow.web.app import create_app

HERE = "goldap"


@pytest.fixture
def receiving(database: Database, catalogue: Catalogue, settings: Settings) -> Town:
    """Gołdap's recruitment, announced, with one application that was rejected after the closing day."""
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
        ("2026-03-10 09:00 registrar", "register A for benefits_officer"),
        ("2026-03-23 10:00 commission", "reject A because document_missing(document=declaration_record)"),
    )
    return Town(office, create_app(office.house, settings))


def ends(town: Town) -> None:
    town.office.does(("2026-03-24 09:00 coordinator", "finish_check"))


def answer(clarity: int) -> dict[str, str]:
    return {"group": "candidates", "q-clarity": str(clarity), "q-overall": "3"}


def test_the_report_opens_with_the_result_and_tells_of_five(receiving: Town) -> None:
    registrar, coordinator = (clerk(receiving, who, institution=HERE) for who in ("registrar", "coordinator"))
    page = procedure(receiving, "survey")
    assert f'href="{page}"' in ok(coordinator.get(procedure(receiving)))
    for n in range(4):
        assert registrar.post(page, answer(5 - n)).status_code == 303
    shut = ok(coordinator.get(page))
    assert "The report opens when the result is final" in shut
    assert "Too few answers" not in shut
    assert "<svg" not in shut
    ends(receiving)
    registrar, coordinator = (clerk(receiving, who, institution=HERE) for who in ("registrar", "coordinator"))
    few = ok(coordinator.get(page))
    assert "Too few answers" in few
    assert "<svg" not in few
    assert registrar.post(page, answer(1)).status_code == 303
    told = ok(coordinator.get(page))
    assert "5 answers are told of." in told
    rows = re.findall(
        r"<tr><th scope=\"row\">([^<]*)</th><td class=\"num\">(\d+)</td><td class=\"num\">([\d.]+)</td>", told
    )
    assert [(n, mean) for _, n, mean in rows] == [("5", "3.00"), ("5", "3.00")] * 2, "here, and all together"
    assert "Asked: 1. Answered: 500 %." in told  # more sheets than mails: paper lay about


def test_an_answer_must_hold_something_and_be_on_the_scale(receiving: Town) -> None:
    registrar = clerk(receiving, "registrar", institution=HERE)
    page = procedure(receiving, "survey")
    empty = registrar.post(page, {"group": "candidates"})
    assert empty.status_code == 422
    assert beside(empty.text, "q-clarity") == "Answer at least one question."
    wrong = registrar.post(page, {"group": "candidates", "q-clarity": "6", "q-reasons": "2"})
    assert wrong.status_code == 422
    assert beside(wrong.text, "q-clarity") == "Choose a mark from 1 to 5."
    assert re.search(r'name="q-reasons" value="2" checked', wrong.text), "what was typed stays"
    assert beside(registrar.post(page, {"group": "press", "q-clarity": "1"}).text, "group") != ""
    refused = registrar.post(page, {"group": "ordering_unit", "q-clarity": "1"})
    assert refused.status_code == 409
    assert receiving.office.rows("SELECT * FROM survey_answer") == []


def test_only_who_may_answer_sees_the_form(receiving: Town) -> None:
    page = procedure(receiving, "survey")
    form = "Take down an answer given on paper"
    assert form in ok(clerk(receiving, "registrar", institution=HERE).get(page))
    assert form in ok(clerk(receiving, "head", institution=HERE).get(page))
    assert form not in ok(clerk(receiving, "coordinator", institution=HERE).get(page))
    member = clerk(receiving, "K", institution=HERE)
    assert member.get(page).status_code == 403, "the commission is not asked, and is told nothing"


def test_a_process_without_a_survey_has_no_such_page(town: Town) -> None:
    coordinator = clerk(town, "coordinator")
    assert coordinator.get(procedure(town, "survey")).status_code == 404
    assert "/survey" not in ok(coordinator.get(procedure(town)))
