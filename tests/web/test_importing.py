"""An office's spreadsheet through the pages: whole or not at all, kept for one person, whatever is in it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from tests.web.conftest import Browser, Town
from workflow.services.column_guess import guess
from workflow.services.uploads import safe_name

BULGARIAN = (
    "Вх. №;Три имена;Длъжност;Приложени документи;Получено на;Е-поща\n"
    "104;Ада Лъвова;логопед І ст.;*;02.03.2022 08:45;ada@people.example\n"
    "105;Бо Ким;Огняр;;02.03.2022 08:50;\n"
)


def path(town: Town, *more: str) -> str:
    return town.url("procedures", town.office.player.procedure, "import", *more)


def hands_in(browser: Browser, town: Town, content: bytes | str, name: str = "Регистър.csv") -> Any:
    data = content.encode() if isinstance(content, str) else content
    return browser.post(path(town), {}, files={"table": (name, data, "application/octet-stream")})


def columns(page: str) -> dict[str, str]:
    """The fields of the page as a browser would send them."""
    fields = {}
    for name, inside in re.findall(r'<select id="[^"]*" name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        options = re.findall(r"<option([^>]*)>([^<]*)", inside)
        attributes, text = next((one for one in options if "selected" in one[0]), options[0])
        value = re.search(r'value="([^"]*)"', attributes)
        fields[unescape(name)] = unescape(value[1] if value else text)
    return fields


def registered(town: Town) -> list[tuple[Any, ...]]:
    return town.office.rows(
        "SELECT a.register_number, c.name, s.state FROM application a"
        " JOIN candidate c ON c.id = a.candidate_id JOIN subject s ON s.id = a.id ORDER BY a.register_number"
    )


def workbook(*rows: list[Any]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
    return made.getvalue()


def test_headers_in_the_offices_language_are_understood_and_everything_comes_in(town: Town) -> None:
    browser = town.as_("registrar")
    label = town.office.player.definition.positions["speech_therapist"].label["bg"]
    answer = hands_in(browser, town, BULGARIAN.replace("логопед І ст.", label))
    page = browser.get(answer.headers["location"]).text
    fields = columns(page)
    assert fields["column:name"] == "Три имена"
    assert fields["column:register_number"] == "Вх. №"
    assert fields["date"] == "%d.%m.%Y %H:%M"
    seen = browser.post(answer.headers["location"], {**fields, "do": "preview"})
    assert seen.status_code == 200, seen.text
    assert "104" in seen.text
    assert registered(town) == []
    done = browser.post(answer.headers["location"], {**fields, "do": "confirm"})
    assert done.status_code == 303
    assert [row[:2] for row in registered(town)] == [("104", "Ада Лъвова"), ("105", "Бо Ким")]
    # Once more, by a double click or the back button: nothing comes in twice.
    again = browser.post(answer.headers["location"], {**fields, "do": "confirm"})
    assert again.status_code == 303
    assert len(registered(town)) == 2
    assert list((town.app.state.site.settings.data / "imports").iterdir()) == []


def test_rows_that_are_wrong_are_a_table_and_nothing_is_saved(town: Town) -> None:
    browser = town.as_("registrar")
    table = "name,position,documents,email\nAda,stoker,*,ada@people.example\n,cook,*,nonsense\n=1+1,stoker,@x,\n"
    at = hands_in(browser, town, table).headers["location"]
    fields = columns(browser.get(at).text)
    for act in ("preview", "confirm"):
        answer = browser.post(at, {**fields, "do": act})
        assert answer.status_code == 422
        assert len(re.findall(r'<tr><td class="num">3</td>', answer.text)) == 3
        assert "there is no position" in answer.text
    assert registered(town) == []
    report = browser.post(at, {**fields, "do": "report"})
    assert report.headers["content-disposition"].startswith("attachment")
    lines = report.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 5
    assert not any(cell.strip('"').startswith(("=", "+", "-", "@")) for line in lines for cell in line.split(";"))


def test_words_of_the_file_can_be_told(town: Town) -> None:
    browser = town.as_("registrar")
    at = hands_in(browser, town, "Name,Post,Papers\nAda,Boiler man,Form\n").headers["location"]
    fields = columns(browser.get(at).text)
    assert {"word:position:Boiler man", "word:documents:Form"} <= fields.keys()
    told = {"word:position:Boiler man": "stoker", "word:documents:Form": "application_form", "do": "confirm"}
    assert browser.post(at, {**fields, **told}).status_code == 303
    assert [row[1] for row in registered(town)] == ["Ada"]
    assert town.office.rows("SELECT name FROM document") == [("application_form",)]


def test_position_and_documents_may_be_the_same_for_every_row(town: Town) -> None:
    browser = town.as_("registrar")
    at = hands_in(browser, town, workbook(["Name"], ["Ada"], ["Bo"]), "list.xlsx").headers["location"]
    fields = columns(browser.get(at).text)
    answer = browser.post(at, {**fields, "do": "preview"})
    assert answer.status_code == 422
    assert 'href="#column:position"' in answer.text
    fixed = {"fixed:position": "stoker", "fixed:documents": "none", "do": "confirm"}
    assert browser.post(at, {**fields, **fixed}).status_code == 303
    assert [row[1] for row in registered(town)] == ["Ada", "Bo"]


def test_table_in_the_offices_character_set_is_read(town: Town) -> None:
    browser = town.as_("registrar")
    at = hands_in(browser, town, BULGARIAN.encode("windows-1251", errors="replace")).headers["location"]
    page = browser.get(at).text
    assert "Ада Лъвова" in page
    assert columns(page)["encoding"] == "windows-1251"


def test_kept_file_is_nobody_elses(town: Town) -> None:
    browser = town.as_("registrar")
    at = hands_in(browser, town, BULGARIAN).headers["location"]
    for other in (town.as_("registrar"), town.as_("coordinator")):  # the same person in another session, too
        assert other.get(at).status_code == 303
        assert other.post(at, {"do": "confirm"}).status_code == 303
    assert browser.get(at).status_code == 200
    assert registered(town) == []


def test_kept_file_goes_after_an_hour(town: Town) -> None:
    browser = town.as_("registrar")
    old = hands_in(browser, town, BULGARIAN).headers["location"]
    town.office.clock.advance_to(town.office.clock.now() + timedelta(minutes=61))
    browser = town.as_("registrar")
    hands_in(browser, town, "name\nBo\n")
    assert len(list((town.app.state.site.settings.data / "imports").iterdir())) == 1
    assert browser.get(old).status_code == 303


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 no archive", b"\xff\xfe\x00", b'"never closed\n', b"\0\0\0\0"],
    ids=["empty", "broken", "odd", "open quote", "zeros"],
)
def test_file_that_is_no_table_is_told_beside_the_field(town: Town, content: bytes) -> None:
    browser = town.as_("registrar")
    answer = hands_in(browser, town, content, "x.xlsx")
    if answer.status_code == 303:  # a table of one strange header
        answer = browser.post(answer.headers["location"], {"do": "preview"})
    assert answer.status_code == 422
    assert registered(town) == []


def test_no_file_is_told(town: Town) -> None:
    answer = town.as_("registrar").post(path(town), {})
    assert (answer.status_code, 'id="table-wrong"' in answer.text) == (422, True)


def test_bomb_is_refused_before_it_is_unpacked(town: Town) -> None:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(210):
            part.write(b" " * 1_000_000)
    answer = hands_in(town.as_("registrar"), town, made.getvalue(), "bomb.xlsx")
    assert (answer.status_code, "more than anybody" in answer.text) == (422, True)


def test_cell_at_the_end_of_the_world_costs_nobody_the_server(town: Town) -> None:
    """Eight kilobytes that make a table of sixteen thousand columns and a million rows."""
    content = workbook(["name"], ["Ada"])
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                data = data.replace(b"</sheetData>", far).replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')
            target.writestr(entry.filename, data)
    answer = hands_in(town.as_("registrar"), town, made.getvalue(), "far.xlsx")
    assert (answer.status_code, "more than anybody" in answer.text) == (422, True)


def test_script_in_a_cell_is_text(town: Town) -> None:
    browser = town.as_("registrar")
    at = hands_in(browser, town, "name,position,documents\n<script>alert(1)</script>,stoker,*\n").headers["location"]
    fields = columns(browser.get(at).text)
    for page in (browser.get(at).text, browser.post(at, {**fields, "do": "preview"}).text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.csv", "passwd"),
        ("C:\\Users\\x\\register 2022.xlsx", "register 2022"),
        ("", "table"),
        (".csv", "table"),
        ("columns.yaml", "columns"),
        ("Регистър (март).csv", "Регистър (март)"),
        ("a\0b\nc.csv", "a_b_c"),
    ],
)
def test_names_of_files_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (
            ["Lp.", "Imię i nazwisko", "Stanowisko", "Data wpływu", "Załączniki"],
            "register_number name position received_at documents",
        ),
        (["Вх. №", "Име", "Длъжност", "Получено на", "Имейл"], "register_number name position received_at email"),
        (["报名序号", "姓名", "报考岗位", "联系电话"], "register_number name position phone"),
        (["ФИО", "Должность", "Дата подачи", "Эл. почта"], "name position received_at email"),
        (["Name of the candidate", "Position applied for", "E-mail"], "name position email"),
    ],
)
def test_headers_of_many_offices_are_understood(header: list[str], fields: str) -> None:
    assert guess(header) == dict(zip(fields.split(), header, strict=True))


def test_who_may_not_register_imports_nothing(town: Town) -> None:
    browser = town.as_("coordinator")
    at = hands_in(browser, town, "name,position,documents\nAda,stoker,*\n").headers["location"]
    fields = columns(browser.get(at).text)
    assert browser.post(at, {**fields, "do": "confirm"}).status_code == 422
    assert registered(town) == []
    assert browser.get(at).status_code == 200  # and the file is still there


def test_samples_of_the_house_come_in(town: Town) -> None:
    """The office's own file, as its folder has it, with nothing but clicks."""
    folder = Path(__file__).parents[2] / "definitions" / "stara_zagora" / "samples"
    file = next(folder.glob("*.csv"))
    town.office.does(("2022-04-01 09:00 registrar", "wait"))
    browser = town.as_("registrar")
    answer = hands_in(browser, town, file.read_bytes(), file.name)
    assert answer.status_code == 303, answer.text
    assert browser.get(answer.headers["location"]).status_code == 200
