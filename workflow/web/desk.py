"""One request as a page sees it: who asks, at which institution, in which language, and how to answer.

Why: a handler takes one value and returns one answer; no module-level globals.
Never here: what a page shows, SQL.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Depends
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from workflow.engine.process import Institution, ProcessDefinition, Words
from workflow.engine.request import Actor, Reason
from workflow.services import sentences, staff
from workflow.services.sessions import AUDITOR, OVERSEERS, Session
from workflow.web.access import Access, admits
from workflow.wording import LANGUAGES
from workflow.wording.desk import translations

if TYPE_CHECKING:
    from workflow.services.house import House
    from workflow.settings import Settings

FLASH = "nabor-said"


@dataclass(frozen=True, slots=True)
class Site:
    """What the application is made of, the same for every request."""

    house: House
    settings: Settings
    templates: Environment
    secret: bytes


@dataclass
class Desk:
    """One request. `institution` is the one in the address, if there is one and the person has business there.

    Nobody is signed in and no institution entered until the gate (pages.py) has looked.
    """

    request: Request
    site: Site
    language: str
    session: Session | None = None
    institution: str | None = None
    procedure: str | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Request) -> Desk:
        """The one desk of a request."""
        if not hasattr(request.state, "desk"):
            site: Site = request.app.state.site
            request.state.desk = cls(request, site, language_for(request, None, site.house, None))
        desk: Desk = request.state.desk
        return desk

    @cached_property
    def now(self) -> datetime:
        """The instant of the request: one for the whole page."""
        return self.house.clock.now()

    # --- who and where ------------------------------------------------------------------------------------------------

    @property
    def house(self) -> House:
        """The installation."""
        return self.site.house

    @property
    def who(self) -> Session:
        """The person who is signed in. Only for pages that are not open to everybody."""
        assert self.session is not None
        return self.session

    @property
    def at(self) -> str:
        """The institution in the address. Only for pages of an institution."""
        assert self.institution is not None
        return self.institution

    @cached_property
    def place(self) -> Institution:
        """The institution as its folder describes it."""
        return self.house.catalogue.institution(self.at)

    @property
    def zone(self) -> str:
        """The zone in which instants are shown: the institution's, else UTC."""
        return self.place.zone if self.institution else "UTC"

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles that the person holds at the institution."""
        return self.session.roles.get(self.institution or "", frozenset()) if self.session else frozenset()

    @property
    def only_reads(self) -> bool:
        """Whether the person may change nothing at the institution: an auditor without a role of the office."""
        return AUDITOR in self.roles and not self.roles - OVERSEERS

    def actor(self, procedure: str | None = None) -> Actor:
        """The person as actor: roles at the institution, and functions in the commission of the procedure."""
        roles = set(self.roles)
        function = self.who.commissions.get(self.at, {}).get(procedure or self.procedure or "")
        if function is not None:
            roles.add(function)
            if function in ("chair", "member"):
                roles.add("commission")
        return Actor(user=self.who.user, roles=frozenset(roles))

    def may(self, access: Access, procedure: str | None = None) -> bool:
        """Whether a page of that access would be open to the person: for links and buttons."""
        return admits(access, self.session, self.institution, procedure or self.procedure)

    # --- words --------------------------------------------------------------------------------------------------------

    def say(self, message: str, /, **values: Any) -> str:
        """A sentence of the interface in the reader's language. The message is English, with %(name)s placeholders."""
        said = translations(self.language).gettext(message)
        return said % values if values else said

    def count(self, one: str, many: str, n: int, /, **values: Any) -> str:
        """A sentence whose form depends on a number, which it may name as %(n)s."""
        return translations(self.language).ngettext(one, many, n) % {"n": n, **values}

    def words(self, text: Words, process: ProcessDefinition) -> str:
        """A text of a definition in the reader's language, else in the institution's own."""
        return sentences.text_of(text, process, self.language)

    def reasons(self, reasons: tuple[Reason, ...], process: ProcessDefinition) -> list[str]:
        """Refusals in words."""
        return sentences.sentences(staff.named(self.house, reasons), process, self.language)

    # --- answers ------------------------------------------------------------------------------------------------------

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of the page."""
        return self.request.headers.get("hx-request") == "true"

    def page(self, template: str, /, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A page from a template. What the last act said is shown once."""
        said = _read_flash(self.request)
        text = self.render(template, said=said, **context)
        response = HTMLResponse(text, status_code=status)
        if said is not None:
            response.delete_cookie(FLASH, path="/")
        return response

    def render(self, template: str, /, **context: Any) -> str:
        """The text of a template for this reader."""
        return self.site.templates.get_template(template).render({"desk": self, "said": None, **context})

    def go(self, path: str, said: str | None = None, *, undo: str | None = None, kind: str = "done") -> Response:
        """On to another page after an act (303), which then says what was done. `undo`: an address to post to."""
        response = RedirectResponse(path, status_code=303)
        if said is not None:
            value = base64.urlsafe_b64encode(json.dumps([kind, said, undo]).encode()).decode()
            response.set_cookie(
                FLASH, value, max_age=60, path="/", httponly=True, samesite="lax", secure=self.is_secure
            )
        return response

    @property
    def is_secure(self) -> bool:
        """Whether the person reaches the pages through TLS."""
        return self.request.url.scheme == "https"

    @cached_property
    def csrf(self) -> str:
        """The form token of this session; before signing in there is none, and the origin alone is checked."""
        if self.session is None:
            return ""
        return hmac.new(self.site.secret, b"form\0" + self.session.csrf.encode(), sha256).hexdigest()

    def url(self, *parts: str, **query: Any) -> str:
        """An address of this institution: `desk.url("procedures", id)`."""
        path = "/".join(_quoted(part) for part in (self.at, *parts))
        return f"/{path}{with_query(query)}" if query else f"/{path}"


@lru_cache(maxsize=4096)
def _quoted(part: str) -> str:
    return quote(part, safe="")


def with_query(query: Mapping[str, Any]) -> str:
    """`?a=1&b=2` of what has a value; of a list each; '' of nothing."""
    pairs = [
        (key, one)
        for key, value in query.items()
        for one in (value if isinstance(value, list | tuple) else [value])
        if one not in (None, "", False)
    ]
    return "?" + urlencode(pairs) if pairs else ""


def language_for(request: Request, session: Session | None, house: House, institution: str | None) -> str:
    """The reader's language: chosen, the person's own, the browser's, the institution's, else the installation's."""
    chosen = request.cookies.get("nabor-language", "")
    if chosen in LANGUAGES:
        return chosen
    if session is not None and session.language in LANGUAGES:
        return str(session.language)
    for wanted in request.headers.get("accept-language", "").split(","):
        code = wanted.partition(";")[0].strip().partition("-")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"


async def the_desk(request: Request) -> Desk:
    """The request's desk. Async only so that it costs no thread."""
    return Desk.of(request)


def _read_flash(request: Request) -> tuple[str, str, str | None] | None:
    value = request.cookies.get(FLASH)
    if not value:
        return None
    try:
        kind, text, undo = json.loads(base64.urlsafe_b64decode(value))
    except ValueError:
        return None
    local = undo if isinstance(undo, str) and undo.startswith("/") and not undo.startswith("//") else None
    return str(kind), str(text), local


Here = Annotated[Desk, Depends(the_desk)]
"""What a handler takes."""
