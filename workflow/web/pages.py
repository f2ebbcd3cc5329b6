"""Routes that say whose they are: the only way in which a page comes into being.

Why: deny by default. A route without an access does not exist, and the list of all routes is what tests walk.
Never here: a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from workflow.engine.errors import NaborError
from workflow.services import sessions
from workflow.web.access import Access, admits
from workflow.web.cookies import cookie_name
from workflow.web.desk import Desk, language_for
from workflow.web.form import checked_form
from workflow.web.refusals import NotFound, NotSignedIn, NotYours

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Route:
    """One route: its method, its path with placeholders, whose it is, and what answers."""

    method: str
    path: str
    access: Access
    name: str
    handler: Callable[..., Any]


class Pages:
    """A group of routes. `{institution}` and `{procedure}` in a path are what the access is about."""

    def __init__(self) -> None:
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
            self.routes.append(Route(method, path, may, name, handler))
            return handler

        return add


def attach(app: FastAPI, routes: Iterable[Route]) -> None:
    """Opens those routes. A request is compared with one after another, so what is asked for most comes first."""
    for route in routes:
        acts = route.method == "POST"
        app.add_api_route(
            route.path,
            route.handler if acts else _looked(route.handler, route.access),
            methods=[route.method],
            dependencies=[Depends(_gate(route.access)), Depends(checked_form)] if acts else [],
            response_class=HTMLResponse,
            response_model=None,
            include_in_schema=False,
            name=route.name,
        )


def _gate(may: Access) -> Callable[[Request], None]:
    """The dependency that opens the desk before a form is even read."""

    def opened(request: Request) -> None:
        open_desk(Desk.of(request), may)

    return opened


def _looked(handler: _Handler, may: Access) -> Callable[..., Any]:
    """The handler of a page, which opens the desk in its own thread: another one would cost more than the look."""

    @wraps(handler)
    def opened(desk: Desk, **given: Any) -> Any:
        open_desk(desk, may)
        return handler(desk, **given)

    return opened


def open_desk(desk: Desk, may: Access) -> None:
    """Finds out who asks and lets them in. Raises NotSignedIn, NotFound, NotYours."""
    request, house = desk.request, desk.house
    institution, procedure = request.path_params.get("institution"), request.path_params.get("procedure")
    session = sessions.find(house, request.cookies.get(cookie_name(request), ""))
    desk.session, desk.procedure = session, procedure
    desk.language = language_for(request, session, house, institution)
    if institution is not None:
        if session is None:
            raise NotSignedIn
        if institution not in session.institutions:
            raise NotFound  # whether it exists is nobody's business
        try:
            house.catalogue.institution(institution)
        except NaborError:
            raise NotFound from None
        desk.institution = institution
    if not admits(may, session, institution, procedure):
        raise NotSignedIn if session is None else NotYours
