"""Where a person begins."""

from __future__ import annotations

from tests.web.conftest import Town
from workflow.services.signing_in import set_password


def test_nobody_is_sent_to_sign_in(town: Town) -> None:
    answer = town.browser(None).get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_password_lets_in(town: Town) -> None:
    user = town.office.player.actor("coordinator").user
    set_password(town.office.house, user, "correct horse battery")
    browser = town.browser(None)
    answer = browser.post("/sign-in", {"user": user, "password": "correct horse battery", "next": "/"})
    assert answer.status_code == 303, answer.text
    assert browser.get("/").headers["location"] == town.url("queue")


def test_wrong_password_is_told_beside_the_field(town: Town) -> None:
    answer = town.browser(None).post("/sign-in", {"user": "x", "password": "y"})
    assert answer.status_code == 422
    assert 'id="password-wrong"' in answer.text
