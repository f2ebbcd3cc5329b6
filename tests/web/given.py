"""What several tests of pages need: a person at a desk in English, what stands in a page."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tests.services.conftest import SZ
from tests.web.conftest import Browser, Town
from workflow.services.sessions import find


@dataclass
class Clerk(Browser):
    """A person whose pages are in English and whose forms carry the session's token, as a page would give it."""

    town: Town | None = None

    def token(self) -> str:
        assert self.town is not None
        session = find(self.town.office.house, self.client.cookies["nabor"])
        if session is None:
            return ""
        return hmac.new(self.town.app.state.site.secret, b"form\0" + session.csrf.encode(), sha256).hexdigest()


def clerk(town: Town, who: str, *, institution: str = SZ) -> Clerk:
    """Somebody who holds that role, or sits in the commission under that name."""
    browser = town.as_(who, institution=institution)
    browser.client.cookies.set("nabor-language", "en")
    return Clerk(browser.client, browser.user, town)


def procedure(town: Town, *more: str) -> str:
    """An address of the procedure that the office runs."""
    return town.url("procedures", town.office.player.procedure, *more)


def ok(answer: Any) -> str:
    """The text of a page that opened."""
    assert answer.status_code == 200, (answer.status_code, answer.text[:2000])
    return str(answer.text)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page[:3000]
    return found[1]


def beside(page: str, name: str) -> str:
    """What is said to be wrong beside a field."""
    found = re.search(rf'id="{name}-wrong"><span class="unseen">[^<]*</span>([^<]*)</span>', page)
    return found[1].strip() if found else ""


def moves(person: Browser, address: str, **given: str) -> Any:
    """Looks at a move, and makes it as it was looked at."""
    page = ok(person.get(address))
    return person.post(address, {"version": hidden(page, "version"), **given})
