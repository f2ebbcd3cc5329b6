"""The first page of a member of commissions: where they sit, and what waits for them.

Never here: the grid (scoring.py), moves.
"""

from __future__ import annotations

from starlette.responses import Response

from workflow.services import duties
from workflow.web.access import Access
from workflow.web.desk import Here
from workflow.web.pages import Pages

pages = Pages()


@pages.get("/{institution}/commission", may=Access.COMMISSION)
def commission(desk: Here) -> Response:
    """The person's procedures, where something waits first."""
    found = duties.duties(desk.house, desk.at, desk.who.user, desk.who.commissions.get(desk.at, {}))
    return desk.page(
        "commission.html",
        running=[duty for duty in found if not duty.is_over],
        over=[duty for duty in found if duty.is_over],
    )
