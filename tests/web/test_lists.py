"""The coordinator's lists as pages: queue, table, board, search and exports."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.services.given import application
from tests.web.conftest import SAME, Browser, Town
from workflow.engine.request import Refused
from workflow.persistence.database import Database
from workflow.services import queue
from workflow.services.registration import register_many
from workflow.web.exporting import harmless

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    '=HYPERLINK("https://example.org","Иван")',
    "<script>alert(1)</script>",
]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the statements that a page asks for."""
    names: list[str] = []
    read = Database.read

    def counted(self: Database, statement: Any, /, **params: Any) -> Any:
        names.append(statement.name)
        return read(self, statement, **params)

    monkeypatch.setattr(Database, "read", counted)
    return names


def crowd(town: Town, names: list[str]) -> None:
    town.office.does(("2022-03-03 10:00 registrar", "wait"))
    new = [application(town.office, name) for name in names]
    outcomes = register_many(town.office.house, new)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Refused)]


def send(browser: Browser, town: Town, path: str, data: dict[str, str]) -> Any:
    token = re.findall(r'name="csrf" value="([0-9a-f]+)"', browser.get(town.url("queue")).text)[0]
    return browser.client.post(path, data={"csrf": token, **data}, headers=SAME, follow_redirects=False)


def english(town: Town, who: str) -> Browser:
    browser = town.as_(who)
    browser.client.cookies.set("nabor-language", "en")
    return browser


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.text[:2000]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


# --- queue ------------------------------------------------------------------------------------------------------------


def test_the_queue_says_what_waits_until_when_with_the_next_move(checking: Town) -> None:
    page = english(checking, "coordinator").get(checking.url("queue"))
    text = text_of(page)
    assert "Open: 2 positions procedure T-1 Speech therapist, Stoker" in text
    assert "Thu, 7 Apr 2022, 17:30 · in 6 days" in text
    assert checking.url("procedures", checking.office.player.procedure, "moves", "publish_admission") in page.text


def test_a_group_leads_to_its_filtered_table_with_the_move_chosen(town: Town) -> None:
    crowd(town, ["A", "B", "C"])
    browser = english(town, "registrar")
    page = browser.get(town.url("queue"))
    assert "Submitted: 3 applications" in text_of(page)
    # A withdrawal is the candidate's own: it is never the button beside a group.
    assert "move=" not in page.text
    (address,) = set(re.findall(r'href="([^"]*/applications\?[^"]*state=submitted[^"]*)"', page.text))
    table = browser.get(html.unescape(address) + "&move=withdraw")
    assert table.text.count('name="id"') == 3
    assert table.text.count(" checked>") == 3
    assert re.search(r'<option value="\w+" selected>[^<]*</option></select></div>', table.text)
    assert f'action="{town.url("procedures", town.office.player.procedure, "bulk")}"' in table.text


def test_an_empty_queue_says_what_will_stand_there(town: Town) -> None:
    text = text_of(english(town, "head").get(town.url("queue")))
    for words in (
        "Nothing waits here now",
        "Nothing more today",
        "None. Notices that could",
        "No commission is scoring",
    ):
        assert words in text


def test_an_auditor_sees_the_offices_queue_without_buttons(checking: Town) -> None:
    page = english(checking, "auditor").get(checking.url("queue"))
    assert "Document check: 3 applications" in text_of(page)
    assert "row-act" not in page.text


def test_the_counters_are_a_fragment(checking: Town) -> None:
    page = english(checking, "coordinator").get(checking.url("queue"), headers={"HX-Request": "true"})
    assert page.text.lstrip().startswith('<p id="live"')
    assert "<html" not in page.text


# --- table ------------------------------------------------------------------------------------------------------------


