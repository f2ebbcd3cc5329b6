"""The people of an institution: who works here, as what, and since when nobody saw them.

Why: roles come from definitions, and somebody must give them to people; the auditor reads the same pages without forms.
Never here: what is refused and recorded (services/people.py), a person's own page (/me).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.responses import Response

from workflow.engine.process import Words
from workflow.services import one_time_links, people
from workflow.services.people import Person, Recorded, StaffAct, WhyNot
from workflow.services.sessions import ADMINISTRATOR, AUDITOR
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.form import Typed
from workflow.web.local import OWN_NAMES
from workflow.web.pages import Pages
from workflow.web.refusals import NotFound
from workflow.wording import LANGUAGES

pages = Pages()

_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+\Z")
_LONGEST = 200


# --- looking --------------------------------------------------------------------------------------------------------


@pages.get("/{institution}/users", may=Access.OVERSEE)
def users(desk: Here, after: str = "") -> Response:
    """Everybody whom the institution knows, by name, and a form to add somebody."""
    return _users(desk, after=after)


@pages.get("/{institution}/users/{user}", may=Access.OVERSEE)
def user(desk: Here, user: str) -> Response:
    """One person: roles, commissions, devices, and what was done to them."""
    return _user(desk, _known(desk, user))


@pages.get("/{institution}/system/staff", may=Access.OVERSEE)
def staff(desk: Here, before: str = "") -> Response:
    """What was done to the people of the institution, by whom and when."""
    told, more = people.records(desk.house, desk.at, before=before)
    return desk.page("staff_record.html", records=[(one, sentence(desk, one)) for one in told], more=more)


# --- acting ---------------------------------------------------------------------------------------------------------


@pages.post("/{institution}/users", may=Access.ADMINISTER)
def adds(desk: Here, form: Typed) -> Response:
    """Adds somebody with roles."""
    name, email, language = _details(desk, form.text("name"), form.text("email"), form.text("language"))
    if not form.text("user"):
        desk.errors["user"] = desk.say("Give a sign-in name.")
    if not form.all("role"):
        desk.errors["role-0"] = _sentence_of(desk, WhyNot.NO_ROLE)
    if not desk.errors:
        wrong = people.add_person(
            desk.house,
            desk.at,
            desk.who.user,
            user=form.text("user"),
            name=name,
            email=email,
            language=language,
            roles=form.all("role"),
        )
        if wrong is None:
            said = desk.say("%(name)s was added. Make a link, so that the person can set a password.", name=name)
            return desk.go(desk.url("users", form.text("user")), said)
        field = "role-0" if wrong in (WhyNot.NO_ROLE, WhyNot.UNKNOWN_ROLE) else "user"
        desk.errors[field] = _sentence_of(desk, wrong)
    return _users(desk, status=422, typed=form.typed(), chosen=form.all("role"))


@pages.post("/{institution}/users/{user}", may=Access.ADMINISTER)
def corrects(desk: Here, user: str, form: Typed) -> Response:
    """Corrects how a person is called and written to."""
    known = _known(desk, user)
    name, email, language = _details(desk, form.text("name"), form.text("email"), form.text("language"))
    if not desk.errors:
        wrong = people.correct(desk.house, desk.at, desk.who.user, user, name=name, email=email, language=language)
        if wrong is None:
            return desk.go(desk.url("users", user), desk.say("Saved."))
        desk.errors[""] = _sentence_of(desk, wrong)
    return _user(desk, known, status=422, typed=form.typed())


@pages.post("/{institution}/users/{user}/grant", may=Access.ADMINISTER)
def grants(desk: Here, user: str, form: Typed) -> Response:
    """Gives a person a role."""
    known, role = _known(desk, user), form.text("role")
    wrong = people.grant(desk.house, desk.at, desk.who.user, user, role)
    label = role_label(desk, role, people.roles(desk.house, desk.at))
    said = desk.say("%(name)s now has the role: %(role)s.", name=known.name, role=label)
    return _done(desk, known, wrong, said, field="role")


@pages.post("/{institution}/users/{user}/revoke", may=Access.ADMINISTER)
def revokes(desk: Here, user: str, form: Typed) -> Response:
    """Takes a role from a person."""
    known, role = _known(desk, user), form.text("role")
    wrong = people.revoke(desk.house, desk.at, desk.who.user, user, role)
    label = role_label(desk, role, people.roles(desk.house, desk.at))
    if wrong is None and role == ADMINISTRATOR and user == desk.who.user:
        return desk.go("/", desk.say("You no longer have the role: %(role)s.", role=label))
    said = desk.say("%(name)s no longer has the role: %(role)s.", name=known.name, role=label)
    return _done(desk, known, wrong, said)


@pages.post("/{institution}/users/{user}/invite", may=Access.ADMINISTER)
def invites(desk: Here, user: str, form: Typed) -> Response:
    """Makes a link to set a password; the page that answers is the only one that ever shows it."""
    known = _known(desk, user)
    wrong = people.invited(desk.house, desk.at, desk.who.user, user)
    if wrong is not None:
        desk.errors[""] = _sentence_of(desk, wrong)
        return _user(desk, known, status=409)
    token = one_time_links.invite(desk.house, user, desk.who.user)
    base = desk.site.settings.public_url or str(desk.request.base_url).rstrip("/")
    return _user(desk, _known(desk, user), link=f"{base}{one_time_links.path(token)}")


@pages.post("/{institution}/users/{user}/disable", may=Access.ADMINISTER)
def disables(desk: Here, user: str, form: Typed) -> Response:
    """Lets a person sign in no longer, and ends every session."""
    known = _known(desk, user)
    wrong = people.disable(desk.house, desk.at, desk.who.user, user)
    said = desk.say("%(name)s cannot sign in any more. Every session was ended.", name=known.name)
    return _done(desk, known, wrong, said, undo=desk.url("users", user, "enable"))


@pages.post("/{institution}/users/{user}/enable", may=Access.ADMINISTER)
def enables(desk: Here, user: str, form: Typed) -> Response:
    """Lets a person sign in again."""
    known = _known(desk, user)
    wrong = people.enable(desk.house, desk.at, desk.who.user, user)
    return _done(desk, known, wrong, desk.say("%(name)s can sign in again.", name=known.name))


@pages.post("/{institution}/users/{user}/sign-out", may=Access.ADMINISTER)
def signs_out(desk: Here, user: str, form: Typed) -> Response:
    """Ends every session of a person."""
    known = _known(desk, user)
    wrong = people.end_sessions(desk.house, desk.at, desk.who.user, user)
    if wrong is None and user == desk.who.user:
        return desk.go("/sign-in", desk.say("You are signed out on every device."))
    return _done(desk, known, wrong, desk.say("%(name)s was signed out on every device.", name=known.name))


# --- pages ----------------------------------------------------------------------------------------------------------


def _users(
    desk: Desk, *, after: str = "", status: int = 200, typed: dict[str, str] | None = None, chosen: Sequence[str] = ()
) -> Response:
    found, more = people.people(desk.house, desk.at, after)
    known = people.roles(desk.house, desk.at)
    return desk.page(
        "users.html",
        status=status,
        people=[(one, [role_label(desk, role, known) for role in one.roles]) for one in found],
        more=found[-1].id if more else None,
        after=after,
        roles=[(role, role_label(desk, role, known)) for role in known],
        functions=functions(desk),
        languages=_languages(desk),
        typed=typed or {},
        chosen=chosen,
    )


def _user(
    desk: Desk, known: Person, *, status: int = 200, typed: dict[str, str] | None = None, link: str | None = None
) -> Response:
    roles = people.roles(desk.house, desk.at)
    told, more = people.records(desk.house, desk.at, user=known.id, limit=20)
    kept = {"name": known.name, "email": known.email or "", "language": known.language or ""}
    return desk.page(
        "user.html",
        status=status,
        person=known,
        held=[(role, role_label(desk, role, roles)) for role in known.roles],
        free=[(role, role_label(desk, role, roles)) for role in roles if role not in known.roles],
        functions=functions(desk),
        sessions=[] if known.elsewhere else people.open_sessions(desk.house, known.id),
        records=[(one, sentence(desk, one)) for one in told],
        more=more,
        languages=_languages(desk),
        typed=typed or kept,
        link=link,
        administers=desk.may(Access.ADMINISTER),
    )


def _done(
    desk: Desk, known: Person, wrong: WhyNot | None, said: str, *, field: str = "", undo: str | None = None
) -> Response:
    if wrong is None:
        return desk.go(desk.url("users", known.id), said, undo=undo)
    desk.errors[field] = _sentence_of(desk, wrong)
    return _user(desk, known, status=409)


def _known(desk: Desk, user: str) -> Person:
    found = people.person(desk.house, desk.at, user)
    if found is None:
        raise NotFound
    return found


def _details(desk: Desk, name: str, email: str, language: str) -> tuple[str, str | None, str | None]:
    if not name:
        desk.errors["name"] = desk.say("Give the person's name.")
    elif len(name) > _LONGEST:
        desk.errors["name"] = desk.say("The name is too long.")
    if email and (not _ADDRESS.match(email) or len(email) > _LONGEST):
        desk.errors["email"] = desk.say("This is no e-mail address. Write it as name@place.example, or leave it out.")
    if language and language not in LANGUAGES:
        desk.errors["language"] = desk.say("Choose one of the languages.")
    return name, email or None, language or None


# --- words ----------------------------------------------------------------------------------------------------------


def role_label(desk: Desk, role: str, known: dict[str, Words]) -> str:
    """A role in the reader's language; its name when no definition knows it any more."""
    words = known.get(role, {})
    own = desk.place.languages[0]
    built_in = {ADMINISTRATOR: desk.say("Administrator"), AUDITOR: desk.say("Auditor")}
    return words.get(desk.language) or built_in.get(role) or words.get(own) or next(iter(words.values()), role)


