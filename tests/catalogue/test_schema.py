from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from workflow.catalogue import editor
from workflow.catalogue.index import built_in
from workflow.catalogue.schema import ProcessFile, main
from workflow.engine.acts import ACTS
from workflow.engine.guards import GUARDS


@pytest.mark.parametrize("name", sorted(editor.MODELS))
def test_written_schemas_are_fresh(name: str) -> None:
    written = (built_in() / f"{name}.schema.json").read_text(encoding="utf-8")
    assert written == editor.text(name), "run: python -m workflow.catalogue.schema"


def test_the_command_writes_them_all(tmp_path: Path) -> None:
    main([str(tmp_path)])
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(f"{n}.schema.json" for n in editor.MODELS)


def test_the_whole_vocabulary_is_offered() -> None:
    schema = editor.schema("process")
    guards = schema["$defs"]["Guard"]["anyOf"]
    alone = {guard["const"] for guard in guards[:-1]}
    called = set(guards[-1]["properties"])
    assert (alone, called) == (
        {name for name, guard in GUARDS.items() if guard.takes == "nothing"},
        {name for name, guard in GUARDS.items() if guard.takes != "nothing"},
    )
    assert schema["properties"]["acts"]["propertyNames"]["enum"] == list(ACTS)
    assert list(schema["properties"]) == [field.alias or name for name, field in ProcessFile.model_fields.items()]


def test_every_reference_leads_somewhere() -> None:
    for name in editor.MODELS:
        text = editor.text(name)
        definitions = json.loads(text).get("$defs", {})
        assert set(re.findall(r'"#/\$defs/(\w+)"', text)) == set(definitions)


def test_short_forms_are_offered() -> None:
    transition = editor.schema("process")["$defs"]["TransitionModel"]["properties"]
    name = {"pattern": "^[a-z][a-z0-9_]{0,59}$", "type": "string"}
    assert transition["from"]["anyOf"] == [name, {"items": name, "minItems": 1, "type": "array"}]
    assert transition["effects"]["items"]["anyOf"][0] == {"enum": ["pin", "certify", "attest_hours", "give_tasks"]}
