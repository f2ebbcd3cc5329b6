"""The next version of a publication: what is wrong in a list is put right in the open, with a reason.

Why: a person corrects an error by an act, and an upheld objection does by its effect; both make the same version.
Never here: making a publication (publishing.py), who may correct it (the definition).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflow.engine.decide import Step
from workflow.engine.request import Reason, Refused
from workflow.persistence import paper_reads as reads
from workflow.persistence import tables
from workflow.persistence.unit_of_work import instant
from workflow.services.case import Case, Entry, Rows
from workflow.services.docket import Docket
from workflow.services.publishing import content_of, no_end, row_of, said_of, show


@dataclass(slots=True)
class Corrected:
    """A further version as it is to be written; `said`: number, version and digests, for the journal."""

    rows: Rows
    said: dict[str, Any]
    effects: dict[str, Any] = field(default_factory=dict)


def next_version(
    docket: Docket, case: Case, versions: Sequence[Mapping[str, Any]], reason: str, by: str
) -> Corrected | Refused:
    """The version after the last of `versions`, which stay on record.

    Who stood in a list stands in it with the data of today. Who has come to a state of another of its lists stands
    there, and who has moved on to a state of none stays where it was: a later move is no error of the list.
    """
    before = versions[-1]
    number = before["number"]
    if before["published_at"] is not None and not is_up(before, docket.now):
        return Refused((Reason("publication_taken_down", {"number": str(number)}),))
    name = before["name"]
    if (missing := no_end(case, name)) is not None:
        return missing
    content = content_of(docket, case, name, json.loads(before["content"]), reason)
    row = row_of(docket, case, name, number, before["version"] + 1, content, by)
    digests = {"digest": row["digest"], "digest_before": before["digest"]}
    corrected = Corrected([], {"number": number, "version": row["version"], **digests})
    if case.book.process.publications[name].approved_by:
        corrected.effects["drafted"] = [said_of(row)]
        # A draft gives way at once; what is shown stays up until the next version is approved.
        corrected.rows = replaced(docket, [v for v in versions if v["published_at"] is None])
    else:
        show(docket, case, row, corrected.effects)
        corrected.rows = replaced(docket, versions)
    corrected.rows.append(("insert", tables.Publication, row))
    return corrected


def correct_list(docket: Docket, case: Case, name: str, step: Step, entry: Entry) -> Rows | Refused:
    """The next version of the newest publication of that name which is shown, because an objection was decided.

    Its reason names the objection and the decision. Refused when none is shown any more: what has
    ended stays as it was.
    """
    key = {"institution": docket.institution, "procedure": case.facts.procedure, "name": name}
    rows = docket.unit.read(reads.standing, **key)
    up = [number for _, number, until in rows if until is None or instant(until) > docket.now]
    if not up:
        return Refused((Reason("no_list_to_correct", {"publication": name}),))
    language = case.book.process.institution.languages[0]
    reason = f"{case.facts.objection}: {step.transition.label[language]}"
    corrected = next_version(docket, case, versions_of(docket, case, max(up)), reason, entry.actor)
    if isinstance(corrected, Refused):
        return corrected
    entry.effects.update(corrected.effects)
    entry.effects["corrected"] = corrected.said
    return corrected.rows


def is_up(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether the public is shown it at that instant. What ends by itself ends without anybody doing anything."""
    until = row["until_at"]
    return row["published_at"] is not None and row["withdrawn_at"] is None and (until is None or instant(until) > now)


def versions_of(docket: Docket, case: Case, number: int) -> list[dict[str, Any]]:
    """Every version of the procedure's publication of that number, oldest first."""
    rows = docket.unit.read(
        reads.publication, institution=docket.institution, procedure=case.facts.procedure, number=number
    )
    return [dict(zip(reads.publication.columns, row, strict=True)) for row in rows]


def replaced(docket: Docket, versions: Sequence[Mapping[str, Any]]) -> Rows:
    """The rows that take those versions down."""
    key = {"institution": docket.institution, "withdrawn_at": docket.now}
    open_ = [v for v in versions if v["withdrawn_at"] is None]
    return [("update", tables.Publication, {**key, "id": v["id"]}) for v in open_]