def test_the_table_filters_sorts_and_turns_pages(town: Town) -> None:
    crowd(town, [f"Човек {n:03d}" for n in range(120)])
    browser = english(town, "coordinator")
    first = browser.get(town.url("applications") + "?sort=name")
    assert "120 applications" in text_of(first)
    assert 'aria-sort="ascending"' in first.text
    names = re.findall(r"<td>(Човек \d+)</td>", first.text)
    address = html.unescape(re.findall(r'rel="next" href="([^"]+)"', first.text)[0])
    second = browser.get(address)
    names += re.findall(r"<td>(Човек \d+)</td>", second.text)
    assert names == [f"Човек {n:03d}" for n in range(100)]
    back = html.unescape(re.findall(r'rel="prev" href="([^"]+)"', second.text)[0])
    assert re.findall(r"<td>(Човек \d+)</td>", browser.get(back).text) == names[:50]
    found = browser.get(town.url("applications") + "?q=човек+011")
    assert re.findall(r"<td>(Човек \d+)</td>", found.text) == ["Човек 011"]


@pytest.mark.parametrize("query", ["from=yesterday", "to=2022-13-01", "from=2022-05-02&to=2022-05-01"])
def test_a_day_that_is_none_is_told_beside_its_field(town: Town, query: str) -> None:
    page = english(town, "coordinator").get(town.url("applications") + "?" + query)
    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert 'aria-invalid="true"' in page.text


@pytest.mark.parametrize(
    "query",
    ["procedure=nobody", "procedure=%00"],
)
def test_a_procedure_that_is_none_is_not_found(checking: Town, query: str) -> None:
    answer = english(checking, "coordinator").get(checking.url("applications") + "?" + query)
    assert answer.status_code == (404 if "nobody" in query else 200)


@pytest.mark.parametrize(
    "query",
    ["stage=x&sort=y&order=z&size=7", "after=!!&before=%F0", "state=x", "q=%25", "q=" + "x" * 5000, "position=x&q=1"],
)
def test_strange_fields_are_passed_over(checking: Town, query: str) -> None:
    assert english(checking, "coordinator").get(checking.url("applications") + "?" + query).status_code == 200


def test_filters_are_saved_opened_and_deleted(checking: Town) -> None:
    browser = english(checking, "coordinator")
    path = checking.url("applications", "filters")
    answer = send(browser, checking, path, {"state": "document_check", "name": "<To check>"})
    assert answer.headers["location"] == checking.url("applications") + "?state=document_check"
    page = browser.get(answer.headers["location"])
    assert "The filter is saved as “<To check>”." in text_of(page)
    assert f'<a href="{checking.url("applications")}?state=document_check">&lt;To check&gt;</a>' in page.text
    assert "To check" not in english(checking, "registrar").get(checking.url("applications")).text
    send(browser, checking, checking.url("applications", "filters", "delete"), {"name": "<To check>"})
    assert "&lt;To check&gt;</a>" not in browser.get(checking.url("applications")).text


def test_a_filter_without_a_name_is_asked_for_one(checking: Town) -> None:
    browser = english(checking, "coordinator")
    for name in ("", "x" * 81):
        page = send(
            browser, checking, checking.url("applications", "filters"), {"state": "document_check", "name": name}
        )
        assert page.status_code == 422
        assert 'id="name-wrong"' in page.text
        assert '<option value="document_check" selected>' in page.text


def test_an_auditor_saves_nothing_and_marks_nothing(checking: Town) -> None:
    browser = english(checking, "auditor")
    page = browser.get(checking.url("applications") + f"?procedure={checking.office.player.procedure}")
    assert page.status_code == 200
    assert 'name="id"' not in page.text
    assert "Save this filter" not in page.text
    assert send(browser, checking, checking.url("applications", "filters"), {"name": "x"}).status_code == 403


# --- board ------------------------------------------------------------------------------------------------------------


def test_the_board_has_a_column_for_each_state_and_the_open_moves(checking: Town) -> None:
    page = english(checking, "K").get(checking.url("applications", "board"))
    assert page.status_code == 403  # the commission has pages of its own
    procedure = checking.office.player.procedure
    browser = english(checking, "registrar")
    page = browser.get(checking.url("applications", "board") + f"?procedure={procedure}")
    text = text_of(page)
    assert "Document check 3" in text
    a = checking.office.subject("A")
    assert checking.url("procedures", procedure, "applications", a) in page.text
    assert re.search(rf"applications/{a}/moves/\w+", page.text)
    assert "/moves/admit" not in page.text
    assert (
        "/moves/"
        not in english(checking, "auditor").get(checking.url("applications", "board") + f"?procedure={procedure}").text
    )


def test_the_board_without_a_procedure_is_a_choice(checking: Town) -> None:
    browser = english(checking, "coordinator")
    assert "T-1" in browser.get(checking.url("applications", "board")).text
    assert browser.get(checking.url("applications", "board") + "?procedure=x").status_code == 404


# --- search -----------------------------------------------------------------------------------------------------------


def test_search_finds_people_and_numbers(town: Town) -> None:
    crowd(town, ["Łukasz Żółć", "王小明"])
    browser = english(town, "coordinator")
    for query, name in (("lukasz", "Łukasz Żółć"), ("小明", "王小明"), ("T-1/0001", "Łukasz Żółć"), ("2", "王小明")):
        text = text_of(browser.get(town.url("search"), params={"q": query}))
        assert "1 application " in text
        assert name in text
    assert "Nothing begins like that" in browser.get(town.url("search"), params={"q": "zzz"}).text
    assert browser.get(town.url("search")).status_code == 200


# --- exports ----------------------------------------------------------------------------------------------------------


def test_no_formula_leaves_in_csv(town: Town) -> None:
    crowd(town, HOSTILE)
    answer = english(town, "coordinator").get(town.url("applications.csv") + "?order=up")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="applications.csv"'
    head, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert head[:4] == ["Number", "Name", "Procedure", "Position"]
    assert [row[1].removeprefix("'") for row in rows] == HOSTILE
    for row in rows:
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "  =1"])
def test_what_would_run_is_made_harmless(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("Иван-Петров = x") == "Иван-Петров = x"


def test_no_formula_leaves_in_excel(town: Town) -> None:
    crowd(town, HOSTILE)
    answer = english(town, "coordinator").get(town.url("applications.xlsx"))
    assert answer.headers["content-disposition"] == 'attachment; filename="applications.xlsx"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    for name in HOSTILE:
        assert html.escape(name, quote=False) in html.escape(html.unescape(sheet), quote=False)


def test_exports_hold_the_filter_and_every_page(town: Town) -> None:
    crowd(town, [f"Човек {n:03d}" for n in range(70)])
    browser = english(town, "coordinator")
    whole = list(csv.reader(io.StringIO(browser.get(town.url("applications.csv")).text)))
    assert len(whole) == 71
    some = list(csv.reader(io.StringIO(browser.get(town.url("applications.csv") + "?q=човек+00").text)))
    assert len(some) == 11
    assert browser.get(town.url("applications.csv") + "?from=x").status_code == 404
    assert browser.get(town.url("applications.xlsx") + "?procedure=x").status_code == 404


def test_names_are_text_wherever_they_stand(town: Town) -> None:
    crowd(town, HOSTILE)
    browser = english(town, "coordinator")
    procedure = town.office.player.procedure
    for path in ("applications", f"applications/board?procedure={procedure}", "search?q=script"):
        page = browser.get(town.url() + path if town.url().endswith("/") else f"{town.url()}/{path}")
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text


# --- what a page costs ------------------------------------------------------------------------------------------------


def addresses(town: Town) -> Iterator[str]:
    procedure = town.office.player.procedure
    yield from ("queue", "applications", "applications?sort=name", "applications?state=submitted&sort=since")
    yield f"applications?procedure={procedure}"
    yield f"applications?procedure={procedure}&q=чов"
    yield f"applications/board?procedure={procedure}"
    yield from ("search?q=чов", "search?q=1", "search?q=T-1")


def test_a_page_of_thirty_costs_what_a_page_of_one_does(
    town: Town, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "FRESH", 0)
    crowd(town, ["Човек 000"])
    browser = english(town, "coordinator")

    def costs() -> dict[str, list[str]]:
        found = {}
        for address in addresses(town):
            path = f"/stara_zagora/{address}"
            browser.get(path)  # what is met for the first time is read once and kept
            asked.clear()
            answer = browser.get(path)
            assert answer.status_code == 200
            assert len(answer.content) < 100_000
            found[address] = list(asked)
        return found

    one = costs()
    crowd(town, [f"Човек {n:03d}" for n in range(1, 31)])
    many = costs()
    assert many == one
    assert {address: len(names) for address, names in many.items() if len(names) > 12} == {}
