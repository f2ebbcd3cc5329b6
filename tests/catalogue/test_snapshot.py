from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.catalogue.given import Change, write
from workflow.catalogue.index import Catalogue, built_in
from workflow.catalogue.loader import load_process, read_process
from workflow.catalogue.snapshot import Snapshot, restore, snapshot, wording_diff
from workflow.engine.errors import DefinitionError
from workflow.engine.process import Kind

KEPT = Path(__file__).parent / "snapshots"


def pinned(folder: Path, **changes: list[Change]) -> Snapshot:
    return snapshot(read_process(write(folder, **changes), "hiring").source)


def shipped() -> list[tuple[str, str]]:
    catalogue = Catalogue([built_in()])
    return [(i, p) for i in catalogue.institutions() for p in catalogue.processes(i)]


def test_what_is_restored_equals_what_was_pinned(tmp_path: Path) -> None:
    made = pinned(tmp_path)
    assert restore(made.text) == made.process == load_process(tmp_path / "example", "hiring")


@pytest.mark.parametrize(("institution", "process"), shipped())
def test_shipped_definitions_survive_pinning(institution: str, process: str) -> None:
    made = Catalogue([built_in()]).snapshot(institution, process)
    again = restore(made.text)
    assert again == made.process
    # Equality of maps does not see their order, and the order of criteria, lists and alternatives means something.
    assert repr(again) == repr(made.process)


def test_the_hash_is_that_of_the_content(tmp_path: Path) -> None:
    made = pinned(tmp_path / "a")
    same = pinned(
        tmp_path / "b",
        hiring=[
            ("        from: draft\n        to: open\n", "        to: open  # otherwise\n        from: [draft]\n"),
            ('  form: {kind: original, per: position, label: {en: "Form", pl: "Formularz"}, source: F1}\n',
             "  form:\n    source: [F1]\n    label:\n      en: Form\n      pl: 'Formularz'\n    per: position\n"
             "    kind: original\n    optional: false\n"),
        ],
    )  # fmt: skip
    assert (same.hash, same.text) == (made.hash, made.text)


@pytest.mark.parametrize(
    "changes",
    [
        {"hiring": [('{en: "Draft", pl: "Projekt"}', '{en: "Sketch", pl: "Projekt"}')]},
        {"hiring": [('{en: "Announcement", pl: "Ogłoszenie"}', '{en: "Announcement", pl: "Ogłoszenie."}')]},
        {"hiring": [('silent: "the announcement tells everybody"', 'silent: "everybody is told"')]},
        {"hiring": [("Not handed in: {document}", "Missing: {document}")]},
        {"hiring": [('default: {en: "room 1"', 'default: {en: "room 2"')]},
        {"hiring": [("Was it clear?", "Was all clear?")]},
        {"hiring": [('clerk: {en: "Clerk"', 'clerk: {en: "Registrar"')]},
        {"hiring": [('hired: {title: {en: "Hired"', 'hired: {title: {en: "Employed"')]},
        {"institution": [("1 Main Street", "2 Main Street")]},
        {"uk_received": [("Dear", "Hello")]},
        {"pl_reminder": [("Subject: {{ position }}", "Subject: {{ candidate }}")]},
    ],
)
def test_words_change_the_hash_and_not_the_rules(tmp_path: Path, changes: dict[str, list[Change]]) -> None:
    before, after = pinned(tmp_path / "a"), pinned(tmp_path / "b", **changes)
    assert before.hash != after.hash
    assert before.rules_hash == after.rules_hash
    assert len(wording_diff(before.text, after.text)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"hiring": [("seats: 1", "seats: 2")]},
        {"hiring": [("step: 0.5", "step: 0.25")]},
        {"hiring": [("at_least: 1.5", "at_least: 1.50001")]},
        {"hiring": [("ties: [talk.skill, drill,", "ties: [drill, talk.skill,")]},
        {"hiring": [("{working_days: 5}", "{days: 5}")]},
        {"hiring": [("guards: [has_positions,", "guards: [has_positions, has_applications,")]},
        {"hiring": [("        notices: [received]\n        label: {en: \"Lapse\"",
                     "        silent: \"x\"\n        label: {en: \"Lapse\"")]},
        {"hiring": [('default: "2022-03-31 16:00"', 'default: "2022-03-31 17:00"')]},
        {"hiring": [("shows: [register_number, name]", "shows: [name]")]},
        {"institution": [("08:00-16:00", "08:00-17:00")]},
        {"institution": [("office@", "hr@")]},
    ],
)  # fmt: skip
def test_rules_change_both(tmp_path: Path, changes: dict[str, list[Change]]) -> None:
    before, after = pinned(tmp_path / "a"), pinned(tmp_path / "b", **changes)
    assert before.hash != after.hash
    assert before.rules_hash != after.rules_hash


