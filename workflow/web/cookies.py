"""Cookies as they must be: for this host only where TLS lets them be, out of reach of scripts, not sent by other sites.

Source: OWASP ASVS 5.0, 3.3.
Never here: what is in one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from workflow.services.sealed import opened, seal


def cookie_name(request: Request, name: str = "nabor") -> str:
    """The cookie's name: bound to the host where TLS lets it be."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def put(request: Request, response: Response, name: str, value: str, good_for: timedelta | None = None) -> None:
    """Sets a cookie, until the browser closes or for so long."""
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=None if good_for is None else int(good_for.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def drop(request: Request, response: Response, name: str) -> None:
    """Takes a cookie away, under the same terms under which it was set."""
    response.delete_cookie(
        cookie_name(request, name), path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


def put_sealed(
    request: Request, response: Response, secret: bytes, name: str, value: Any, now: datetime, good_for: timedelta
) -> None:
    """Sets a cookie that the browser can neither read nor change."""
    put(request, response, name, seal(secret, f"cookie {name}", value, now), good_for)


def read_sealed(request: Request, secret: bytes, name: str, now: datetime, good_for: timedelta) -> Any:
    """What lies in such a cookie; None when there is none that is good."""
    return opened(secret, f"cookie {name}", request.cookies.get(cookie_name(request, name), ""), now, good_for)
