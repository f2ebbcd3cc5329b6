"""The two READMEs cannot rot: their examples load and play, and everything that can be named is named in them."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel, TypeAdapter
from typer.testing import CliRunner

from workflow.bootstrap import open_catalogue
from workflow.catalogue import schema, yaml_reader
from workflow.catalogue.references import BUILT_IN
from workflow.cli.definitions import examine
from workflow.cli.main import app
from workflow.engine.acts import ACTS
from workflow.engine.context import FAMILIES, GROUND_VALUES, PLACEHOLDERS
from workflow.engine.guards import GUARDS
from workflow.engine.process import Kind
from workflow.scenarios.demo import ApplicationColumns, Columns, Demonstration, ScoreColumns
from workflow.scenarios.outcome import Expectation
from workflow.scenarios.player import VERBS
from workflow.scenarios.sentence import KEYWORDS, parse
from workflow.scenarios.story import OfPerson, OfProcedure, Story, play, read_story
from workflow.settings import describe
from workflow.wording.phrases import REASONS

ROOT = Path(__file__).parents[2]
HOUSE = (ROOT / "README.md").read_text(encoding="utf-8")
GRAMMAR = (ROOT / "definitions" / "README.md").read_text(encoding="utf-8")
EXAMPLE = "riverside"

_BLOCK = re.compile(r"^```([a-z]*) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")


def blocks(text: str, language: str, info: str = "") -> list[tuple[str, str]]:
    """(info, content) of the fenced blocks of a language whose info begins so."""
    return [(i, c) for lang, i, c in _BLOCK.findall(text) if lang == language and i.startswith(info)]


def section(text: str, title: str) -> str:
    """What stands below a heading, down to the next one of its level or above."""
    level = title.split(" ", maxsplit=1)[0]
    _, found, rest = text.partition(f"\n{title}\n")
    assert found, title
    return re.split(rf"^#{{1,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def spans(text: str) -> list[str]:
    """Everything between backquotes outside of fenced blocks."""
    return _CODE.findall(_BLOCK.sub("", text))


def rows(text: str) -> list[list[str]]:
    """The cells of the tables' rows, without their headings."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def named(text: str) -> list[str]:
    """The code in the first column of the tables."""
    return [code for row in rows(text) for code in _CODE.findall(row[0])]


