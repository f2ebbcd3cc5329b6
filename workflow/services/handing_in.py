"""A document is handed in after registering, with its file if it has one; and the moves that this brings about.

Why: whoever was asked to supplement goes on as soon as everything has come, in the same transaction.
Never here: what a document's kind asks (received.py), the bytes of a file (filing.py), judging what came (records.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workflow.engine.process import Kind
from workflow.engine.request import Actor, Refused, Request
from workflow.identifiers import uuid7
from workflow.persistence import application_reads
from workflow.persistence import statements as sql
from workflow.persistence.tables import Document, DocumentFile, StoredFile
from workflow.services import overdue, received
from workflow.services.acts import HandInDocument, Outcome, Recording, known_as, unknown
from workflow.services.case import Case, Rows
from workflow.services.docket import Docket
from workflow.services.transitions import move

ACT = "hand_in_document"


def hand_in(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """The rows of a document that came, with its file if it has one."""
    act = known_as(r.act, HandInDocument)
    if act.document not in case.book.process.documents:
        return unknown(act.document)
    reasons = received.impossible(case.book, {act.document: act.pages}, filed=act.file is not None)
    if reasons:
        return Refused(tuple(reasons))
    at = r.effective_at or docket.now
    docket.load([case], {"documents", "asked"} if case.book.following(case.facts.state, ACT) else {"documents"})
    came, said = received.row(case, act.document, act.pages, at, r.actor.user)
    parameters: dict[str, Any] = {"document": act.document, "pages": act.pages, **said}
    rows: Rows = []
    # A scan of papers that lie in the dossier already changes neither their day nor their pages, unless they are
    # what was asked for: then it is what comes in their place.
    scan = act.file is not None and act.pages is None and act.document in case.facts.documents
    if not scan or ("document", act.document) in case.facts.asked:
        rows.append(("upsert", Document, came))
        _take(case, act.document, at)
    if act.file is not None:
        rows += _file_rows(docket, case, r.actor.user, act)
        # What its owner called it may name a person: the chain holds the digest, the name can be erased.
        parameters["file"] = {"sha256": act.file.sha256, "size": act.file.size, "type": act.file.type}
    return Outcome(rows, parameters)


def _take(case: Case, document: str, at: datetime) -> None:
    case.facts.documents |= {document}
    case.facts.handed_in = {**case.facts.handed_in, document: at}


def _file_rows(docket: Docket, case: Case, user: str, act: HandInDocument) -> Rows:
    assert act.file is not None
    key = {"institution": docket.institution, "sha256": act.file.sha256}
    bytes_ = {**key, "size": act.file.size, "type": act.file.type, "stored_at": docket.now}
    stored = docket.unit.read(application_reads.stored_file, **key)
    kept = {
        "institution": docket.institution,
        "id": uuid7(),
        "dossier_id": case.dossier_id,
        "application_id": case.id,
        "document": act.document,
        "sha256": act.file.sha256,
        "name": act.file.name,
        "added_by": user,
        "added_at": docket.now,
    }
    # The same bytes are kept once, since when they came first; two that come at once write the same row.
    return [*([] if stored else [("upsert", StoredFile, bytes_)]), ("insert", DocumentFile, kept)]


def go_on(docket: Docket, case: Case, document: str, actor: Actor, seq: int, at: datetime) -> None:
    """Makes the moves that follow a document's coming, in the same unit: of the application itself, and of the
    person's others that share the dossier, where the document is shared. What is still missing lets them stand.
    """
    process = case.book.process
    if not any(t.follows == ACT for t in process.lifecycles[Kind.APPLICATION].transitions):
        return
    concerned = [case]
    if process.documents[document].per == "dossier" and document in case.facts.handed_in:
        rows = docket.unit.read(
            sql.applications_of_dossier,
            institution=docket.institution,
            candidate=case.candidate_id,
            dossier=case.dossier_id,
        )
        for other in docket.cases([r[0] for r in rows if r[0] != case.id]):
            _take(other, document, case.facts.handed_in[document])
            concerned.append(other)
    for one in concerned:
        if one is not case:
            overdue.fire(docket, one, at)  # what it missed before this came, it has missed
        for transition in one.book.following(one.facts.state, ACT):
            request = Request.model_construct(
                institution=docket.institution,
                subject=one.id,
                transition=transition,
                actor=actor,
                effective_at=None,
                expected_version=None,
                reason=None,
                grounds=(),
                register_entry=None,
                parameters={"cause_subject": case.id, "cause_seq": str(seq), "document": document},
                cause=Kind.APPLICATION.value,
                due=at,
                deadline=None,
            )
            if not isinstance(move(docket, one, request), Refused):
                break
