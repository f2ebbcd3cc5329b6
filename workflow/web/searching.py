"""The box at the top: people by a part of their name, applications by their register number.

Never here: how they are found (services/searching.py).
"""

from __future__ import annotations

from starlette.responses import Response

from workflow.services import listing, rules_in_use, searching
from workflow.web.access import Access
from workflow.web.desk import Here
from workflow.web.pages import Pages
from workflow.web.rows import rows

pages = Pages()

MOST = 50


@pages.get("/{institution}/search", may=Access.READ)
def search(desk: Here, q: str = "") -> Response:
    """What was found, at most fifty."""
    asked = q.replace("\0", "").strip()[: searching.LONGEST]
    found = searching.find(desk.house, desk.at, asked, MOST) if asked else None
    lines = [] if found is None else listing.of_ids(desk.house, desk.at, found.kind, found.ids, MOST)
    running = rules_in_use.running(desk.house, desk.at, {line.procedure for line in lines})
    more = found is not None and (found.more or len(lines) == MOST)
    return desk.page("search.html", asked=asked, rows=rows(desk, lines, running), more=more, most=MOST)
