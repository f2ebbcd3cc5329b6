"""`nabor definitions`: what is wrong is named by its place, and a new institution begins sound."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.conftest import Nabor, done


def test_new_institution_is_sound_and_its_scenarios_walk_all_of_it(nabor: Nabor, town: Path) -> None:
    checked = done(nabor("definitions", "check", "town", "--json")).json
    assert checked == [{"institution": "town", "problems": [], "scenarios": 4, "failures": [], "not_walked": []}]
    assert "town: nothing wrong, 4 scenarios" in done(nabor("definitions", "check", "town")).said
    assert sorted(file.name for file in town.iterdir()) == [
        "institution.yaml",
        "notices",
        "scenarios",
        "selection.yaml",
        "sources.yaml",
    ]
    assert "your_institution" not in "".join(f.read_text(encoding="utf-8") for f in town.rglob("*") if f.is_file())


def test_new_overwrites_nothing_and_says_how_to_be_found(nabor: Nabor, town: Path, tmp_path: Path) -> None:
    (town / "institution.yaml").write_text("mine", encoding="utf-8")
    answer = nabor("definitions", "new", "town", "--folder", str(town.parent))
    assert (answer.code, "nothing was changed" in answer.said) == (2, True)
    assert (town / "institution.yaml").read_text(encoding="utf-8") == "mine"
    assert nabor("definitions", "new", "../x", "--folder", str(tmp_path)).code == 2
    elsewhere = tmp_path / "elsewhere"
    said = done(nabor("definitions", "new", "city", "--folder", str(elsewhere))).said
    assert f"NABOR_DEFINITIONS={elsewhere}" in said


def test_check_names_file_line_and_column(nabor: Nabor, town: Path) -> None:
    file = town / "selection.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    row = lines.index("    quorum: 2")
    lines[row] = "    quorum: two"
    file.write_text("\n".join(lines), encoding="utf-8")
    answer = nabor("definitions", "check", "town")
    assert answer.code == 1
    assert f"selection.yaml:{row + 1}:13: assessments.interview.quorum: " in answer.out
    assert "town: 1 found" in answer.out
    assert nabor("definitions", "check", "nowhere").code == 1


def test_check_lists_what_no_scenario_walks(nabor: Nabor, town: Path) -> None:
    (town / "scenarios" / "troubled.yaml").unlink()
    answer = nabor("definitions", "check", "town", "--json")
    assert answer.code == 1
    assert "selection: deadline draft_forgotten" in answer.json[0]["not_walked"]
    assert "selection: state procedure.unfilled" in answer.json[0]["not_walked"]
    assert "selection: state position.unfilled" in answer.json[0]["not_walked"]
    assert answer.json[0]["failures"] == []
    assert done(nabor("definitions", "check", "town", "--no-scenarios")).said == "town: nothing wrong"


def test_check_tells_which_scenario_came_out_otherwise(nabor: Nabor, town: Path) -> None:
    file = town / "scenarios" / "straight.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("C: hired", "C: declined").replace("-> refused wrong_role", ""), encoding="utf-8")
    answer = nabor("definitions", "check", "town")
    assert answer.code == 1
    assert f"{file} (en): states.C: expected declined, found hired" in answer.out
    assert "registrar: announce" in answer.out
    file.write_text("format: 1\n", encoding="utf-8")
    assert "straight.yaml:" in nabor("definitions", "check", "town").out


def test_show_names_rules_with_their_reasons(nabor: Nabor, town: Path) -> None:
    said = done(nabor("definitions", "show", "town", "selection")).said
    assert "selection: Selection procedure" in said
    assert "offer_answer Answer to the offer application selected 5 working days after lapse" in said
    assert "admit document_check -> admitted commission documents_complete" in said
    plain = done(nabor("definitions", "show", "town", "--json")).json
    assert plain["lifecycles"]["procedure"]["transitions"][0]["effects"] == [{"effect": "Pin"}]
    assert plain["assessments"]["interview"]["quorum"] == 2
    answer = nabor("definitions", "show", "town", "party")
    assert (answer.code, "there is no process 'party'; known are: selection" in answer.said) == (1, True)


@pytest.mark.parametrize("of", ["application", "position", "procedure"])
def test_graph_draws_every_lifecycle(nabor: Nabor, town: Path, tmp_path: Path, of: str) -> None:
    drawn = done(nabor("definitions", "graph", "town", "--of", of)).out
    assert ET.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"
    out = tmp_path / "graph.mmd"
    done(nabor("definitions", "graph", "town", "--of", of, "--format", "mermaid", "--out", str(out)))
    assert out.read_text(encoding="utf-8").startswith("stateDiagram-v2\n")


@pytest.mark.parametrize(
    ("option", "value", "known"),
    [("--of", "mood", "application"), ("--format", "png", "svg, mermaid"), ("--language", "bg", "en")],
)
def test_graph_names_the_choices(nabor: Nabor, town: Path, option: str, value: str, known: str) -> None:
    answer = nabor("definitions", "graph", "town", option, value)
    assert (answer.code, known in answer.said) == (2, True)


def test_help_loads_nothing_heavy() -> None:
    """Measured in what is loaded, not in seconds: a busy machine must not fail the test."""
    script = (
        "import sys, json\nfrom workflow.cli.main import app\n"
        "app(['--help'], standalone_mode=False)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=_ROOT)
    loaded = set(json.loads(answer.stdout.splitlines()[-1]))
    assert loaded & {"sqlalchemy", "sqlmodel", "pydantic", "yaml", "babel", "jinja2", "psycopg", "apscheduler"} == set()


_ROOT = Path(__file__).parents[2]