def functions(desk: Desk) -> dict[str, str]:
    """What a person is in a commission, in words."""
    return {
        "chair": desk.say("Chair"),
        "member": desk.say("Member"),
        "secretary": desk.say("Secretary"),
        "substitute": desk.say("Substitute"),
    }


def sentence(desk: Desk, one: Recorded) -> str:
    """What was done to a person, as a sentence without its subject."""
    known = people.roles(desk.house, desk.at) if one.act in (StaffAct.ADD, StaffAct.GRANT, StaffAct.REVOKE) else {}
    named = one.what.get("roles") or ([one.what["role"]] if "role" in one.what else [])
    role = ", ".join(role_label(desk, name, known) for name in named)
    match one.act:
        case StaffAct.ADD:
            return desk.say("added, with the roles: %(role)s", role=role)
        case StaffAct.CORRECT:
            fields = {"name": desk.say("name"), "email": desk.say("e-mail address"), "language": desk.say("language")}
            return desk.say("corrected: %(fields)s", fields=", ".join(fields[name] for name in one.what["fields"]))
        case StaffAct.GRANT:
            return desk.say("given the role: %(role)s", role=role)
        case StaffAct.REVOKE:
            return desk.say("no longer has the role: %(role)s", role=role)
        case StaffAct.INVITE:
            return desk.say("a link to set a password was made")
        case StaffAct.DISABLE:
            return desk.say("may not sign in any more; every session was ended")
        case StaffAct.ENABLE:
            return desk.say("may sign in again")
        case StaffAct.END_SESSIONS:
            return desk.say("signed out on every device")


