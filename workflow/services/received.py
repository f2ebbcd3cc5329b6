"""A document as it comes, by its kind: handed in, shown and given back, or declared.

Why: at registering and afterwards the same holds: of what is only shown no copy is kept, only who saw it and when; with
a declaration the wording is kept that was declared.
Never here: who may hand in what and when (the definition's acts), the bytes of a file (filing.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from workflow.engine.request import Reason
from workflow.engine.rulebook import Rulebook
from workflow.services.case import Case, Row


def impossible(book: Rulebook, documents: Mapping[str, int | None], *, filed: bool = False) -> list[Reason]:
    """Why documents (name -> pages; `filed`: with a file) cannot have come so; unknown names are not looked at."""
    known = book.process.documents
    return [
        Reason("shown_only", {"document": name})
        for name, pages in documents.items()
        if name in known and known[name].kind == "shown" and (filed or pages is not None)
    ]


def row(case: Case, name: str, pages: int | None, at: datetime, user: str) -> tuple[Row, dict[str, str]]:
    """The row of a document that has come, and what the journal says of its kind."""
    document = case.book.process.documents[name]
    said: dict[str, str] = {}
    if document.kind == "shown":
        said["seen_by"] = user
    if document.kind == "declaration":
        said["wording"] = case.book.wordings[name]
    known = {
        "institution": case.facts.institution,
        "dossier_id": case.dossier_id,
        "name": name,
        "application_id": case.id if document.per == "position" else "",
        "received_at": at,
        "pages": pages,
        "seen_by": said.get("seen_by"),
        "wording": said.get("wording"),
    }
    return known, said
