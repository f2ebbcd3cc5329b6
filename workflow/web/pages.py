"""Routes that say whose they are: the only way in which a page comes into being.

Why: deny by default. A route without an access does not exist, and the list of all routes is what tests walk.
Never here: a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from workflow.engine.errors import NaborError
from workflow.services import sessions
from workflow.web.access import Access, admits
from workflow.web.cookies import cookie_name
from workflow.web.desk import Desk, Site, language_for
from workflow.web.form import checked_form
from workflow.web.refusals import NotFound, NotSignedIn, NotYours

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Route:
    """One route: its method, its path with placeholders, and whose it is."""

    method: str
    path: str
    access: Access
    name: str


class Pages:
    """A group of routes. `{institution}` and `{procedure}` in a path are what the access is about."""

    def __init__(self) -> None:
        self.router = APIRouter()
        self.routes: list[Route] = []

    def get(self, path: str, *, may: Access) -> Callable[[_Handler], _Handler]:
        """A page that shows and changes nothing."""
        return self._route("GET", path, may)

    def post(self, path: str, *, may: Access) -> Callable[[_Handler], _Handler]:
        """A form that acts. Its token and its origin are checked before the handler sees it."""
        return self._route("POST", path, may)

    def _route(self, method: str, path: str, may: Access) -> Callable[[_Handler], _Handler]:
        def add(handler: _Handler) -> _Handler:
            name = str(getattr(handler, "__name__", path))
            checks = [Depends(gate(may))] + ([Depends(checked_form)] if method == "POST" else [])
            self.router.add_api_route(
                path,
                handler,
                methods=[method],
                dependencies=checks,
                response_class=HTMLResponse,
                response_model=None,
                include_in_schema=False,
                name=name,
            )
            self.routes.append(Route(method, path, may, name))
            return handler

        return add


def gate(may: Access) -> Callable[[Request], None]:
    """The dependency that opens the desk for a request, or turns it away."""

    def open_desk(request: Request) -> None:
        site: Site = request.app.state.site
        session = sessions.find(site.house, request.cookies.get(cookie_name(request), ""))
        institution, procedure = request.path_params.get("institution"), request.path_params.get("procedure")
        desk = Desk(
            request=request,
            site=site,
            session=session,
            institution=None,
            procedure=procedure,
            language=language_for(request, session, site.house, institution),
            now=site.house.clock.now(),
        )
        request.state.desk = desk
        if institution is not None:
            if session is None:
                raise NotSignedIn
            if institution not in session.institutions:
                raise NotFound  # whether it exists is nobody's business
            try:
                site.house.catalogue.institution(institution)
            except NaborError:
                raise NotFound from None
            desk.institution = institution
        if not admits(may, session, institution, procedure):
            raise NotSignedIn if session is None else NotYours

    return open_desk
