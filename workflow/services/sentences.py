"""Reasons in words that people of the institution know: labels beside names, instants in local time.

Why: the engine refuses with names and instants in UTC; command line, pages and import messages must all say the same.
Never here: the phrases (wording), deciding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from workflow.engine.process import ProcessDefinition, Words
from workflow.engine.request import Reason
from workflow.wording import built_in_roles, say

_DAY_ENDS = time(23, 59, 59, 999999)
_INSTANTS = frozenset({"effective_at", "now", "created_at", "received_at", "due"})


def sentences(reasons: Iterable[Reason], process: ProcessDefinition, language: str) -> list[str]:
    """Each reason as a sentence in that language, each said once."""
    return list(dict.fromkeys(say(r.code, dressed(r.data, process, language), language) for r in reasons))


def dressed(data: Mapping[str, str], process: ProcessDefinition, language: str) -> dict[str, str]:
    """The data of a reason as a person reads it: `Registrar (registrar)`, `2022-03-31 17:30 EEST`."""
    states = {s.name: s for lifecycle in process.lifecycles.values() for s in lifecycle.states.values()}
    parts = process.training.parts if process.training else {}
    tables: Mapping[str, Mapping[str, Any]] = {
        "needs": {**process.roles, **parts, **process.tasks},
        "state": states,
        "states": states,
        "allowed_from": states,
        "document": process.documents,
        "requirement": process.requirements,
        "item": {**process.documents, **process.requirements},
        "channel": process.channels,
        "channels": process.channels,
        "check": process.checks,
        "checks": process.checks,
        "assessment": process.assessments,
        "position": process.positions,
        "date": process.dates,
        "part": parts,
        "parts": parts,
        "task": process.tasks,
        "owner": process.roles,
    }
    zone = process.institution.zone
    shown = {key: _local_text(value, zone) if key in _INSTANTS else value for key, value in data.items()}
    for key in shown.keys() & tables.keys():
        shown[key] = ", ".join(label_of(tables[key], name, process, language) for name in data[key].split(", "))
    if "missing" in data and data.get("check") in process.checks:
        items = process.checks[data["check"]].items
        shown["missing"] = ", ".join(label_of(items, name, process, language) for name in data["missing"].split(", "))
    if "publication" in data:
        known = process.publications
        titles = (
            text_of(known[n].title, process, language) if n in known else n for n in data["publication"].split(", ")
        )
        shown["publication"] = ", ".join(titles)
    if "needs" in data:
        built_in = built_in_roles(language)
        shown["needs"] = ", ".join(built_in.get(name, name) for name in shown["needs"].split(", "))
    return shown


def text_of(words: Words, process: ProcessDefinition, language: str) -> str:
    """A text of a definition in that language, else in the institution's own."""
    own = process.institution.languages[0]
    return words.get(language) or words.get(own) or next(iter(words.values()), "")


def label_of(known: Mapping[str, Any], name: str, process: ProcessDefinition, language: str) -> str:
    """The label of something that a definition declares, with its name; the bare name when it does not."""
    return f"{text_of(known[name].label, process, language)} ({name})" if name in known else name


def local(at: datetime, zone: str) -> str:
    """An instant as local time with its zone; the last instant of a day as 24:00."""
    there = at.astimezone(ZoneInfo(zone))
    if there.time() == _DAY_ENDS:
        return f"{there:%Y-%m-%d} 24:00 {there:%Z}"
    seconds = f"{there:%S}" != "00"
    return f"{there:%Y-%m-%d %H:%M:%S %Z}" if seconds else f"{there:%Y-%m-%d %H:%M %Z}"


def _local_text(value: str, zone: str) -> str:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return value if at.tzinfo is None else local(at, zone)
