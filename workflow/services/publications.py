"""What a person sees of publications: their versions, each as it was shown, and whether it still is what was recorded.

Never here: making, approving or correcting one (publishing.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from workflow.persistence import oversight_reads
from workflow.persistence import paper_reads as sql
from workflow.persistence.unit_of_work import instant
from workflow.services.house import House


@dataclass(frozen=True, slots=True)
class PublicationLine:
    """One version of a publication without what it shows. `is_up` as of the instant at which it was read."""

    number: int
    version: int
    name: str
    digest: str
    made_at: datetime
    made_by: str
    approved_by: str
    published_at: datetime | None
    until_at: datetime | None
    withdrawn_at: datetime | None
    now: datetime

    @property
    def is_draft(self) -> bool:
        """Whether it waits for approval."""
        return self.published_at is None and self.withdrawn_at is None

    @property
    def ended_at(self) -> datetime | None:
        """When the public ceased to be shown it: taken down by somebody, or at its end by itself. None: it is up."""
        ends = [at for at in (self.withdrawn_at, self.until_at) if at is not None and at <= self.now]
        return min(ends, default=None)

    @property
    def is_up(self) -> bool:
        """Whether the public is shown it."""
        return self.published_at is not None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class Shown:
    """One version with its content. `holds`: it still has the digest that the table and the journal recorded."""

    line: PublicationLine
    content: Mapping[str, Any]
    holds: bool


def without(shown: Shown, hidden: Collection[str]) -> Shown:
    """A version that was never shown to the public, without the lines of those applications."""
    if not hidden:
        return shown
    lists = {
        name: {**one, "rows": [row for row in one["rows"] if row.get("application") not in hidden]}
        for name, one in shown.content.get("lists", {}).items()
    }
    return replace(shown, content={**shown.content, "lists": lists})


def publications(house: House, institution: str, procedure: str) -> tuple[PublicationLine, ...]:
    """Every version of every publication of a procedure, in order."""
    return _lines(
        house, sql.publications, house.database.read(sql.publications, institution=institution, procedure=procedure)
    )


def publication(house: House, institution: str, procedure: str, number: int) -> tuple[Shown, ...]:
    """Every version of one publication exactly as it was shown, the first one first; empty when there is none."""
    rows = house.database.read(sql.publication, institution=institution, procedure=procedure, number=number)
    lines = _lines(house, sql.publication, rows)
    found = []
    for line, row in zip(lines, rows, strict=True):
        r = dict(zip(sql.publication.columns, row, strict=True))
        recorded = _recorded(house, institution, r)
        computed = hashlib.sha256(r["content"].encode()).hexdigest()
        found.append(Shown(line, house.parsed(r["content"]), holds=computed == line.digest == recorded))
    return tuple(found)


def lists_of(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The lists of a publication in the order of the definition; of one without an order, as they are stored."""
    lists = content.get("lists", {})
    return [lists[name] for name in content.get("order", lists) if name in lists]


def _recorded(house: House, institution: str, row: Mapping[str, Any]) -> str:
    """The digest that the journal holds of it; for what was made before entries were named, the one of the table."""
    if row["entry_subject"] is None:
        return str(row["digest"])
    entries = house.database.read(
        sql.entry, institution=institution, subject=row["entry_subject"], seq=row["entry_seq"]
    )
    effects = house.parsed(entries[0][0]) if entries else {}
    for one in (*effects.get("drafted", ()), *effects.get("published", ())):
        if (one["number"], one.get("version", 1)) == (row["number"], row["version"]):
            return str(one["digest"])
    return ""


def _lines(house: House, statement: Any, rows: Sequence[tuple[Any, ...]]) -> tuple[PublicationLine, ...]:
    found = [dict(zip(statement.columns, row, strict=True)) for row in rows]
    users = sorted({user for r in found for user in (r["made_by"], r["approved_by"]) if user})
    names: dict[str, str] = dict(house.database.read(oversight_reads.actors, ids=users)) if users else {}
    now = house.clock.now()
    return tuple(
        PublicationLine(
            number=r["number"],
            version=r["version"],
            name=r["name"],
            digest=r["digest"],
            made_at=instant(r["made_at"]),
            made_by=names.get(r["made_by"] or "", r["made_by"] or ""),
            approved_by=names.get(r["approved_by"] or "", r["approved_by"] or ""),
            published_at=_at(r["published_at"]),
            until_at=_at(r["until_at"]),
            withdrawn_at=_at(r["withdrawn_at"]),
            now=now,
        )
        for r in found
    )


def _at(value: Any) -> datetime | None:
    return None if value is None else instant(value)