def _sentence_of(desk: Desk, wrong: WhyNot) -> str:
    match wrong:
        case WhyNot.UNKNOWN:
            return desk.say("This person is not known here any more.")
        case WhyNot.TAKEN:
            return desk.say(
                "This sign-in name is taken. Choose another one. A person who works for another institution already "
                "is added by whoever runs this installation."
            )
        case WhyNot.NOT_A_NAME:
            return desk.say(
                "A sign-in name has 2 to 64 small Latin letters, digits or . _ @ - and begins with a letter or digit."
            )
        case WhyNot.NO_ROLE:
            return desk.say("Choose at least one role: without one a person can do nothing here.")
        case WhyNot.UNKNOWN_ROLE:
            return desk.say("Choose a role that the rules of this institution know.")
        case WhyNot.LAST_ADMINISTRATOR:
            return desk.say(
                "Nobody else administers this institution. Give the role to another person who can sign in first."
            )
        case WhyNot.ONESELF:
            return desk.say("Nobody can disable their own account. Ask another administrator.")
        case WhyNot.WORKS_ELSEWHERE:
            return desk.say(
                "This person also works for another institution, so only roles are given and taken here. "
                "For anything else ask whoever runs this installation."
            )


def _languages(desk: Desk) -> list[tuple[str, str]]:
    return [("", desk.say("The institution's own")), *((code, OWN_NAMES[code]) for code in LANGUAGES)]
