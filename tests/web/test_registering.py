"""Registering papers: fast, kept when wrong, warned of people who are known."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.conftest import Browser, Town
from workflow.engine.process import Kind

ADA = {"position": "speech_therapist", "name": "Ада Лъвова", "email": "ada@people.example", "language": "bg"}


def path(town: Town) -> str:
    return town.url("procedures", town.office.player.procedure, "register")


def registers(town: Town, *, who: str = "registrar", **fields: Any) -> Any:
    return town.as_(who).post(path(town), {"do": "register", **ADA, **fields})


def registered(town: Town) -> list[tuple[Any, ...]]:
    return town.office.rows(
        "SELECT a.register_number, c.name, s.state FROM application a"
        " JOIN candidate c ON c.id = a.candidate_id JOIN subject s ON s.id = a.id ORDER BY a.id"
    )


def shown(browser: Browser, answer: Any) -> str:
    """The page to which an answer leads, with what it says."""
    assert answer.status_code == 303, answer.text
    return str(browser.get(answer.headers["location"]).text)


def test_paper_is_registered_and_the_form_comes_again(town: Town) -> None:
    browser = town.as_("registrar")
    fields = {
        **ADA,
        "do": "register",
        "document": ["application_form"],
        "pages:application_form": "2",
        "pages:diploma": "3",
    }
    answer = browser.post(path(town), fields)
    page = shown(browser, answer)
    assert registered(town) == [("T-1/0001", "Ада Лъвова", "submitted")]
    assert "T-1/0001" in page
    assert "Ада Лъвова" in page
    assert "Mail" in page
    assert town.office.rows("SELECT name, pages FROM document ORDER BY name") == [
        ("application_form", 2),
        ("diploma", 3),
    ]
    # For the next envelope: the position stays, the name is empty and has the focus, the next number is said.
    assert re.search(r'<option value="speech_therapist" selected', page)
    assert re.search(r'<input id="name"[^>]*value=""[^>]*autofocus', page)
    assert "T-1/0002" in page


def test_position_changes_without_script_and_nothing_typed_is_lost(town: Town) -> None:
    browser = town.as_("registrar")
    answer = browser.post(
        path(town), {**ADA, "do": "choose", "position": "stoker", "pages:diploma": "4", "reason": "R"}
    )
    assert answer.status_code == 200
    assert 'value="boiler_licence"' in answer.text
    assert 'value="boiler_licence"' not in browser.get(path(town)).text.replace("stoker", "")
    for kept in ('value="Ада Лъвова"', 'value="ada@people.example"', 'value="4"', 'value="R"'):
        assert kept in answer.text
    assert registered(town) == []


def test_enter_registers_since_the_first_button_does(town: Town) -> None:
    page = town.as_("registrar").get(path(town)).text
    buttons = re.findall(r'<button[^>]*name="do" value="([^"]*)"', page)
    assert buttons[0] == "register"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, ["name"]),
        ({"email": "nonsense"}, ["email"]),
        ({"name": "x" * 201}, ["name"]),
        ({"position": "cook"}, ["position"]),
        ({"language": "xx"}, ["language"]),
        ({"pages:diploma": "many"}, ["pages:diploma"]),
        ({"pages:diploma": "0"}, ["pages:diploma"]),
        ({"document": "passport"}, ["document"]),
        ({"received_on": "31.03.2022", "received_time": "17:00"}, ["received_on"]),
        ({"received_on": "2022-03-01"}, ["received_time"]),
        ({"received_on": "2022-03-01", "received_time": "25:00"}, ["received_time"]),
        ({"received_on": "2021-03-28", "received_time": "03:30", "reason": "late typing"}, ["received_time"]),
        ({"received_on": "2022-03-01", "received_time": "10:00"}, ["register_entry"]),
        ({"received_on": "2030-01-01", "received_time": "10:00"}, ["received_on"]),
        ({"register_number": "9" * 61}, ["register_number"]),
        ({"name": "", "email": "x", "pages:diploma": "x"}, ["name", "email", "pages:diploma"]),
    ],
)
def test_what_is_wrong_is_told_beside_the_field(town: Town, fields: dict[str, str], wrong: list[str]) -> None:
    answer = registers(town, **fields)
    assert answer.status_code == 422
    for field in wrong:
        assert f'href="#{field}"' in answer.text, field
        assert f'id="{field}"' in answer.text
    assert registered(town) == []
    if "name" not in fields:
        assert 'value="Ада Лъвова"' in answer.text


def test_paper_received_in_time_may_be_typed_in_after_closing(town: Town) -> None:
    town.office.does(("2022-04-01 09:00 registrar", "wait"))
    browser = town.as_("registrar")
    fields = {**ADA, "do": "register", "received_on": "2022-03-31", "received_time": "17:30", "register_entry": "104/5"}
    page = shown(browser, browser.post(path(town), fields))
    assert registered(town)[0][2] == "document_check"
    assert 'value="2022-03-31"' in page  # the next envelope of the same day
    assert 'value="104/5"' not in page


def test_late_paper_becomes_late_and_the_page_says_so(town: Town) -> None:
    town.office.does(("2022-04-01 09:00 registrar", "wait"))
    browser = town.as_("registrar")
    state = town.office.player.definition.lifecycles[Kind.APPLICATION].states["late"]
    assert state.label["en"] in browser.get(path(town)).text  # said beforehand
    page = shown(browser, browser.post(path(town), {**ADA, "do": "register"}))
    assert registered(town)[0][2] == "late"
    assert state.label["en"] in page


def test_known_person_is_told_before_anything_is_saved(town: Town) -> None:
    registers(town)
    for same in ({"email": "other@people.example", "name": "лъвова АДА"}, {"name": "Somebody Else"}):
        answer = registers(town, position="stoker", **same)
        assert answer.status_code == 409, answer.text
        assert "T-1/0001" in answer.text
        assert 'name="do" value="another"' in answer.text
        assert 'name="do" value="same:' in answer.text
    assert len(registered(town)) == 1


def test_same_person_shares_the_dossier(town: Town) -> None:
    registers(town)
    candidate = town.office.one("SELECT id FROM candidate")
    browser = town.as_("registrar")
    answer = browser.post(path(town), {**ADA, "do": f"same:{candidate}", "position": "stoker"})
    # The button of the warning registers at once.
    page = shown(browser, answer)
    assert "T-1/0002" in page
    assert town.office.one("SELECT count(*) FROM candidate") == 1
    assert town.office.one("SELECT count(*) FROM dossier") == 1


def test_another_person_of_the_same_name_is_registered_after_one_confirmation(town: Town) -> None:
    registers(town)
    browser = town.as_("registrar")
    shown(browser, browser.post(path(town), {**ADA, "do": "another", "email": ""}))
    assert town.office.one("SELECT count(*) FROM candidate") == 2


def test_same_person_for_the_same_position_is_shown_the_application(town: Town) -> None:
    registers(town)
    candidate, application = town.office.rows("SELECT candidate_id, id FROM application")[0]
    answer = town.as_("registrar").post(path(town), {**ADA, "do": f"same:{candidate}"})
    assert answer.status_code == 422
    assert town.url("procedures", town.office.player.procedure, "applications", application) in answer.text
    assert len(registered(town)) == 1


def test_taken_number_is_told_beside_it_with_a_link(town: Town) -> None:
    registers(town, register_number="R-7")
    answer = registers(town, register_number="R-7", name="Bo", email="")
    assert answer.status_code == 422
    assert 'href="#register_number"' in answer.text
    application = town.office.one("SELECT id FROM application")
    assert f"applications/{application}" in answer.text


def test_person_can_be_looked_for_first(town: Town) -> None:
    registers(town)
    browser = town.as_("registrar")
    found = browser.post(path(town), {**ADA, "do": "find", "email": ""})
    assert (found.status_code, "T-1/0001" in found.text) == (200, True)
    nobody = browser.post(path(town), {**ADA, "do": "find", "email": "", "name": "Цвета"})
    assert 'value="same:' not in nobody.text
    assert len(registered(town)) == 1


def test_chosen_person_of_another_institution_does_not_exist(town: Town) -> None:
    answer = registers(town, do="same:0190a000-0000-7000-8000-000000000000")
    assert answer.status_code == 404


def test_who_may_not_register_reads_why(town: Town) -> None:
    page = town.as_("coordinator").get(path(town))
    assert "Registrar" in page.text
    answer = registers(town, who="coordinator")
    assert answer.status_code == 422
    assert registered(town) == []


def test_something_else_than_a_procedure_is_not_found(town: Town) -> None:
    position = town.office.one("SELECT id FROM position LIMIT 1")
    assert town.as_("registrar").get(town.url("procedures", position, "register")).status_code == 404


def test_script_in_a_name_is_text(town: Town) -> None:
    browser = town.as_("registrar")
    page = shown(browser, browser.post(path(town), {**ADA, "do": "register", "name": "<script>alert(1)</script>"}))
    assert "<script>alert" not in page
