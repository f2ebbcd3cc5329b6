"""What a person sees when something cannot be: a page in their language, without internals, with what to do next.

Never here: refusals of the engine, which a page shows beside its buttons.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from workflow.engine.errors import Conflict, DatabaseError, NaborError, UnknownName, UnknownSubject, UnknownUser
from workflow.web.desk import Desk, Site, language_for
from workflow.web.refusals import NotFound, NotSignedIn, TooOften, TurnedAway

_log = logging.getLogger(__name__)


def attach(app: FastAPI) -> None:
    """Teaches the application its answers to everything that is no page."""
    app.add_exception_handler(TurnedAway, _turned_away)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(NaborError, _known)
    app.add_exception_handler(Exception, _bug)


def _turned_away(request: Request, error: Exception) -> Response:
    assert isinstance(error, TurnedAway)
    if isinstance(error, NotSignedIn) and request.method == "GET":
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(path)}", status_code=303)
    response = _page(request, error.status, type(error).__name__, error=error)
    if isinstance(error, TooOften):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = {404: "NotFound", 405: "NotFound", 413: "TooMuch"}.get(error.status_code, "Bad")
    return _page(request, error.status_code, kind)


def _known(request: Request, error: Exception) -> Response:
    match error:
        case UnknownSubject() | UnknownName() | UnknownUser():
            return _page(request, 404, "NotFound")
        case Conflict():
            return _page(request, 409, "Conflict")
        case DatabaseError():
            _log.exception("the database failed")
            return _page(request, 503, "Database")
        case _:
            return _bug(request, error)


def _bug(request: Request, error: Exception) -> Response:
    # The number is all that a person sees of it, and what finds it in the log.
    number = secrets.token_hex(4)
    _log.error("error %s at %s %s", number, request.method, request.url.path, exc_info=error)
    return _page(request, 500, "Bug", number=number)


def _page(request: Request, status: int, kind: str, **context: Any) -> HTMLResponse:
    site: Site = request.app.state.site
    desk = getattr(request.state, "desk", None)
    if desk is None:
        desk = Desk(
            request, site, None, None, None, language_for(request, None, site.house, None), site.house.clock.now()
        )
    typed = getattr(request, "_form", None)
    kept = [] if typed is None else [(k, v) for k, v in typed.multi_items() if isinstance(v, str) and k not in _SECRET]
    text = desk.render("error.html", kind=kind, status=status, kept=kept, **context)
    return HTMLResponse(text, status_code=status)


_SECRET = frozenset({"csrf", "password", "new_password", "again", "code"})

__all__ = ["NotFound", "attach"]
