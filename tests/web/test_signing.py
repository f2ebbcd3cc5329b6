"""Signing in: what lets in, what does not, and how often one may try."""

from __future__ import annotations

import html
import re
import threading
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher

from tests.services.conftest import SZ
from tests.web.conftest import Browser, Town
from workflow.services import limits, one_time_codes, one_time_links, password_rules, sessions, staff
from workflow.services.password_rules import Weakness
from workflow.services.signing_in import right_password, set_password

PASSWORD = "copper lantern drifts"


def _user(town: Town, who: str = "coordinator") -> str:
    user = town.office.player.actor(who).user
    set_password(town.office.house, user, PASSWORD)
    return user


def _in(browser: Browser, user: str, password: str = PASSWORD, **more: Any) -> Any:
    return browser.post("/sign-in", {"user": user, "password": password, **more})


def _is_in(town: Town, browser: Browser) -> bool:
    return bool(browser.get("/me").status_code == 200)


def _codes(town: Town, user: str) -> pyotp.TOTP:
    secret = one_time_codes.new_secret()
    codes = pyotp.TOTP(secret)
    at = town.office.house.clock.now()
    assert one_time_codes.begin(town.office.house, _secret(town), user, secret, codes.at(at))
    _wait(town, timedelta(seconds=60))
    return codes


def _wait(town: Town, how_long: timedelta) -> None:
    town.office.clock.advance_to(town.office.clock.now() + how_long)


def _secret(town: Town) -> bytes:
    secret: bytes = town.app.state.site.secret
    return secret


# --- passwords ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("short", Weakness.TOO_SHORT),
        ("x y" * 50, Weakness.TOO_LONG),
        ("password12345", Weakness.COMMON),
        ("aaaaaaaaaaaaaa", Weakness.COMMON),
        ("abcabcabcabcabc", Weakness.COMMON),
        ("qwertyuiopas", Weakness.COMMON),
        ("1234 5678 9012", Weakness.COMMON),
        ("Nabor*2026*!", Weakness.ONE_S_OWN),
        ("Maria.Petrova1", Weakness.ONE_S_OWN),
        ("StaraZagora!!26", Weakness.ONE_S_OWN),
        (PASSWORD, None),
        ("петел върви нагоре", None),
        ("a lantern for Maria", None),
    ],
)
def test_weak_passwords_are_refused_and_no_signs_are_asked_for(password: str, weakness: Weakness | None) -> None:
    assert password_rules.weakness(password, ["Maria Petrova", "stara_zagora"]) == weakness


def test_a_password_is_stored_only_as_argon2id(town: Town) -> None:
    user = _user(town)
    stored = [
        row[0]
        for row in town.office.house.database.engine.connect().exec_driver_sql("SELECT password_hash FROM credential")
    ]
    assert [hashed.split("$")[1] for hashed in stored] == ["argon2id"]
    assert right_password(town.office.house, user, PASSWORD)
    assert not right_password(town.office.house, user, PASSWORD + " ")


def test_unknown_and_known_names_get_the_same_answer(town: Town) -> None:
    user = _user(town)
    answers = [_in(town.browser(None), name, "wrong wrong wrong") for name in (user, "nobody-at-all")]
    assert {answer.status_code for answer in answers} == {422}
    texts = [answer.text.replace(name, "X") for answer, name in zip(answers, (user, "nobody-at-all"), strict=True)]
    assert texts[0] == texts[1]


def test_an_unknown_name_costs_the_same_work(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, hashed: str, password: str) -> bool:
        worked.append(hashed.rpartition("$")[0].rpartition("$")[0])  # the cost, without salt and digest
        return bool(verify(self, hashed, password))

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for name in (_user(town), "nobody-at-all"):
        _in(town.browser(None), name, "wrong wrong wrong")
    assert len(worked) == 2
    assert worked[0] == worked[1]


def test_sign_ins_and_refusals_are_logged_without_what_was_typed(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    user = _user(town)
    with caplog.at_level("INFO", logger="workflow.web.signing"):
        _in(town.browser(None), "my secret typed into the wrong field", "wrong wrong wrong")
        assert _in(town.browser(None), user).status_code == 303
    refused, signed_in = (record.getMessage() for record in caplog.records)
    assert refused == "sign-in refused from testclient: wrong name or password"
    assert signed_in == f"{user!r} signed in by password from testclient"


def test_a_disabled_person_is_not_let_in(town: Town) -> None:
    from workflow.services import people

    user = _user(town)
    browser = town.browser(None)
    assert _in(browser, user).status_code == 303
    assert people.disable(town.office.house, SZ, "clock", user) is None
    assert browser.get("/me").status_code == 303
    assert _in(town.browser(None), user).status_code == 422


@pytest.mark.parametrize(
    "next", ["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "\\\\evil", "/a\r\nX: y"]
)
def test_no_sign_in_leads_to_another_site(town: Town, next: str) -> None:
    user = _user(town)
    answer = _in(town.browser(None), user, next=next)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


# --- links ----------------------------------------------------------------------------------------------------------


def test_an_invitation_sets_a_password_once(town: Town) -> None:
    house, user = town.office.house, town.office.player.actor("coordinator").user
    older = one_time_links.invite(house, user, "clock")
    token = one_time_links.invite(house, user, "clock")
    browser = town.browser(None)
    for _ in range(3):  # a scanner of mails opens it
        assert browser.get(one_time_links.path(token)).status_code == 200
    assert browser.get(one_time_links.path(older)).status_code == 410
    weak = browser.post(one_time_links.path(token), {"new_password": "short", "again": "short"})
    assert (weak.status_code, 'id="new_password-wrong"' in weak.text) == (422, True)
    other = browser.post(one_time_links.path(token), {"new_password": PASSWORD, "again": "another"})
    assert (other.status_code, 'id="again-wrong"' in other.text) == (422, True)
    done = browser.post(one_time_links.path(token), {"new_password": PASSWORD, "again": PASSWORD})
    assert done.headers["location"] == "/sign-in"
    assert browser.post(one_time_links.path(token), {"new_password": PASSWORD, "again": PASSWORD}).status_code == 410
    assert _in(town.browser(None), user).status_code == 303


def test_a_link_stored_is_no_link(town: Town) -> None:
    token = one_time_links.invite(town.office.house, town.office.player.actor("coordinator").user, "clock")
    with town.office.house.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM one_time_link").fetchall()
    assert len(rows) == 1
    assert token not in str(rows)


def test_an_outside_member_signs_in_by_link_for_one_procedure(town: Town) -> None:
    house, player = town.office.house, town.office.player
    member = player.members["L"]
    made = {"user": member, "institution": SZ, "procedure": player.procedure, "made_by": "clock"}
    token = one_time_links.make_link(house, **made)
    browser = town.browser(None)
    assert "nabor" not in browser.get(one_time_links.path(token)).cookies
    answer = browser.post(one_time_links.path(token))
    assert (answer.status_code, answer.headers["location"]) == (303, town.url("commission"))
    session = sessions.find(house, browser.client.cookies["nabor"])
    assert session is not None
    assert (session.roles, session.commissions) == ({}, {SZ: {player.procedure: "member"}})
    assert browser.post(one_time_links.path(token)).status_code == 410
    changed = browser.post("/me/password", {"password": "", "new_password": PASSWORD, "again": PASSWORD})
    assert changed.status_code == 403


def test_a_withdrawn_and_an_old_link_open_nothing(town: Town) -> None:
    house, player = town.office.house, town.office.player
    made = {"user": player.members["L"], "institution": SZ, "procedure": player.procedure, "made_by": "clock"}
    first = one_time_links.make_link(house, **made)
    assert one_time_links.withdraw(house, SZ, player.procedure, player.members["L"]) == 1
    assert one_time_links.use(house, first) is None
    second = one_time_links.make_link(house, **made)
    _wait(town, one_time_links.LIFETIME)
    assert one_time_links.use(house, second) is None


# --- one-time codes -------------------------------------------------------------------------------------------------


def test_codes_are_set_up_and_asked_for(town: Town) -> None:
    user = _user(town)
    browser = town.browser(None)
    _in(browser, user)
    page = browser.get("/me/codes").text
    found = re.search(r'<span class="code">([A-Z2-7 ]+)</span>', page)
    assert found is not None
    codes = pyotp.TOTP(found[1].replace(" ", ""))
    picture = browser.get("/me/codes.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    now = town.office.house.clock.now()
    wrong = browser.post("/me/codes", {"code": "000000", "password": PASSWORD})
    assert (wrong.status_code, found[1] in wrong.text) == (422, True)
    assert browser.post("/me/codes", {"code": codes.at(now), "password": "not it at all"}).status_code == 422
    assert browser.post("/me/codes", {"code": codes.at(now), "password": PASSWORD}).status_code == 303

    other = town.browser(None)
    asked = _in(other, user)
    assert (asked.status_code, 'name="code"' in asked.text) == (200, True)
    assert "nabor" not in other.client.cookies, "no session before everything is proved"
    assert other.post("/sign-in/code", {"code": codes.at(now)}).status_code == 422, "that code was used"
    _wait(town, timedelta(seconds=60))
    assert other.post("/sign-in/code", {"code": codes.at(town.office.house.clock.now())}).status_code == 303
    assert _is_in(town, other)


def test_no_code_counts_twice_even_at_once(town: Town) -> None:
    user = _user(town)
    codes = _codes(town, user)
    code = codes.at(town.office.house.clock.now())
    right: list[bool] = []

    def tries() -> None:
        right.append(one_time_codes.right_code(town.office.house, _secret(town), user, code))

    threads = [threading.Thread(target=tries) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(right) == [False] * 7 + [True]


def test_the_secret_of_codes_is_sealed_for_its_user(town: Town) -> None:
    user = _user(town)
    codes = _codes(town, user)
    with town.office.house.database.engine.connect() as connection:
        (stored,) = connection.exec_driver_sql("SELECT totp_secret FROM credential").fetchall()
    assert codes.secret not in stored[0]
    now = town.office.house.clock.now()
    assert not one_time_codes.right_code(town.office.house, b"another installation", user, codes.at(now))


def test_a_new_password_makes_the_half_done_sign_in_worthless(town: Town) -> None:
    user = _user(town)
    codes = _codes(town, user)
    browser = town.browser(None)
    _in(browser, user)
    _wait(town, timedelta(seconds=60))
    set_password(town.office.house, user, "an entirely other one")
    answer = browser.post("/sign-in/code", {"code": codes.at(town.office.house.clock.now())})
    assert answer.status_code == 422
    assert "nabor" not in browser.client.cookies


# --- limits ---------------------------------------------------------------------------------------------------------


def test_a_guesser_is_slowed_down_and_the_person_is_not_locked_out(town: Town) -> None:
    user = _user(town)
    own = town.browser(None)
    assert _in(own, user).status_code == 303  # this device is known from now on
    guesser = town.browser(None)
    answers = [_in(guesser, user, f"guess number {n} of many").status_code for n in range(11)]
    assert answers == [422] * 10 + [429]
    late = _in(guesser, user)
    assert (late.status_code, int(late.headers["retry-after"]) <= 360) == (429, True), "the right password helps not"
    own.post("/sign-out")
    assert _in(own, user).status_code == 303
    _wait(town, timedelta(minutes=6))
    assert _in(guesser, user).status_code == 303


def test_right_passwords_use_no_budget_up(town: Town) -> None:
    user = _user(town)
    assert {_in(town.browser(None), user).status_code for _ in range(25)} == {303}


def test_one_password_on_many_accounts_is_slowed_down(town: Town) -> None:
    answers = []
    for n in range(21):
        _wait(town, timedelta(minutes=10))
        answers.append(_in(town.browser(None), f"person{n}", "the very same one").status_code)
    # 20 a day, and one more each 72 minutes: what 200 minutes gave back lets the last ones in.
    assert answers == [422] * 21
    at_once = [limits.take(town.office.house, b"s", [(limits.PASSWORD, "x")]) for _ in range(21)]
    assert at_once[:20] == [0] * 20
    assert at_once[20] == 72 * 60


def test_a_device_cookie_of_another_person_is_worth_nothing(town: Town) -> None:
    first, second = _user(town), _user(town, "registrar")
    browser = town.browser(None)
    _in(browser, first)
    answers = [_in(browser, second, f"guess number {n} of many").status_code for n in range(11)]
    assert answers[-1] == 429


def test_the_form_keeps_its_way_when_it_was_too_often(town: Town) -> None:
    user = _user(town)
    browser = town.browser(None)
    for n in range(10):
        _in(browser, user, f"guess number {n} of many")
    answer = _in(browser, user, next="/me")
    assert 'name="next" value="/me"' in html.unescape(answer.text)


def test_staff_of_no_institution_sees_a_page_that_says_so(town: Town) -> None:
    user = staff.add_user(town.office.house, "New Person", None, "newcomer")
    set_password(town.office.house, user, PASSWORD)
    browser = town.browser(None)
    _in(browser, user)
    assert browser.get("/").status_code == 200
