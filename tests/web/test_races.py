"""Two people on one case: the slower one is told who was faster, when and what, and loses nothing that was typed."""

from __future__ import annotations

import html
import re
import threading

from tests.web.conftest import Town
from tests.web.test_application import as_, home, text, version


def test_slower_move_is_told_who_was_faster(checking: Town) -> None:
    checking.office.does(("2022-04-01 09:00 K", "verdict A * ok"))
    first, second = as_(checking, "K"), as_(checking, "L")
    seen = version(checking, "A")
    assert 'name="version" value="' + seen in second.get(home(checking, "A")).text
    assert first.post(home(checking, "A", "moves", "admit"), {"version": seen}).status_code == 303
    slower = second.post(home(checking, "A", "moves", "reject"), {"version": seen, "ground": "late"})
    assert slower.status_code == 409
    page = text(slower)
    assert "Somebody else was faster" in page
    assert re.search(r"K \(commission\), .*2022.*: Admit", page), page
    assert checking.office.state("A") == "admitted"
    assert "Return to the check" in page  # the new state's moves


def test_what_was_typed_is_kept_after_a_lost_race(checking: Town) -> None:
    chair = as_(checking, "K")
    item = checking.office.player.definition.required_documents("speech_therapist")[0]
    other = checking.office.player.definition.required_documents("speech_therapist")[1]
    seen = version(checking, "A")
    assert (
        as_(checking, "L")
        .post(home(checking, "A", "verdicts"), {"item": other, "ok": "yes", "version": seen})
        .status_code
        == 303
    )
    typed = {
        "item": item,
        "ok": "no",
        "version": seen,
        f"ground-{item}": "document_not_in_order",
        f"detail-{item}": "the seal <is> missing",
    }
    slower = chair.post(home(checking, "A", "verdicts"), typed)
    assert slower.status_code == 409
    assert "Verdict given" in text(slower)
    field = re.search(rf'<input id="detail-{item}"[^>]*value="([^"]*)"', slower.text)
    assert field
    assert html.unescape(field[1]) == "the seal <is> missing"
    assert re.search(r'<option value="document_not_in_order" selected', slower.text)
    new = version(checking, "A")
    assert f'name="version" value="{new}"' in slower.text
    assert chair.post(home(checking, "A", "verdicts"), {**typed, "version": new}).status_code == 303


def test_move_after_the_state_was_left_shows_the_new_state(checking: Town) -> None:
    checking.office.does(("2022-04-01 09:00 K", "verdict A * ok"))
    browser = as_(checking, "K")
    assert browser.post(home(checking, "A", "moves", "admit"), {}).status_code == 303
    again = browser.post(home(checking, "A", "moves", "admit"), {})  # the back button, without a version
    assert again.status_code == 409
    assert "Somebody else was faster" in text(again)
    assert re.search(r"K \(commission\), .*2022.*: Admit", text(again))
    assert checking.office.one("SELECT count(*) FROM journal WHERE act = 'admit'") == 1


def test_of_two_at_once_one_wins(checking: Town) -> None:
    checking.office.does(("2022-04-01 09:00 K", "verdict A * ok"))
    seen = version(checking, "A")
    browsers = [as_(checking, who) for who in ("K", "L", "M")]
    path, answers = home(checking, "A", "moves", "admit"), []
    tokens = [(browser, browser.token()) for browser in browsers]

    def click(browser: object, token: str) -> None:
        answers.append(browser.post(path, {"version": seen, "csrf": token}).status_code)  # type: ignore[attr-defined]

    threads = [threading.Thread(target=click, args=pair) for pair in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 409, 409]
    assert checking.office.one("SELECT count(*) FROM journal WHERE act = 'admit'") == 1


def test_handing_in_after_a_race_keeps_the_pages(town: Town) -> None:
    town.office.does(("2022-03-03 10:00 registrar", "register A for speech_therapist"))
    registrar = as_(town, "registrar")
    document = town.office.player.definition.required_documents("speech_therapist")[0]
    seen = version(town, "A")
    form = {"document": document, f"pages-{document}": "12", "version": seen}
    assert registrar.post(home(town, "A", "documents"), form).status_code == 303
    slower = registrar.post(home(town, "A", "documents"), {**form, f"pages-{document}": "13"})
    assert slower.status_code == 409
    assert 'value="13"' in slower.text
    assert "Document handed in" in text(slower)
