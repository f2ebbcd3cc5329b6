"""`nabor application import`: an office's file comes in whole, or not at all with every mistake told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from tests.cli.conftest import Nabor, done, sofia, staff
from workflow.catalogue.index import built_in
from workflow.clock import VirtualClock

HEADER = "register_number,received_at,name,email,position,documents,dossier,remark\n"


def listed(nabor: Nabor, number: str) -> list[tuple[str, str, str]]:
    rows = done(nabor("application", "list", "town", number, "--json")).json
    return [(row["register_number"], row["name"], row["state"]) for row in rows]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "register.csv"


def test_rows_are_registered_as_they_stand(nabor: Nabor, announced: str, clock: VirtualClock, file: Path) -> None:
    clock.advance_to(sofia("2022-04-01 09:00"))
    done(nabor("deadlines", "fire"))
    file.write_text(
        HEADER + "R-1,2022-03-31 17:00,Ada,ada@people.example,clerk,*,,\n"
        'R-2,2022-03-31 17:00:01,Bo,,Clerk,"Application form, diploma",,by post\n'
        "\n"
        ",2022-03-30 09:00,Cy,,clerk,,,\n",
        encoding="utf-8-sig",
    )
    answer = done(nabor("application", "import", "town", announced, str(file), "--as", "reg", "--json")).json
    assert answer["saved"] is True
    assert [(one["row"], one["state"]) for one in answer["registered"]] == [
        (2, "document_check"),
        (3, "late"),
        (5, "document_check"),
    ]
    entry = done(nabor("application", "show", "town", "R-2", "--history", "--json")).json["history"][0]
    assert entry["parameters"]["documents"] == ["application_form", "diploma"]
    assert entry["parameters"]["register_entry"] == "R-2"
    assert (entry["texts"], entry["effective_at"]) == ({"reason": "by post"}, "2022-03-31T14:00:01Z")
    numbered = answer["registered"][2]["register_number"]
    entry = done(nabor("application", "show", "town", numbered, "--history", "--json")).json["history"][0]
    assert entry["parameters"]["register_entry"] == "register.csv, row 5"


def test_every_mistake_is_told_at_once_and_nothing_is_saved(nabor: Nabor, announced: str, file: Path) -> None:
    file.write_text(
        HEADER + "R-1,,Ada,ada@people.example,clerk,*,,\n"
        "R-1,,Bo,,clerk,*,,\n"
        "R-3,2022-03-01 25:00,,bo,cook,passport,R-9,\n"
        "R-4,2022-03-27 03:30,Di,,clerk,*,,\n"
        'R-5,,Ed,,"clerk, clerk",*,,\n'
        "R-6,,Flo,,,*,,\n",
        encoding="utf-8",
    )
    answer = nabor("application", "import", "town", announced, str(file), "--as", "reg")
    assert answer.code == 1
    assert [line.removeprefix(f"{file}: ") for line in answer.err.splitlines()] == [
        "row 3: register_number: 'R-1' stands in the file twice; give each its own",
        "row 4: position: there is no position 'cook'; known are: clerk",
        "row 4: received_at: '2022-03-01 25:00' is no local time; write it as 2022-03-31 17:29",
        "row 4: name: it is empty; write the person's name",
        "row 4: email: this is no e-mail address; correct it, or leave it empty",
        "row 4: dossier: no earlier row has the register number 'R-9'; "
        "name the row with which the documents were handed in",
        "row 5: received_at: 2022-03-27 03:30 never was: the clocks were put forward; correct the time",
        "row 6: register_number: 1 register number(s) for 2 position(s); give one for each position, or none",
        "row 7: position: it is empty; write one of: clerk",
    ]
    assert listed(nabor, announced) == []


def test_one_refusal_by_the_rules_refuses_the_file(nabor: Nabor, announced: str, file: Path) -> None:
    file.write_text(
        HEADER + "R-1,,Ada,ada@people.example,clerk,*,,\n"
        "R-2,2022-03-05 09:00,Bo,,clerk,*,,\n"
        "R-3,,Ada,ada@people.example,clerk,*,,\n",
        encoding="utf-8",
    )
    answer = nabor("application", "import", "town", announced, str(file), "--as", "reg")
    assert answer.code == 1
    first, second = answer.err.splitlines()
    assert "row 3: received_at: The act would count from 2022-03-05 09:00 EET, and now it is 2022-03-01 09:00" in first
    assert "row 4: position: There is an application of this person for this position already." in second
    assert listed(nabor, announced) == []
    wrong = nabor("application", "import", "town", announced, str(file), "--as", "coo")
    assert "row 2: position: This may be done only by: Registrar (registrar)." in wrong.err


def test_rehearsal_saves_nothing(nabor: Nabor, announced: str, file: Path) -> None:
    file.write_text(HEADER + "R-1,,Ada,,clerk,*,,\n", encoding="utf-8")
    importing = ("application", "import", "town", announced, str(file), "--as", "reg")
    said = done(nabor(*importing, "--dry-run")).said
    assert "Would be registered" in said
    assert "1 applications; nothing was saved." in said
    assert listed(nabor, announced) == []
    assert "1 applications registered." in done(nabor(*importing)).said
    assert listed(nabor, announced) == [("R-1", "Ada", "submitted")]
    again = nabor(*importing)
    assert (again.code, "row 2: register_number: The register number R-1 is taken already" in again.err) == (1, True)


def test_spreadsheet_is_read_like_a_csv(nabor: Nabor, announced: str, tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    importing = ("application", "import", "town", announced, str(path), "--as", "reg")
    for second in ("cook", "clerk"):
        with xlsxwriter.Workbook(path) as workbook:
            sheet = workbook.add_worksheet()
            sheet.write_row(0, 0, ["register_number", "name", "position", "documents", "received_at"])
            sheet.write_row(1, 0, [17, "Ada", "clerk", "*"])
            when = workbook.add_format({"num_format": "dd.mm.yyyy hh:mm"})
            sheet.write_datetime(1, 4, datetime(2022, 2, 28, 10, 30), when)  # noqa: DTZ001 - cells know no zone
            sheet.write_row(2, 0, [18, "Bo", second, "*"])
        answer = nabor(*importing)
        assert (answer.code, "row 3: position: there is no position 'cook'" in answer.err) == (
            (1, True) if second == "cook" else (0, False)
        )
    assert listed(nabor, announced) == [("17", "Ada", "submitted"), ("18", "Bo", "submitted")]
    shown = done(nabor("application", "show", "town", "17", "--json")).json
    assert shown["received_at"] == "2022-02-28T08:30:00Z"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty; write the headers into its first row"),
        (b"name,position,documents\n", "no row below the header; write one for each person"),
        (
            b"name,position\nAda,clerk\n",
            "row 1: the column 'documents' is missing; add it, or name yours in columns.yaml",
        ),
        (b"name,position,documents,age\nAda,clerk,*,7\n", "row 1: age: an unknown column; known are: position, name"),
        (b"name,name,position,documents\n", "row 1: name: the column stands here twice; keep one"),
        (b"name,position,documents\nAda,clerk,*,extra\n", "row 2: 4 cells, but the header has 3"),
        (b"name,position,documents\nA\xff,clerk,*\n", "row 2: the byte 0xFF is no utf-8; save the file as CSV UTF-8"),
        (b'name,position,documents\n"Ada,clerk,*\n', "row 2: cannot be read"),
    ],
)
def test_file_that_cannot_be_read_names_place_and_remedy(
    nabor: Nabor, announced: str, file: Path, content: bytes, said: str
) -> None:
    file.write_bytes(content)
    answer = nabor("application", "import", "town", announced, str(file), "--as", "reg")
    assert (answer.code, said in answer.err) == (1, True), answer.err
    assert listed(nabor, announced) == []


def test_missing_file_and_what_is_no_spreadsheet(nabor: Nabor, announced: str, tmp_path: Path) -> None:
    importing = ("application", "import", "town", announced)
    assert "there is no such file" in nabor(*importing, str(tmp_path / "none.csv"), "--as", "reg").err
    broken = tmp_path / "broken.xlsx"
    broken.write_text("no zip", encoding="utf-8")
    assert "this is no spreadsheet" in nabor(*importing, str(broken), "--as", "reg").err


def test_columns_of_an_office_are_read_by_its_own_file(
    nabor: Nabor, announced: str, file: Path, tmp_path: Path
) -> None:
    file.write_text("Name;Stelle;Unterlagen;Eingang;Notiz\nAda;Amt;1|2;01.03.2022 08:00;x\n", encoding="cp1252")
    columns = tmp_path / "columns.yaml"
    columns.write_text(
        'format: 1\nencoding: cp1252\ndelimiter: ";"\ndate: "%d.%m.%Y %H:%M"\n'
        "applications: {name: Name, position: Stelle, documents: Unterlagen, received_at: Eingang}\n"
        "positions: {Amt: clerk}\ndocuments: {1|2: diploma}\nignore: [Notiz]\n",
        encoding="utf-8",
    )
    done(nabor("application", "import", "town", announced, str(file), "--as", "reg"))
    assert [name for _, name, _ in listed(nabor, announced)] == ["Ada"]
    columns.write_text("format: 1\nencoding: klingon\n", encoding="utf-8")
    answer = nabor("application", "import", "town", announced, str(file), "--as", "reg")
    assert f"{columns}:2:11: encoding: there is no encoding 'klingon'" in answer.err


def test_register_of_stara_zagora_comes_in_whole(nabor: Nabor, clock: VirtualClock, tmp_path: Path) -> None:
    clock.advance_to(sofia("2022-03-01 12:00"))
    office = {"coo": "coordinator", "reg": "registrar"}
    staff(nabor, "stara_zagora", office)
    done(nabor("procedure", "open", "stara_zagora", "staff_selection", "--number", "1", "--as", "coo"))
    done(nabor("procedure", "advance", "stara_zagora", "1", "announce", "--as", "coo"))
    clock.advance_to(sofia("2022-04-01 18:00"))
    done(nabor("deadlines", "fire"))
    sample = built_in() / "stara_zagora" / "samples" / "applications.csv"
    done(nabor("application", "import", "stara_zagora", "1", str(sample), "--as", "reg"))
    shown = done(nabor("procedure", "show", "stara_zagora", "1", "--json")).json
    assert sum(shown["applications"].values()) == 80
    assert set(shown["applications"]) == {"document_check", "late"}
    rows = done(nabor("application", "list", "stara_zagora", "1", "--json")).json
    # Who applies for several positions is one person, written to under one id.
    people = {done(nabor("application", "show", "stara_zagora", n, "--json")).json["candidate"]["id"] for n in SAME}
    assert (len(rows), len(people)) == (80, 1)


SAME = ("ЦОП-006", "ЦОП-007")
