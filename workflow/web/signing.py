"""Signing in and out: password, then a one-time code where one is asked for.

Why: no session exists before everything is proved. Failures are slowed down, not accounts locked: a device on which
the person signed in before has a budget of its own, so that nobody can keep them out.
Never here: what proves an identity (services/signing_in.py, one_time_codes.py), the provider (signing_provider.py).
"""

from __future__ import annotations

import ipaddress
import logging
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from workflow.services import limits, one_time_codes, sessions
from workflow.services.signing_in import account, right_password
from workflow.web.access import Access
from workflow.web.cookies import drop, put, put_sealed, read_sealed
from workflow.web.desk import Desk, Here, language_for
from workflow.web.form import KEPT, Form, Typed
from workflow.web.home import local_path
from workflow.web.pages import Pages

pages = Pages()
_log = logging.getLogger(__name__)

HALF = "nabor-half"
"""The cookie of a person who gave the right password and not yet the code."""
DEVICE = "nabor-device"
_HALF_FOR = timedelta(minutes=10)
_DEVICE_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Onward:
    """Where a person goes once signed in: an address, or a form that was sent after the session had ended."""

    next: str = "/"
    resend: str = ""
    kept: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, form: Form) -> Onward:
        """What a form of signing in carries along. Addresses of other sites are dropped."""
        resend = local_path(form.text("resend")) or ""
        return cls(local_path(form.text("next")) or "/", resend, tuple(form.pairs(KEPT)) if resend else ())


@pages.get("/sign-in", may=Access.OPEN)
def sign_in(desk: Here, next: str = "/") -> Response:
    """The form."""
    return form_page(desk, Onward(local_path(next) or "/"))


@pages.post("/sign-in", may=Access.OPEN)
def signs_in(desk: Here, form: Typed) -> Response:
    """Looks at the password; lets in, or asks for the code."""
    user, password, onward = form.text("user")[:200], form.secret("password"), Onward.of(form)
    device = _device(desk, user)
    tries = (
        [(limits.DEVICE, f"{user}\0{device}")]
        if device
        else [(limits.ADDRESS, _address(desk)), (limits.ACCOUNT, user), (limits.PASSWORD, password)]
    )
    if wait := limits.take(desk.house, desk.site.secret, tries):
        refused(desk, "too many attempts")
        return _too_often(desk, form_page(desk, onward, user, status=429, wait=wait), wait)
    if not right_password(desk.house, user, password):
        refused(desk, "wrong name or password")
        desk.errors["password"] = desk.say("The name or the password is wrong.")
        return form_page(desk, onward, user, status=422)
    limits.give_back(desk.house, desk.site.secret, tries)
    return proved(desk, user, "password", onward)


@pages.post("/sign-in/code", may=Access.OPEN)
def gives_code(desk: Here, form: Typed) -> Response:
    """Looks at the one-time code of somebody whose password was right."""
    onward = Onward.of(form)
    half = read_sealed(desk.request, desk.site.secret, HALF, desk.now, _HALF_FOR)
    user = half[0] if half else ""
    if not half or half[2] != account(desk.house, user)[1]:
        desk.errors[""] = desk.say("That took too long. Begin again.")
        return form_page(desk, onward, user, status=422)
    tries = [(limits.CODE, user)]
    if wait := limits.take(desk.house, desk.site.secret, tries):
        refused(desk, "too many codes", user)
        return _too_often(desk, _code_page(desk, onward, status=429, wait=wait), wait)
    if not one_time_codes.right_code(desk.house, desk.site.secret, user, form.text("code")):
        refused(desk, "wrong code", user)
        desk.errors["code"] = desk.say("This code is not right, or was used already. Wait for the next one.")
        return _code_page(desk, onward, status=422)
    limits.give_back(desk.house, desk.site.secret, tries)
    _, method, _, institution, procedure = half
    return _let_in(desk, user, method, onward, second=True, institution=institution, procedure=procedure)


@pages.post("/sign-out", may=Access.SIGNED_IN)
def signs_out(desk: Here, form: Typed) -> Response:
    """Ends the session."""
    sessions.end(desk.house, desk.who.id)
    response = desk.go("/sign-in", desk.say("You are signed out."))
    drop(desk.request, response, "nabor")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def proved(
    desk: Desk,
    user: str,
    method: str,
    onward: Onward,
    *,
    institution: str | None = None,
    procedure: str | None = None,
) -> Response:
    """Lets a person in whose first proof was right, or asks for the second."""
    has_code, mark = account(desk.house, user)
    if not has_code:
        return _let_in(desk, user, method, onward, second=False, institution=institution, procedure=procedure)
    response = _code_page(desk, onward)
    half = [user, method, mark, institution, procedure]
    put_sealed(desk.request, response, desk.site.secret, HALF, half, desk.now, _HALF_FOR)
    return response


def form_page(desk: Desk, onward: Onward, user: str = "", *, status: int = 200, wait: int = 0) -> Response:
    """The page that asks for name and password."""
    if wait:
        desk.errors[""] = _wait(desk, wait)
    provider = desk.site.settings.oidc_issuer is not None
    return desk.page("sign_in.html", status=status, onward=onward, user=user, provider=provider)


def _let_in(desk: Desk, user: str, method: str, onward: Onward, *, second: bool, **limited: Any) -> Response:
    if desk.session is not None:  # whoever sat here before
        sessions.end(desk.house, desk.session.id)
    agent = desk.request.headers.get("user-agent", "").replace("\0", "")
    _log.info("%r signed in by %s%s from %s", user, method, " and code" if second else "", _address(desk))
    token = sessions.begin(desk.house, user, method=method, device=agent, second=second, **limited)
    if onward.resend:
        session = sessions.find(desk.house, token)
        own = language_for(desk.request, session, desk.house, None)
        response: Response = replace(desk, session=session, language=own).page("send_again.html", onward=onward)
    else:
        response = desk.go(onward.next)
    put(desk.request, response, "nabor", token)
    drop(desk.request, response, HALF)
    if method != "link":
        known = _device(desk, user) or secrets.token_urlsafe(16)
        put_sealed(desk.request, response, desk.site.secret, DEVICE, [user, known], desk.now, _DEVICE_FOR)
    return response


def refused(desk: Desk, why: str, user: str | None = None) -> None:
    """Leaves a line in the log. Only of a proved user with the name: in its field people type passwords, too."""
    _log.warning("sign-in refused%s from %s: %s", f" of {user!r}" if user else "", _address(desk), why)


def _code_page(desk: Desk, onward: Onward, *, status: int = 200, wait: int = 0) -> Response:
    if wait:
        desk.errors[""] = _wait(desk, wait)
    return desk.page("sign_in_code.html", status=status, onward=onward)


def _too_often(desk: Desk, response: Response, seconds: int) -> Response:
    response.headers["Retry-After"] = str(seconds)
    return response


def _wait(desk: Desk, seconds: int) -> str:
    return desk.count(
        "Too many attempts. Wait %(n)s minute, then try again.",
        "Too many attempts. Wait %(n)s minutes, then try again.",
        -(-seconds // 60),
    )


def _device(desk: Desk, user: str) -> str | None:
    """The name of this device if that user signed in on it before."""
    known = read_sealed(desk.request, desk.site.secret, DEVICE, desk.now, _DEVICE_FOR)
    return str(known[1]) if known and known[0] == user else None


def _address(desk: Desk) -> str:
    """Where the attempt comes from; of IPv6 the network, because one machine has as many addresses as it likes."""
    host = desk.request.client.host if desk.request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