def test_a_further_language_is_a_rule(tmp_path: Path) -> None:
    before = pinned(tmp_path / "a")
    after = pinned(tmp_path / "b", hiring=[('title: {en: "Hiring"', 'title: {uk: "Набір", en: "Hiring"')])
    assert before.rules_hash != after.rules_hash


def test_a_state_may_be_named_like_a_key_of_wording(tmp_path: Path) -> None:
    # `label` as the name of a document is a name, and its kind a rule.
    changes = [("  form: {kind: original", "  label: {kind: original")]
    before = pinned(tmp_path / "a", hiring=changes)
    after = pinned(tmp_path / "b", hiring=[("  form: {kind: original", "  label: {kind: shown")])
    assert before.rules_hash != after.rules_hash
    assert wording_diff(before.text, after.text) == []


def test_wording_diff_names_each_change(tmp_path: Path) -> None:
    before = pinned(tmp_path / "a")
    after = pinned(
        tmp_path / "b",
        hiring=[('{en: "Draft", pl: "Projekt"}', '{en: "Sketch", pl: "Szkic"}')],
        en_received=[("Subject: {{ position }}", "Subject: {{ candidate }}")],
    )
    assert wording_diff(before.text, after.text) == [
        ("process.lifecycles.procedure.states.draft.label.en", "Draft", "Sketch"),
        ("process.lifecycles.procedure.states.draft.label.pl", "Projekt", "Szkic"),
        (
            "texts.received.en.subject",
            "{{ position }}, {{ register_number }}",
            "{{ candidate }}, {{ register_number }}",
        ),
    ]
    assert wording_diff(before.text, before.text) == []


# --- for ever ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", sorted(KEPT.glob("*.json")), ids=lambda file: file.stem)
def test_snapshots_of_every_format_still_load(file: Path) -> None:
    """The files are never edited: a procedure that was announced then runs by exactly this text."""
    text = file.read_text(encoding="utf-8")
    process = restore(text)
    assert (process.name, process.institution.name) == ("hiring", "example")
    assert [t.key for t in process.lifecycles[Kind.APPLICATION].transitions] == [
        "register.0",
        "register.1",
        "offer",
        "reject",
        "reinstate",
        "accept",
        "lapse",
    ]
    assert str(process.assessments["talk"].criteria["skill"].weight) == "1.10"
    assert process.deadlines["answer"].after is not None
    assert process.texts["received"]["uk"].body.startswith("Dear {{ candidate }}")


def test_there_is_a_snapshot_of_each_format() -> None:
    assert [file.stem for file in sorted(KEPT.glob("*.json"))] == ["format-1"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "it is no JSON"),
        ("[]", "format: format None is not known to this program (it knows 1 to 1)"),
        ('{"format": 2}', "format: format 2 is not known to this program (it knows 1 to 1)"),
        ('{"format": "1"}', "format: format 1 is not known to this program (it knows 1 to 1)"),
        ('{"format": 1}', "institution: Field required"),
    ],
)
def test_what_is_no_snapshot(text: str, what: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        restore(text)
    assert str(caught.value) == (
        f"snapshot: {what}; restore the database from a backup, or use the program version that wrote it"
    )


def test_the_text_is_plain_json_with_exact_numbers(tmp_path: Path) -> None:
    data = json.loads(pinned(tmp_path).text)
    assert list(data) == ["format", "institution", "process", "texts"]
    assert data["process"]["assessments"]["talk"]["criteria"]["skill"]["weight"] == "1.10"
    assert "min" in data["process"]["assessments"]["talk"]["criteria"]["skill"]
