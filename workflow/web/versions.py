"""Versions of a definition: what each procedure is pinned to, against each other and against the files.

Why: a running procedure keeps the rules that it was announced with, so people ask what has changed since.
Never here: comparing (services/rules.py), adopting a corrected wording (an act of the procedure).
"""

from __future__ import annotations

from starlette.responses import Response

from workflow.services import rules as service
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound
from workflow.web.rules import definition, readable

pages = Pages()


@pages.get("/{institution}/rules/{process}/versions", may=Access.RULES)
@readable
def versions(desk: Here, process: str, old: str = "", new: str = "") -> Response:
    """Every version with the procedures that use it; of two that are chosen, how they differ."""
    known = definition(desk, process)
    found, drafts = service.versions(desk.house, desk.at, process)
    current = desk.house.catalogue.snapshot(desk.at, process)
    compared = None
    if old and new:
        compared = service.compare(_text(desk, process, old), _text(desk, process, new))
    choices = [(service.FILES, desk.say("the files, as they are now"))]
    choices += [(one.hash, _named(desk, one)) for one in found]
    return desk.page(
        "versions.html",
        process=known,
        title=desk.words(known.title, known),
        versions=found,
        drafts=drafts,
        current=current,
        choices=choices,
        old=old or (found[0].hash if found else service.FILES),
        new=new or service.FILES,
        compared=compared,
    )


def _text(desk: Desk, process: str, which: str) -> str:
    text = service.version_text(desk.house, desk.at, process, which)
    if text is None:
        raise NotFound
    return text


def _named(desk: Desk, version: service.Version) -> str:
    from workflow.web.local import short_moment

    at = short_moment(version.stored_at, desk.zone, desk.language)
    return desk.say("%(hash)s, pinned first %(at)s", hash=version.hash[:12], at=at)
