"""Two records of one person become one: the applications of the one go over to the other, with their documents.

Why: who applied twice under two spellings is two people in every list, and may hold two seats. That two records are one
person is for people to say; from then on every application of that person names the same one, and says so.
Never here: finding who may be the same (intake.py), undoing it: what was two before stands in the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from workflow.engine.decide import may_record
from workflow.engine.request import Reason, Refused, Request
from workflow.persistence import application_reads, reads
from workflow.persistence import statements as sql
from workflow.persistence.tables import Application, Candidate, Document, DocumentFile, Dossier, NamePart
from workflow.persistence.unit_of_work import instant
from workflow.services.acts import MergeCandidate, Outcome, Recording, known_as, unknown
from workflow.services.case import Case, Entry, Rows, actor_role
from workflow.services.docket import Docket
from workflow.services.searching import residence_rows

ACT = "merge_candidate"
_CONTACT = ("email", "phone", "address")


def merge(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """The rows by which the case's candidate becomes the one named; each application that changes has its entry.

    What is not known of the one who stays is taken over: how to be reached, and the town. Of a document that both
    handed in for the same procedure the later one is in force, and the files of both are kept. Refused when both
    applied for the same position: those two must be settled first.
    """
    act = known_as(r.act, MergeCandidate)
    if not (r.reason or "").strip():
        return Refused((Reason("reason_missing"),))
    gone = case.candidate_id or ""
    # Both are locked, in one order, before their applications are read: nobody registers one for who is going.
    people = {one: _person(docket, one) for one in sorted({gone, act.into})}
    if people.get(act.into) is None:
        return unknown(act.into)
    if gone == act.into:
        return Refused((Reason("same_candidate"),))
    going, staying = _applications(docket, gone), _applications(docket, act.into)
    against = [*_twice(docket, going, staying), *_not_allowed(docket, [a for a, *_ in going if a != case.id], r)]
    if against:
        return Refused(tuple(against))
    joined = _joined(going, staying)
    rows: Rows = []
    for application, _, _, dossier in going:
        row = {"institution": docket.institution, "id": application, "candidate_id": act.into}
        rows.append(("update", Application, {**row, "dossier_id": joined[dossier]}))
    touched = {application for application, *_ in going}
    for mine, theirs in sorted(joined.items()):
        if mine == theirs:  # the person who stays has no documents in that procedure: the whole set goes over
            row = {"institution": docket.institution, "id": mine, "candidate_id": act.into}
            rows.append(("update", Dossier, row))
        else:
            rows += _moved(docket, mine, theirs)
            touched |= {application for application, _, _, dossier in staying if dossier == theirs}
    before, after = people[gone] or {}, people[act.into] or {}
    taken = {name: before[name] for name in _CONTACT if before.get(name) and not after.get(name)}
    key = {"institution": docket.institution, "id": act.into}
    if taken:
        rows.append(("update", Candidate, {**key, **taken}))
    emptied = dict.fromkeys(_CONTACT)
    rows.append(("update", Candidate, {**key, "id": gone, "name": "", **emptied, "erased_at": docket.now}))
    rows.append(("delete", NamePart, {"institution": docket.institution, "candidate_id": gone}))
    towns: dict[str, str] = dict(
        docket.unit.read(reads.residences, institution=docket.institution, ids=[gone, act.into])
    )
    rows += residence_rows(docket.institution, gone, None)
    if gone in towns and act.into not in towns:
        rows += residence_rows(docket.institution, act.into, towns[gone])
    parameters = {"candidate": gone, "into": act.into}
    for one in docket.cases(sorted(touched - {case.id})):
        _note(docket, one, r, parameters)
    for one in docket.cases(sorted(touched)):
        one.loaded -= {"documents", "asked"}
        one.candidate_id, one.facts.candidate = act.into, after["name"]
        one.dossier_id = joined.get(one.dossier_id or "", one.dossier_id)
        one.email, one.address = after["email"] or taken.get("email"), after["address"] or taken.get("address")
        one.language = after["language"]
    return Outcome(rows, parameters, texts={"merged_name": before["name"]} if before.get("name") else {})


def _person(docket: Docket, candidate: str) -> dict[str, Any] | None:
    """Who that is, locked; None for nobody, and for who was erased or merged before."""
    rows = docket.unit.read(reads.candidate, institution=docket.institution, id=candidate)
    row = dict(zip(reads.candidate.columns, rows[0], strict=True)) if rows else {}
    return row if row.get("name") else None


def _applications(docket: Docket, candidate: str) -> list[tuple[str, str, str, str]]:
    """(application, procedure, position, dossier) of everything that the candidate applied for."""
    rows = docket.unit.read(sql.applications_of_candidate, institution=docket.institution, candidate=candidate)
    return [(a, p, o, d) for a, p, o, d in rows]


def _twice(docket: Docket, going: Sequence[tuple[str, ...]], staying: Sequence[tuple[str, ...]]) -> Iterable[Reason]:
    held = {position: application for application, _, position, _ in staying}
    for application, _, position, _ in going:
        if position in held:
            first, second = docket.cases([held[position], application])
            numbers = f"{first.facts.register_number}, {second.facts.register_number}"
            yield Reason("merge_same_position", {"applications": numbers})


def _not_allowed(docket: Docket, others: Sequence[str], r: Recording) -> Iterable[Reason]:
    """The rules of each procedure in which the person applied must allow it to the one who does it."""
    for one in docket.cases(others):
        asked = Request(institution=r.institution, subject=one.id, transition=ACT, actor=r.actor, reason=r.reason)
        allowed = may_record(one.book, one.facts, ACT, asked, docket.now)
        if isinstance(allowed, Refused):
            yield from allowed.reasons


def _joined(going: Sequence[tuple[str, ...]], staying: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """The dossier of who goes -> where its documents lie from now on: in the other's of that procedure, or there."""
    theirs = {procedure: dossier for _, procedure, _, dossier in staying}
    return {dossier: theirs.get(procedure, dossier) for _, procedure, _, dossier in going}


