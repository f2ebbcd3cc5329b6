"""A scenario's file: strict, with the line of everything that is wrong; and what came out otherwise, readable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workflow.bootstrap import open_catalogue
from workflow.engine.errors import DefinitionError
from workflow.scenarios.story import play, read_story, schema

TEXT = """\
format: 1
scenario: One applies
process: staff_selection
start: 2022-02-28 09:00
procedure: {number: "1", positions: {stoker: 1}, commission: {K: chair, L: member, M: member}}
diary:
  - 2022-02-28 10:00 coordinator: announce
  - 2022-03-02 10:00 registrar: register A for stoker
expect:
  states: {A: submitted, procedure: receiving}
  notices: {A: [application_received]}
  fired: [intake_opens]
  due: {documents_close: 2022-03-31T14:30:00Z}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def outcome(tmp_path: Path, old: str = "", new: str = ""):
    assert old in TEXT
    return play(open_catalogue(), read_story(written(tmp_path, TEXT.replace(old, new, 1)), "stara_zagora"))


def test_it_comes_out_as_it_says(tmp_path: Path):
    played = outcome(tmp_path)
    assert [str(w) for w in (*played.wrong, *played.differences)] == []
    assert played.passed


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("A: submitted", "A: late", "states.A: expected late, found submitted"),
        ("[application_received]", "[-]", "notices.A: expected [-], found [application_received]"),
        ("[intake_opens]", "[]", "fired: expected [], found [intake_opens]"),
        (
            "2022-03-31T14:30:00Z",
            "2022-03-31T15:30:00Z",
            "due.documents_close: expected 2022-03-31T15:30:00Z, found 2022-03-31T14:30:00Z",
        ),
    ],
)
def test_what_came_out_otherwise_is_told(tmp_path: Path, old: str, new: str, told: str):
    assert [str(d) for d in outcome(tmp_path, old, new).differences] == [told]


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("coordinator: announce", "registrar: announce", 7, "refused: wrong_role"),
        ("coordinator: announce", "mayor: announce", 7, "nobody here is 'mayor'"),
        ("coordinator: announce", "coordinator: anounce", 7, "no act and no transition"),
        ("for stoker", "for sailor", 8, "say for which position"),
        (
            "register A for stoker",
            "register A for stoker -> refused wrong_role",
            8,
            "was done, but should have been refused",
        ),
        ("register A for stoker", "admit B", 8, "neither a registered person nor a position"),
    ],
)
def test_a_line_that_goes_otherwise_is_told_with_its_place(tmp_path: Path, old: str, new: str, line: int, told: str):
    wrong = str(outcome(tmp_path, old, new).wrong[0])
    assert wrong.startswith(f"{tmp_path / 'scenario.yaml'}:{line}:")
    assert told in wrong


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("scenario: One applies\n", "", 1),
        ("expect:", "expected:", 9),
        ("2022-03-02 10:00 registrar", "2022-02-02 10:00 registrar", 8),
        ("2022-03-02 10:00 registrar", "yesterday registrar", 8),
        ("start: 2022-02-28 09:00", "start: 28.02.2022", 4),
        ("states: {A: submitted", "states: {A: no, A: submitted", 10),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_place(tmp_path: Path, old: str, new: str, line: int):
    assert old in TEXT
    path = written(tmp_path, TEXT.replace(old, new, 1))
    with pytest.raises(DefinitionError) as caught:
        read_story(path)
    assert [p.line for p in caught.value.problems] == [line]


def test_editors_get_a_fresh_schema():
    shipped = Path(__file__).parents[2] / "definitions" / "scenario.schema.json"
    assert json.loads(shipped.read_text(encoding="utf-8")) == schema()
