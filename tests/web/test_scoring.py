"""Scoring through the pages: own marks are saved, signed and sealed, and nobody else's are seen before they open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.services.conftest import SZ
from tests.web.conftest import Browser, Town
from workflow.services import scoring_grid, sessions
from workflow.services.acts import SaveSheet

CRITERIA = ("qualification", "skills", "personal_qualities")


def reader(town: Town, who: str) -> Browser:
    """Somebody's browser, in English."""
    browser = town.as_(who)
    browser.client.cookies.set("nabor-language", "en")
    return browser


class Member:
    """A member at the grid: `member.saves("A", 4, 4, 3)` fills a row and presses its button."""

    def __init__(self, town: Town, who: str, assessment: str = "interview") -> None:
        self.town, self.browser = town, reader(town, who)
        self.base = town.url("procedures", town.office.player.procedure, "scoring", assessment)

    def fields(self, name: str, *marks: object, was: tuple[object, ...] = ("", "", "")) -> dict[str, str]:
        application = self.town.office.subject(name)
        cells = {f"m-{application}-{c}": str(m) for c, m in zip(CRITERIA, marks, strict=True)}
        return cells | {f"w-{application}-{c}": str(w) for c, w in zip(CRITERIA, was, strict=True)}

    def saves(
        self,
        name: str,
        *marks: object,
        was: tuple[object, ...] = ("", "", ""),
        more: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        fields = self.fields(name, *marks, was=was) | {"row": self.town.office.subject(name)}
        return self.browser.post(self.base, {**fields, **(more or {})}, headers=headers or {})

    def signs(self, *names: str) -> Any:
        page = self.browser.get(f"{self.base}/sign").text
        wanted = {self.town.office.subject(name) for name in names}
        seen = {i: text for i, text in re.findall(r'name="seen-([^"]+)" value="([^"]*)"', page) if i in wanted}
        return self.browser.post(
            f"{self.base}/sign", {f"seen-{i}": text.replace("&amp;", "&") for i, text in seen.items()}
        )

    def page(self, **query: str) -> str:
        answer = self.browser.get(self.base, params=query)
        assert answer.status_code == 200, answer.text
        return str(answer.text)


def marks_of(town: Town, name: str, who: str) -> Mapping[str, str]:
    user = town.office.player.members[who]
    rows = town.office.rows(
        "SELECT m.criterion, m.value FROM mark m JOIN sheet s ON s.id = m.sheet_id"
        " WHERE s.application_id = :a AND s.user_id = :u",
        a=town.office.subject(name),
        u=user,
    )
    return dict(rows)


def signed(town: Town, name: str) -> int:
    return int(
        town.office.one(
            "SELECT count(*) FROM sheet WHERE application_id = :a AND signed_at IS NOT NULL",
            a=town.office.subject(name),
        )
    )


def opens(town: Town) -> None:
    """All three sign all three sheets, and the chair closes the interviews."""
    for who in "KLM":
        town.office.does((f"2022-04-18 12:00 {who}", "score A interview 5 4 3"))
        town.office.does((f"2022-04-18 12:00 {who}", f"score B interview {'1 1 1' if who == 'M' else '5 5 5'}"))
        town.office.does((f"2022-04-18 12:00 {who}", "score C interview 4 4 4"))
    town.office.does(("2022-04-18 16:00 K", "close_interviews"))


# --- saving -----------------------------------------------------------------------------------------------------------


def test_grid_lists_candidates_and_criteria(interviewing: Town) -> None:
    page = Member(interviewing, "K").page()
    for name in "ABC":
        for criterion in CRITERIA:
            assert f'id="m-{interviewing.office.subject(name)}-{criterion}"' in page
    assert "0 of 3 scored, 0 signed" in page
    assert "0 of 3 have signed" in page


def test_row_is_saved_and_the_next_is_next(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    cells = member.fields("A", 4, 4, 3) | member.fields("B", "", "", "")
    answer = member.browser.post(member.base, cells | {"row": interviewing.office.subject("A")})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{member.base}#m-{interviewing.office.subject('B')}-qualification"
    assert marks_of(interviewing, "A", "K") == {"qualification": "4", "skills": "4", "personal_qualities": "3"}
    assert "1 of 3 scored, 0 signed" in member.page()


def test_row_alone_is_saved_when_its_button_is_pressed(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    cells = member.fields("A", 4, 4, 3) | member.fields("B", 5, 5, 5)
    member.browser.post(member.base, cells | {"row": interviewing.office.subject("A")})
    assert marks_of(interviewing, "B", "K") == {}


def test_page_is_saved_in_one_transaction(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    answer = member.browser.post(
        member.base, member.fields("A", 4, 4, 3) | member.fields("B", 5, "", "") | member.fields("C", 1, 2, 3)
    )
    assert answer.status_code == 303
    recorded = interviewing.office.rows("SELECT DISTINCT recorded_at FROM journal WHERE act = 'save_sheet'")
    assert len(recorded) == 1
    assert [len(marks_of(interviewing, name, "K")) for name in "ABC"] == [3, 1, 3]
    assert "2 of 3 scored, 0 signed" in member.page()


def test_fragment_says_when_it_was_saved(interviewing: Town) -> None:
    answer = Member(interviewing, "K").saves("A", 4, "", "", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert re.search(r"Saved</span> \d\d:\d\d", answer.text)
    assert f'name="w-{interviewing.office.subject("A")}-qualification" value="4"' in answer.text


@pytest.mark.parametrize(
    ("typed", "told"),
    [("6", "from 1 to 5"), ("3.5", "a whole number"), ("gut", "Give a number"), ("1e1", "Give a number")],
)
def test_wrong_mark_is_told_beside_the_cell(interviewing: Town, typed: str, told: str) -> None:
    member = Member(interviewing, "K")
    cell = f"m-{interviewing.office.subject('A')}-qualification"
    for headers in ({}, {"HX-Request": "true"}):
        answer = member.saves("A", typed, 4, "", headers=headers)
        assert answer.status_code == 422
        beside = re.search(rf'id="{cell.replace("m-", "x-", 1)}">([^<]*)<', answer.text)
        assert beside is not None
        assert told in beside[1]
    assert marks_of(interviewing, "A", "K") == {"skills": "4"}, "the cells that are right are saved"
    again = member.saves("A", typed, 4, "").text
    assert re.search(rf'id="{cell}"[^>]* value="{typed}"', again), "what was typed is kept"


def test_comma_is_a_decimal_sign_where_people_write_so(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    member.browser.client.cookies.set("nabor-language", "bg")
    assert member.saves("A", "4,0", 4, 4).status_code == 303
    assert marks_of(interviewing, "A", "K")["qualification"] == "4.0"
    assert 'value="4,0"' in member.page()
    member.browser.client.cookies.set("nabor-language", "en")
    assert member.saves("B", "4,0", 4, 4).status_code == 422


def test_mark_can_be_taken_back(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    member.saves("A", 4, 4, 3)
    member.saves("A", "", 4, 3, was=(4, 4, 3))
    assert marks_of(interviewing, "A", "K") == {"skills": "4", "personal_qualities": "3"}


def test_note_is_kept_and_taken_away(interviewing: Town) -> None:
    member, application = Member(interviewing, "K"), interviewing.office.subject("A")
    member.saves("A", "", "", "", more={f"n-{application}": "calm <b>voice</b>", f"v-{application}": ""})
    assert "calm &lt;b&gt;voice&lt;/b&gt;" in member.page()
    member.saves("A", "", "", "", more={f"n-{application}": "", f"v-{application}": "calm <b>voice</b>"})
    assert interviewing.office.rows("SELECT note FROM sheet_note") == []


def test_endless_note_is_told(interviewing: Town) -> None:
    member, application = Member(interviewing, "K"), interviewing.office.subject("A")
    answer = member.saves("A", 4, "", "", more={f"n-{application}": "x" * 4001, f"v-{application}": ""})
    assert answer.status_code == 422
    assert f'id="x-{application}-note">Shorten this to 4000 characters.' in answer.text


def test_next_without_marks_is_offered(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    member.saves("A", 4, 4, 3)
    member.saves("B", 4, "", "")
    assert f'href="#m-{interviewing.office.subject("B")}-skills"' in member.page()


def test_many_candidates_come_in_pages(interviewing: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring_grid, "MOST_ROWS", 2)
    member = Member(interviewing, "K")
    first, second = member.page(), member.page(page="2")
    a, c = (interviewing.office.subject(name) for name in "AC")
    assert (f'id="r-{a}"' in first, f'id="r-{c}"' in first) == (True, False)
    assert (f'id="r-{a}"' in second, f'id="r-{c}"' in second) == (False, True)
    answer = member.browser.post(member.base, member.fields("A", 4, 4, 3) | {"then": "page-2", "page": "1"})
    assert answer.headers["location"] == f"{member.base}?page=2"
    assert len(marks_of(interviewing, "A", "K")) == 3


@pytest.mark.parametrize("page", ["0", "-1", "zwei", "9" * 5000, "99"])
def test_strange_page_is_a_page(interviewing: Town, page: str) -> None:
    assert "0 of 3 scored" in Member(interviewing, "K").page(page=page)


def test_queries_do_not_grow_with_candidates(interviewing: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    member, database = Member(interviewing, "K"), interviewing.office.house.database
    asked: list[str] = []
    read = database.read

    def counting(statement: Any, /, **params: Any) -> Any:
        asked.append(statement.name)
        return read(statement, **params)

    monkeypatch.setattr(database, "read", counting)
    member.page()
    three = list(asked)
    asked.clear()
    monkeypatch.setattr(scoring_grid, "MOST_ROWS", 1)
    member.page()
    assert asked == three
    assert len(three) <= 12, three


# --- the seal ---------------------------------------------------------------------------------------------------------


def test_nobody_sees_a_sealed_mark(interviewing: Town) -> None:
    """L's marks and note are unlike anything else on the pages, and are on none of them before the sheets open."""
    other = Member(interviewing, "L")
    application = interviewing.office.subject("A")
    other.saves("A", "5.000", "1.00000", "3.0000", more={f"n-{application}": "quartz-7731", f"v-{application}": ""})
    other.signs("A")
    assert signed(interviewing, "A") == 1
    procedure = interviewing.url("procedures", interviewing.office.player.procedure)
    paths = [
        interviewing.url("commission"),
        f"{procedure}/scoring",
        f"{procedure}/scoring/interview",
        f"{procedure}/scoring/interview?position=speech_therapist&page=1&sort=marks&order=desc",
        f"{procedure}/scoring/interview/sign",
        f"{procedure}/scoring/interview/results",
        f"{procedure}/applications/{application}/scores",
        f"{procedure}/applications/{application}/conflict",
    ]
    for who in ("K", "M", "coordinator", "auditor"):
        browser = reader(interviewing, who)
        for path in paths:
            for headers in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
                answer = browser.get(path, headers=headers)
                told = answer.text + str(answer.headers)
                assert not re.search(r"5\.000|1\.00000|3\.0000|quartz-7731", told), (who, path)
    saved = Member(interviewing, "K").saves("A", 1, 1, 1, headers={"HX-Request": "true"})
    assert not re.search(r"5\.000|1\.00000|3\.0000|quartz-7731", saved.text + str(saved.headers))
    assert "1 of 3 have signed" in Member(interviewing, "K").page()


def test_order_of_the_grid_says_nothing_of_marks(interviewing: Town) -> None:
    member = Member(interviewing, "K")

    def order() -> list[str]:
        return re.findall(r'<tr id="r-([^"]+)"', member.page())

    before = order()
    for name, mark in zip("ABC", (1, 5, 3), strict=True):
        Member(interviewing, "L").saves(name, mark, mark, mark)
        Member(interviewing, "M").saves(name, mark, mark, mark)
    assert order() == before == [interviewing.office.subject(name) for name in "ABC"]


def test_every_select_of_marks_names_whose_they_may_be() -> None:
    from workflow.persistence import scoring_reads
    from workflow.persistence.statements import Statement

    for statement in vars(scoring_reads).values():
        if isinstance(statement, Statement):
            text = statement.sql("sqlite")
            if "mark.value" in text or "sheet_note.note" in text:
                assert "sheet.user_id = :user" in text or "sheet.opened_at IS NOT NULL" in text, statement.name


def test_opened_sheets_show_the_whole_computation(interviewing: Town) -> None:
    opens(interviewing)
    procedure = interviewing.url("procedures", interviewing.office.player.procedure)
    path = f"{procedure}/applications/{interviewing.office.subject('B')}/scores"
    for who in ("K", "L", "coordinator", "auditor"):
        page = reader(interviewing, who).get(path).text
        assert "(15 + 15 + 3) / 3 = 11.00" in page, who
        assert "threshold 12 missed" in page
        assert "The members&#39; totals are 15; 15; 3; they lie 12 apart." in page
        assert page.count("Far from the others</span>") == 1
        assert "The mean: (15 + 15 + 3) / 3 = 11, shown as 11.00." in page
    passed = reader(interviewing, "K").get(f"{procedure}/applications/{interviewing.office.subject('A')}/scores").text
    assert "(12 + 12 + 12) / 3 = 12.00" in passed
    assert "threshold 12 passed" in passed


def test_results_stand_by_register_number(interviewing: Town) -> None:
    opens(interviewing)
    page = Member(interviewing, "K").browser.get(
        interviewing.url("procedures", interviewing.office.player.procedure, "scoring", "interview", "results")
    )
    shown = re.findall(r"applications/([^/]+)/scores", page.text)
    assert shown == [interviewing.office.subject(name) for name in "ABC"]
    assert re.sub(r"\s+", " ", page.text).count("15; 15; 3 (far from the others)") == 1


def test_computation_is_in_the_readers_language(interviewing: Town) -> None:
    opens(interviewing)
    browser = reader(interviewing, "K")
    browser.client.cookies.set("nabor-language", "pl")
    page = browser.get(
        interviewing.url(
            "procedures",
            interviewing.office.player.procedure,
            "applications",
            interviewing.office.subject("B"),
            "scores",
        )
    ).text
    assert "(15 + 15 + 3) / 3 = 11,00" in page


# --- signing ----------------------------------------------------------------------------------------------------------


def test_confirmation_shows_what_is_signed(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    member.saves("A", 5, 4, 3)
    member.saves("B", 5, "", "")
    page = member.browser.get(f"{member.base}/sign").text
    assert "You are about to sign 1 sheet." in page
    assert "2 candidates still lack marks and are not signed now." in page
    assert f'id="r-{interviewing.office.subject("A")}"' in page
    assert f'id="r-{interviewing.office.subject("B")}"' not in page
    assert signed(interviewing, "A") == 0, "a page that is looked at signs nothing"


def test_signed_sheet_is_locked(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    member.saves("A", 5, 4, 3)
    assert member.signs("A").status_code == 303
    assert signed(interviewing, "A") == 1
    page = member.page()
    assert f'id="m-{interviewing.office.subject("A")}-qualification"' not in page
    assert "1 of 3 scored, 1 signed" in page
    assert "1 of 3 have signed" in page


def test_saving_after_signing_is_refused_and_told(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    member.saves("A", 5, 4, 3)
    member.signs("A")
    for headers in ({}, {"HX-Request": "true"}):
        answer = member.saves("A", 1, 4, 3, was=(5, 4, 3), headers=headers)
        assert answer.status_code == 422
        assert "This sheet is signed and cannot be changed any more." in answer.text
        assert "You typed: 1." in answer.text
    assert marks_of(interviewing, "A", "K")["qualification"] == "5"


def test_all_complete_sheets_are_signed_at_once(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    for name in "ABC":
        member.saves(name, 5, 4, 3)
    assert member.signs("A", "B", "C").status_code == 303
    assert [signed(interviewing, name) for name in "ABC"] == [1, 1, 1]


def test_marks_changed_since_they_were_shown_are_not_signed(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    member.saves("A", 5, 4, 3)
    member.saves("B", 5, 4, 3)
    page = member.browser.get(f"{member.base}/sign").text
    seen = dict(re.findall(r'name="(seen-[^"]+)" value="([^"]*)"', page))
    member.saves("A", 2, 4, 3, was=(5, 4, 3))  # in another window
    answer = member.browser.post(f"{member.base}/sign", {k: v.replace("&amp;", "&") for k, v in seen.items()})
    assert answer.status_code == 422
    assert "have changed since they were shown" in answer.text
    assert (signed(interviewing, "A"), signed(interviewing, "B")) == (0, 1)
    again = dict(re.findall(r'name="(seen-[^"]+)" value="([^"]*)"', answer.text))
    assert list(again) == [f"seen-{interviewing.office.subject('A')}"], "what is left can be signed from here"
    answer = member.browser.post(f"{member.base}/sign", {k: v.replace("&amp;", "&") for k, v in again.items()})
    assert (answer.status_code, signed(interviewing, "A")) == (303, 1)


def test_incomplete_sheet_is_not_signed(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    member.saves("A", 5, "", "")
    answer = member.browser.post(f"{member.base}/sign", {f"seen-{interviewing.office.subject('A')}": "qualification=5"})
    assert answer.status_code == 422
    assert signed(interviewing, "A") == 0


def test_sheets_of_another_procedure_are_not_reached_from_this_one(interviewing: Town) -> None:
    """Not even by a member of both: a session that a link opened reaches one procedure only."""
    member = Member(interviewing, "K")
    member.saves("A", 5, 4, 3)
    player, first = interviewing.office.player, interviewing.office.player.procedure
    player.open(number="T-2", positions={"stoker": 1}, dates={}, details={}, commission={"K": "chair"})
    second, player.procedure = player.procedure, first
    base, application = interviewing.url("procedures", second, "scoring", "interview"), interviewing.office.subject("A")
    seen = {f"seen-{application}": "qualification=5&skills=4&personal_qualities=3"}
    assert member.browser.post(f"{base}/sign", seen).status_code == 422
    assert member.browser.post(base, member.fields("A", 1, 1, 1)).status_code == 422
    assert (
        member.browser.post(
            interviewing.url("procedures", second, "applications", application, "conflict"), {"reason": "x"}
        ).status_code
        == 404
    )
    assert (signed(interviewing, "A"), marks_of(interviewing, "A", "K")["skills"]) == (0, "4")


def test_signing_twice_signs_once(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    member.saves("A", 5, 4, 3)
    seen = {f"seen-{interviewing.office.subject('A')}": "qualification=5&skills=4&personal_qualities=3"}
    assert member.browser.post(f"{member.base}/sign", seen).status_code == 303
    again = member.browser.post(f"{member.base}/sign", seen)
    assert again.status_code == 422
    assert "This sheet is signed and cannot be changed any more." in again.text
    assert "<button>Sign" not in again.text
    assert member.browser.post(f"{member.base}/sign", {}).headers["location"] == f"{member.base}/sign"


def test_button_that_signs_saves_before(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    answer = member.browser.post(member.base, member.fields("A", 5, 4, 3) | {"then": "sign"})
    assert answer.headers["location"] == f"{member.base}/sign"
    assert len(marks_of(interviewing, "A", "K")) == 3


# --- two windows ------------------------------------------------------------------------------------------------------


def test_of_two_windows_the_last_counts_and_says_so(interviewing: Town) -> None:
    member = Member(interviewing, "K")
    member.saves("A", 4, 4, 4)
    answer = member.saves("A", 2, "", "", headers={"HX-Request": "true"})  # the other window was opened before
    assert marks_of(interviewing, "A", "K") == {"qualification": "2", "skills": "4", "personal_qualities": "4"}
    assert "Professional qualification: replaced 4, which another window of yours had saved." in answer.text
    assert "Individual abilities and professional skills: is now 4, from another window of yours." in answer.text


# --- conflicts --------------------------------------------------------------------------------------------------------


def test_conflict_takes_the_candidate_out_of_the_grid(interviewing: Town) -> None:
    member, application = Member(interviewing, "L"), interviewing.office.subject("B")
    path = interviewing.url("procedures", interviewing.office.player.procedure, "applications", application, "conflict")
    assert path in member.page()
    assert member.browser.post(path, {"reason": " "}).status_code == 422
    assert f'id="r-{application}"' in member.page(), "without a reason nothing is declared"
    answer = member.browser.post(path, {"reason": "my cousin"})
    assert answer.status_code == 303, answer.text
    page = member.page()
    assert f'id="r-{application}"' not in page
    assert "You declared a conflict with these candidates." in page
    assert "0 of 2 scored, 0 signed" in page
    assert "0 of 2 have signed" in Member(interviewing, "K").page()
    late = member.saves("B", 5, 5, 5, headers={"HX-Request": "true"})
    assert (late.status_code, marks_of(interviewing, "B", "L")) == (422, {})


def test_recused_member_is_shown_no_scores(interviewing: Town) -> None:
    member, application = Member(interviewing, "L"), interviewing.office.subject("B")
    base = interviewing.url("procedures", interviewing.office.player.procedure)
    member.browser.post(f"{base}/applications/{application}/conflict", {"reason": "my cousin"})
    for who in "KM":
        interviewing.office.does((f"2022-04-18 09:40 {who}", "score B interview 5 5 5"))
    assert "not shown to you" in member.browser.get(f"{base}/applications/{application}/scores").text


# --- whose page it is -------------------------------------------------------------------------------------------------


def test_session_by_link_sees_this_procedure_only(interviewing: Town) -> None:
    office = interviewing.office
    first = office.player.procedure
    office.player.open(number="T-2", positions={"stoker": 1}, dates={}, details={}, commission={"L": "member"})
    second, office.player.procedure = office.player.procedure, first
    browser = Browser(interviewing.browser(None).client, office.player.members["L"])
    token = sessions.begin(office.house, office.player.members["L"], method="link", institution=SZ, procedure=first)
    browser.client.cookies.set("nabor", token)
    browser.client.cookies.set("nabor-language", "en")
    page = browser.get(interviewing.url("commission")).text
    assert (first in page, second in page) == (True, False)
    assert browser.get(interviewing.url("procedures", first, "scoring", "interview")).status_code == 200
    for path in ("scoring", "scoring/interview", "scoring/interview/results"):
        assert browser.get(interviewing.url("procedures", second, path)).status_code == 403
    own = Member(interviewing, "L").browser.get(interviewing.url("commission")).text
    assert second in own, "signed in by password the member sees both"


def test_other_peoples_pages(interviewing: Town) -> None:
    base = interviewing.url("procedures", interviewing.office.player.procedure)
    assert reader(interviewing, "coordinator").get(f"{base}/scoring/interview").status_code == 403
    assert reader(interviewing, "coordinator").get(interviewing.url("commission")).status_code == 403
    assert reader(interviewing, "coordinator").get(f"{base}/scoring/interview/results").status_code == 200
    member = reader(interviewing, "K")
    assert member.get(f"{base}/scoring/dance").status_code == 404
    assert member.get(f"{base}/applications/{interviewing.office.subject('stoker')}/scores").status_code == 404
    assert member.get(f"{base}/applications/{interviewing.office.player.procedure}/conflict").status_code == 404


def test_nobody_is_scored_before_the_interview(checking: Town) -> None:
    page = Member(checking, "K").page()
    assert "Nobody is to be scored here now." in page
    assert '<input id="m-' not in page


# --- what waits -------------------------------------------------------------------------------------------------------


def test_commission_page_says_what_waits(checking: Town) -> None:
    page = reader(checking, "K").get(checking.url("commission")).text
    assert "3 applications whose papers are to be judged" in page
    checking.office.does(
        ("2022-04-04 09:00 K", "verdict A, B, C * ok"),
        ("2022-04-04 10:00 K", "admit A, B, C"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        ("2022-04-18 09:30 registrar", "wait"),
    )
    member = Member(checking, "K")
    member.saves("A", 4, 4, 4)
    member.signs("A")
    page = reader(checking, "K").get(checking.url("commission")).text
    assert "2 score sheets to sign" in page
    assert "1 of 3 signed" in page
    assert checking.url("procedures", checking.office.player.procedure, "moves", "close_interviews") in page
    assert "close_interviews" not in reader(checking, "L").get(checking.url("commission")).text


def test_papers_to_judge_are_listed(checking: Town) -> None:
    page = reader(checking, "L").get(checking.url("procedures", checking.office.player.procedure, "scoring")).text
    for name in "ABC":
        assert (
            checking.url("procedures", checking.office.player.procedure, "applications", checking.office.subject(name))
            in page
        )


def test_note_does_not_change_what_is_signed() -> None:
    assert SaveSheet(assessment="interview", marks={}, note="x").note == "x"