def _moved(docket: Docket, mine: str, theirs: str) -> Rows:
    """The documents of one dossier laid into another of the same procedure; of two alike the later is in force."""
    lying = docket.unit.read(application_reads.dossier_documents, institution=docket.institution, ids=[mine, theirs])
    columns = application_reads.dossier_documents.columns
    documents = [dict(zip(columns, row, strict=True)) for row in lying]
    held = {(d["name"], d["application_id"]): instant(d["received_at"]) for d in documents if d["dossier_id"] == theirs}
    rows: Rows = []
    for document in documents:
        if document["dossier_id"] == theirs:
            continue
        key = {name: document[name] for name in ("dossier_id", "name", "application_id")}
        rows.append(("delete", Document, {"institution": docket.institution, **key}))
        there = held.get((document["name"], document["application_id"]))
        if there is None or instant(document["received_at"]) > there:
            moved = {**document, "dossier_id": theirs, "received_at": instant(document["received_at"])}
            rows.append(("upsert", Document, {"institution": docket.institution, **moved}))
    for (document_file,) in docket.unit.read(application_reads.dossier_files, institution=docket.institution, id=mine):
        row = {"institution": docket.institution, "id": document_file, "dossier_id": theirs}
        rows.append(("update", DocumentFile, row))
    return rows


def _note(docket: Docket, case: Case, r: Recording, parameters: dict[str, str]) -> None:
    """The entry in the journal of another application that the merging changes."""
    rule = case.book.process.acts.get(ACT)
    entry = Entry(
        kind="record",
        act=ACT,
        from_state=None,
        to_state=None,
        effective_at=docket.now,
        actor=r.actor.user,
        role=actor_role(r.actor, rule.by if rule is not None else ()),
        rule=ACT,
        parameters={**parameters, "recorded_on": r.subject},
        texts={"reason": r.reason} if r.reason else {},
    )
    docket.stage(case, entry)
