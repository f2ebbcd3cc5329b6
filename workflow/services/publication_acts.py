"""Acts on publications that were made: a second person approves a draft, an error is corrected in the open.

Never here: making a publication (publishing.py), pages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workflow.engine.request import Reason, Refused
from workflow.persistence import paper_reads as reads
from workflow.persistence import tables
from workflow.persistence.unit_of_work import instant
from workflow.services.acts import ApprovePublication, CorrectPublication, Outcome, Recording, known_as, unknown
from workflow.services.case import Case, Rows
from workflow.services.docket import Docket
from workflow.services.publishing import content_of, no_end, row_of, said_of, show, until_of


def approve_publication(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """A second person approves a draft, and it is shown from now on; the version before it is not any more."""
    act = known_as(r.act, ApprovePublication)
    versions = _versions(docket, case, act.number)
    if not versions:
        return unknown(str(act.number))
    draft = versions[-1]
    if draft["version"] != act.version or draft["published_at"] is not None or draft["withdrawn_at"] is not None:
        return Refused((Reason("nothing_to_approve", {"number": str(act.number)}),))
    rule = case.book.process.publications[draft["name"]]
    reasons = []
    if not r.actor.roles.intersection(rule.approved_by):
        reasons.append(Reason("wrong_role", {"needs": ", ".join(rule.approved_by)}))
    if r.actor.user == draft["made_by"]:
        reasons.append(Reason("own_draft", {"number": str(act.number)}))
    if reasons:
        return Refused(tuple(reasons))
    if (missing := no_end(case, draft["name"])) is not None:
        return missing
    outcome = Outcome(parameters={"number": act.number, "version": act.version, "digest": draft["digest"]})
    row = {"institution": docket.institution, "id": draft["id"], "approved_by": r.actor.user}
    show(docket, case, row | {key: draft[key] for key in ("name", "number", "version", "digest")}, outcome.effects)
    shown = {**row, "published_at": docket.now, "until_at": until_of(docket, case, rule)}
    outcome.rows = [("update", tables.Publication, shown), *_replaced(docket, versions[:-1])]
    return outcome


def correct_publication(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """The next version of a publication, with a reason; the versions before it stay on record.

    Who stood in a list stands in it with the data of today. Who has come to a state of another of its lists stands
    there, and who has moved on to a state of none stays where it was: a later move is no error of the list.
    """
    act = known_as(r.act, CorrectPublication)
    versions = _versions(docket, case, act.number)
    if not versions:
        return unknown(str(act.number))
    before = versions[-1]
    if not (r.reason or "").strip():
        return Refused((Reason("reason_missing"),))
    if before["published_at"] is not None and not is_up(before, docket.now):
        return Refused((Reason("publication_taken_down", {"number": str(act.number)}),))
    name = before["name"]
    if (missing := no_end(case, name)) is not None:
        return missing
    content = content_of(docket, case, name, json.loads(before["content"]), (r.reason or "").strip())
    row = row_of(docket, case, name, act.number, before["version"] + 1, content, r.actor.user)
    digests = {"digest": row["digest"], "digest_before": before["digest"]}
    outcome = Outcome(parameters={"number": act.number, "version": row["version"], **digests})
    if case.book.process.publications[name].approved_by:
        outcome.effects["drafted"] = [said_of(row)]
        # A draft gives way at once; what is shown stays up until the next version is approved.
        outcome.rows = _replaced(docket, [v for v in versions if v["published_at"] is None])
    else:
        show(docket, case, row, outcome.effects)
        outcome.rows = _replaced(docket, versions)
    outcome.rows.append(("insert", tables.Publication, row))
    return outcome


def is_up(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether the public is shown it at that instant. What ends by itself ends without anybody doing anything."""
    until = row["until_at"]
    return row["published_at"] is not None and row["withdrawn_at"] is None and (until is None or instant(until) > now)


def _versions(docket: Docket, case: Case, number: int) -> list[dict[str, Any]]:
    rows = docket.unit.read(reads.publication, institution=docket.institution, procedure=case.id, number=number)
    return [dict(zip(reads.publication.columns, row, strict=True)) for row in rows]


def _replaced(docket: Docket, versions: Sequence[Mapping[str, Any]]) -> Rows:
    key = {"institution": docket.institution, "withdrawn_at": docket.now}
    open_ = [v for v in versions if v["withdrawn_at"] is None]
    return [("update", tables.Publication, {**key, "id": v["id"]}) for v in open_]
