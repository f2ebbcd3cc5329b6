"""A person's own page: language, password, one-time codes, and where they are signed in.

Never here: what an administrator does to people (people.py).
"""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from workflow.services import limits, one_time_codes, sessions, signing_in
from workflow.services.provider import is_linked
from workflow.web.access import Access
from workflow.web.cookies import drop, put_sealed, read_sealed
from workflow.web.desk import Desk, Here
from workflow.web.form import Form, Typed
from workflow.web.local import OWN_NAMES
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound, NotYours
from workflow.web.welcome import new_password
from workflow.wording import LANGUAGES

pages = Pages()

NEW_CODES = "nabor-codes"
"""The cookie that holds a new shared secret until a code of it was given."""
_NEW_FOR = timedelta(minutes=20)


@pages.get("/me", may=Access.SIGNED_IN)
def me(desk: Here) -> Response:
    """Everything about one's own account."""
    return _page(desk)


@pages.post("/me/language", may=Access.SIGNED_IN)
def chooses_language(desk: Here, form: Typed) -> Response:
    """Keeps the language of pages and staff notices."""
    chosen = form.text("own_language")
    if chosen and chosen not in LANGUAGES:
        desk.errors["own_language"] = desk.say("Choose one of the languages.")
        return _page(desk, status=422)
    sessions.choose_language(desk.house, desk.who.user, chosen or None)
    response = desk.go("/me", desk.say("Saved."))
    response.delete_cookie("nabor-language", path="/")  # what was chosen for this browser would hide it
    return response


@pages.post("/me/password", may=Access.SIGNED_IN)
def changes_password(desk: Here, form: Typed) -> Response:
    """Changes the password; everybody else who knew the old one is out."""
    _not_by_link(desk)
    known, _ = _proofs(desk)
    if not _is_me(desk, form):
        return _page(desk, status=422)
    password = new_password(desk, form, desk.who.user)
    if password is None:
        return _page(desk, status=422)
    if not known:
        raise NotYours  # a first password is set by a link that an administrator makes
    signing_in.set_password(desk.house, desk.who.user, password, keep=desk.who.id)
    return desk.go("/me", desk.say("Your password was changed. You were signed out on all other devices."))


@pages.get("/me/codes", may=Access.SIGNED_IN)
def codes(desk: Here) -> Response:
    """A new shared secret to read with the telephone, and the field for its first code."""
    _not_by_link(desk)
    return _codes_page(desk, _new_secret(desk) or one_time_codes.new_secret())


@pages.get("/me/codes.svg", may=Access.SIGNED_IN)
def picture_of_codes(desk: Here) -> Response:
    """The same secret as a picture."""
    secret = _new_secret(desk)
    if secret is None:
        raise NotFound
    return Response(one_time_codes.picture(secret, desk.who.user), media_type="image/svg+xml")


@pages.post("/me/codes", may=Access.SIGNED_IN)
def begins_codes(desk: Here, form: Typed) -> Response:
    """Asks for a code at every sign-in from now on, once the telephone shows the right ones."""
    _not_by_link(desk)
    secret = _new_secret(desk)
    if secret is None:
        desk.errors[""] = desk.say("That took too long. Begin again.")
        return _codes_page(desk, one_time_codes.new_secret(), status=422)
    if not _is_me(desk, form):
        return _codes_page(desk, secret, status=422)
    if not one_time_codes.begin(
        desk.house, desk.site.secret, desk.who.user, secret, form.text("code"), keep=desk.who.id
    ):
        desk.errors["code"] = desk.say("This is not the code of now. Look at the telephone again, and at its clock.")
        return _codes_page(desk, secret, status=422)
    response = desk.go("/me", desk.say("From now on a one-time code is asked for when you sign in."))
    drop(desk.request, response, NEW_CODES)
    return response


@pages.post("/me/codes/end", may=Access.SIGNED_IN)
def ends_codes(desk: Here, form: Typed) -> Response:
    """Asks for no code any more: after one last code."""
    _not_by_link(desk)
    tries = [(limits.CODE, desk.who.user)]
    if limits.take(desk.house, desk.site.secret, tries):
        desk.errors["code"] = desk.say("Too many attempts. Try again later.")
        return _page(desk, status=429)
    if not one_time_codes.right_code(desk.house, desk.site.secret, desk.who.user, form.text("code")):
        desk.errors["code"] = desk.say("This code is not right, or was used already. Wait for the next one.")
        return _page(desk, status=422)
    limits.give_back(desk.house, desk.site.secret, tries)
    one_time_codes.end(desk.house, desk.who.user)
    return desk.go("/me", desk.say("No one-time code is asked for any more."))


@pages.post("/me/sessions", may=Access.SIGNED_IN)
def ends_other_sessions(desk: Here, form: Typed) -> Response:
    """Signs out on all other devices."""
    ended = sessions.end_others(desk.house, desk.who.user, desk.who.id)
    return desk.go(
        "/me", desk.count("%(n)s other device was signed out.", "%(n)s other devices were signed out.", ended)
    )


@pages.post("/me/sessions/{session}", may=Access.SIGNED_IN)
def ends_session(desk: Here, session: str, form: Typed) -> Response:
    """Signs out on one device."""
    if not sessions.end_one_of(desk.house, desk.who.user, session):
        raise NotFound
    return desk.go("/me" if session != desk.who.id else "/sign-in", desk.say("That device was signed out."))


def _page(desk: Desk, *, status: int = 200) -> Response:
    has_password, has_codes = _proofs(desk)
    return desk.page(
        "me.html",
        status=status,
        sessions=sessions.open_sessions(desk.house, desk.who.user),
        has_password=has_password,
        has_codes=has_codes,
        linked=is_linked(desk.house, desk.who.user),
        by_link=desk.who.method == "link",
        languages=[("", desk.say("The institution's own")), *((code, OWN_NAMES[code]) for code in LANGUAGES)],
        methods={
            "password": desk.say("by password"),
            "provider": desk.say("by the provider"),
            "link": desk.say("by a link"),
        },
    )


def _codes_page(desk: Desk, secret: str, *, status: int = 200) -> Response:
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    response = desk.page("me_codes.html", status=status, secret=spaced, has_password=_proofs(desk)[0])
    value = [desk.who.user, secret]
    put_sealed(desk.request, response, desk.site.secret, NEW_CODES, value, desk.now, _NEW_FOR)
    return response


def _new_secret(desk: Desk) -> str | None:
    known = read_sealed(desk.request, desk.site.secret, NEW_CODES, desk.now, _NEW_FOR)
    return str(known[1]) if known and known[0] == desk.who.user else None


def _proofs(desk: Desk) -> tuple[bool, bool]:
    """Whether the person has a password, and one-time codes."""
    has_codes, mark = signing_in.account(desk.house, desk.who.user)
    return bool(mark), has_codes


def _is_me(desk: Desk, form: Form) -> bool:
    """Whether the present password was given, by whoever has one: an open screen alone changes nothing."""
    if not _proofs(desk)[0]:
        return True
    tries = [(limits.DEVICE, f"{desk.who.user}\0me")]
    if limits.take(desk.house, desk.site.secret, tries):
        desk.errors["password"] = desk.say("Too many attempts. Try again later.")
        return False
    if not signing_in.right_password(desk.house, desk.who.user, form.secret("password")):
        desk.errors["password"] = desk.say("This is not your present password.")
        return False
    limits.give_back(desk.house, desk.site.secret, tries)
    return True


def _not_by_link(desk: Desk) -> None:
    """Whoever came by a link sits in one commission, and changes no account."""
    if desk.who.method == "link":
        raise NotYours
