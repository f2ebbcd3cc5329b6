"""The document check of one application: the checklist, and beside it what was handed in for the item at hand.

Why: papers are judged one after another, for a hundred candidates, so the next is one key away.
Never here: recording a verdict (application_acts.py), handing out a file (files.py).
"""

from __future__ import annotations

from starlette.responses import Response

from workflow.services import dossier
from workflow.services.dossier import Dossier, Item
from workflow.web.access import Access
from workflow.web.application import CASE, Words, address, opened
from workflow.web.desk import Desk, Here, with_query
from workflow.web.pages import Pages
from workflow.web.refusals import NotYours

pages = Pages()


@pages.get(CASE + "/check", may=Access.CASE_READ)
def document_check(desk: Here, procedure: str, application: str, item: str = "") -> Response:
    """The check at an item; without one, at the first that waits for a verdict."""
    return show(desk, opened(desk, procedure, application), item)


def show(
    desk: Desk, file: Dossier, item: str = "", *, status: int = 200, typed: dict[str, str] | None = None
) -> Response:
    """The page at that item."""
    if not file.sight.documents:
        raise NotYours
    names = [one.name for one in file.items]
    current = next((one for one in file.items if one.name == item), None) or _first(file)
    at = names.index(current.name) if current else 0
    before, after = dossier.neighbours(desk.house, file.case)
    return desk.page(
        "document_check.html",
        status=status,
        file=file,
        case=file.case,
        process=file.process,
        home=address(desk, file),
        position=desk.words(file.process.positions[file.case.facts.position].label, file.process),
        current=current,
        proofs=_proofs(file, current),
        preceding=names[at - 1] if at > 0 else None,
        following=names[at + 1] if at + 1 < len(names) else None,
        before=_of(desk, file, before),
        after=_of(desk, file, after),
        typed=typed or {},
        words=Words(desk, file),
    )


def onwards(desk: Desk, file: Dossier, item: str) -> str:
    """Where the check goes on after a verdict: the next item that waits for one, else the same page at its end."""
    waiting = [one.name for one in file.to_judge if one.name != item]
    names = [one.name for one in file.items]
    at = names.index(item) if item in names else -1
    later = [name for name in waiting if names.index(name) > at]
    following = next(iter(later or waiting), item)
    return address(desk, file, "check") + with_query({"item": following})


def _first(file: Dossier) -> Item | None:
    return next(iter(file.to_judge or file.items), None)


def _proofs(file: Dossier, current: Item | None) -> tuple[Item, ...]:
    """What lies beside the item: the document itself, or the documents that prove a requirement."""
    if current is None:
        return ()
    if current.is_document:
        return (current,)
    documents = file.process.documents
    return tuple(one for one in file.documents if current.name in documents[one.name].proves)


def _of(desk: Desk, file: Dossier, application: str | None) -> str | None:
    if application is None:
        return None
    return desk.url("procedures", file.case.facts.procedure, "applications", application, "check")
