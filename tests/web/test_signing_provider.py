"""Signing in through a provider from the first link to the queue: a real provider by HTTP, and real cookies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from tests import identity_provider
from tests.identity_provider import Fake
from tests.services.conftest import SZ
from tests.web.conftest import Browser, Town
from workflow.services import staff
from workflow.settings import Settings
from workflow.web.app import create_app


@pytest.fixture
def fake() -> Iterator[Fake]:
    with identity_provider.running() as fake:
        yield fake


@pytest.fixture
def linked(town: Town, settings: Settings, fake: Fake) -> Town:
    """The town with sign-in through that provider, which knows a coordinator's address."""
    house = town.office.house
    staff.add_user(house, "Ada Reed", "ada@riverside.example", "ada")
    staff.grant(house, SZ, "ada", "coordinator")
    known = {"oidc_issuer": fake.issuer, "oidc_client": "nabor", "oidc_secret": SecretStr("s/cret")}
    return Town(town.office, create_app(house, settings.model_copy(update=known)))


def _away(town: Town, fake: Fake, browser: Browser, onward: str = "/") -> dict[str, str]:
    """Follows the link to the provider, which remembers what it was asked; answers the query it got."""
    gone = browser.get("/sign-in/provider", params={"next": onward})
    assert gone.status_code == 303
    there = urlsplit(gone.headers["location"])
    assert f"{there.scheme}://{there.netloc}" == fake.issuer
    query = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert query["redirect_uri"].endswith("/sign-in/provider/back")
    fake.challenge, fake.nonce = query["code_challenge"], query["nonce"]
    fake.now = int(town.office.house.clock.now().timestamp())
    return query


def _back(browser: Browser, **came: str) -> Any:
    return browser.get("/sign-in/provider/back", params=came)


def test_the_link_leads_to_the_provider_and_back_to_the_page_that_was_wanted(linked: Town, fake: Fake) -> None:
    browser = linked.browser(None)
    assert "/sign-in/provider" in browser.get("/sign-in").text
    query = _away(linked, fake, browser, f"/{SZ}/applications")
    cookie = next(c for c in browser.client.cookies.jar if c.name == "nabor-away")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert query["state"] not in str(cookie.value), "it is sealed"
    back = _back(browser, code="good", state=query["state"])
    assert (back.status_code, back.headers["location"]) == (303, f"/{SZ}/applications")
    assert browser.get(f"/{SZ}/applications").status_code == 200
    assert "nabor-away" not in browser.client.cookies, "what was sent along is good once"


def test_an_answer_that_was_used_signs_nobody_in_again(linked: Town, fake: Fake) -> None:
    browser = linked.browser(None)
    query = _away(linked, fake, browser)
    assert _back(browser, code="good", state=query["state"]).status_code == 303
    browser.client.cookies.delete("nabor")
    again = _back(browser, code="good", state=query["state"])
    assert again.status_code == 403
    assert "Begin again." in again.text
    assert "nabor" not in browser.client.cookies


def test_an_answer_that_another_browser_asked_for_signs_nobody_in(linked: Town, fake: Fake) -> None:
    asked, tricked = linked.browser(None), linked.browser(None)
    query = _away(linked, fake, asked)
    own = _away(linked, fake, tricked)
    for state in (query["state"], "", "ключ"):
        assert state != own["state"]
        refused = _back(tricked, code="good", state=state)
        assert refused.status_code == 403
        assert "nabor" not in tricked.client.cookies
        _away(linked, fake, tricked)


def test_who_may_not_in_is_told_why(linked: Town, fake: Fake) -> None:
    browser = linked.browser(None)
    query = _away(linked, fake, browser)
    assert "did not let you in" in _back(browser, error="access_denied", state=query["state"]).text
    query = _away(linked, fake, browser)
    fake.claims = {"sub": "person-9", "email": "nobody@riverside.example"}
    stranger = _back(browser, code="good", state=query["state"])
    assert stranger.status_code == 403
    assert "nobody here has your verified e-mail address" in stranger.text


def test_it_never_sends_anybody_to_another_site(linked: Town, fake: Fake) -> None:
    for onward in ("https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"):
        browser = linked.browser(None)
        query = _away(linked, fake, browser, onward)
        back = _back(browser, code="good", state=query["state"])
        assert back.headers["location"] == "/", onward


def test_a_provider_that_is_gone_leaves_the_password(linked: Town, settings: Settings) -> None:
    known = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client": "nabor", "oidc_secret": SecretStr("x")}
    gone = Town(linked.office, create_app(linked.office.house, settings.model_copy(update=known)))
    answer = gone.browser(None).get("/sign-in/provider")
    assert answer.status_code == 503
    assert 'name="password"' in answer.text


def test_without_a_provider_there_is_no_such_page(town: Town) -> None:
    browser = town.browser(None)
    assert browser.get("/sign-in/provider").status_code == 404
    assert browser.get("/sign-in/provider/back").status_code == 404
    assert "/sign-in/provider" not in browser.get("/sign-in").text
