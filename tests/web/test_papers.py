"""Papers as pages and files: a draft is approved by a second person, corrected in the open; the protocol is signed."""

from __future__ import annotations

import csv
import hashlib
import io
import re

import docx
import pytest
from pypdf import PdfReader
from sqlalchemy import text

from tests.web.conftest import Town
from tests.web.given import beside, clerk, hidden, ok, procedure


@pytest.fixture
def ranked(interviewing: Town) -> Town:
    """The ranking list waits for approval: A selected, B in reserve, C not approved."""
    for name, marks in {"A": "5 4 4", "B": "4 4 4", "C": "4 4 3"}.items():
        interviewing.office.does(*((f"2022-04-18 10:00 {who}", f"score {name} interview {marks}") for who in "KLM"))
    interviewing.office.does(
        ("2022-04-19 09:00 K", "close_interviews"),
        ("2022-04-20 10:00 coordinator", "publish_ranking"),
    )
    return interviewing


def words(content: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def test_a_draft_is_approved_by_a_second_person(ranked: Town) -> None:
    address = procedure(ranked, "publications", "2")
    coordinator, head = clerk(ranked, "coordinator"), clerk(ranked, "head")
    page = ok(coordinator.get(address))
    assert "before a second person approves it: Mayor" in page
    assert "Approve and show it" not in page
    assert "waits for approval" in ok(coordinator.get(procedure(ranked)))
    assert coordinator.post(f"{address}/approve", {"version": "1"}).status_code == 409
    page = ok(head.get(address))
    answer = head.post(f"{address}/approve", {"version": hidden(page, "version")})
    assert answer.status_code == 303
    page = ok(head.get(address))
    assert "Approved by</dt><dd>head" in page
    assert "before a second person" not in page
    again = head.post(f"{address}/approve", {"version": "1"})
    assert again.status_code == 409


def test_a_correction_asks_for_a_reason_and_keeps_the_version_before(interviewing: Town) -> None:
    address = procedure(interviewing, "publications", "1")
    coordinator = clerk(interviewing, "coordinator")
    assert "Correct it" not in ok(clerk(interviewing, "head").get(address))
    answer = coordinator.post(f"{address}/correct", {"reason": " "})
    assert (answer.status_code, "reason is missing" in beside(answer.text, "reason")) == (409, True)
    first = ok(coordinator.get(address))
    assert coordinator.post(f"{address}/correct", {"reason": "Грешно <име>"}).status_code == 303
    page = ok(coordinator.get(address))
    assert "Reason: Грешно &lt;име&gt;" in page
    assert f'href="{address}?version=1"' in page
    old = ok(coordinator.get(f"{address}?version=1"))
    digest = re.findall(r'<dd class="code">([0-9a-f]{64})</dd>', first)
    assert digest == re.findall(r'<dd class="code">([0-9a-f]{64})</dd>', old)
    assert "Taken down" in old
    assert coordinator.get(f"{address}?version=3").status_code == 404
    assert coordinator.get(f"{address}?version=x").status_code == 404


def test_the_page_says_when_the_content_is_not_what_was_recorded(interviewing: Town) -> None:
    address = procedure(interviewing, "publications", "1")
    coordinator = clerk(interviewing, "coordinator")
    assert "The content has the digest that stands in the journal." in ok(coordinator.get(address))
    with interviewing.office.house.database.writing() as connection:
        connection.execute(text("UPDATE publication SET content = replace(content, '\"A\"', '\"Z\"')"))
    assert "This is not what was recorded." in ok(coordinator.get(address))


def test_a_publication_is_a_pdf_and_a_csv_in_each_language(ranked: Town) -> None:
    with ranked.office.house.database.writing() as connection:
        connection.execute(text("UPDATE candidate SET name = '=HYPERLINK(1)' WHERE name = 'A'"))
    ranked.office.does(("2022-04-20 11:00 coordinator", 'correct_publication 2 reason "име"'))
    address = procedure(ranked, "publications", "2")
    coordinator = clerk(ranked, "coordinator")
    made = coordinator.get(f"{address}/file.pdf")
    assert made.headers["content-type"] == "application/pdf"
    assert made.headers["content-disposition"] == 'attachment; filename="ranking_list-2-v2-bg.pdf"'
    said = words(made.content)
    assert "Списък на класираните кандидати" in said
    assert "=HYPERLINK(1)" in said
    assert "ПРОЕКТ" in said
    assert "Ranking list" in words(coordinator.get(f"{address}/file.pdf?language=en").content)
    assert coordinator.get(f"{address}/file.pdf?language=ru").status_code == 404
    sheet = coordinator.get(f"{address}/file.csv?version=1&language=en").text
    assert sheet.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(sheet[1:])))
    assert rows[0] == ["I. Selected"]
    assert rows[1] == ["Row", "Place", "Register number", "Name", "Position", "Total"]
    assert rows[2] == ["1", "1", "T-1/0001", "A", "Speech therapist", "13.00"]
    assert "'=HYPERLINK(1)" in coordinator.get(f"{address}/file.csv").text