def examples() -> list[str]:
    """Every command line that is shown, from `nabor` on: after a prompt, or as code with something behind its name."""
    typed = re.findall(r"^\$ (?:NABOR_[A-Z]+=\S+ )?(nabor .+)$", HOUSE + GRAMMAR, re.MULTILINE)
    return sorted({*typed, *(code for code in spans(HOUSE + GRAMMAR) if re.match(r"nabor [a-z]", code))})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example of definitions/README.md, written out as a reader would."""
    files = [*blocks(GRAMMAR, "yaml", f"{EXAMPLE}/"), *blocks(GRAMMAR, "markdown", f"{EXAMPLE}/")]
    assert len(files) == 7
    for name, content in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NABOR_DEFINITIONS", ".")
    return tmp_path / EXAMPLE


class TestExample:
    def test_loads_is_sound_and_its_scenarios_walk_all_of_it(self, folder: Path):
        found = examine(open_catalogue([folder.parent]), EXAMPLE, scenarios=True)
        assert (found.problems, found.failures, found.not_walked) == ((), (), ())
        assert found.scenarios == 3

    def test_first_scenario_holds_with_the_lines_that_are_added_to_it(self, folder: Path):
        ((_, added),) = blocks(GRAMMAR, "yaml", "diary")
        path = folder / "scenarios" / "first.yaml"
        text = path.read_text(encoding="utf-8").replace("expect:\n", f"{added}expect:\n")
        path.write_text(text.replace("{A: received}", "{A: received, B: late}"), encoding="utf-8")
        played = play(open_catalogue([folder.parent]), read_story(path))
        assert (played.lines, played.wrong, played.differences) == (4, (), ())

    def test_mistakes_look_as_shown(self, folder: Path):
        plant(
            folder / "librarian.yaml",
            ('{en: "a degree"}, source: A2}', '{en: "a degree"}}'),
            ("guards: [ground_given]", "guards: [ground_gven]"),
            ("in: [deciding]\n", "in: [decidin]\n"),
        )
        plant(folder / "notices" / "en" / "application_news.md", ("{{ next }}", "{{ nxt }}"))
        shown = next(c for _, c in blocks(GRAMMAR, "") if "ground_gven" in c)
        assert [str(p) for p in open_catalogue([Path()]).check(EXAMPLE)] == shown.splitlines()

    def test_a_scenario_that_fails_looks_as_shown(self, folder: Path):
        plant(
            folder / "scenarios" / "straight.yaml",
            ("B because document_missing(document=diploma)", "B"),
            ("-> refused document_missing, verdict_missing", "-> refused document_missing"),
        )
        shown = next(c for _, c in blocks(GRAMMAR, "") if c.startswith("FAILED"))
        told = CliRunner().invoke(app, ["scenario", "run", f"{EXAMPLE}/scenarios/straight.yaml"])
        assert (told.exit_code, told.stdout) == (1, shown)

    def test_drawing_is_the_one_of_the_tour(self, folder: Path):
        ((_, shown),) = blocks(HOUSE, "mermaid")
        told = CliRunner().invoke(app, ["definitions", "graph", EXAMPLE, "--of", "procedure", "--format", "mermaid"])
        assert told.stdout == shown


def plant(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for right, wrong in changes:
        assert text.count(right) == 1, right
        text = text.replace(right, wrong)
    path.write_text(text, encoding="utf-8")


class TestGrammar:
    @pytest.mark.parametrize("content", [c for _, c in blocks(GRAMMAR, "yaml", "fragment")])
    def test_fragments_fit_the_schema(self, content: str):
        for name, value in yaml_reader.parse(content.encode(), "README.md").data.items():
            kind: Any = schema.ProcessFile.model_fields[name].annotation
            field: TypeAdapter[Any] = TypeAdapter(kind)
            field.validate_python(value)

    def test_every_key_of_every_file_is_told(self):
        grammar = section(GRAMMAR, "## The grammar")
        known = {word for span in spans(grammar) for word in re.findall(r"[a-z_]+", span)}
        files = (schema.ProcessFile, schema.InstitutionFile, schema.SourcesFile, schema.CalendarFile)
        assert sorted({key for file in files for key in keys_of(file)} - known) == []

    def test_every_choice_of_every_key_is_told(self):
        known = set(spans(section(GRAMMAR, "## The grammar")))
        for path in ("stage", "kind", "mode", "compare", "ends", "per"):
            for choice in choices_of(schema.ProcessFile, path):
                assert choice in known, f"{path}: {choice}"

    def test_built_in_roles_are_told(self):
        assert set(BUILT_IN) <= set(named(section(GRAMMAR, "### process.yaml")))

    def test_guards_are_exactly_those_there_are(self):
        found = {}
        for code, kinds, _ in rows(section(GRAMMAR, "### Guards"))[1:]:
            ((name, takes),) = re.findall(r"^`\{?([a-z_]+)(:?)", code)
            found[name] = (bool(takes), kinds.split(", "))
        order = (Kind.PROCEDURE, Kind.POSITION, Kind.APPLICATION, Kind.OBJECTION)
        assert found == {g.name: (g.takes != "nothing", [k for k in order if k in g.kinds]) for g in GUARDS.values()}

    def test_effects_are_exactly_those_there_are_and_fit_the_schema(self):
        written = [row[0].strip("`") for row in rows(section(GRAMMAR, "### Effects"))[1:]]
        values = [yaml_reader.parse(f"effect: {one}".encode(), "README.md").data["effect"] for one in written]
        effects: list[schema.EffectModel] = TypeAdapter(list[schema.EffectField]).validate_python(values)
        assert {name for e in effects for name in e.model_fields_set} == set(schema.EffectModel.model_fields)
        moved = {name for e in effects if e.move for name in e.move.model_fields_set}
        assert moved == set(schema.MoveModel.model_fields)

    def test_acts_are_exactly_those_there_are(self):
        found = {row[0].strip("`"): row[1] for row in rows(section(GRAMMAR, "### Acts"))[1:]}
        assert found == dict(ACTS)

    def test_placeholders_are_exactly_those_there_are(self):
        found = [code.strip("{} ").partition(".") for code in named(section(GRAMMAR, "### Notices"))]
        assert [name for name, dot, _ in found if not dot] == list(PLACEHOLDERS)
        assert [name for name, dot, _ in found if dot] == list(FAMILIES)

    def test_values_of_grounds_are_exactly_those_there_are(self):
        found = [c.strip("{}") for c in named(section(GRAMMAR, "### process.yaml")) if c.startswith("{")]
        assert sorted(found) == sorted(GROUND_VALUES)

    def test_columns_of_publications_are_exactly_those_there_are(self):
        shows = TypeAdapter(schema.ListModel).json_schema()["properties"]["shows"]["items"]["enum"]
        assert sorted(named(section(GRAMMAR, "### Columns of publications"))) == sorted(shows)


class TestScenarios:
    def test_verbs_are_exactly_those_there_are_and_their_examples_can_be_read(self):
        table = rows(section(GRAMMAR, "### A line of the diary"))
        verbs = {row[0].strip("`"): _CODE.findall(row[1]) for row in table if row[1].startswith("`")}
        assert [name for name in verbs if name in VERBS] == list(VERBS)
        keywords = [name for name in verbs if name in KEYWORDS]
        assert keywords == list(KEYWORDS)
        assert len(verbs) == len(VERBS) + len(KEYWORDS) + 3  # and three lines for transitions
        for name, examples in verbs.items():
            for example in examples:
                line = parse("2026-03-02 09:00 somebody", f"verb {example}" if name in KEYWORDS else example)
                assert (name in line.words) if name in KEYWORDS else (line.verb == name or name not in VERBS)

    def test_codes_of_refusals_are_exactly_those_that_can_be_met(self):
        met = {code for code in texts_of_code("engine", "services") if code in REASONS}
        assert sorted(named(section(GRAMMAR, "### The codes of refusals"))) == sorted(met)

    @pytest.mark.parametrize(
        ("title", "models"),
        [
            ("### What stands in the file", (Story, OfProcedure, OfPerson)),
            ("### What may be expected", (Expectation,)),
            (
                "## A demonstration with files of your office",
                (Demonstration, Columns, ApplicationColumns, ScoreColumns),
            ),
        ],
    )
    def test_every_key_is_told(self, title: str, models: tuple[type[BaseModel], ...]):
        known = {word for span in spans(section(GRAMMAR, title)) for word in re.findall(r"[a-z_]+", span)}
        keys = {key for model in models for key in model.model_fields}
        if Demonstration in models:
            keys -= set(Story.model_fields)  # told with the scenarios
        assert sorted(keys - known) == []


class TestHouse:
    def test_every_setting_is_told_with_its_default(self):
        found = {row[0].strip("`"): row[1] for row in rows(section(HOUSE, "### Settings"))[1:]}
        assert found == {s.variable: s.default for s in describe()}

    def test_every_command_is_told(self):
        told = set()
        for text in (HOUSE, GRAMMAR):
            for row in rows(text):
                for code in _CODE.findall(row[0]):
                    words = [w for w in code.split(" ") if re.fullmatch(r"[a-z][a-z-]*", w)]
                    if words[:1] == ["nabor"]:
                        group = words[1:2]
                        told.add(" ".join(words[1:3]))
                    elif len(words) == 1 and code == words[0] and "nabor" in row[0]:
                        told.add(" ".join([*group, code]))
        commands = {" ".join(path) for path, _ in walk(typer.main.get_command(app), ())}
        assert sorted(commands - told) == []

    @pytest.mark.parametrize("line", examples())
    def test_commands_in_examples_exist_with_their_options(self, line: str):
        known = dict(walk(typer.main.get_command(app), ()))
        words = shlex.split(line)
        path = tuple(words[1:2]) if tuple(words[1:2]) in known else tuple(words[1:3])
        assert path in known
        assert {word for word in words if word.startswith("--")} <= {*known[path], "--help"}

    def test_the_tree_is_the_one_there_is(self):
        ((_, tree),) = [b for b in blocks(HOUSE, "") if b[1].startswith("workflow/")]
        packages = {p.parent.name for p in (ROOT / "workflow").glob("*/__init__.py")}
        assert set(re.findall(r"^  ([a-z]+)/ ", tree, re.MULTILINE)) == packages
        top = set(re.findall(r"^([a-z]+)/ ?", tree, re.MULTILINE))
        assert top == {"workflow", "notifications", "definitions", "tests", "benchmarks"}
        assert all((ROOT / name).is_dir() for name in top)

    @pytest.mark.parametrize("name", sorted({s for s in spans(HOUSE) if re.fullmatch(r"[a-z]+/[a-z_]+\.py", s)}))
    def test_files_that_are_named_exist(self, name: str):
        assert (ROOT / "workflow" / name).is_file()

    @pytest.mark.parametrize(
        ("text", "base"), [(HOUSE, ROOT), (GRAMMAR, ROOT / "definitions")], ids=["house", "grammar"]
    )
    def test_links_lead_somewhere(self, text: str, base: Path):
        headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), re.MULTILINE)
        anchors = {re.sub(r"[^a-z0-9 _-]", "", h.lower()).replace(" ", "-") for h in headings}
        links = re.findall(r"\]\(([^)]+)\)", _BLOCK.sub("", text))
        assert links
        for link in links:
            assert link[1:] in anchors if link.startswith("#") else (base / link).exists(), link


def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Every command with its options."""
    if hasattr(command, "commands"):
        for name, below in command.commands.items():
            yield from walk(below, (*path, name))
    else:
        yield path, [option for p in command.params for option in p.opts if option.startswith("--")]


def keys_of(model: type[BaseModel]) -> set[str]:
    """The keys of a model and of everything in it, as they are written."""
    made = model.model_json_schema(by_alias=True)
    parts = [made, *made.get("$defs", {}).values()]
    return {key for part in parts for key in part.get("properties", {})}


def choices_of(model: type[BaseModel], key: str) -> set[str]:
    """The words that may stand at a key of that name, wherever it is."""
    made = model.model_json_schema(by_alias=True)
    fields = [part.get("properties", {}).get(key, {}) for part in (made, *made["$defs"].values())]
    return {choice for field in fields for choice in field.get("enum", ())}


def texts_of_code(*packages: str) -> set[str]:
    """Every text that stands as a value in the code of those packages."""
    files = [file for package in packages for file in sorted((ROOT / "workflow" / package).glob("*.py"))]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
