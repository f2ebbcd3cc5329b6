"""Finding people by a part of their name, and applications by their register number, in all procedures.

Why: one box in which a coordinator types what the person at the desk says. With a digit in it, it is a number first.
Never here: folding (names.py), a page.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflow.persistence import listing_reads as sql
from workflow.persistence.tables import NamePart, Residence
from workflow.services import names
from workflow.services.case import Rows
from workflow.services.house import House

LONGEST = 100
"""Characters of a query that are looked at."""
_TWICE = 3
"""A person may be found by several parts of the name; so many more rows are read than people are wanted."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a text finds: ids of candidates, or of applications; `more` when there are more than were asked for."""

    kind: sql.Drive
    ids: tuple[str, ...]
    more: bool


def find(house: House, institution: str, text: str, most: int) -> Found | None:
    """At most so many candidates or applications; None when the text holds nothing to look for."""
    text = text.strip()[:LONGEST]
    if any(character.isdigit() for character in text):
        numbered = _by_number(house, institution, text, most)
        if numbered.ids:
            return numbered
    words = names.query(text)
    if not words:
        return None
    limit = most * _TWICE + 1
    rows = house.database.read(sql.named(len(words), limit), institution=institution, **_ranges(words))
    ids = tuple(dict.fromkeys(row[0] for row in rows))
    return Found(sql.Drive.CANDIDATES, ids[:most], len(ids) > most or len(rows) == limit)


def _by_number(house: House, institution: str, text: str, most: int) -> Found:
    exact: list[str] = []
    if text.isdecimal():  # what stands after the slash of the numbers that are given by the house
        numbers = house.database.read(sql.procedure_numbers, institution=institution)
        exact = [f"{number}/{int(text):04d}" for (number,) in numbers]
    rows = house.database.read(
        sql.numbered(most + 1), institution=institution, number=text, number_end=text + sql.LAST, exact=exact
    )
    ids = tuple(dict.fromkeys(row[0] for row in rows))
    return Found(sql.Drive.APPLICATIONS, ids[:most], len(ids) > most)


def _ranges(words: tuple[str, ...]) -> dict[str, str]:
    low = {f"word_{n}": word for n, word in enumerate(words)}
    return low | {f"{name}_end": word + sql.LAST for name, word in low.items()}


def part_rows(institution: str, candidate: str, name: str) -> Rows:
    """The rows by which a candidate's name is found."""
    key = {"institution": institution, "candidate_id": candidate}
    return [("upsert", NamePart, {**key, "number": n, "part": part}) for n, part in enumerate(names.parts(name))]


def residence_rows(institution: str, candidate: str, town: str | None) -> Rows:
    """The row that says where a candidate lives; with None there is none any more."""
    key = {"institution": institution, "candidate_id": candidate}
    return [("upsert", Residence, {**key, "town": town}) if town else ("delete", Residence, key)]


def renamed_rows(institution: str, candidate: str, name: str) -> Rows:
    """The same after the name has changed; with '' they are what erasing a person leaves."""
    gone: Rows = [("delete", NamePart, {"institution": institution, "candidate_id": candidate})]
    return gone + part_rows(institution, candidate, name)
