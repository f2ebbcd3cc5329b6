"""How the files of a definition stand to the text that a running procedure is pinned to.

Why: a procedure runs by what it was announced with, whatever becomes of the files; what differs is shown, word by word,
before anybody adopts it.
Never here: adopting (records.py).
"""

from __future__ import annotations

from enum import StrEnum

from workflow.catalogue.snapshot import Snapshot
from workflow.engine.errors import DefinitionError, UnknownName
from workflow.persistence import statements
from workflow.services.case import Case
from workflow.services.house import House


class Wording(StrEnum):
    """How the files stand to the text that a procedure is pinned to."""

    SAME = "same"
    """They say the same, or nothing is pinned yet."""
    CORRECTED = "corrected"
    """Only words differ: they may be adopted."""
    OTHER_RULES = "other_rules"
    """Rules differ, which a procedure never adopts."""
    GONE = "gone"
    """The files are missing or broken: a running procedure needs them no more."""


def current_text(house: House, institution: str, process: str) -> Snapshot | None:
    """The definition as the files have it now; None when they are missing or broken."""
    try:
        return house.catalogue.snapshot(institution, process)
    except (DefinitionError, UnknownName):
        return None


def wording(house: House, institution: str, case: Case) -> tuple[Wording, tuple[tuple[str, str, str], ...]]:
    """How the files stand to what a procedure runs by, and each corrected text: (place, old words, new words)."""
    if case.calendar_version is None:
        return Wording.SAME, ()
    current = current_text(house, institution, case.process)
    if current is None:
        return Wording.GONE, ()
    if current.hash == case.book.hash:
        return Wording.SAME, ()
    stored = house.database.read(statements.definition, institution=institution, hash=case.book.hash)
    differences = house.wording_differences(stored[0][3], current)
    return (Wording.OTHER_RULES, ()) if differences is None else (Wording.CORRECTED, tuple(differences))
