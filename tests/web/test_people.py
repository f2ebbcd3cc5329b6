"""The pages about people: what an administrator can do there, and that an auditor only reads."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.services.conftest import SZ
from tests.web.conftest import Browser, Town
from workflow.services import one_time_links, people, sessions, staff

VERA = {"user": "vera", "name": "Vera", "email": "vera@town.example", "language": "bg", "role": ["registrar"]}


def in_english(town: Town, who: str) -> Browser:
    browser = town.as_(who)
    browser.client.cookies.set("nabor-language", "en")
    return browser


def add_vera(town: Town, **other: Any) -> Any:
    return in_english(town, "administrator").post(town.url("users"), {**VERA, **other})


def text_of(answer: Any) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.text).split()))


def test_the_list_names_roles_commissions_and_when_somebody_was_last_seen(town: Town) -> None:
    browser = in_english(town, "administrator")
    page = browser.get(town.url("users"))
    assert page.status_code == 200
    rows = {re.sub(r"\s+", " ", row) for row in re.findall(r"(?s)<tr>\s*<th scope=\"row\">(.*?)</tr>", page.text)}
    (chair,) = [text for text in rows if "/users/stara_zagora.member.K" in text]
    assert "T-1 (Chair)" in chair
    assert "never" in chair
    (own,) = [text for text in rows if f'/users/{browser.user}"' in text]
    assert "Administrator" in own
    assert "<time" in own


def test_somebody_is_added_and_the_page_of_the_person_says_so(town: Town) -> None:
    answer = add_vera(town)
    assert (answer.status_code, answer.headers["location"]) == (303, town.url("users", "vera"))
    page = in_english(town, "administrator").get(town.url("users", "vera"))
    assert page.status_code == 200
    assert 'value="vera@town.example"' in page.text
    assert "added, with the roles: Registrar" in text_of(page)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"email": "vera"}, "email"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "email"),
        ({"language": "xx"}, "language"),
        ({"user": ""}, "user"),
        ({"user": "Вера"}, "user"),
        ({"user": "../vera"}, "user"),
        ({"user": "clock"}, "user"),
        ({"user": "stara_zagora.coordinator"}, "user"),
        ({"role": []}, "role-0"),
        ({"role": ["chair"]}, "role-0"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(
    town: Town, wrong: dict[str, Any], field: str
) -> None:
    answer = add_vera(town, **wrong)
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    for name in {"user", "name", "email"} - wrong.keys():
        assert f'value="{VERA[name]}"' in answer.text
    assert ("checked" in answer.text) is (wrong.get("role") is None)
    assert people.person(town.office.house, SZ, "vera") is None


def test_roles_are_given_and_taken(town: Town) -> None:
    add_vera(town)
    browser = in_english(town, "administrator")
    assert browser.post(town.url("users", "vera", "grant"), {"role": "head"}).status_code == 303
    assert browser.post(town.url("users", "vera", "revoke"), {"role": "registrar"}).status_code == 303
    vera = people.person(town.office.house, SZ, "vera")
    assert vera is not None
    assert vera.roles == ("head",)
    assert browser.post(town.url("users", "vera", "grant"), {"role": "chair"}).status_code == 409
    page = text_of(browser.get(town.url("system", "staff")))
    for said in ("given the role: Mayor", "no longer has the role: Registrar", "added, with the roles: Registrar"):
        assert said in page


def test_the_last_administrator_is_told_why_not(town: Town) -> None:
    browser = in_english(town, "administrator")
    assert browser.user is not None
    answer = browser.post(town.url("users", browser.user, "revoke"), {"role": "administrator"})
    assert answer.status_code == 409
    assert "Nobody else administers this institution." in text_of(answer)
    assert browser.get(town.url("users")).status_code == 200


def test_whoever_is_disabled_is_out_at_once_and_can_be_let_in_again(town: Town) -> None:
    add_vera(town)
    vera = town.browser("vera")
    assert vera.get(town.url("rules")).status_code != 303
    browser = in_english(town, "administrator")
    assert browser.post(town.url("users", "vera", "disable")).status_code == 303
    assert vera.get("/me").status_code in (303, 404)
    assert sessions.find(town.office.house, vera.client.cookies["nabor"]) is None
    assert "May not sign in" in browser.get(town.url("users")).text
    assert browser.post(town.url("users", "vera", "enable")).status_code == 303
    assert "May not sign in" not in browser.get(town.url("users")).text
    assert browser.post(town.url("users", str(browser.user), "disable")).status_code == 409


def test_signing_somebody_out_ends_their_sessions(town: Town) -> None:
    add_vera(town)
    vera = town.browser("vera")
    browser = in_english(town, "administrator")
    assert "On no device." not in browser.get(town.url("users", "vera")).text
    assert browser.post(town.url("users", "vera", "sign-out")).status_code == 303
    assert "On no device." in browser.get(town.url("users", "vera")).text
    assert sessions.find(town.office.house, vera.client.cookies["nabor"]) is None


def test_a_link_is_shown_once_and_stored_nowhere(town: Town) -> None:
    add_vera(town)
    browser = in_english(town, "administrator")
    answer = browser.post(town.url("users", "vera", "invite"))
    assert answer.status_code == 200
    found = re.search(r'id="link"[^>]*value="http://testserver(/[^"]+)"', answer.text)
    assert found is not None
    token = found[1].rpartition("/")[2]
    assert len(token) >= 40
    assert token not in browser.get(town.url("users", "vera")).text
    assert "a link to set a password was made" in text_of(browser.get(town.url("system", "staff")))
    assert answer.headers["cache-control"] == "no-store"
    link = one_time_links.look(town.office.house, token)
    assert link is not None
    assert link.user == "vera"


def test_the_auditor_reads_everything_and_finds_no_form(town: Town) -> None:
    add_vera(town)
    browser = in_english(town, "auditor")
    for path in (("users",), ("users", "vera"), ("system", "staff")):
        page = browser.get(town.url(*path))
        assert page.status_code == 200
        main = page.text.partition("<main")[2].partition("</main>")[0]
        assert "<form" not in main
    for act in ("", "grant", "revoke", "invite", "disable", "enable", "sign-out"):
        address = town.url("users", "vera", *([act] if act else []))
        assert browser.post(address, {"role": "head", "name": "X"}).status_code == 403
    assert browser.post(town.url("users"), {**VERA, "user": "other"}).status_code == 403


def test_nobody_of_another_institution_is_shown_or_reached(town: Town) -> None:
    house = town.office.house
    staff.ensure_institution(house, "goldap")
    staff.add_user(house, "Basia", "basia@other.example", "basia")
    staff.grant(house, "goldap", "basia", "registrar")
    browser = in_english(town, "administrator")
    assert "Basia" not in browser.get(town.url("users")).text
    assert browser.get(town.url("users", "basia")).status_code == 404
    assert browser.post(town.url("users", "basia", "grant"), {"role": "head"}).status_code == 404
    staff.grant(house, SZ, "basia", "registrar")
    town.browser("basia")
    page = browser.get(town.url("users", "basia"))
    assert page.status_code == 200
    assert "invite" not in page.text
    assert browser.post(town.url("users", "basia", "invite")).status_code == 409
    assert browser.post(town.url("users", "basia", "disable")).status_code == 409


def test_names_are_shown_as_text(town: Town) -> None:
    add_vera(town, name="<script>alert(1)</script>")
    for path in (("users",), ("users", "vera"), ("system", "staff")):
        assert "<script>alert" not in in_english(town, "administrator").get(town.url(*path)).text
