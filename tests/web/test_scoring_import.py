"""Marks from a table: every mistake told with its row, all rows saved or none, and only on one's own sheets."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook

from tests.web.conftest import Browser, Town
from tests.web.given import clerk, ok
from tests.web.test_scoring import marks_of

HEAD = ("Register number", "Name", "Professional qualification", "skills", "Лични качества")


def numbers(town: Town) -> dict[str, str]:
    rows = dict(town.office.rows("SELECT id, register_number FROM application"))
    return {name: rows[town.office.subject(name)] for name in "ABC"}


def page(town: Town) -> str:
    return town.url("procedures", town.office.player.procedure, "scoring", "interview", "import")


def sheet(rows: list[tuple[Any, ...]], *, merge: bool = False) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        made = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    made.write(number, column, cell)
        if merge:
            made.merge_range(1, 0, 2, 0, rows[1][0])
    return content.getvalue()


def hands_in(browser: Browser, town: Town, content: bytes | str, name: str = "marks.xlsx") -> Any:
    data = content.encode() if isinstance(content, str) else content
    answer = browser.post(page(town), files={"table": (name, data)})
    if answer.status_code != 303:
        return answer
    return browser.get(answer.headers["location"])


def saved(town: Town, who: str = "K") -> dict[str, dict[str, str]]:
    return {name: dict(marks_of(town, name, who)) for name in "ABC"}


NOTHING: dict[str, dict[str, str]] = {"A": {}, "B": {}, "C": {}}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_table_is_looked_at_and_saved(interviewing: Town, kind: str) -> None:
    member, known = clerk(interviewing, "K"), numbers(interviewing)
    rows = [HEAD, (known["A"], "somebody", 4, 4, 5), (known["B"], None, 3, None, 2)]
    text = "\n".join(";".join("" if cell is None else str(cell) for cell in row) for row in rows)
    look = hands_in(member, interviewing, sheet(rows) if kind == "xlsx" else text, f"marks.{kind}")
    assert "2 candidates would get marks" in ok(look)
    assert "1 candidate whom you score is not in the table." in look.text
    assert saved(interviewing) == NOTHING, "looking saves nothing"
    done = member.post(str(look.url.path))
    assert done.status_code == 303
    marks = saved(interviewing)
    assert {k: int(v) for k, v in marks["A"].items()} == {"qualification": 4, "skills": 4, "personal_qualities": 5}
    assert {k: int(v) for k, v in marks["B"].items()} == {"qualification": 3, "personal_qualities": 2}
    assert marks["C"] == {}
    assert saved(interviewing, "L") == NOTHING, "nobody else's sheets"
    assert interviewing.office.rows("SELECT id FROM sheet WHERE signed_at IS NOT NULL") == []
    again = member.post(str(look.url.path))
    assert again.status_code == 303, "the file is used up"
    assert "no longer kept" in ok(member.get(again.headers["location"]))


def test_the_table_to_fill_in_comes_back_as_it_went(interviewing: Town) -> None:
    member, known = clerk(interviewing, "K"), numbers(interviewing)
    first = hands_in(member, interviewing, sheet([HEAD, (known["A"], "", 5, 4, 3)]))
    assert member.post(str(first.url.path)).status_code == 303
    taken = member.get(page(interviewing).removesuffix("import") + "table.xlsx")
    assert taken.headers["content-disposition"] == 'attachment; filename="interview.xlsx"'
    table = CalamineWorkbook.from_filelike(io.BytesIO(taken.content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in table] == ["Register number", *sorted(known.values())]
    assert next(row[2:] for row in table if row[0] == known["A"]) == [5.0, 4.0, 3.0]
    look = hands_in(member, interviewing, taken.content)
    assert "0 candidates would get marks" in ok(look)
    assert "3 rows change nothing." in look.text


def test_every_mistake_is_told_with_its_row_and_nothing_is_saved(interviewing: Town) -> None:
    member, known = clerk(interviewing, "K"), numbers(interviewing)
    look = hands_in(
        member,
        interviewing,
        sheet(
            [
                HEAD,
                (known["A"], "", 4, 4, 4),
                (known["B"], "", 6, 2.5, "four"),
                ("Z-99", "", 4, 4, 4),
                (None, "", 4, 4, 4),
                (known["A"], "", 4, 4, 4),
            ]
        ),
    )
    assert look.status_code == 422
    assert "6 things are wrong. Nothing is saved." in look.text
    for row, said in (
        (3, "1 to 5"),
        (3, "in steps of 1"),
        (3, "is no number"),
        (4, "you score nobody with the number"),
        (5, "a merged cell counts for one row only"),
        (6, "stands in the file twice"),
    ):
        found = [
            line for line in look.text.split("<tr>") if line.startswith(f'<td class="num">{row}</td>') and said in line
        ]
        assert len(found) == 1, (row, said, look.text[-3000:])
    assert saved(interviewing) == NOTHING


def test_a_merged_cell_is_told(interviewing: Town) -> None:
    member, known = clerk(interviewing, "K"), numbers(interviewing)
    rows = [HEAD, (known["A"], "", 4, 4, 4), (None, "", 4, 4, 4)]
    look = hands_in(member, interviewing, sheet(rows, merge=True))
    assert look.status_code == 422
    assert "a merged cell counts for one row only" in look.text


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (("Register number", "Weight"), "this column is not known"),
        (("Register number", "skills", "Individual abilities and professional skills"), "stands here twice"),
        (("Register number", "Name"), "no column holds marks"),
        (("Name", "skills"), "the column register_number is missing"),
    ],
)
def test_a_wrong_column_is_told(interviewing: Town, head: tuple[str, ...], said: str) -> None:
    member = clerk(interviewing, "K")
    look = hands_in(member, interviewing, sheet([head, ("x", 1, 1)[: len(head)]]))
    assert look.status_code == 422
    assert said in look.text.replace("&#39;", ""), look.text[-2500:]


def test_decimals_are_read_as_the_reader_writes_them(interviewing: Town) -> None:
    known = numbers(interviewing)
    member = clerk(interviewing, "K")
    text = f"Register number;skills\n{known['A']};4,0\n"
    assert hands_in(member, interviewing, text, "m.csv").status_code == 422, "4,0 is no number in English"
    member.client.cookies.set("nabor-language", "bg")
    assert hands_in(member, interviewing, text, "m.csv").status_code == 200


def test_a_signed_sheet_and_a_conflict_are_not_touched(interviewing: Town) -> None:
    office, known = interviewing.office, numbers(interviewing)
    office.does(
        ("2022-04-18 09:40 K", "score A interview 4 4 4"),
        ("2022-04-18 09:45 K", "conflict B"),
    )
    member = clerk(interviewing, "K")
    look = hands_in(
        member,
        interviewing,
        sheet([HEAD, (known["A"], "", 5, 4, 4), (known["B"], "", 4, 4, 4), (known["C"], "", 4, 4, 4)]),
    )
    assert look.status_code == 422
    assert "is signed already" in look.text
    assert "you declared a conflict with" in look.text
    same = hands_in(member, interviewing, sheet([HEAD, (known["A"], "", 4, 4, 4), (known["C"], "", 4, 4, 4)]))
    assert "1 candidate would get marks" in ok(same), "what a signed sheet holds already is no mistake"


def test_what_is_signed_between_look_and_saving_stops_all(interviewing: Town) -> None:
    office, known = interviewing.office, numbers(interviewing)
    member = clerk(interviewing, "K")
    look = hands_in(member, interviewing, sheet([HEAD, (known["A"], "", 5, 4, 4), (known["C"], "", 4, 4, 4)]))
    office.does(("2022-04-18 09:50 K", "score A interview 3 3 3"))
    late = member.post(str(look.url.path))
    assert late.status_code == 422
    assert "is signed already" in late.text
    assert saved(interviewing)["C"] == {}


def test_a_table_of_another_member_is_not_found(interviewing: Town) -> None:
    known = numbers(interviewing)
    look = hands_in(clerk(interviewing, "K"), interviewing, sheet([HEAD, (known["A"], "", 5, 4, 4)]))
    other = clerk(interviewing, "L")
    assert other.get(str(look.url.path)).status_code == 303
    assert other.post(str(look.url.path)).status_code == 303
    assert saved(interviewing, "L") == NOTHING


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"\xff\xfe\x00", b"<script>", b"\0" * 50])
def test_what_is_no_table_is_told(interviewing: Town, content: bytes) -> None:
    answer = hands_in(clerk(interviewing, "K"), interviewing, content)
    assert answer.status_code == 422
    assert "Nothing is saved." in answer.text
