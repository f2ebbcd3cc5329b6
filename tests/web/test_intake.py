"""At the desk: papers that are only shown, what is asked for and missing, who may judge, and the receipt to print."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.engine.test_file_kind import pdf
from tests.services.given import at_work
from tests.web.conftest import Browser, Town
from tests.web.given import ok
from tests.web.test_application import as_, home, text, version
from workflow.bootstrap import open_catalogue
from workflow.catalogue.index import built_in
from workflow.persistence.database import Database
from workflow.settings import Settings
from workflow.web.app import create_app


@pytest.fixture
def begun(database: Database, tmp_path: Path, settings: Settings) -> Town:
    """An office that begins with the template, in its document check: A lacks the diploma, B lacks nothing."""
    target = tmp_path / "definitions" / "begun"
    for source in (p for p in (built_in() / "_template").rglob("*") if p.is_file()):
        place = target / source.relative_to(built_in() / "_template")
        place.parent.mkdir(parents=True, exist_ok=True)
        written = source.read_text(encoding="utf-8").replace("your_institution", "begun")
        place.write_text(written, encoding="utf-8")
    office = at_work(
        database,
        open_catalogue([target.parent]),
        ("begun", "selection"),
        "2022-03-01 09:00",
        language="en",
        positions={"clerk": 1},
        dates={"documents_close": "2022-03-31 17:00", "interview_at": "2022-04-20 10:00"},
        K="chair",
        L="member",
    )
    office.does(
        ("2022-03-01 10:00 coordinator", "announce"),
        ("2022-03-10 10:00 registrar", "register A for clerk without diploma, identity_document"),
        ("2022-03-10 10:05 registrar", "register B for clerk"),
    )
    return Town(office, create_app(office.house, settings))


def person(town: Town, who: str) -> Browser:
    return town.as_(who, institution="begun")


def address(town: Town, name: str, *more: str) -> str:
    player = town.office.player
    return town.url("procedures", player.procedure, "applications", town.office.subject(name), *more)


def test_what_is_only_shown_is_recorded_with_one_button(begun: Town) -> None:
    registrar = person(begun, "registrar")
    page = ok(registrar.get(address(begun, "A")))
    form = page[page.index('id="file-identity_document"') :]
    assert "Seen and given back" in form[: form.index("</form>")]
    assert 'name="file-identity_document"' not in page
    seen = {"document": "identity_document", "version": version(begun, "A")}
    assert registrar.post(address(begun, "A", "documents"), seen).status_code == 303
    rows = begun.office.rows(
        "SELECT pages, seen_by FROM document WHERE name = 'identity_document' ORDER BY received_at"
    )
    assert rows[-1] == (None, "begun.registrar")


def test_a_file_sent_for_what_is_only_shown_is_refused_with_a_sentence(begun: Town, settings: Settings) -> None:
    registrar = person(begun, "registrar")
    answer = registrar.post(
        address(begun, "A", "documents"),
        {"document": "identity_document", "version": version(begun, "A")},
        files={"file-identity_document": ("passport.pdf", pdf(), "application/pdf")},
    )
    assert answer.status_code == 422
    assert "is only shown and given back: no copy of it is kept" in text(answer)
    assert not [p for p in settings.files.rglob("*") if p.is_file()]


def test_the_registering_form_asks_no_pages_of_what_is_only_shown(begun: Town) -> None:
    page = ok(person(begun, "registrar").get(begun.url("procedures", begun.office.player.procedure, "register")))
    assert 'name="pages:diploma"' in page
    assert 'name="pages:identity_document"' not in page
    assert 'value="identity_document"' in page


def test_what_is_missing_is_said_while_the_person_stands_at_the_desk(begun: Town) -> None:
    registrar = person(begun, "registrar")
    fields = {
        "do": "register",
        "position": "clerk",
        "name": "Ada",
        "email": "ada@people.example",
        "language": "en",
        "document": ["application_form", "identity_document"],
    }
    answer = registrar.post(begun.url("procedures", begun.office.player.procedure, "register"), fields)
    assert answer.status_code == 303, answer.text
    page = text(registrar.get(answer.headers["location"]))
    assert "Missing: Curriculum vitae; Copy of the diploma; Declaration on personal data." in page


def test_how_it_came_is_asked_kept_and_shown(begun: Town) -> None:
    registrar = person(begun, "registrar")
    register = begun.url("procedures", begun.office.player.procedure, "register")
    form = ok(registrar.get(register))
    assert '<option value="in_person" selected' in form
    assert 'name="posted_on"' in form
    fields = {"do": "register", "position": "clerk", "name": "Ada", "language": "en", "channel": "by_post"}
    wrong = registrar.post(register, {**fields, "posted_on": "2022-13-01", "channel": "pigeon"})
    assert wrong.status_code == 422
    assert "Choose how it came." in text(wrong)
    assert "Write the day as year-month-day" in text(wrong)
    later = registrar.post(register, {**fields, "posted_on": "2022-03-30"})
    assert later.status_code == 422
    assert "is later than the arrival" in text(later)
    assert registrar.post(register, {**fields, "posted_on": "2022-03-08"}).status_code == 303
    (ada,) = begun.office.rows("SELECT application_id FROM arrival WHERE channel = 'by_post'")
    page = text(registrar.get(begun.url("procedures", begun.office.player.procedure, "applications", ada[0])))
    assert "by post" in page
    assert "postmark of" in page


def test_the_receipt_says_what_came_what_is_missing_and_until_when(begun: Town) -> None:
    page = text(person(begun, "registrar").get(address(begun, "A", "receipt")))
    assert "T-1/0001" in page
    came = page[page.index("Handed in") : page.index("Missing")]
    missing = page[page.index("Missing") :]
    assert "Application form" in came
    assert "Copy of the diploma" in missing
    assert "Identity document" in missing
    assert re.search(r"It can be handed in until: .*31.*17:00", missing)
    whole = text(person(begun, "registrar").get(address(begun, "B", "receipt")))
    assert "Nothing." in whole[whole.index("Missing") :]


def test_after_the_deadline_the_receipt_promises_nothing(begun: Town) -> None:
    begun.office.does(("2022-04-04 09:00 registrar", "wait"))
    page = text(person(begun, "registrar").get(address(begun, "A", "receipt")))
    assert "Nothing can be handed in any more." in page
    assert "It can be handed in until" not in page


def test_what_is_asked_for_is_shown_with_its_day(begun: Town) -> None:
    begun.office.does(
        ("2022-04-04 09:00 registrar", "wait"),
        ("2022-04-04 10:00 commission", "ask_to_supplement A because document_missing(document=diploma)"),
    )
    page = text(person(begun, "registrar").get(address(begun, "A")))
    assert "Asked for, and not handed in since: Copy of the diploma" in page
    assert "Answer to the request to supplement" in page
    receipt = text(person(begun, "registrar").get(address(begun, "A", "receipt")))
    assert "Copy of the diploma" in receipt[receipt.index("Missing") :]


def test_the_declared_words_are_shown(begun: Town) -> None:
    page = text(person(begun, "registrar").get(address(begun, "B")))
    assert "I have read how my personal data is used in this selection procedure" in page
    assert "In an earlier wording" not in page


def test_what_another_judges_has_no_buttons(database: Database, settings: Settings) -> None:
    office = at_work(
        database,
        open_catalogue(),
        ("mops", "recruitment"),
        "2026-03-02 09:00",
        language="pl",
        positions={"psychologist": 1},
        dates={"documents_close": "2026-03-20 15:30"},
        K="chair",
        L="member",
    )
    office.does(
        ("2026-03-02 09:15 coordinator", "announce"),
        ("2026-03-03 10:00 registrar", "register A for psychologist with disability_certificate"),
        ("2026-03-23 09:00 registrar", "wait"),
    )
    desk = Town(office, create_app(office.house, settings))
    check = address(desk, "A", "check") + "?item=disability_certificate"
    member = ok(desk.as_("L", institution="mops").get(check))
    chair = ok(desk.as_("K", institution="mops").get(check))
    assert "Judged only by:" in member
    assert 'name="item" value="disability_certificate"' not in member
    assert 'name="item" value="disability_certificate"' in chair


@pytest.fixture
def scanned(town: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The same office with a scanner that finds something in everything."""
    monkeypatch.setenv("NABOR_SCAN_COMMAND", f"{sys.executable} -c 'import sys; sys.exit(1)'")
    town.office.does(("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    return Town(town.office, create_app(town.office.house, Settings.load()))


def test_what_the_scanner_finds_is_said_and_nothing_is_kept(scanned: Town, settings: Settings) -> None:
    answer = as_(scanned, "registrar").post(
        home(scanned, "A", "documents"),
        {"document": "diploma", "version": version(scanned, "A")},
        files={"file-diploma": ("d.pdf", pdf(), "application/pdf")},
    )
    assert answer.status_code == 422
    assert "The scanner of this office found something harmful in the file. Nothing was kept." in text(answer)
    assert not [p for p in settings.files.rglob("*") if p.is_file()]
