"""The receipt of an application, to be printed at the desk: what was handed in, what is missing, and until when.

Why: a person goes home with the register number and knows what still has to come.
Never here: what is required (the definition), taking papers (files.py).
"""

from __future__ import annotations

from starlette.responses import Response

from workflow.services.handing_in import ACT
from workflow.web.access import Access
from workflow.web.application import CASE, Words, address, opened
from workflow.web.desk import Here
from workflow.web.pages import Pages
from workflow.web.refusals import NotYours

pages = Pages()


@pages.get(CASE + "/receipt", may=Access.CASE_READ)
def receipt(desk: Here, procedure: str, application: str) -> Response:
    """The receipt as things stand now."""
    file = opened(desk, procedure, application)
    if not file.sight.documents:
        raise NotYours
    rule = file.process.acts.get(ACT)
    still = rule is not None and (not rule.states or file.state.name in rule.states)
    return desk.page(
        "receipt.html",
        file=file,
        case=file.case,
        process=file.process,
        home=address(desk, file),
        position=desk.words(file.process.positions[file.case.facts.position].label, file.process),
        came=[item for item in file.documents if item.received_at is not None],
        missing=file.asked or file.missing,
        until=file.next if still else None,
        still=still,
        words=Words(desk, file),
    )
