"""Lists as the engine made them: places with reasons, ties, publications word for word, files without formulas."""

from __future__ import annotations

import hashlib
import io
import re
from zipfile import ZipFile

import pytest
from sqlalchemy import text

from tests.web.conftest import Town
from tests.web.given import beside, clerk, moves, ok, procedure

SCORES = {"A": "5 4 4", "B": "4 4 4", "C": "4 4 3"}


def scored(town: Town, scores: dict[str, str]) -> None:
    for name, marks in scores.items():
        town.office.does(*((f"2022-04-18 10:00 {member}", f"score {name} interview {marks}") for member in "KLM"))
    town.office.does(("2022-04-19 09:00 K", "close_interviews"))


@pytest.fixture
def ranked(interviewing: Town) -> Town:
    """The ranking list is published: A selected, B in reserve, C not approved."""
    scored(interviewing, SCORES)
    interviewing.office.does(("2022-04-20 10:00 coordinator", "publish_ranking"))
    return interviewing


def rows(page: str) -> list[list[str]]:
    body = page[page.index("<tbody>", page.index('id="list-1"')) :].partition("</tbody>")[0]
    return [
        [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)]
        for row in body.split("</tr>")[:-1]
    ]


def test_the_list_shows_place_total_and_group_in_order(ranked: Town) -> None:
    listed = rows(ok(clerk(ranked, "coordinator").get(procedure(ranked, "lists"))))
    assert [row[:5] for row in listed] == [
        ["1", "T-1/0001", "A", "13.00", "selected"],
        ["2", "T-1/0002", "B", "12.00", "reserve"],
        ["3", "T-1/0003", "C", "11.00", "not approved"],
    ]


def test_before_it_is_made_the_position_says_how_the_list_would_be(interviewing: Town) -> None:
    page = procedure(interviewing, "positions", interviewing.office.player.positions["speech_therapist"])
    assert "would be this" not in ok(clerk(interviewing, "coordinator").get(page))
    scored(interviewing, SCORES)
    coordinator = clerk(interviewing, "coordinator")
    shown = ok(coordinator.get(page))
    assert "By the marks as they are, it would be this" in shown
    assert "is within the seats" in shown
    assert "Not ranked yet" in ok(coordinator.get(procedure(interviewing, "lists")))


def test_a_tie_is_decided_on_the_page_and_told_as_the_reason(interviewing: Town) -> None:
    scored(interviewing, {"A": "4 4 4", "B": "4 4 4", "C": "4 4 3"})
    coordinator, chair = clerk(interviewing, "coordinator"), clerk(interviewing, "K")
    position = procedure(interviewing, "positions", interviewing.office.player.positions["speech_therapist"])
    assert "Ask the commission to decide" in ok(coordinator.get(procedure(interviewing, "moves", "publish_ranking")))
    assert "Record the order" not in ok(coordinator.get(position))
    assert "A tie for place 1" in ok(chair.get(position))
    a, b = interviewing.office.subject("A"), interviewing.office.subject("B")
    answer = chair.post(f"{position}/tie", {"place": "1", f"rank_{a}": "1", f"rank_{b}": "1"})
    assert (answer.status_code, bool(beside(answer.text, f"rank_{b}"))) == (422, True)
    assert coordinator.post(f"{position}/tie", {"place": "1", f"rank_{a}": "2", f"rank_{b}": "1"}).status_code == 409
    answer = chair.post(f"{position}/tie", {"place": "1", f"rank_{a}": "2", f"rank_{b}": "1", "reason_1": "по опит"})
    assert answer.status_code == 303, answer.text
    assert chair.post(f"{position}/tie", {"place": "1", f"rank_{a}": "2", f"rank_{b}": "1"}).status_code == 409
    assert moves(coordinator, procedure(interviewing, "moves", "publish_ranking")).status_code == 303
    listed = rows(ok(coordinator.get(procedure(interviewing, "lists"))))
    assert [(row[0], row[2], row[4]) for row in listed[:2]] == [("1", "B", "selected"), ("2", "A", "reserve")]
    assert "decision of the commission" in listed[0][6]


def test_a_publication_stands_word_for_word_with_its_digest(ranked: Town) -> None:
    coordinator = clerk(ranked, "coordinator")
    content, digest = ranked.office.rows("SELECT content, digest FROM publication WHERE number = 2")[0]
    assert hashlib.sha256(content.encode()).hexdigest() == digest
    page = ok(coordinator.get(procedure(ranked, "publications", "2")))
    assert digest in page
    for language in ("bg", "en"):
        assert f'<article class="sheet published" lang="{language}">' in page
    assert "Taken down" not in page
    assert "13.00" in page


def test_a_publication_that_was_taken_down_says_so(interviewing: Town) -> None:
    town = interviewing
    with town.office.house.database.writing() as connection:
        connection.execute(text("UPDATE publication SET withdrawn_at = published_at"))
    page = ok(clerk(town, "coordinator").get(procedure(town, "publications", "1")))
    assert "It no longer holds" in page
    assert "taken down" in ok(clerk(town, "coordinator").get(procedure(town)))


def test_files_hold_no_formula(ranked: Town) -> None:
    with ranked.office.house.database.writing() as connection:
        connection.execute(text("UPDATE candidate SET name = '=HYPERLINK(1)' WHERE name = 'A'"))
    coordinator = clerk(ranked, "coordinator")
    csv = coordinator.get(procedure(ranked, "lists.csv"))
    assert csv.headers["content-disposition"].startswith("attachment")
    assert csv.text.startswith("\ufeff")
    assert "'=HYPERLINK(1)" in csv.text
    assert ",=HYPERLINK" not in csv.text
    assert "13.00" in csv.text
    xlsx = coordinator.get(procedure(ranked, "lists.xlsx"))
    with ZipFile(io.BytesIO(xlsx.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "=HYPERLINK(1)" in book.read("xl/sharedStrings.xml").decode()


def test_the_commission_reads_the_lists_of_its_own_procedure(ranked: Town) -> None:
    assert rows(ok(clerk(ranked, "L").get(procedure(ranked, "lists"))))
    assert clerk(ranked, "L").get(ranked.url("procedures")).status_code == 403