def test_the_protocol_is_drafted_drawn_up_signed_and_kept_byte_for_byte(ranked: Town) -> None:
    address = procedure(ranked, "protocol")
    coordinator, chair = clerk(ranked, "coordinator"), clerk(ranked, "K")
    assert f'href="{address}"' in ok(coordinator.get(procedure(ranked)))
    assert "ПРОЕКТ" in words(coordinator.get(f"{address}/file.pdf").content)
    assert coordinator.get(f"{address}/file.pdf?version=1").status_code == 404
    assert clerk(ranked, "registrar").post(f"{address}/draw-up").status_code == 409
    assert coordinator.post(f"{address}/draw-up").status_code == 303
    assert coordinator.post(f"{address}/sign", {"version": "1"}).status_code == 409
    page = ok(chair.get(address))
    assert "waits for signatures" in page
    for who in "KLM":
        remark = {"remark": "Особено мнение"} if who == "L" else {}
        answer = clerk(ranked, who).post(f"{address}/sign", {"version": hidden(page, "version"), **remark})
        assert answer.status_code == 303, answer.text
    page = ok(chair.get(address))
    assert "waits for signatures" not in page
    assert "Особено мнение" in page
    frozen = coordinator.get(f"{address}/file.json?version=1")
    digest = ranked.office.one("SELECT digest FROM protocol")
    assert hashlib.sha256(frozen.content).hexdigest() == digest
    assert digest in page
    made = coordinator.get(f"{address}/file.pdf?version=1")
    assert made.content == coordinator.get(f"{address}/file.pdf?version=1").content
    said = words(made.content)
    for fact in ("ПРОТОКОЛ от работата на комисията", "T-1/0001", "13.00", "Подписано на", digest):
        assert fact in said
    assert "ПРОЕКТ" not in said
    file = docx.Document(io.BytesIO(coordinator.get(f"{address}/file.docx?version=1").content))
    cells = {cell.text for table in file.tables for row in table.rows for cell in row.cells}
    assert {"T-1/0001", "13.00", "класиран", "резерва", "неодобрен"} <= cells
    assert file.core_properties.title.startswith("ПРОТОКОЛ")
    again = coordinator.post(f"{address}/draw-up")
    assert (again.status_code, bool(beside(again.text, "reason"))) == (409, True)
    assert coordinator.post(f"{address}/draw-up", {"reason": "Грешка"}).status_code == 303
    assert coordinator.get(f"{address}/file.json?version=1").content == frozen.content


def test_a_process_without_a_protocol_has_no_such_page(town: Town) -> None:
    """Moscow's course has no commission, so nobody would sign."""
    process = town.office.house.catalogue.process("moscow", "course")
    assert process.protocol is None
