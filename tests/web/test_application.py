"""The page of one application: what it shows to whom, moves, acts, undo."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.services.conftest import Office, furnish
from tests.web.conftest import Browser, Town
from workflow.catalogue.index import Catalogue
from workflow.persistence.database import Database
from workflow.persistence.statement import Statement
from workflow.scenarios.player import Player
from workflow.scenarios.story import read_story
from workflow.settings import Settings
from workflow.web.app import create_app


def home(town: Town, name: str, *parts: str) -> str:
    return town.url("procedures", town.office.player.procedure, "applications", town.office.subject(name), *parts)


def as_(town: Town, who: str) -> Browser:
    """That person's browser, with the interface in English."""
    browser = town.as_(who)
    browser.client.cookies.set("nabor-language", "en")
    return browser


def text(answer: Any) -> str:
    """What a person reads: without tags, spaces run together."""
    body = re.sub(r"<(script|style).*?</\1>", " ", answer.text, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def version(town: Town, name: str) -> str:
    return str(town.office.one("SELECT version FROM subject WHERE id = :id", id=town.office.subject(name)))


def test_page_says_where_the_application_stands(checking: Town) -> None:
    answer = as_(checking, "coordinator").get(home(checking, "A"))
    assert answer.status_code == 200, answer.text
    page = text(answer)
    number = checking.office.one(
        "SELECT register_number FROM application WHERE id = :id", id=checking.office.subject("A")
    )
    assert number in page
    assert "Document check" in page  # the state
    assert "The lists of admitted" in page or "Next deadline" in page
    assert "A@" in page or "@" in page  # the office sees how to reach the person


def test_moves_that_are_not_allowed_stay_visible_with_their_reasons(checking: Town) -> None:
    page = text(as_(checking, "coordinator").get(home(checking, "A")))
    assert "Not open now, or not to you" in page
    assert "This may be done only by" in page
    member = text(as_(checking, "K").get(home(checking, "A")))
    assert "Admit to the interview" in member or "Admit" in member


def test_application_of_another_procedure_is_not_found(checking: Town) -> None:
    other = checking.office.player.procedure[:-1] + ("0" if checking.office.player.procedure[-1] != "0" else "1")
    path = checking.url("procedures", other, "applications", checking.office.subject("A"))
    assert as_(checking, "coordinator").get(path).status_code == 404
    position = checking.office.one("SELECT position_id FROM application LIMIT 1")
    wrong = checking.url("procedures", checking.office.player.procedure, "applications", position)
    assert as_(checking, "coordinator").get(wrong).status_code == 404


def test_commission_sees_no_contact(checking: Town) -> None:
    page = as_(checking, "L").get(home(checking, "A")).text
    email = checking.office.one("SELECT email FROM candidate WHERE name LIKE 'A%' LIMIT 1")
    assert email
    assert email not in page
    assert "Contact" not in page
    assert email in as_(checking, "coordinator").get(home(checking, "A")).text
    assert email in as_(checking, "auditor").get(home(checking, "A")).text


def test_commission_sees_no_papers_before_the_check(town: Town) -> None:
    town.office.does(("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    assert "Documents and requirements" not in as_(town, "L").get(home(town, "A")).text
    assert "Documents and requirements" in as_(town, "registrar").get(home(town, "A")).text
    assert as_(town, "L").get(home(town, "A", "check")).status_code == 403


def test_auditor_gets_no_forms(checking: Town) -> None:
    page = as_(checking, "auditor").get(home(checking, "A")).text
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main
    answer = as_(checking, "auditor").post(home(checking, "A", "verdicts"), {"all": "yes"})
    assert answer.status_code == 403


def test_everything_in_order_in_one_act(checking: Town) -> None:
    chair = as_(checking, "K")
    page = text(chair.get(home(checking, "A")))
    assert "All in order" in page
    answer = chair.post(home(checking, "A", "verdicts"), {"all": "yes", "version": version(checking, "A")})
    assert answer.status_code == 303, answer.text
    page = text(chair.get(home(checking, "A")))
    assert "All in order" not in page
    judged = checking.office.rows(
        "SELECT item, ok FROM verdict WHERE application_id = :id", id=checking.office.subject("A")
    )
    player = checking.office.player
    process = player.definition
    wanted = {*process.required_documents("speech_therapist"), *process.necessary_requirements("speech_therapist")}
    assert {item for item, ok in judged if ok} == wanted
    moved = chair.post(home(checking, "A", "moves", "admit"), {"version": version(checking, "A")})
    assert moved.status_code == 303, moved.text
    assert checking.office.state("A") == "admitted"


def test_not_in_order_needs_a_ground_and_keeps_what_was_typed(checking: Town) -> None:
    chair = as_(checking, "K")
    path, item = (
        home(checking, "A", "verdicts"),
        checking.office.player.definition.required_documents("speech_therapist")[0],
    )
    answer = chair.post(
        path, {"item": item, "ok": "no", f"detail-{item}": "no stamp", "version": version(checking, "A")}
    )
    assert answer.status_code == 422
    assert f'id="ground-{item}-wrong"' in answer.text
    assert "no stamp" in answer.text
    form = {"item": item, "ok": "no", f"ground-{item}": "document_not_in_order", "version": version(checking, "A")}
    lacking = chair.post(path, form)
    assert lacking.status_code == 422
    assert f'id="detail-{item}-wrong"' in lacking.text
    assert chair.post(path, form | {f"detail-{item}": "no stamp"}).status_code == 303
    page = text(chair.get(home(checking, "A")))
    assert "does not meet the requirements" in page
    assert "(no stamp)" in page


def test_registrar_gives_no_verdict(checking: Town) -> None:
    answer = as_(checking, "registrar").post(home(checking, "A", "verdicts"), {"all": "yes"})
    assert answer.status_code == 422
    assert "may be done only by" in html.unescape(answer.text)
    assert checking.office.rows("SELECT item FROM verdict") == []


def test_rejection_is_a_form_that_names_the_grounds_found(checking: Town) -> None:
    checking.office.does(
        ("2022-04-04 09:00 K", "verdict B, C * ok"),
    )
    chair = as_(checking, "K")
    item = checking.office.player.definition.required_documents("speech_therapist")[0]
    chair.post(
        home(checking, "A", "verdicts"),
        {"item": item, "ok": "no", f"ground-{item}": "document_not_in_order", f"detail-{item}": "unsigned"},
    )
    path = home(checking, "A", "moves", "reject")
    form = chair.get(path)
    assert form.status_code == 200, form.text
    assert "(unsigned)" in form.text
    assert 'name="objection" value="0" checked' in form.text
    empty = chair.post(path, {"version": version(checking, "A")})
    assert empty.status_code == 422
    assert 'id="ground-wrong"' in empty.text
    done = chair.post(path, {"version": version(checking, "A"), "objection": "0", "ground": "late"})
    assert done.status_code == 303, done.text
    assert checking.office.state("A") == "rejected"
    page = text(chair.get(home(checking, "A")))
    assert "(unsigned)" in page
    assert "after the announced deadline" in page


def test_undo_is_offered_and_leads_to_its_form(checking: Town) -> None:
    chair = as_(checking, "K")
    chair.post(home(checking, "A", "verdicts"), {"all": "yes"})
    chair.post(home(checking, "A", "moves", "admit"), {})
    page = chair.get(home(checking, "A")).text
    flash = re.search(r'<form action="([^"]+/moves/return_to_check[^"]*)"', page)
    assert flash, "the flash offers to take it back"
    assert "Takes back:" in page
    form = chair.post(html.unescape(flash[1]), {})
    assert form.status_code == 422  # it asks for a reason
    assert 'id="reason-wrong"' in form.text
    assert checking.office.state("A") == "admitted"
    done = chair.post(html.unescape(flash[1]), {"reason": "the wrong file"})
    assert done.status_code == 303
    assert checking.office.state("A") == "document_check"
    assert "the wrong file" in chair.get(home(checking, "A")).text
    member = as_(checking, "L")
    member.post(home(checking, "B", "verdicts"), {"all": "yes"})
    member.post(home(checking, "B", "moves", "admit"), {})
    said = member.get(home(checking, "B")).text
    assert "return_to_check?version" not in said  # only the chair may


def test_look_shows_the_exact_words_of_the_mail(checking: Town) -> None:
    office = checking.office
    office.does(
        ("2022-04-04 09:00 K", "verdict A, B, C * ok"),
        ("2022-04-04 10:00 K", "admit A, B"),
        ("2022-04-04 10:05 K", "reject C because late"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
    )
    before = office.one("SELECT count(*) FROM outbox")
    coordinator = as_(checking, "coordinator")
    moves = re.findall(r'href="([^"]+/moves/(\w+))"', coordinator.get(home(checking, "A")).text)
    looked = {}
    for path, name in moves:
        page = coordinator.get(html.unescape(path))
        assert page.status_code == 200, name
        looked[name] = coordinator.post(
            html.unescape(path), {"look": "yes", "reason": "By request of the candidate"}
        ).text
    assert looked
    assert any('class="letter"' in page for page in looked.values()), looked.keys()
    assert office.one("SELECT count(*) FROM outbox") == before
    name, page = next((n, p) for n, p in looked.items() if 'class="letter"' in p)
    words = re.search(r'class="letter"[^>]*><strong>(.*?)</strong>\s*(.*?)</div>', page, re.S)
    assert words
    done = coordinator.post(home(checking, "A", "moves", name), {"reason": "By request of the candidate"})
    assert done.status_code == 303
    subject, body = office.rows("SELECT subject, body FROM outbox ORDER BY id DESC LIMIT 1")[0]
    assert html.unescape(words[1]) == subject
    shown, sent = html.unescape(words[2]).split(), body.replace("[[link:status]]", "[the candidate's own link]").split()
    assert shown == sent


def test_correction_journals_only_what_changed(checking: Town) -> None:
    coordinator = as_(checking, "coordinator")
    path = home(checking, "A", "candidate")
    page = coordinator.get(path)
    assert page.status_code == 200, page.text
    fields = dict(re.findall(r'<input id="(name|email|phone)" name="\w+" type="\w+" value="([^"]*)"', page.text))
    wrong = coordinator.post(path, {**fields, "email": "nobody at home", "language": "bg"})
    assert wrong.status_code == 422
    assert "nobody at home" in wrong.text
    assert 'id="email-wrong"' in wrong.text
    assert coordinator.post(path, {**fields, "language": "bg"}).status_code == 422  # nothing changed
    done = coordinator.post(path, {**fields, "email": "new@example.org", "language": "bg"})
    assert done.status_code == 303, done.text
    assert "new@example.org" in coordinator.get(home(checking, "A")).text
    corrected = checking.office.rows("SELECT parameters FROM journal WHERE act = 'correct_candidate'")
    assert len(corrected) == 1
    assert '"corrected":["email"]' in corrected[0][0]
    assert "new@example.org" not in as_(checking, "L").get(home(checking, "A")).text
    assert as_(checking, "L").get(path).status_code == 404


def test_own_conflict_recuses_and_hides_the_papers(checking: Town) -> None:
    member = as_(checking, "M")
    assert "Declare a conflict of your own" in member.get(home(checking, "A")).text
    checking.office.does(("2022-04-01 09:30 M", "conflict A"))
    member = as_(checking, "M")
    page = member.get(home(checking, "A")).text
    assert "Recused:" in page
    assert "Documents and requirements" not in page
    assert "Declare a conflict of your own" not in page
    assert member.get(home(checking, "A", "check")).status_code == 403
    assert "Documents and requirements" in member.get(home(checking, "B")).text


def test_marks_stay_sealed_and_results_show_when_opened(interviewing: Town) -> None:
    office = interviewing.office
    office.does(("2022-04-18 10:00 K", "score A interview 5 4 3"))
    for who in ("coordinator", "L", "auditor"):
        assert "Place in the ranking" not in as_(interviewing, who).get(home(interviewing, "A")).text
        assert 'id="results"' not in as_(interviewing, who).get(home(interviewing, "A")).text
    office.does(
        ("2022-04-18 10:10 K", "score B, C interview 4 4 4"),
        ("2022-04-18 10:11 L", "score A, B, C interview 5 4 3"),
        ("2022-04-18 10:12 M", "score A, B, C interview 5 4 3"),
    )
    assert 'id="results"' not in as_(interviewing, "K").get(home(interviewing, "A")).text
    office.does(("2022-04-18 10:20 K", "close_interviews"))
    for who in ("coordinator", "K", "auditor"):
        assert 'id="results"' in as_(interviewing, who).get(home(interviewing, "A")).text


def test_check_page_goes_from_item_to_item(checking: Town) -> None:
    chair = as_(checking, "K")
    page = chair.get(home(checking, "A", "check"))
    assert page.status_code == 200, page.text
    current = re.search(r'item=(\w+)" aria-current="step"', page.text)
    assert current
    answer = chair.post(home(checking, "A", "verdicts"), {"item": current[1], "ok": "yes", "at": "check"})
    assert answer.status_code == 303
    onwards = answer.headers["location"]
    assert "/check?item=" in onwards
    assert not onwards.endswith(f"={current[1]}")
    assert "Next application" in page.text
    assert home(checking, "B", "check") in page.text
    wrong = chair.post(home(checking, "A", "verdicts"), {"item": current[1], "ok": "no", "at": "check"})
    assert wrong.status_code == 422
    assert "Checklist" in wrong.text


def test_page_in_every_language(checking: Town) -> None:
    browser = as_(checking, "K")
    for language in ("en", "pl", "bg", "zh", "ru"):
        browser.client.cookies.set("nabor-language", language)
        for path in (home(checking, "A"), home(checking, "A", "check"), home(checking, "A", "moves", "reject")):
            assert browser.get(path).status_code == 200, (language, path)


@pytest.mark.parametrize("who", ["coordinator", "K", "auditor"])
def test_pages_cost_few_statements(interviewing: Town, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = as_(interviewing, who)
    paths = [home(interviewing, "A"), home(interviewing, "A", "check")]
    for path in paths:
        assert browser.get(path).status_code == 200  # what is kept is warm
    asked: list[str] = []
    read = Database.read

    def counted(self: Database, statement: Statement, /, **params: Any) -> Any:
        asked.append(statement.name)
        return read(self, statement, **params)

    monkeypatch.setattr(Database, "read", counted)
    for path in paths:
        asked.clear()
        browser.get(path)
        assert len(asked) <= 12, " ".join(asked)


@pytest.mark.parametrize("institution", ["goldap", "moscow", "zhengzhou"])
def test_every_state_of_a_story(
    database: Database, catalogue: Catalogue, settings: Settings, institution: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The straight way through: as each state is reached, its page opens, in few statements, and its forms work."""
    script = read_story(next(f for f in catalogue.folder(institution).rglob("straight.yaml")), institution)
    story, definition = script.story, catalogue.snapshot(institution, script.story.process).process
    house, clock, post = furnish(database, catalogue, story.start)
    player = Player(house, clock, institution, story.process, definition.institution.languages[0])
    given = story.procedure
    player.open(
        number=given.number,
        positions=given.positions,
        dates=given.dates,
        details=given.details,
        commission=given.commission,
    )
    town = Town(Office(house, clock, player, post), create_app(house, settings))
    asked: list[str] = []
    read = Database.read

    def counted(self: Database, statement: Statement, /, **params: Any) -> Any:
        asked.append(statement.name)
        return read(self, statement, **params)

    monkeypatch.setattr(Database, "read", counted)
    seen: set[str] = set()
    forms: set[str] = set()
    for line in script.lines:
        player.play(line)
        for subject, state in town.office.rows("SELECT id, state FROM subject WHERE kind = 'application'"):
            if state in seen:
                continue
            seen.add(state)
            browser = town.as_("coordinator" if institution != "moscow" else "curator", institution=institution)
            browser.client.cookies.set("nabor-language", "en")
            path = town.url("procedures", player.procedure, "applications", subject)
            browser.get(path)
            asked.clear()
            page = browser.get(path)
            assert page.status_code == 200, (state, text(page))
            assert len(asked) <= 12, (state, " ".join(asked))
            for act, field, name, value in _FORMS:
                item = re.search(rf'name="{field}" value="(\w+)"', page.text)
                if item is None or act in forms:
                    continue
                forms.add(act)
                wrong = browser.post(f"{path}/{act}", {field: item[1], f"{name}-{item[1]}": "perhaps"})
                assert wrong.status_code == 422, (state, act)
                assert f'id="{name}-{item[1]}-wrong"' in wrong.text
                right = browser.post(f"{path}/{act}", {field: item[1], f"{name}-{item[1]}": value})
                assert right.status_code == 303, (state, act, text(right))
    assert len(seen) >= 5
    assert forms == ({"checks", "parts"} if definition.checks else {"parts"})


_FORMS = (("checks", "check", "passed", "yes"), ("parts", "part", "hours", "1"))
