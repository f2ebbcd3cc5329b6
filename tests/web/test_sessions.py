"""Sessions: listed, ended, run out; and what becomes of a form when one ends before it is sent."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest

from tests.services.conftest import SZ
from tests.web.conftest import SAME, Browser, Town
from workflow.services import sessions
from workflow.services.signing_in import set_password

PASSWORD = "copper lantern drifts"


def _user(town: Town, who: str = "coordinator") -> str:
    user = town.office.player.actor(who).user
    set_password(town.office.house, user, PASSWORD)
    return user


def _in(browser: Browser, user: str, **more: Any) -> Any:
    return browser.post("/sign-in", {"user": user, "password": PASSWORD, **more})


def _wait(town: Town, how_long: timedelta) -> None:
    town.office.clock.advance_to(town.office.clock.now() + how_long)


def _fields(text: str, action: str) -> list[tuple[str, str]]:
    """The hidden fields of the form with that action, as a browser would send them."""
    form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', text, re.DOTALL)
    assert form is not None, text
    inputs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form[0])
    areas = re.findall(r'<textarea hidden name="([^"]*)">\n(.*?)</textarea>', form[0], re.DOTALL)
    return [(html.unescape(name), html.unescape(value)) for name, value in (*inputs, *areas)]


# --- lists, ends ----------------------------------------------------------------------------------------------------


def test_every_sign_in_makes_a_new_token_and_ends_the_one_before(town: Town) -> None:
    user, browser = _user(town), town.browser(None)
    _in(browser, user)
    first = browser.client.cookies["nabor"]
    browser.post("/sign-in", {"user": user, "password": PASSWORD})
    assert browser.client.cookies["nabor"] != first
    assert sessions.find(town.office.house, first) is None


def test_a_person_sees_and_ends_their_sessions(town: Town) -> None:
    user = _user(town)
    one, two, three = (town.browser(None) for _ in range(3))
    for browser, device in ((one, "Screen"), (two, "Telephone"), (three, "Old thing")):
        _in(browser, user, headers={"User-Agent": device})
    page = one.get("/me").text
    assert page.count("this device") == 1
    other = re.findall(r'action="/me/sessions/([0-9a-f]{64})"', page)
    assert len(other) == 2
    assert one.post(f"/me/sessions/{other[0]}").status_code == 303
    assert sorted(browser.get("/me").status_code for browser in (two, three)) == [200, 303]
    assert one.post("/me/sessions").status_code == 303
    assert [browser.get("/me").status_code for browser in (one, two, three)] == [200, 303, 303]


def test_nobody_ends_a_session_of_another_person(town: Town) -> None:
    mine, other = town.as_("coordinator"), town.as_("registrar")
    assert other.post(f"/me/sessions/{sessions.digest(mine.client.cookies['nabor'])}").status_code == 404
    assert mine.get("/me").status_code == 200


def test_signing_out_ends_the_session_itself(town: Town) -> None:
    browser = town.as_("coordinator")
    token = browser.client.cookies["nabor"]
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    assert sessions.find(town.office.house, token) is None


@pytest.mark.parametrize(("steps", "there"), [([29] * 3, True), ([31], False), ([29] * 25, False)])
def test_a_session_runs_out_unused_and_at_the_latest(town: Town, steps: list[int], there: bool) -> None:
    browser = town.as_("coordinator")
    for minutes in steps:
        _wait(town, timedelta(minutes=minutes))
        answer = browser.get("/me")
    assert (answer.status_code == 200) is there


def test_a_changed_password_ends_all_other_sessions(town: Town) -> None:
    user = _user(town)
    one, two = town.browser(None), town.browser(None)
    _in(one, user)
    _in(two, user)
    new = "seven quiet herons"
    wrong = one.post("/me/password", {"password": "not it at all", "new_password": new, "again": new})
    assert (wrong.status_code, 'id="password-wrong"' in wrong.text) == (422, True)
    assert one.post("/me/password", {"password": PASSWORD, "new_password": new, "again": new}).status_code == 303
    assert [browser.get("/me").status_code for browser in (one, two)] == [200, 303]


def test_the_language_of_the_person_is_kept(town: Town) -> None:
    browser = town.as_("coordinator")
    browser.client.cookies.delete("nabor-language")
    browser.post("/language", {"language": "ru", "back": "/me"})
    assert browser.post("/me/language", {"own_language": "bg"}).status_code == 303
    assert 'lang="bg"' in browser.get("/me").text[:200]
    assert browser.post("/me/language", {"own_language": "xx"}).status_code == 422


# --- a form that was sent too late ------------------------------------------------------------------------------------


def test_a_form_sent_after_the_session_ended_can_be_sent_again(town: Town) -> None:
    user = _user(town, "administrator")
    assert town.as_("administrator").user == user
    browser = town.browser(None)
    typed = {"name": 'Мария "</textarea><script>alert(1)</script>', "role": ["registrar", "head"], "user": "maria"}
    late = browser.post(town.url("users"), typed)
    assert late.status_code == 401
    assert "<script>alert" not in late.text
    carried = _fields(late.text, "/sign-in")
    assert ("kept:role", "registrar") in carried
    assert ("kept:role", "head") in carried

    given: dict[str, Any] = {}
    for name, value in carried:
        given.setdefault(name, []).append(value)
    again = browser.client.post(
        "/sign-in", data={**given, "user": user, "password": PASSWORD}, headers=SAME, follow_redirects=False
    )
    assert (again.status_code, "Send again" in again.text) == (200, True)
    fields = _fields(again.text, town.url("users"))
    assert dict(fields)["name"] == typed["name"]
    assert [value for name, value in fields if name == "role"] == ["registrar", "head"]
    data: dict[str, Any] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    sent = browser.client.post(town.url("users"), data=data, headers=SAME, follow_redirects=False)
    assert sent.status_code == 303
    assert sent.headers["location"] == town.url("users", "maria")


def test_no_secret_is_carried_along(town: Town) -> None:
    answer = town.browser(None).post("/me/password", {"password": "secret-one", "new_password": "secret-two"})
    assert answer.status_code == 401
    assert "secret-" not in answer.text


@pytest.mark.parametrize("resend", ["https://evil.example/", "//evil.example", "/\\evil.example", "\t//evil"])
def test_nothing_is_sent_again_to_another_site(town: Town, resend: str) -> None:
    answer = _in(town.browser(None), _user(town), resend=resend, **{"kept:name": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_signing_out_twice_is_no_error(town: Town) -> None:
    assert town.browser(None).post("/sign-out").headers["location"] == "/sign-in"


# --- bad input and faults -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [1001, 5000])
def test_a_form_with_thousands_of_fields_is_too_much(town: Town, fields: int) -> None:
    data = {f"field{n}": "x" for n in range(fields)}
    assert town.as_("coordinator").post("/me/language", data).status_code == 413
    assert town.browser(None).post("/sign-in", data).status_code == 413
    assert town.browser(None).post("/me/language", data).status_code == 413


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"garbage that is no part"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--x--\r\n"),
    ],
)
def test_a_garbled_form_is_a_page_and_no_error(town: Town, kind: str, body: bytes) -> None:
    headers = {**SAME, "Content-Type": kind}
    answer = town.as_("coordinator").client.post("/me/language", content=body, headers=headers)
    assert (answer.status_code, "<h1>" in answer.text) == (400, True)


@pytest.mark.parametrize("body", [b"%", b"a=%ff%fe&b=%zz", b"=&=&=", b"user=%00&password=%00", b"\xff\xfe"])
def test_odd_bytes_are_no_error(town: Town, body: bytes) -> None:
    headers = {**SAME, "Content-Type": "application/x-www-form-urlencoded"}
    assert town.browser(None).client.post("/sign-in", content=body, headers=headers).status_code in (400, 422)


@pytest.mark.parametrize("cookie", ["", "x", "0" * 5000, "%00", "../../etc"])
def test_odd_cookies_are_nobody(town: Town, cookie: str) -> None:
    answer = town.browser(None).get("/me", headers={"Cookie": f"nabor={cookie}; nabor-said={cookie}"})
    assert answer.status_code == 303


@pytest.mark.plants_a_fault
def test_a_database_that_is_gone_is_a_clear_page(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from workflow.engine.errors import DatabaseError

    def gone(*_: object, **__: object) -> None:
        raise DatabaseError("sqlite:///secret-place", "disk I/O error", "")

    browser = town.as_("coordinator")
    token = browser.token()
    monkeypatch.setattr(town.office.house.database, "read", gone)
    for answer in (
        browser.get("/me"),
        browser.client.post("/me/language", data={"csrf": token, "note": "kept words"}, headers=SAME),
    ):
        assert (answer.status_code, "<h1>" in answer.text) == (503, True)
        assert "secret-place" not in answer.text


def test_a_script_in_a_name_is_shown_as_text(town: Town) -> None:
    from workflow.services import staff

    user = staff.add_user(town.office.house, "<script>alert(1)</script>", None, "odd")
    staff.ensure_institution(town.office.house, SZ)
    page = town.browser(user).get("/me").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_an_address_with_a_word_where_a_number_must_be_is_a_page(town: Town) -> None:
    answer = town.as_("coordinator").get("/sign-in?next=a&next=b")
    assert answer.status_code == 200


def test_the_statement_on_accessibility_is_open_to_all(town: Town) -> None:
    assert town.browser(None).get("/accessibility").status_code == 200
