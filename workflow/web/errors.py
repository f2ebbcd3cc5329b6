"""What a person sees when something cannot be: a page in their language, without internals, with what to do next.

Never here: refusals of the engine, which a page shows beside its buttons.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from workflow.engine.errors import Conflict, DatabaseError, NaborError, UnknownName, UnknownSubject, UnknownUser
from workflow.web.desk import Desk
from workflow.web.form import KEPT, MOST_FIELDS, MOST_FILES, SECRET, Form, same_origin
from workflow.web.headers import promise
from workflow.web.home import local_path
from workflow.web.refusals import NotFound, NotSignedIn, TooOften, TurnedAway
from workflow.web.signing import Onward

_log = logging.getLogger(__name__)


def attach(app: FastAPI) -> None:
    """Teaches the application its answers to everything that is no page."""
    app.add_exception_handler(TurnedAway, _turned_away)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _bad)
    app.add_exception_handler(NaborError, _known)
    app.add_exception_handler(Exception, _bug)


async def _turned_away(request: Request, error: Exception) -> Response:
    assert isinstance(error, TurnedAway)
    if isinstance(error, NotSignedIn):
        return await _not_signed_in(request, error)
    response = _page(request, error.status, type(error).__name__, error=error)
    if isinstance(error, TooOften):
        response.headers["Retry-After"] = str(error.seconds)
    return response


async def _not_signed_in(request: Request, error: NotSignedIn) -> Response:
    """To the form of signing in; from a form that was sent too late with all that was typed."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.headers.get("hx-request") == "true" and request.method == "GET":
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    if request.method in ("GET", "HEAD"):
        return RedirectResponse(f"/sign-in?next={quote(path)}", status_code=303)
    if request.url.path == "/sign-out":
        return RedirectResponse("/sign-in", status_code=303)
    onward = Onward(resend=local_path(path) or "")
    files = False
    # Only what was typed on a page of ours: another site's fields are not put before the person to be sent again.
    if same_origin(request):
        try:
            data = await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES)
        except (HTTPException, TurnedAway):
            return _page(request, 413, "TooMuch")
        pairs = [(name, value) for name, value in Form(data).pairs() if name not in SECRET]
        files = any(not isinstance(value, str) for _, value in data.multi_items())
        if len(pairs) <= MOST_FIELDS - 20:  # the fields of signing in come on top
            onward = Onward(resend=onward.resend, kept=tuple(pairs))
    provider = request.app.state.site.settings.oidc_issuer is not None
    response = _page(request, error.status, "NotSignedIn", onward=onward, files=files, provider=provider)
    response.headers["HX-Retarget"] = "body"  # a part of a page is no place for it
    return response


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = {404: "NotFound", 405: "NotFound", 413: "TooMuch"}.get(error.status_code, "Bad")
    return _page(request, error.status_code, kind)


def _bad(request: Request, error: Exception) -> Response:
    return _page(request, 400, "Bad")  # an address with a part missing, or a word where a number must be


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
    response = _page(request, 500, "Bug", number=number)
    promise(response.headers, request.url.scheme)  # this answer is made outside of what else adds them
    return response


def _page(request: Request, status: int, kind: str, **context: Any) -> HTMLResponse:
    desk = Desk.of(request)
    typed = getattr(request, "_form", None)
    pairs = [] if typed is None or not same_origin(request) else Form(typed).pairs()
    kept = [(k.removeprefix(KEPT), v) for k, v in pairs if k not in SECRET]
    text = desk.render("error.html", kind=kind, status=status, kept=kept, **context)
    return HTMLResponse(text, status_code=status)


__all__ = ["NotFound", "attach"]
