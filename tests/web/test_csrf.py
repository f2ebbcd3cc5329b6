"""No form of another site acts here: every POST route, with every kind of forged request."""

from __future__ import annotations

import pytest

from tests.web.addresses import filled, known, routes
from tests.web.conftest import Town
from workflow.web.access import Access

FORGED = {
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "same-site": {"Sec-Fetch-Site": "same-site"},
    "typed address": {"Sec-Fetch-Site": "none"},
    "foreign origin": {"Origin": "https://evil.example"},
    "null origin": {"Origin": "null"},
    "nothing said": {},
}
WHO = {Access.ADMINISTER: "administrator", Access.OVERSEE: "administrator", Access.COMMISSION: "K"}


def _reaches(town: Town, headers: dict[str, str], token: str | None) -> list[tuple[str, int]]:
    values = known(town)
    browsers = {who: town.as_(who) for who in ("coordinator", "administrator", "K")}
    reached = []
    for route in routes("POST"):
        browser = browsers[WHO.get(route.access, "coordinator")]
        given = {"csrf": browser.token() if token is None else token}
        answer = browser.client.post(filled(route, values), data=given, headers=headers, follow_redirects=False)
        if answer.status_code != 403 or "could not be accepted" not in answer.text:
            reached.append((route.path, answer.status_code))
    return reached


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
def test_no_form_of_another_site_is_taken(checking: Town, headers: dict[str, str]) -> None:
    assert _reaches(checking, headers, None) == []


@pytest.mark.parametrize("token", ["", "0" * 64, "токен"])
def test_no_form_without_its_token_is_taken(checking: Town, token: str) -> None:
    assert _reaches(checking, {"Sec-Fetch-Site": "same-origin"}, token) == []


def test_the_token_of_another_session_is_not_taken(checking: Town) -> None:
    other = checking.as_("registrar").token()
    assert _reaches(checking, {"Sec-Fetch-Site": "same-origin"}, other) == []


def test_an_old_browser_that_only_says_its_origin_is_let_in(checking: Town) -> None:
    browser = checking.as_("coordinator")
    answer = browser.client.post(
        "/me/language",
        data={"csrf": browser.token(), "own_language": "bg"},
        headers={"Origin": "http://testserver"},
        follow_redirects=False,
    )
    assert answer.status_code == 303


def test_what_another_site_sends_without_a_session_is_not_shown_to_be_sent_again(checking: Town) -> None:
    answer = checking.browser(None).client.post(
        checking.url("users"), data={"name": "planted-by-evil"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 401
    assert "planted-by-evil" not in answer.text
