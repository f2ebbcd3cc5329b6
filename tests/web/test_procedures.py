"""The pages of procedures: from the draft to the ranking list by pages alone, and what they say of errors and races."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.services.conftest import SZ
from tests.web.conftest import Town
from tests.web.conftest import town_of as make_town
from tests.web.given import beside, clerk, hidden, moves, ok, procedure
from workflow.catalogue.index import Catalogue, built_in
from workflow.persistence.database import Database
from workflow.services.sessions import find
from workflow.settings import Settings

NEW = {
    "process": "staff_selection",
    "number": "СЗ-7/2022",
    "position_stoker": "yes",
    "seats_stoker": "2",
    "date_intake_opens": "2022-03-01",
    "date_intake_opens_time": "08:30",
    "date_documents_close": "2022-03-31",
    "date_documents_close_time": "17:30",
    "detail_commission_order": "РД-19",
}


# --- opening ----------------------------------------------------------------------------------------------------------


def test_a_procedure_is_opened_with_its_positions_dates_and_details(town: Town) -> None:
    coordinator = clerk(town, "coordinator")
    assert "СЗ-7/2022" not in ok(coordinator.get(town.url("procedures")))
    assert 'name="seats_stoker"' in ok(coordinator.get(town.url("procedures", "new")))
    answer = coordinator.post(town.url("procedures", "new"), NEW)
    assert answer.status_code == 303, answer.text
    page = ok(coordinator.get(answer.headers["location"]))
    assert "СЗ-7/2022" in page
    assert "РД-19" in page
    assert town.office.rows(
        "SELECT name, seats FROM position JOIN procedure ON procedure.id = procedure_id WHERE number = 'СЗ-7/2022'"
    ) == [("stoker", 2)]
    assert "СЗ-7/2022" in ok(coordinator.get(town.url("procedures")))


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"number": ""}, "number"),
        ({"number": "T-1"}, "number"),
        ({"seats_stoker": "0"}, "seats_stoker"),
        ({"seats_stoker": "²"}, "seats_stoker"),
        ({"seats_stoker": "9" * 400}, "seats_stoker"),
        ({"position_stoker": None}, "position_manager"),
        ({"date_documents_close": "2022-02-30"}, "date_documents_close"),
        ({"date_documents_close": "", "date_documents_close_time": "17:30"}, "date_documents_close"),
        ({"date_documents_close_time": "25:00"}, "date_documents_close"),
        ({"detail_commission_order": "x" * 401}, "detail_commission_order"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(
    town: Town, wrong: dict[str, str | None], where: str
) -> None:
    typed = {name: value for name, value in {**NEW, **wrong}.items() if value is not None}
    answer = clerk(town, "coordinator").post(town.url("procedures", "new"), typed)
    assert answer.status_code == 422
    assert beside(answer.text, where), where
    assert f'href="#{where}"' in answer.text
    assert len(town.office.rows("SELECT id FROM procedure")) == 1
    if "detail_commission_order" not in wrong:
        assert 'value="РД-19"' in answer.text


def test_who_may_not_open_is_told_who_may(town: Town) -> None:
    assert "Coordinator" in ok(clerk(town, "registrar").get(town.url("procedures", "new")))
    answer = clerk(town, "registrar").post(town.url("procedures", "new"), NEW)
    assert answer.status_code == 409
    assert len(town.office.rows("SELECT id FROM procedure")) == 1
    assert clerk(town, "auditor").get(town.url("procedures", "new")).status_code == 403


def test_a_year_without_calendar_is_told_and_opens_nothing(town: Town) -> None:
    """Poland's calendar begins in 2025, and the office's clock stands in 2022."""
    coordinator = clerk(town, "coordinator", institution="goldap")
    page = ok(coordinator.get("/goldap/procedures/new"))
    position = re.search(r'name="position_(\w+)"', page)
    assert position
    typed = {"process": "recruitment", "number": "OR.1", f"position_{position[1]}": "yes", f"seats_{position[1]}": "1"}
    answer = coordinator.post("/goldap/procedures/new", typed)
    assert answer.status_code == 422
    assert "the calendar of public holidays is missing" in answer.text
    assert town.office.rows("SELECT id FROM procedure WHERE institution = 'goldap'") == []


# --- from the draft on, by pages alone --------------------------------------------------------------------------------


def test_from_the_draft_to_its_end_by_pages(town: Town) -> None:
    office = town.office
    coordinator, head = clerk(town, "coordinator"), clerk(town, "head")
    opened = coordinator.post(town.url("procedures", "new"), NEW).headers["location"]
    assert "Announce the procedure" in ok(coordinator.get(opened))
    assert moves(coordinator, f"{opened}/moves/announce").headers["location"] == opened
    for who, function in (("K", "chair"), ("L", "member"), ("M", "member")):
        user = office.player.actor(who).user
        answer = head.post(f"{opened}/commission", {"member": user, "function": function, "order_number": "РД-19"})
        assert answer.status_code == 303, answer.text
    office.clock.advance_to(office.player.instant("2022-03-05 10:00"))
    coordinator, head = clerk(town, "coordinator"), clerk(town, "head")  # sessions end while nobody is there
    page = ok(coordinator.get(opened))
    assert "Announced" in page
    # The clock may sleep: whoever ends it sees the intake opened first.
    sheet = ok(head.get(f"{opened}/moves/terminate"))
    assert "Terminated by the mayor" in sheet
    assert (
        head.post(f"{opened}/moves/terminate", {"version": hidden(sheet, "version"), "reason": ""}).status_code == 422
    )
    answer = head.post(f"{opened}/moves/terminate", {"version": hidden(sheet, "version"), "reason": "Няма средства"})
    assert answer.status_code == 303, answer.text
    assert "Няма средства" in ok(coordinator.get(opened))


def test_lists_and_ranking_are_published_by_pages(interviewing: Town) -> None:
    office = interviewing.office
    for name, marks in (("A", "5 4 4"), ("B", "4 4 4"), ("C", "4 4 3")):
        office.does(*((f"2022-04-18 10:00 {member}", f"score {name} interview {marks}") for member in "KLM"))
    chair, coordinator = clerk(interviewing, "K"), clerk(interviewing, "coordinator")
    assert moves(chair, procedure(interviewing, "moves", "close_interviews")).status_code == 303
    sheet = ok(coordinator.get(procedure(interviewing, "moves", "publish_ranking")))
    assert "4 messages go out" in sheet
    answer = coordinator.post(
        procedure(interviewing, "moves", "publish_ranking"), {"version": hidden(sheet, "version")}
    )
    assert answer.status_code == 303
    lists = ok(coordinator.get(procedure(interviewing, "lists")))
    assert [lists.index(f"T-1/000{n}") for n in (1, 2, 3)] == sorted(lists.index(f"T-1/000{n}") for n in (1, 2, 3))


# --- moves ------------------------------------------------------------------------------------------------------------


def test_a_sheet_says_what_happens_and_looking_changes_nothing(checking: Town) -> None:
    checking.office.does(
        ("2022-04-04 09:00 K", "verdict A, B, C * ok"),
        ("2022-04-04 10:00 K", "admit A, B, C"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
    )
    before = checking.office.rows("SELECT id, state, version FROM subject ORDER BY id")
    page = ok(clerk(checking, "coordinator").get(procedure(checking, "moves", "publish_admission")))
    assert "3 applications" in page
    assert "3 × " in page
    assert "Published: " in page
    assert checking.office.rows("SELECT id, state, version FROM subject ORDER BY id") == before


def test_a_move_that_is_not_open_says_why_and_has_no_button(checking: Town) -> None:
    page = ok(clerk(checking, "coordinator").get(procedure(checking, "moves", "publish_admission")))
    assert "Decide on these first" in page
    assert 'name="version"' not in page
    answer = clerk(checking, "coordinator").post(procedure(checking, "moves", "publish_admission"), {"version": "1"})
    assert answer.status_code == 409
    assert "Decide on these first" in answer.text
    assert clerk(checking, "coordinator").get(procedure(checking, "moves", "no_such_move")).status_code == 404


def test_a_lost_race_says_who_when_and_what_and_keeps_what_was_typed(checking: Town) -> None:
    head, coordinator = clerk(checking, "head"), clerk(checking, "coordinator")
    address = procedure(checking, "moves", "terminate")
    seen = hidden(ok(head.get(address)), "version")
    saved = coordinator.post(
        procedure(checking, "dates", "interview_at"), {"was": "", "date_interview_at": "2022-04-18"}
    )
    assert saved.status_code == 303, saved.text
    answer = head.post(address, {"version": seen, "reason": "моята причина"})
    assert answer.status_code == 409
    assert "Somebody else was faster" in answer.text
    assert "coordinator: Date set" in answer.text
    assert "моята причина</textarea>" in answer.text
    assert head.post(address, {"version": hidden(answer.text, "version"), "reason": "моята причина"}).status_code == 303


def test_a_double_click_moves_once(checking: Town) -> None:
    head = clerk(checking, "head")
    address = procedure(checking, "moves", "terminate")
    form = {"version": hidden(ok(head.get(address)), "version"), "reason": "x"}
    assert head.post(address, form).status_code == 303
    assert head.post(address, form).status_code == 409
    assert checking.office.one("SELECT count(*) FROM journal WHERE act = 'terminate' AND to_state = 'terminated'") == 3


def test_a_position_is_moved_on_its_own_page(checking: Town) -> None:
    head = clerk(checking, "head")
    position = procedure(checking, "positions", checking.office.player.positions["stoker"])
    assert "Cancel the position" in ok(head.get(position))
    assert moves(head, f"{position}/moves/cancel", reason="няма бюджет").headers["location"] == position
    assert "Terminated by the mayor" in ok(head.get(position))


def test_ids_of_the_path_must_belong_together(checking: Town) -> None:
    coordinator = clerk(checking, "coordinator")
    application, position = checking.office.subject("A"), checking.office.player.positions["stoker"]
    for wrong in (
        checking.url("procedures", application),
        checking.url("procedures", position),
        procedure(checking, "positions", application),
        checking.url("procedures", position, "positions", position),
        checking.url("procedures", "nothing"),
        procedure(checking, "publications", "1"),
        procedure(checking, "publications", "x"),
        checking.url("procedures", application, "lists"),
        checking.url("procedures", application, "moves", "terminate"),
    ):
        assert coordinator.get(wrong).status_code == 404, wrong
    for wrong in (procedure(checking, "dates", "no_date"), procedure(checking, "details", "no_detail")):
        assert coordinator.post(wrong, {}).status_code == 404


# --- dates, details, commission ---------------------------------------------------------------------------------------


def test_a_date_is_set_and_its_deadlines_follow(town: Town) -> None:
    coordinator = clerk(town, "coordinator")
    answer = coordinator.post(
        procedure(town, "dates", "documents_close"),
        {"was": "2022-03-31 17:30", "date_documents_close": "2022-04-05", "date_documents_close_time": "12:00"},
    )
    assert answer.status_code == 303
    page = ok(coordinator.get(procedure(town)))
    assert "Tue, 5 Apr 2022, 12:00" in page
    assert town.office.rows(
        "SELECT due_at FROM deadline WHERE rule = 'intake' AND kind = 'due' AND status = 'armed'"
    ) in ([("2022-04-05T09:00:00.000000Z",)], [])


def test_a_date_that_somebody_changed_meanwhile_is_not_overwritten(town: Town) -> None:
    coordinator = clerk(town, "coordinator")
    typed = {"was": "2022-03-30 12:00", "date_documents_close": "2022-04-05", "date_documents_close_time": "12:00"}
    answer = coordinator.post(procedure(town, "dates", "documents_close"), typed)
    assert answer.status_code == 422
    assert "changed it meanwhile" in beside(answer.text, "date_documents_close")
    assert 'value="2022-04-05"' in answer.text


def test_a_date_that_has_decided_is_not_moved(checking: Town) -> None:
    typed = {"was": "2022-03-31 17:30", "date_documents_close": "2022-04-05", "date_documents_close_time": "12:00"}
    answer = clerk(checking, "coordinator").post(procedure(checking, "dates", "documents_close"), typed)
    assert answer.status_code == 409
    assert "has fallen due already" in beside(answer.text, "date_documents_close")


def test_who_may_not_set_a_date_sees_no_form_and_is_refused(town: Town) -> None:
    registrar = clerk(town, "registrar")
    assert "Save the date" not in ok(registrar.get(procedure(town)))
    answer = registrar.post(procedure(town, "dates", "interview_at"), {"was": "", "date_interview_at": "2022-04-18"})
    assert answer.status_code == 409
    assert "Coordinator" in beside(answer.text, "date_interview_at") or "Coordinator" in answer.text
    assert clerk(town, "auditor").post(procedure(town, "dates", "interview_at"), {}).status_code == 403


def test_a_detail_is_set(town: Town) -> None:
    coordinator = clerk(town, "coordinator")
    address = procedure(town, "details", "interview_place")
    assert coordinator.post(address, {"detail_interview_place": "зала 3 <b>"}).status_code == 303
    assert "зала 3 &lt;b&gt;" in ok(coordinator.get(procedure(town)))
    answer = coordinator.post(address, {"detail_interview_place": ""})
    assert (answer.status_code, bool(beside(answer.text, "detail_interview_place"))) == (422, True)


def test_an_outside_member_gets_a_link_that_is_shown_once_and_opens_this_procedure_only(town: Town) -> None:
    head = clerk(town, "head")
    given = {"outside_name": "Ана Външна", "outside_email": "ana@outside.example", "outside_function": "member"}
    wrong = head.post(procedure(town, "commission", "outside"), {**given, "outside_email": "ana"})
    assert (wrong.status_code, bool(beside(wrong.text, "outside_email"))) == (422, True)
    page = ok(head.post(procedure(town, "commission", "outside"), given))
    found = re.search(r'id="made-link">([^<]+)/welcome/([^<]+)<', page)
    assert found, page
    assert "Ана Външна" in page
    assert "/welcome/" not in ok(head.get(procedure(town)))
    user = town.office.one("SELECT id FROM user WHERE email = 'ana@outside.example'")
    again = ok(head.post(procedure(town, "commission", "link"), {"user": user}))
    second = re.search(r"/welcome/([^<]+)<", again)
    assert second
    assert second[1] != found[2]
    unused = "SELECT count(*) FROM one_time_link WHERE user_id = :user AND used_at IS NULL"
    assert town.office.one(unused, user=user) == 1  # the first works no more


def test_only_who_appoints_makes_links_and_only_for_members(town: Town) -> None:
    member, stranger = town.office.player.actor("L").user, town.office.player.actor("coordinator").user
    assert clerk(town, "coordinator").post(procedure(town, "commission", "link"), {"user": member}).status_code == 409
    assert clerk(town, "head").post(procedure(town, "commission", "link"), {"user": stranger}).status_code == 404
    given = {"outside_name": "Х", "outside_email": "h@outside.example", "outside_function": "member"}
    assert clerk(town, "coordinator").post(procedure(town, "commission", "outside"), given).status_code == 409
    assert town.office.rows("SELECT id FROM user WHERE email = 'h@outside.example'") == []
    assert town.office.rows("SELECT id FROM one_time_link") == []


# --- readers ----------------------------------------------------------------------------------------------------------


def test_an_auditor_reads_and_finds_no_form_of_the_page(checking: Town) -> None:
    page = ok(clerk(checking, "auditor").get(procedure(checking)))
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main
    assert "/bulk" not in main
    assert clerk(checking, "auditor").get(procedure(checking, "bulk")).status_code == 403


def test_a_member_sees_the_own_procedure_and_no_list_of_all(checking: Town) -> None:
    member = clerk(checking, "L")
    ok(member.get(procedure(checking)))
    assert member.get(checking.url("procedures")).status_code == 403


def test_the_list_goes_on_where_the_page_ends(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.services.procedures.PAGE", 2)
    coordinator = clerk(town, "coordinator")
    for n in range(3):
        assert coordinator.post(town.url("procedures", "new"), {**NEW, "number": f"N-{n}"}).status_code == 303
    first = ok(coordinator.get(town.url("procedures")))
    assert ["N-2" in first, "N-1" in first, "N-0" in first] == [True, True, False]
    further = re.search(r'href="([^"]*before=[^"]*)"', first)
    assert further
    second = ok(coordinator.get(further[1]))
    assert ["N-1" in second, "N-0" in second, "T-1" in second] == [False, True, True]


@pytest.mark.parametrize("where", ["", "lists", "figures", "positions", "moves/publish_admission", "bulk?state=x"])
def test_pages_ask_at_most_twelve_times(checking: Town, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    coordinator = clerk(checking, "coordinator")
    if where == "positions":
        where = f"positions/{checking.office.player.positions['speech_therapist']}"
    address = f"{procedure(checking)}/{where}".rstrip("/")
    ok(coordinator.get(address))
    read, asked = checking.office.house.database.read, []

    def counted(statement: Any, **params: Any) -> Any:
        asked.append(statement.name)
        return read(statement, **params)

    monkeypatch.setattr(checking.office.house.database, "read", counted)
    ok(coordinator.get(address))
    assert len(asked) <= 12, asked


def test_a_session_of_nobody_opens_nothing(town: Town) -> None:
    assert find(town.office.house, "no token") is None
    assert town.browser(None).get(procedure(town)).status_code == 303


# --- the wording ------------------------------------------------------------------------------------------------------


@pytest.fixture
def files(database: Database, settings: Settings, tmp_path: Path) -> tuple[Town, Path]:
    """An office whose definition can be edited while its procedure runs."""
    folder = tmp_path / "definitions"
    for name in (SZ, "_calendars"):
        shutil.copytree(built_in() / name, folder / name)
    return make_town(database, Catalogue([folder]), settings), folder / SZ


def corrected(town: Town, folder: Path, file: str, old: str, new: str) -> None:
    content = (folder / file).read_text("utf-8")
    assert old in content
    (folder / file).write_text(content.replace(old, new), "utf-8")
    town.office.house.catalogue.refresh()


def test_corrected_wording_is_shown_and_adopted_by_whom_the_definition_names(files: tuple[Town, Path]) -> None:
    town, folder = files
    coordinator, administrator = clerk(town, "coordinator"), clerk(town, "administrator")
    assert "say something else" not in ok(coordinator.get(procedure(town)))
    corrected(town, folder, "staff_selection.yaml", "Announce the procedure", "Announce this procedure")
    assert "say something else" in ok(coordinator.get(procedure(town)))
    page = ok(coordinator.get(procedure(town, "wording")))
    assert "<ins>Announce this procedure</ins>" in page
    assert 'name="seen"' not in page  # the definition leaves it to the administrator
    versions = ok(administrator.get(town.url("rules", "staff_selection", "versions")))
    assert f'href="{procedure(town, "wording")}"' in versions, "who may adopt it finds it"
    seen = hidden(ok(administrator.get(procedure(town, "wording"))), "seen")
    assert administrator.post(procedure(town, "wording"), {"seen": seen}).status_code == 403
    assert coordinator.post(procedure(town, "wording"), {"seen": seen}).status_code == 409
    stale = administrator.post(procedure(town, "wording", "administer"), {"seen": "an older look"})
    assert stale.status_code == 409
    answer = administrator.post(procedure(town, "wording", "administer"), {"seen": seen, "reason": "печатна грешка"})
    assert answer.status_code == 303
    page = ok(coordinator.get(procedure(town)))
    assert "Corrected wording adopted" in page
    assert "печатна грешка" in page
    assert "say something else" not in page


def test_changed_rules_are_told_and_broken_files_stop_no_running_procedure(files: tuple[Town, Path]) -> None:
    town, folder = files
    coordinator = clerk(town, "coordinator")
    corrected(town, folder, "staff_selection.yaml", "seats: 4", "seats: 5")
    page = ok(coordinator.get(procedure(town, "wording")))
    assert "a running procedure keeps its rules" in page
    (folder / "staff_selection.yaml").write_text("nothing: [", "utf-8")
    town.office.house.catalogue.refresh()
    ok(coordinator.get(procedure(town)))
    assert "missing or broken" in ok(coordinator.get(procedure(town, "wording")))
    assert coordinator.get(town.url("procedures", "new")).status_code in (200, 404)


def test_wording_that_is_the_same_offers_nothing(town: Town) -> None:
    page = ok(clerk(town, "administrator").get(procedure(town, "wording")))
    assert "say the same" in page
    assert "Adopt the corrected wording" not in page
    answer = clerk(town, "administrator").post(procedure(town, "wording", "administer"), {"seen": "an older look"})
    assert answer.status_code == 409
