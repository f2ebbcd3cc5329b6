"""One move for many: the sheet before, what comes of it after, and everything that may get in between."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from tests.services.given import outbox
from tests.web.conftest import Town
from tests.web.given import Clerk, beside, clerk, hidden, ok, procedure
from workflow.services.cases import history

ADMITTED = ("2022-04-04 09:00 K", "verdict A, B, C * ok")


def bulk(town: Town, **query: str | list[str]) -> str:
    return procedure(town, "bulk") + "?" + urlencode(query, doseq=True)


def ids(town: Town, names: str) -> list[str]:
    return [town.office.subject(name) for name in names]


def confirm(person: Clerk, town: Town, page: str, **given: str) -> str:
    form = {"transition": hidden(page, "transition"), "ids": hidden(page, "ids"), "confirmed": "yes"}
    return ok(person.post(procedure(town, "bulk"), {**form, **given}))


def states(town: Town, names: str = "ABC") -> list[str]:
    return [town.office.state(name) for name in names]


def test_the_sheet_names_who_and_what_and_looking_changes_nothing(checking: Town) -> None:
    checking.office.does(("2022-04-04 09:00 K", "verdict A, B * ok"))
    before = checking.office.rows("SELECT id, state, version FROM subject ORDER BY id")
    page = ok(clerk(checking, "K").get(bulk(checking, transition="admit", id=ids(checking, "ABC"))))
    assert "2 applications</h1>" in page
    assert "1 application cannot be moved so" in page
    assert "Nobody has judged" in page
    assert "No message goes out" in page
    assert checking.office.rows("SELECT id, state, version FROM subject ORDER BY id") == before


def test_each_is_moved_or_refused_for_itself(checking: Town) -> None:
    checking.office.does(("2022-04-04 09:00 K", "verdict A, B * ok"))
    chair = clerk(checking, "K")
    page = ok(chair.get(bulk(checking, transition="admit", id=ids(checking, "ABC"))))
    done = confirm(chair, checking, page)
    assert "Done for 2 applications" in done
    assert "1 application was not moved" in done
    assert "Nobody has judged" in done
    assert states(checking) == ["admitted", "admitted", "document_check"]


def test_all_that_stand_in_a_state(checking: Town) -> None:
    checking.office.does(ADMITTED)
    chair = clerk(checking, "K")
    page = ok(chair.get(bulk(checking, transition="admit", state="document_check")))
    assert "Done for 3 applications" in confirm(chair, checking, page)
    assert states(checking) == ["admitted"] * 3
    stoker = checking.office.player.positions["stoker"]
    nobody = ok(chair.get(bulk(checking, transition="admit", state="admitted", position=stoker)))
    assert "Nothing is chosen" in nobody


def test_without_a_move_the_sheet_offers_those_of_the_role(checking: Town) -> None:
    chair = ok(clerk(checking, "K").get(bulk(checking, state="document_check")))
    assert 'value="admit"' in chair
    assert "(3)" in chair
    registrar = ok(clerk(checking, "registrar").get(bulk(checking, state="document_check")))
    assert 'value="admit"' not in registrar


def test_without_confirmation_a_form_only_shows_the_sheet(checking: Town) -> None:
    checking.office.does(ADMITTED)
    chair = clerk(checking, "K")
    form = {"transition": "admit", "ids": " ".join(ids(checking, "ABC"))}
    page = ok(chair.post(procedure(checking, "bulk"), form))
    assert "3 applications</h1>" in page
    assert states(checking) == ["document_check"] * 3


def test_a_ground_is_asked_for_beside_its_field_and_given_with_each(checking: Town) -> None:
    chair = clerk(checking, "K")
    page = ok(chair.get(bulk(checking, transition="reject", id=ids(checking, "AB"))))
    form = {"transition": "reject", "ids": hidden(page, "ids"), "confirmed": "yes"}
    answer = chair.post(procedure(checking, "bulk"), {**form, "reason": "бележка"})
    assert (answer.status_code, bool(beside(answer.text, "ground"))) == (422, True)
    assert "бележка</textarea>" in answer.text
    answer = chair.post(procedure(checking, "bulk"), {**form, "ground": "document_missing"})
    assert (answer.status_code, bool(beside(answer.text, "ground_document"))) == (422, True)
    assert '<option value="document_missing" selected>' in answer.text
    assert states(checking, "AB") == ["document_check"] * 2
    done = confirm(chair, checking, page, ground="document_missing", ground_document="diploma")
    assert "Done for 2 applications" in done
    for name in "AB":
        last = history(checking.office.house, "stara_zagora", checking.office.subject(name))[-1]
        assert last.parameters["grounds"] == [{"code": "document_missing", "values": {"document": "diploma"}}]


def test_undo_is_offered_where_the_definition_declares_it_and_asks_for_its_reason(checking: Town) -> None:
    checking.office.does(ADMITTED)
    chair = clerk(checking, "K")
    done = confirm(chair, checking, ok(chair.get(bulk(checking, transition="admit", state="document_check"))))
    assert "Undo: Return to the check" in done
    form = {"transition": "return_to_check", "ids": hidden(done, "ids")}
    sheet = ok(chair.post(procedure(checking, "bulk"), form))
    answer = chair.post(procedure(checking, "bulk"), {**form, "confirmed": "yes"})
    assert (answer.status_code, bool(beside(answer.text, "reason"))) == (422, True)
    assert "Done for 3 applications" in confirm(chair, checking, sheet, reason="грешка")
    assert states(checking) == ["document_check"] * 3


def test_a_case_that_somebody_moved_meanwhile_is_left_alone_and_told(checking: Town) -> None:
    checking.office.does(ADMITTED)
    chair = clerk(checking, "K")
    page = ok(chair.get(bulk(checking, transition="admit", state="document_check")))
    checking.office.does(("2022-04-04 10:00 L", "reject B because document_missing(document=diploma)"))
    done = confirm(clerk(checking, "K"), checking, page)
    assert "Done for 2 applications" in done
    assert "Somebody else was faster" in done
    assert re.search(r"L: Do not admit, <time", done)
    assert states(checking) == ["admitted", "rejected", "admitted"]


def test_the_same_form_sent_twice_moves_once(checking: Town) -> None:
    checking.office.does(ADMITTED)
    chair = clerk(checking, "K")
    page = ok(chair.get(bulk(checking, transition="admit", state="document_check")))
    form = {"transition": "admit", "ids": hidden(page, "ids"), "confirmed": "yes"}
    ok(chair.post(procedure(checking, "bulk"), form))
    again = chair.post(procedure(checking, "bulk"), form)
    assert "confirmed" not in again.text or "Done for" not in again.text
    assert checking.office.one("SELECT count(*) FROM journal WHERE act = 'admit'") == 3


def test_mails_are_told_by_kind_with_their_words(interviewing: Town) -> None:
    chair = clerk(interviewing, "K")
    page = ok(chair.get(bulk(interviewing, transition="record_no_show", state="interview")))
    assert "3 messages go out" in page
    before = len(outbox(interviewing.office, "id"))
    shown = re.search(r'<div class="letter"[^>]*><strong>([^<]*)</strong>', page)
    assert shown
    confirm(chair, interviewing, page)
    sent = outbox(interviewing.office, "subject")[before:]
    assert len(sent) == 3
    assert shown[1] in {subject for (subject,) in sent}


def test_what_is_not_of_this_procedure_is_not_found(checking: Town) -> None:
    chair = clerk(checking, "K")
    for wrong in (checking.office.player.procedure, "00000000-0000-7000-8000-000000000000", "x", "a:b", "1" * 36):
        assert chair.get(bulk(checking, transition="admit", id=wrong)).status_code == 404, wrong
        form = {"transition": "admit", "ids": wrong, "confirmed": "yes"}
        assert chair.post(procedure(checking, "bulk"), form).status_code == 404
    assert chair.get(bulk(checking, state="document_check", position="x")).status_code == 404


def test_a_thousand_ids_fit_one_form_and_more_are_cut_off(checking: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    checking.office.does(ADMITTED)
    chair = clerk(checking, "K")
    form = {"transition": "admit", "ids": " ".join(ids(checking, "ABC") * 400), "confirmed": "yes"}
    assert "Done for 3 applications" in ok(chair.post(procedure(checking, "bulk"), form))
    monkeypatch.setattr("workflow.web.bulk.MOST", 2)
    page = ok(chair.get(bulk(checking, transition="return_to_check", state="admitted")))
    assert "Only the first 2" in page
    assert len(hidden(page, "ids").split()) == 2


def test_an_auditor_and_a_stranger_stay_out(checking: Town) -> None:
    form = {"transition": "admit", "ids": " ".join(ids(checking, "A")), "confirmed": "yes"}
    assert clerk(checking, "auditor").post(procedure(checking, "bulk"), form).status_code == 403
    # Who may look may still not move: the rules refuse it, with the reason.
    checking.office.does(ADMITTED)
    answer = clerk(checking, "registrar").post(procedure(checking, "bulk"), form)
    assert answer.status_code == 409
    assert "may be done only by" in answer.text
    assert states(checking, "A") == ["document_check"]


def test_a_name_is_text_and_never_markup(checking: Town) -> None:
    chair = clerk(checking, "K")
    page = ok(chair.get(bulk(checking, transition="<script>alert(1)</script>", state="document_check")))
    assert "<script>alert" not in page
