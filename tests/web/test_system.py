"""What administrator and auditor see of the installation and of the evidence; they change nothing by looking."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import text

from tests.services.conftest import SZ
from tests.web.conftest import Browser, Town
from workflow.persistence.statement import Statement
from workflow.persistence.upgrade import HEAD
from workflow.services import oversight, staff


def in_english(town: Town, who: str = "auditor") -> Browser:
    browser = town.as_(who)
    browser.client.cookies.set("nabor-language", "en")
    return browser


def text_of(answer: Any) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.text).split()))


def main_of(answer: Any) -> str:
    return str(answer.text.partition("<main")[2].partition("</main>")[0])


def deeds(answer: Any) -> list[list[str]]:
    """The rows of the journal page as texts."""
    body = main_of(answer).partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [
            html.unescape(" ".join(re.sub(r"<[^>]+>", " ", cell).split()))
            for cell in re.findall(r"(?s)<t[dh].*?</t[dh]>", row)
        ]
        for row in re.findall(r"(?s)<tr>(.*?)</tr>", body)
    ]


# --- the system -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["auditor", "administrator"])
def test_the_system_shows_settings_and_no_secret(town: Town, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from workflow.settings import Settings

    monkeypatch.setenv("NABOR_DATABASE", "postgresql://nabor:swordfish@db.example/nabor")
    monkeypatch.setenv("NABOR_SECRET", "x" * 40)
    monkeypatch.setenv("NABOR_SMTP_PASSWORD", "swordfish")
    monkeypatch.setenv("NABOR_SMTP_USER", "post")
    site = town.app.state.site
    town.app.state.site = type(site)(site.house, Settings.load(), site.templates, site.secret)
    page = in_english(town, who).get(town.url("system"))
    assert page.status_code == 200
    assert "swordfish" not in page.text
    assert "x" * 40 not in page.text
    said = text_of(page)
    for line in ("NABOR_SECRET set", "NABOR_SMTP_PASSWORD set", "NABOR_OIDC_SECRET not set", "NABOR_SMTP_USER post"):
        assert line in said
    assert "SQLite" in said
    assert HEAD in said


def test_what_hangs_is_shown_with_its_reason(checking: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    house = checking.office.house
    browser = in_english(checking)
    assert "None: whatever fell due has acted." in text_of(browser.get(checking.url("system")))
    with house.database.writing() as connection:
        connection.execute(
            text(
                "UPDATE deadline SET due_at = '2022-04-01T05:00:00.000000Z', attempts = 2, error = 'Boom: <b>'"
                " WHERE id = (SELECT min(id) FROM deadline WHERE status = 'armed' AND kind = 'due')"
            )
        )
        connection.execute(text("UPDATE outbox SET state = 'dead' WHERE id = (SELECT min(id) FROM outbox)"))
    page = browser.get(checking.url("system"))
    assert "2 attempts: Boom: <b>" in text_of(page)
    assert "overdue" in page.text
    assert "1 were given up: nobody will try again look at it" in text_of(page)


def test_a_missing_year_of_the_calendar_is_told_before_it_hurts(town: Town) -> None:
    browser = in_english(town)
    said = text_of(browser.get(town.url("system")))
    years = town.office.house.catalogue.calendar("BG").years
    assert ("has no year 2023" in said) is (2023 not in years)
    assert "has no year 2022" not in said


# --- verifying ------------------------------------------------------------------------------------------------------


def test_verifying_says_how_much_holds_and_who_is_at_it(checking: Town) -> None:
    browser = in_english(checking)
    page = browser.get(checking.url("system", "verify"))
    entries = checking.office.one("SELECT count(*) FROM journal")
    assert page.status_code == 200
    assert "Everything holds." in page.text
    assert f"Entries {entries}" in text_of(page)
    assert oversight._one_at_a_time.acquire(blocking=False)
    try:
        assert browser.get(checking.url("system", "verify")).status_code == 409
    finally:
        oversight._one_at_a_time.release()


@pytest.mark.plants_a_fault
def test_what_was_changed_behind_the_program_is_found(checking: Town) -> None:
    office = checking.office
    with office.house.database.writing() as connection:
        connection.execute(text("DROP TRIGGER journal_not_changed"))
        connection.execute(
            text("UPDATE journal SET actor = 'nobody' WHERE seq = 1 AND subject_id = :id"), {"id": office.subject("A")}
        )
        connection.execute(
            text(
                "UPDATE deadline SET status = 'fired', fired_at = '2022-01-01T00:00:00.000000Z' WHERE status = 'armed'"
            )
        )
    page = in_english(checking).get(checking.url("system", "verify"))
    said = text_of(page)
    assert "Everything holds." not in said
    assert "T-1/0001 1 " in said
    assert "deadlines_fire_when_due" in said


# --- the journal ----------------------------------------------------------------------------------------------------


def test_the_journal_says_who_did_what_when_newest_first(checking: Town) -> None:
    checking.office.does(
        ("2022-04-04 09:00 K", "reject A because document_not_in_order(document=diploma; detail=missing)")
    )
    rows = deeds(in_english(checking).get(checking.url("system", "journal")))
    assert len(rows) == checking.office.one("SELECT count(*) FROM journal")
    assert rows[0][1].startswith("K ")
    assert "missing" in rows[0][2]
    assert rows[0][3].startswith("T-1/0001 entry ")
    assert any(row[1].startswith("The clock") for row in rows)
    # The administrator sees who did what when, and not what was written about a candidate.
    page = in_english(checking, "administrator").get(checking.url("system", "journal"))
    assert "missing" not in main_of(page)
    assert "with a text that only the auditor and the office read" in page.text


def test_a_search_by_number_actor_act_and_day(checking: Town) -> None:
    browser = in_english(checking)
    path = checking.url("system", "journal")
    assert {row[3].partition(" entry")[0] for row in deeds(browser.get(f"{path}?subject=T-1/0002"))} == {"T-1/0002"}
    assert {row[3].partition(" entry")[0] for row in deeds(browser.get(f"{path}?subject=T-1"))} == {"T-1"}
    by_clock = deeds(browser.get(f"{path}?actor=clock"))
    assert by_clock
    assert all(row[1].startswith("The clock") for row in by_clock)
    registered = deeds(browser.get(f"{path}?act=register"))
    assert [row[3].partition(" entry")[0] for row in registered] == ["T-1/0003", "T-1/0002", "T-1/0001"]
    assert len(deeds(browser.get(f"{path}?act=register&since=2022-03-03&until=2022-03-03"))) == 3
    assert deeds(browser.get(f"{path}?act=register&since=2022-03-04")) == []
    assert deeds(browser.get(f"{path}?act=register&until=2022-03-02")) == []
    both = deeds(browser.get(f"{path}?act=register&subject=T-1/0002&actor=stara_zagora.registrar"))
    assert len(both) == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("subject=T-9", "subject"),
        ("since=31.03.2022", "since"),
        ("until=9999-12-31", "until"),
        ("since=2022-04-02&until=2022-04-01", "until"),
    ],
)
def test_a_search_that_cannot_be_is_answered_beside_its_field(checking: Town, asked: str, field: str) -> None:
    page = in_english(checking).get(checking.url("system", "journal") + f"?{asked}")
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in page.text


@pytest.mark.parametrize("before", ["x", "2022-01-01~a~1", "2022-01-01T00:00:00+00:00~a~x", "~~"])
def test_a_place_that_is_none_is_not_found(checking: Town, before: str) -> None:
    url = checking.url("system", "journal")
    assert in_english(checking).get(url, params={"before": before}).status_code == 404


def test_pages_of_the_journal_follow_each_other(checking: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = in_english(checking)
    path = checking.url("system", "journal")
    for asked in ("", "?subject=T-1"):
        monkeypatch.setattr(oversight, "PAGE", 50)
        whole = deeds(browser.get(path + asked))
        monkeypatch.setattr(oversight, "PAGE", 2)
        found, following = [], path + asked
        while following:
            page = browser.get(following)
            found += deeds(page)
            link = re.search(r'<nav class="pager".*?href="([^"]+)"', page.text)
            following = html.unescape(link[1]) if link else ""
        assert found == whole


def test_a_search_that_finds_little_says_how_far_back_it_has_looked(
    checking: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oversight, "WINDOW", 3)
    browser = in_english(checking)
    found: list[list[str]] = []
    looked, following = 0, checking.url("system", "journal") + "?act=register"
    while following:
        page = browser.get(following)
        found += deeds(page)
        looked += "Looked back to" in page.text
        link = re.search(r'<nav class="pager".*?href="([^"]+)"', page.text)
        following = html.unescape(link[1]) if link else ""
    assert len(found) == 3
    assert looked >= 2


# --- who may, and what it costs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["coordinator", "head", "K"])
def test_the_office_does_not_oversee(town: Town, who: str) -> None:
    for path in (("system",), ("system", "journal"), ("system", "verify"), ("system", "staff"), ("users",)):
        assert town.as_(who).get(town.url(*path)).status_code == 403


def test_the_auditor_posts_nothing_at_the_institution(checking: Town) -> None:
    from workflow.web.app import ROUTES

    browser = in_english(checking)
    procedure = checking.office.player.procedure
    paths = [r.path for r in ROUTES if r.method == "POST" and "{institution}" in r.path]
    assert len(paths) > 8
    for path in paths:
        named = path.replace("{institution}", SZ).replace("{procedure}", procedure)
        assert browser.post(re.sub(r"\{[^}]+\}", "x", named)).status_code == 403, path


def test_the_auditor_finds_no_form_but_to_search_and_verify(checking: Town) -> None:
    browser = in_english(checking)
    forms = []
    for path in (("system",), ("system", "journal"), ("system", "verify"), ("system", "staff"), ("rules",)):
        page = browser.get(checking.url(*path))
        assert page.status_code == 200
        forms += re.findall(r"<form [^>]*>", main_of(page))
    assert all('method="get"' in form for form in forms)
    assert len(forms) == 3


def test_nothing_of_another_institution_is_shown(checking: Town) -> None:
    house = checking.office.house
    staff.ensure_institution(house, "goldap")
    user = staff.add_user(house, "Basia", None, "basia")
    staff.grant(house, "goldap", user, "auditor")
    browser = checking.browser("basia")
    assert deeds(browser.get("/goldap/system/journal")) == []
    page = browser.get("/goldap/system/journal?subject=T-1")
    assert page.status_code == 422
    assert browser.get(f"/goldap/system/journal?subject={checking.office.subject('A')}").status_code == 422
    assert "T-1" not in main_of(browser.get("/goldap/system"))
    assert browser.get(checking.url("system")).status_code == 404
    assert SZ not in main_of(browser.get("/goldap/system/verify"))


@pytest.mark.parametrize(
    "path",
    [
        "system",
        "system/journal",
        "system/journal?act=register&actor=x",
        "system/journal?subject=T-1/0001",
        "system/staff",
        "users",
    ],
)
def test_a_page_costs_a_fixed_number_of_statements(checking: Town, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    browser = in_english(checking)
    database = checking.office.house.database
    asked: list[str] = []
    read = database.read

    def counted(statement: Statement, /, **params: object) -> object:
        asked.append(statement.name)
        return read(statement, **params)

    monkeypatch.setattr(database, "read", counted)
    assert browser.get(checking.url(path)).status_code == 200
    assert len(asked) <= 10, asked
