"""Signing in and out.

Never here: what proves an identity (services/signing_in.py).
"""

from __future__ import annotations

from starlette.responses import Response

from workflow.services import sessions
from workflow.services.signing_in import right_password
from workflow.web.access import Access
from workflow.web.desk import Here
from workflow.web.form import Typed
from workflow.web.home import local_path
from workflow.web.pages import Pages, cookie_name

pages = Pages()


@pages.get("/sign-in", may=Access.OPEN)
def sign_in(desk: Here, next: str = "/") -> Response:
    """The form."""
    return desk.page("sign_in.html", next=local_path(next) or "/", user="")


@pages.post("/sign-in", may=Access.OPEN)
def signs_in(desk: Here, form: Typed) -> Response:
    """Lets a person in who knows the password."""
    user, onwards = form.text("user"), local_path(form.text("next")) or "/"
    if not right_password(desk.house, user, form.text("password")):
        desk.errors["password"] = desk.say("The name or the password is wrong.")
        return desk.page("sign_in.html", status=422, next=onwards, user=user)
    token = sessions.begin(desk.house, user, method="password", device=desk.request.headers.get("user-agent", ""))
    response = desk.go(onwards)
    response.set_cookie(
        cookie_name(desk.request), token, path="/", httponly=True, samesite="lax", secure=desk.is_secure
    )
    return response


@pages.post("/sign-out", may=Access.SIGNED_IN)
def signs_out(desk: Here, form: Typed) -> Response:
    """Ends the session."""
    sessions.end(desk.house, desk.who.id)
    response = desk.go("/sign-in", desk.say("You are signed out."))
    response.delete_cookie(cookie_name(desk.request), path="/")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
