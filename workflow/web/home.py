"""Where a person begins: the first page of their work, the choice of institution, of language.

Never here: the pages themselves.
"""

from __future__ import annotations

from starlette.responses import Response

from workflow.services.sessions import OVERSEERS, Session
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.form import Typed
from workflow.web.pages import Pages
from workflow.wording import LANGUAGES

pages = Pages()


@pages.get("/", may=Access.OPEN)
def start(desk: Here) -> Response:
    """On to the first page of the person's work, the choice of institution, or signing in."""
    if desk.session is None:
        return desk.go("/sign-in")
    places = desk.session.institutions
    if len(places) == 1:
        return desk.go(first_page(desk.session, places[0]))
    titles = [(place, _title(desk, place), first_page(desk.session, place)) for place in places]
    return desk.page("start.html", places=titles)


@pages.post("/language", may=Access.OPEN)
def choose_language(desk: Here, form: Typed) -> Response:
    """Keeps the language that was chosen, and goes back to the page."""
    back = local_path(form.text("back")) or "/"
    response = desk.go(back)
    if form.text("language") in LANGUAGES:
        response.set_cookie(
            "nabor-language",
            form.text("language"),
            max_age=31_536_000,
            path="/",
            httponly=True,
            samesite="lax",
            secure=desk.is_secure,
        )
    return response


@pages.get("/accessibility", may=Access.OPEN)
def accessibility(desk: Here) -> Response:
    """What these pages do so that everybody can use them, and whom to tell when one cannot."""
    return desk.page("accessibility.html")


def first_page(session: Session, institution: str) -> str:
    """The page on which a person's day begins there."""
    roles = session.roles.get(institution, frozenset())
    if roles - OVERSEERS:
        return f"/{institution}/queue"
    if session.commissions.get(institution):
        return f"/{institution}/commission"
    if "administrator" in roles:
        return f"/{institution}/users"
    return f"/{institution}/procedures"


def local_path(path: str) -> str | None:
    """The path if it is one of this site, else None: no form sends anybody elsewhere."""
    plain = path.isprintable() and "\\" not in path  # browsers drop tabs and line ends, and take \ for /
    return path if plain and path.startswith("/") and not path.startswith("//") else None


def _title(desk: Desk, institution: str) -> str:
    place = desk.house.catalogue.institution(institution)
    return place.title.get(desk.language) or place.title[place.languages[0]]
