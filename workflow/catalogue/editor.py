"""The grammar for editors: JSON Schemas made from the models, so that YAML files complete and check while written.

Why: a person who writes a definition should be helped by the editor before the loader is ever asked.
Never here: a rule of its own. A test keeps the written files equal to what is made here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from workflow.catalogue.index import built_in
from workflow.catalogue.references import BUILT_IN
from workflow.catalogue.schema import CalendarFile, InstitutionFile, ProcessFile, SourcesFile
from workflow.engine.acts import ACTS
from workflow.engine.guards import GUARDS

MODELS: Mapping[str, type[BaseModel]] = {
    "process": ProcessFile,
    "institution": InstitutionFile,
    "sources": SourcesFile,
    "calendar": CalendarFile,
}
_TAKES = {
    "date": "a date of the procedure",
    "deadline": "a deadline",
    "channels": "a channel, or a list of them",
    "assessment": "an assessment",
    "checks": "a check, or a list of them",
    "states": "an application state, or a list of them",
    "position_states": "a position state, or a list of them",
    "procedure_states": "a procedure state, or a list of them",
    "publications": "a publication, or a list of them",
}


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a kind of file: process, institution, sources or calendar."""
    made = MODELS[name].model_json_schema(by_alias=True)
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": f"Nabor: {name}"}
    definitions: dict[str, Any] = made.get("$defs", {})
    for part in (made, *definitions.values()):
        for field in part.get("properties", {}).values():
            _tidy(field)
        if "source" in part.get("properties", {}) and "assumption" in part["properties"]:
            part["oneOf"] = [{"required": ["source"]}, {"required": ["assumption"]}]
    if name == "process":
        definitions["Guard"] = _guards()
        definitions["TransitionModel"]["properties"]["guards"]["items"] = {"$ref": "#/$defs/Guard"}
        made["properties"]["acts"]["propertyNames"] = {"enum": list(ACTS)}
        roles = definitions["TransitionModel"]["properties"]["by"]
        roles["description"] += f" Built in: {', '.join(BUILT_IN)}."
    return made


def _tidy(field: dict[str, Any]) -> None:
    """What may be left out is left out: `null` is never written, and pydantic's titles only repeat the key."""
    field.pop("title", None)
    choices = [choice for choice in field.get("anyOf", ()) if choice != {"type": "null"}]
    if "anyOf" in field:
        del field["anyOf"]
        field |= choices[0] if len(choices) == 1 else {"anyOf": choices}
    if field.get("default", ...) is None:
        del field["default"]


def _guards() -> dict[str, Any]:
    alone = [{"const": g.name, "description": _says(g.check)} for g in GUARDS.values() if g.takes == "nothing"]
    called = {
        g.name: {
            "description": f"{_says(g.check)} Takes {_TAKES[g.takes]}.",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        }
        for g in GUARDS.values()
        if g.takes != "nothing"
    }
    with_parameters = {
        "type": "object",
        "properties": called,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {"description": "A named condition.", "anyOf": [*alone, with_parameters]}


def _says(check: object) -> str:
    return (check.__doc__ or "").strip()


def text(name: str) -> str:
    """The JSON Schema as it stands in its file."""
    return json.dumps(schema(name), ensure_ascii=False, indent=2) + "\n"


def write(folder: str | None = None) -> None:
    """Writes `<name>.schema.json` of every kind of file into the folder (default: the built-in definitions)."""
    place = built_in() if folder is None else Path(folder)
    for name in MODELS:
        (place / f"{name}.schema.json").write_text(text(name), encoding="utf-8")
