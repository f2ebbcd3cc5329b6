"""Documents that are handed in, on paper or as files, and files handed out again: as attachments, never to be shown.

Why: what strangers send must not run in an official's browser, whatever it claims to be.
Never here: what kinds are accepted (engine/file_kind.py), storing (services/filing.py).
"""

from __future__ import annotations

from urllib.parse import quote

from pydantic import ValidationError
from starlette.responses import Response, StreamingResponse

from workflow.engine.errors import StoreError
from workflow.engine.file_kind import NotAccepted
from workflow.services import dossier, filing
from workflow.services.acts import HandInDocument
from workflow.services.records import record
from workflow.services.scanning import Scanner
from workflow.settings import Settings
from workflow.web import application_words as said
from workflow.web.access import Access
from workflow.web.application import CASE, against, opened
from workflow.web.application_acts import answer, recording, settled
from workflow.web.desk import Here
from workflow.web.form import Typed
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound

pages = Pages()


@pages.post(CASE + "/documents", may=Access.CASE_ACT)
def hand_in(desk: Here, procedure: str, application: str, form: Typed) -> Response:
    """A document was handed in: pages of paper, a file, or both."""
    file = opened(desk, procedure, application)
    name = form.text("document")
    if name not in [item.name for item in file.documents]:
        raise NotFound
    field, upload = f"file-{name}", form.file(f"file-{name}")
    try:
        pages_ = form.given(f"pages-{name}")
        act = HandInDocument(document=name, pages=None if pages_ is None else int(pages_))
    except (ValueError, ValidationError):
        desk.errors[f"pages-{name}"] = desk.say("Give the number of pages: a whole number from 1.")
        return answer(desk, file, form, item=name)
    asked = recording(desk, file, act, form)
    if not desk.errors and not file.may("hand_in_document"):  # before a byte is kept
        desk.errors[field] = " ".join(against(desk, file, "hand_in_document"))
    if desk.errors:
        return answer(desk, file, form, item=name)
    done = desk.say("Handed in: %(document)s.", document=said.item_label(desk, file.case, name))
    if upload is None:
        return settled(desk, file, [record(desk.house, asked)], form, f"pages-{name}", done, item=name)
    try:
        outcome = filing.file_document(
            desk.house,
            filing.store_at(desk.site.settings.files),
            asked,
            upload.filename or "",
            upload.file,
            megabytes=desk.site.settings.upload_megabytes,
            scanner=_scanner(desk.site.settings),
        )
    except StoreError as error:
        desk.errors[field] = (
            desk.say("There is no room for files at the moment. Nothing was saved. Tell the administrator.")
            if error.full
            else desk.say("Files cannot be kept at the moment. Nothing was saved. Tell the administrator.")
        )
        return answer(desk, file, form, item=name, status=507)
    if isinstance(outcome, NotAccepted):
        desk.errors[field] = said.why_not(desk, outcome)
        return answer(desk, file, form, item=name)
    return settled(desk, file, [outcome], form, field, done, item=name)


def _scanner(settings: Settings) -> Scanner | None:
    return Scanner(settings.scan_command, settings.scan_seconds) if settings.scan_command else None


@pages.get(CASE + "/files/{file}", may=Access.CASE_READ)
def hand_out(desk: Here, procedure: str, application: str, file: str) -> Response:
    """A file, to be saved."""
    case, seen = dossier.find(desk.house, desk.at, procedure, application, desk.actor(procedure))
    kept = filing.hand_out(desk.house, filing.store_at(desk.site.settings.files), case, seen, file)
    if kept is None:
        raise NotFound
    return StreamingResponse(
        kept.content,
        media_type=kept.type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(kept.name, safe='')}",
            "Content-Length": str(kept.size),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )
