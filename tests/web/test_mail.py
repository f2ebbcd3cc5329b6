"""The outbox as people see it: where each mail stands, what it says, and what they may do with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.services.test_outgoing import mails, put, row
from tests.web.conftest import Town
from workflow.persistence.database import Database
from workflow.services import mail
from workflow.services.delivery import deliver

MOST_STATEMENTS = 12


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the statements that pages run."""
    names: list[str] = []
    read = Database.read

    def counting(self: Database, statement: Any, /, **params: Any) -> Any:
        names.append(statement.name)
        return read(self, statement, **params)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "read", counting)
        yield names


@pytest.fixture
def held(checking: Town) -> Town:
    """A's and B's mails are held, C's failed for good."""
    ids = mails(checking.office)
    for name in "AB":
        put(checking.office, ids[name], "held", hold_reason="decision")
    put(checking.office, ids["C"], "dead", error="550 no such user", attempts=8)
    return checking


def test_outbox_shows_each_mail_with_its_state_and_what_it_is_about(held: Town) -> None:
    page = held.as_("coordinator").get(held.url("mail")).text
    application = held.office.subject("A")
    assert held.url("procedures", held.office.player.procedure, "applications", application) in page
    assert "550 no such user" in page
    assert 'type="checkbox" name="id"' not in page


def test_filters_narrow_and_keep_each_other(held: Town) -> None:
    browser, ids = held.as_("coordinator"), mails(held.office)
    only = browser.get(held.url("mail") + "?state=dead&notice=application_received&language=bg&channel=mail").text
    assert ids["C"] in only
    assert ids["A"] not in only
    assert "notice=application_received" in only  # the tabs of the other states
    assert ids["C"] not in browser.get(held.url("mail") + "?channel=letter").text
    about = browser.get(held.url("mail") + f"?about={held.office.player.procedure}").text
    assert ids["A"] in about
    assert browser.get(held.url("mail") + "?state=nonsense").status_code == 404


def test_pages_follow_each_other(held: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "PAGE", 2)
    browser, seen, address = held.as_("auditor"), [], held.url("mail")
    while address:
        page = browser.get(address).text
        seen += re.findall(r'<td><a href="[^"]*/mail/([^"]*)"', page)
        following = re.search(r'href="([^"]*before=[^"]*)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert sorted(seen) == sorted(r[0] for r in held.office.rows("SELECT id FROM outbox"))


def test_one_mail_is_shown_word_for_word_and_its_html_as_text(held: Town) -> None:
    id_ = mails(held.office)["A"]
    page = held.as_("auditor").get(held.url("mail", id_)).text
    said = row(held.office, id_)["body"].splitlines()
    assert next(line for line in said if line and "[[" not in line) in page
    assert "&lt;html" in page
    assert "[[link:" not in page.partition("<details>")[0]


def test_mail_with_script_in_it_is_text(held: Town) -> None:
    id_ = mails(held.office)["A"]
    put(held.office, id_, "held", hold_reason="decision", body="<script>alert(1)</script>", subject="<b>x</b>")
    for path in (held.url("mail"), held.url("mail", id_), held.url("mail", id_, "letter")):
        page = held.as_("coordinator").get(path).text
        assert "<script>alert" not in page
        assert "<b>x" not in page


def test_chosen_mails_are_released_after_a_page_that_names_them(held: Town) -> None:
    browser, ids = held.as_("coordinator"), mails(held.office)
    assert 'type="checkbox" name="id"' in browser.get(held.url("mail") + "?state=held").text
    sure = browser.get(held.url("mail", "release") + f"?id={ids['A']}&id={ids['B']}&id={ids['C']}").text
    assert [ids[name] in sure for name in "AB"] == [True, True]
    assert f'value="{ids["C"]}"' not in sure
    answer = browser.post(held.url("mail", "release"), {"id": [ids["A"], ids["B"]]})
    assert answer.headers["location"].endswith("/mail?state=held")
    assert [row(held.office, ids[name])["state"] for name in "AB"] == ["queued", "queued"]
    # The second of two people reads that the first was faster.
    late = browser.post(held.url("mail", "release"), {"id": ids["A"]})
    assert "Somebody was faster" in browser.get(late.headers["location"]).text
    assert held.as_("coordinator").get(held.url("mail", "release")).status_code == 422


def test_discarding_asks_for_a_reason_and_keeps_it(held: Town) -> None:
    browser, id_ = held.as_("coordinator"), mails(held.office)["A"]
    answer = browser.post(held.url("mail", id_, "discard"), {"reason": " "})
    assert (answer.status_code, 'id="reason-wrong"' in answer.text) == (422, True)
    answer = browser.post(held.url("mail", id_, "discard"), {"reason": "told in person"})
    page = browser.get(answer.headers["location"]).text
    assert row(held.office, id_)["state"] == "cancelled"
    assert "told in person" in page


def test_dead_mail_is_tried_again_and_a_sent_one_said_once_more(held: Town) -> None:
    browser, id_ = held.as_("registrar"), mails(held.office)["C"]
    assert browser.post(held.url("mail", id_, "again")).status_code == 303
    deliver(held.office.house)
    assert row(held.office, id_)["state"] == "sent"
    answer = browser.post(held.url("mail", id_, "resend"))
    copy = answer.headers["location"].rpartition("/")[2]
    assert row(held.office, copy)["repeats"] == id_
    assert held.url("mail", copy) in browser.get(held.url("mail", id_)).text
    assert held.url("mail", id_) in browser.get(held.url("mail", copy)).text
    again = browser.post(held.url("mail", id_, "resend"))
    assert "already" in browser.get(again.headers["location"]).text


@pytest.mark.parametrize("who", ["auditor", "K"])
@pytest.mark.parametrize("act", ["discard", "again", "resend", "release"])
def test_who_is_not_of_the_office_changes_nothing(held: Town, who: str, act: str) -> None:
    id_ = mails(held.office)["A"]
    path = held.url("mail", "release") if act == "release" else held.url("mail", id_, act)
    assert held.as_(who).post(path, {"id": id_, "reason": "x"}).status_code == 403
    assert row(held.office, id_)["state"] == "held"


def test_auditor_sees_no_form(held: Town) -> None:
    browser = held.as_("auditor")
    page = browser.get(held.url("mail", mails(held.office)["A"])).text
    assert "/discard" not in page
    assert "/release" not in page
    assert 'name="id"' not in browser.get(held.url("mail") + "?state=held").text


def test_letters_of_a_day_are_printed_together_without_links(held: Town) -> None:
    town, ids = held, mails(held.office)
    address = {"channel": "letter", "address": "1 Oak Street\n6000 Stara Zagora"}
    put(town.office, ids["B"], "queued", **address)
    put(town.office, ids["A"], "held", hold_reason="decision", **address)
    browser = town.as_("auditor")
    listed = browser.get(town.url("mail", "letters")).text
    assert ids["A"] in listed
    assert ids["B"] in listed
    assert town.url("mail", "letters", "2022-03-03") in listed
    printed = browser.get(town.url("mail", "letters", "2022-03-03")).text
    assert printed.count("<article") == 1  # what is held is not printed
    assert "1 Oak Street" in printed
    assert "[[link:" not in printed
    assert browser.get(town.url("mail", "letters", "2022-03-04")).text.count("<article") == 0
    assert browser.get(town.url("mail", "letters", "today")).status_code == 404
    assert browser.get(town.url("mail", ids["B"], "letter")).text.count("<article") == 1


def test_mail_that_is_not_there_is_not_found(held: Town) -> None:
    browser = held.as_("coordinator")
    assert browser.get(held.url("mail", "0190a000-0000-7000-8000-000000000000")).status_code == 404
    assert held.as_("registrar", institution="goldap").get(f"/goldap/mail/{mails(held.office)['A']}").status_code in (
        403,
        404,
    )


def test_pages_cost_what_they_show(held: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = mails(held.office)
    procedure = held.office.player.procedure
    for who, path in (
        ("coordinator", held.url("mail")),
        ("coordinator", held.url("mail") + "?state=held&notice=application_received"),
        ("coordinator", held.url("mail", ids["A"])),
        ("coordinator", held.url("mail", "release") + f"?id={ids['A']}&id={ids['B']}"),
        ("coordinator", held.url("mail", "letters")),
        ("coordinator", held.url("mail", "letters", "2022-03-03")),
        ("registrar", held.url("procedures", procedure, "register")),
        ("registrar", held.url("procedures", procedure, "import")),
    ):
        browser = held.as_(who)
        browser.get(path)
        with counted(monkeypatch) as names:
            assert browser.get(path).status_code == 200
        assert len(names) <= MOST_STATEMENTS, (path, names)
