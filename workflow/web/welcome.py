"""Links that are used once: the page behind one changes nothing until its button is pressed.

Why: programs that scan mail open every address they see.
Never here: making a link (services/one_time_links.py).
"""

from __future__ import annotations

from starlette.responses import Response

from workflow.services import one_time_links, password_rules, signing_in
from workflow.services.one_time_links import Link, Purpose
from workflow.services.password_rules import Weakness
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.form import Form, Typed
from workflow.web.pages import Pages
from workflow.web.signing import Onward, proved

pages = Pages()


@pages.get("/welcome/{token}", may=Access.OPEN)
def welcome(desk: Here, token: str) -> Response:
    """What the link does, and the button that does it."""
    return _page(desk, one_time_links.look(desk.house, token))


@pages.post("/welcome/{token}", may=Access.OPEN)
def follows(desk: Here, token: str, form: Typed) -> Response:
    """Sets the password, or signs in; the link is used up."""
    link = one_time_links.look(desk.house, token)
    if link is None:
        return _page(desk, None)
    if link.purpose is Purpose.SET_PASSWORD:
        password = new_password(desk, form, link.user)
        if password is None:
            return _page(desk, link, status=422)
        if one_time_links.use(desk.house, token) is None:
            return _page(desk, None)
        signing_in.set_password(desk.house, link.user, password)
        return desk.go("/sign-in", desk.say("Your password is set. Sign in with it."))
    if one_time_links.use(desk.house, token) is None:
        return _page(desk, None)
    onward = Onward(f"/{link.institution}/commission")
    return proved(desk, link.user, "link", onward, institution=link.institution, procedure=link.procedure)


def new_password(desk: Desk, form: Form, user: str) -> str | None:
    """The password that was typed twice, if it may be one; else None, with what is wrong beside the field."""
    password = form.secret("new_password")
    match password_rules.weakness(password, signing_in.own_names(desk.house, user)):
        case Weakness.TOO_SHORT:
            desk.errors["new_password"] = desk.count(
                "Take at least %(n)s character.", "Take at least %(n)s characters.", password_rules.SHORTEST
            )
        case Weakness.TOO_LONG:
            desk.errors["new_password"] = desk.count(
                "Take at most %(n)s character.", "Take at most %(n)s characters.", password_rules.LONGEST
            )
        case Weakness.COMMON:
            desk.errors["new_password"] = desk.say(
                "This password is one of the first that a thief tries. Take a few words that do not belong together."
            )
        case Weakness.ONE_S_OWN:
            desk.errors["new_password"] = desk.say(
                "This password is made of your own names or your institution's. Take words that nobody would guess."
            )
        case None:
            if form.secret("again") == password:
                return password
            desk.errors["again"] = desk.say("The two passwords are not the same. Type the second one again.")
    return None


def _page(desk: Desk, link: Link | None, *, status: int = 200) -> Response:
    title = ""
    if link is not None and link.institution is not None:
        place = desk.house.catalogue.institution(link.institution)
        title = place.title.get(desk.language) or place.title[place.languages[0]]
    return desk.page("welcome.html", status=status if link else 410, link=link, place=title)
