"""A member's grid and the account of results as services, on both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.services.conftest import SZ, Office
from tests.services.given import at_work, codes, sqlite_only
from workflow.engine.errors import UnknownSubject
from workflow.engine.request import Refused
from workflow.persistence import scoring_reads
from workflow.persistence.statement import Statement
from workflow.persistence.unit_of_work import Unit
from workflow.services import duties, score_accounts, scoring_grid
from workflow.services.records import Recorded
from workflow.services.scoring_grid import Entered, Grid

MARKS = {"qualification": Decimal(4), "skills": Decimal("4.0"), "personal_qualities": Decimal(3)}


def grid(office: Office, who: str, **more: Any) -> Grid:
    player = office.player
    return scoring_grid.look(
        office.house, player.institution, player.procedure, "interview", player.members[who], **more
    )


def saves(office: Office, who: str, **entered: Entered) -> list[Recorded | Refused]:
    actor = office.player.actor(who)
    named = {office.subject(name): one for name, one in entered.items()}
    return list(scoring_grid.save(office.house, SZ, "interview", actor, named).values())


def signs(office: Office, who: str, **seen: dict[str, Decimal]) -> list[Recorded | Refused]:
    actor = office.player.actor(who)
    named = {office.subject(name): marks for name, marks in seen.items()}
    return list(scoring_grid.sign(office.house, SZ, "interview", actor, named).values())


def test_grid_holds_own_marks_and_counts(interviewing: Office) -> None:
    saves(interviewing, "K", A=Entered(MARKS, "calm"), B=Entered({"skills": Decimal(2)}))
    saves(interviewing, "L", A=Entered(dict.fromkeys(MARKS, Decimal(1)), "not mine to see"))
    signs(interviewing, "L", A=dict.fromkeys(MARKS, Decimal(1)))
    own = grid(interviewing, "K")
    assert [(row.number, row.given, dict(row.marks), row.note, row.by_others) for row in own.rows] == [
        ("T-1/0001", 3, MARKS, "calm", (1, 3)),
        ("T-1/0002", 1, {"skills": Decimal(2)}, "", (0, 3)),
        ("T-1/0003", 0, {}, "", (0, 3)),
    ]
    assert (own.total, own.complete, own.signed, own.to_sign) == (3, 1, 0, 1)
    assert own.next_unscored == (interviewing.subject("B"), 1)


def test_marks_and_notes_are_taken_back(interviewing: Office) -> None:
    saves(interviewing, "K", A=Entered(MARKS, "calm"))
    saves(interviewing, "K", A=Entered({"skills": None}, ""))
    (row, *_) = grid(interviewing, "K").rows
    assert (set(row.marks), row.note) == ({"qualification", "personal_qualities"}, "")
    (refused,) = signs(interviewing, "K", A=MARKS)
    assert codes(refused) == {"mark_missing"}


def test_unknown_criterion_is_not_taken_back(interviewing: Office) -> None:
    (refused,) = saves(interviewing, "K", A=Entered({"dance": None}))
    assert codes(refused) == {"unknown_criterion"}


def test_rows_are_saved_or_refused_each_for_itself(interviewing: Office) -> None:
    outcomes = saves(interviewing, "K", A=Entered(MARKS), B=Entered({"skills": Decimal(9)}), C=Entered(MARKS))
    assert [isinstance(outcome, Recorded) for outcome in outcomes] == [True, False, True]
    assert [row.given for row in grid(interviewing, "K").rows] == [3, 0, 3]


def test_only_what_was_seen_is_signed(interviewing: Office) -> None:
    saves(interviewing, "K", A=Entered(MARKS), B=Entered(MARKS))
    outcomes = signs(interviewing, "K", A={**MARKS, "skills": Decimal(5)}, B={**MARKS, "skills": Decimal("4.00")})
    assert [codes(o) if isinstance(o, Refused) else None for o in outcomes] == [{"sheet_changed"}, None]


def test_journal_says_that_a_note_was_saved_and_never_what(interviewing: Office) -> None:
    saves(interviewing, "K", A=Entered({}, "a calm voice"))
    told = interviewing.rows("SELECT parameters FROM journal WHERE act = 'save_sheet'")
    assert '"note":true' in told[0][0]
    everything = str(interviewing.rows("SELECT * FROM journal")) + str(interviewing.rows("SELECT * FROM journal_text"))
    assert "calm" not in everything


def test_thirty_sheets_cost_as_many_statements_as_three(interviewing: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for kind in Unit.__subclasses__():
        read_many = kind.read_many

        def counting(self: Any, wanted: Any, read_many: Any = read_many) -> Any:
            asked.extend(statement.name for statement, _ in wanted)
            return read_many(self, wanted)

        monkeypatch.setattr(kind, "read_many", counting)
    saves(interviewing, "K", A=Entered(MARKS), B=Entered(MARKS))
    two = sorted(asked)
    asked.clear()
    saves(interviewing, "L", A=Entered(MARKS), B=Entered(MARKS), C=Entered(MARKS))
    assert sorted(asked) == two
    asked.clear()
    signs(interviewing, "K", A=MARKS, B=MARKS)
    two = sorted(asked)
    asked.clear()
    saves(interviewing, "L", C=Entered(MARKS))
    asked.clear()
    signs(interviewing, "L", A=MARKS, B=MARKS, C=MARKS)
    assert sorted(asked) == two


def test_conflict_counts_for_everybody(interviewing: Office) -> None:
    office, application = interviewing, interviewing.subject("B")
    actor = office.player.actor("L")
    nothing = scoring_grid.recuse(office.house, SZ, office.player.procedure, application, actor, "  ")
    assert codes(nothing) == {"reason_missing"}
    done = scoring_grid.recuse(office.house, SZ, office.player.procedure, application, actor, "my cousin")
    assert isinstance(done, Recorded)
    own = grid(office, "L")
    assert [row.number for row in own.recused] == ["T-1/0002"]
    assert (own.total, [row.number for row in own.rows]) == (2, ["T-1/0001", "T-1/0003"])
    assert [row.by_others for row in grid(office, "K").rows] == [(0, 3), (0, 2), (0, 3)]


def test_account_is_sealed_then_whole(interviewing: Office) -> None:
    office = interviewing

    def account(name: str, user: str = "nobody") -> score_accounts.Account:
        found = score_accounts.accounts(office.house, SZ, office.player.procedure, office.subject(name), user)
        return found.accounts[0]

    for who, marks in (("K", 5), ("L", 5)):
        for name in "ABC":
            entered = dict.fromkeys(MARKS, Decimal(marks))
            saves(office, who, **{name: Entered(entered, f"{who} on {name}")})
            signs(office, who, **{name: entered})
    sealed = account("A")
    assert (sealed.signed, sealed.entitled, sealed.sheets, sealed.result) == (2, 3, (), None)
    office.does(("2022-04-18 12:00 M", "score A, B, C interview 1 1 1"), ("2022-04-18 16:00 K", "close_interviews"))
    opened = account("A")
    assert [(sheet.name, sheet.total, sheet.is_far) for sheet in opened.sheets] == [
        ("K", Decimal(15), False),
        ("L", Decimal(15), False),
        ("M", Decimal(3), True),
    ]
    assert [sheet.note for sheet in opened.sheets] == ["K on A", "L on A", ""]
    assert (opened.spread, opened.is_reached, str(opened.result.shown if opened.result else "")) == (
        Decimal(12),
        False,
        "11.00",
    )
    assert [line.code for line in opened.lines] == ["score_totals", "score_mean", "threshold_missed"]
    _, _, rows, more = score_accounts.results(office.house, SZ, office.player.procedure, "interview", "nobody")
    assert ([row.number for row in rows], more) == (["T-1/0001", "T-1/0002", "T-1/0003"], "")
    assert grid(office, "K").total == 0


def test_results_come_in_pages(interviewing: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office = interviewing
    for who in "KLM":
        office.does((f"2022-04-18 12:00 {who}", "score A, B, C interview 4 4 4"))
    office.does(("2022-04-18 16:00 K", "close_interviews"))
    monkeypatch.setattr(score_accounts, "A_PAGE", 2)
    page = (office.house, SZ, office.player.procedure, "interview", "nobody")
    _, _, rows, more = score_accounts.results(*page)
    assert ([row.number for row in rows], more) == (["T-1/0001", "T-1/0002"], "T-1/0002")
    _, _, rows, more = score_accounts.results(*page, after=more)
    assert ([row.number for row in rows], more) == (["T-1/0003"], "")


def test_duties_of_a_member(interviewing: Office) -> None:
    office = interviewing
    office.does(("2022-04-18 10:00 K", "score A interview 4 4 4"))
    functions = {office.player.procedure: "chair"}
    (duty,) = duties.duties(office.house, SZ, office.player.members["K"], functions)
    assert [(s.assessment.name, s.candidates, s.signed, s.unsigned) for s in duty.scoring] == [("interview", 3, 1, 2)]
    assert [name for name, _ in duty.moves] == ["close_interviews"]
    assert (duty.to_judge, duty.is_over, duty.waits) == (0, False, True)
    (other,) = duties.duties(office.house, SZ, office.player.members["L"], {office.player.procedure: "secretary"})
    assert (other.scoring, other.moves, other.waits) == ((), (), False)


def test_papers_wait_for_the_commission(checking: Office) -> None:
    office = checking
    functions = {office.player.procedure: "member"}
    (duty,) = duties.duties(office.house, SZ, office.player.members["L"], functions)
    assert duty.to_judge == 3
    papers, more = duties.to_judge(office.house, SZ, office.player.procedure, office.player.members["L"], "member")
    assert ([(one.number, one.judged) for one in papers], more) == (
        [("T-1/0001", 0), ("T-1/0002", 0), ("T-1/0003", 0)],
        "",
    )


def test_ids_of_something_else_are_unknown(interviewing: Office) -> None:
    house, procedure = interviewing.house, interviewing.player.procedure
    with pytest.raises(UnknownSubject):
        scoring_grid.procedure_of(house, SZ, interviewing.subject("A"))
    with pytest.raises(UnknownSubject):
        scoring_grid.application_of(house, SZ, procedure, interviewing.subject("stoker"))
    with pytest.raises(UnknownSubject):
        scoring_grid.procedure_of(house, "goldap", procedure)


@sqlite_only
def test_states_of_scoring_follow_from_the_definition(database: Any, catalogue: Any) -> None:
    workers = catalogue.process("zhengzhou", "community_workers")
    assert scoring_grid.scored_in(workers, "written") == ("written_test",)
    assert scoring_grid.scored_in(workers, "interview") == ("interview",)
    assert scoring_grid.scored_in(catalogue.process("goldap", "recruitment"), "test") == ("test_invited",)
    course = catalogue.process("moscow", "course")
    assert [scoring_grid.scored_in(course, name) for name in course.assessments] == []


@sqlite_only
def test_positions_without_the_test_are_not_scored_in_it(database: Any, catalogue: Any) -> None:
    process = catalogue.process("goldap", "recruitment")
    skipping = next(name for name, post in process.positions.items() if "test" in post.skips)
    office = at_work(
        database,
        catalogue,
        ("goldap", "recruitment"),
        "2026-03-02 08:00",
        language="pl",
        positions={skipping: 1},
        dates={"documents_close": "2026-03-20 15:00"},
        K="chair",
    )
    found = scoring_grid.look(office.house, "goldap", office.player.procedure, "test", office.player.members["K"])
    assert (found.total, found.rows) == (0, ())


@pytest.mark.parametrize(
    "statement", [s for s in vars(scoring_reads).values() if isinstance(s, Statement)], ids=lambda s: s.name
)
def test_every_select_runs_and_uses_an_index(database: Any, statement: Statement) -> None:
    names = ("institution", "procedure", "assessment", "user", "after")
    sample: dict[str, Any] = {**dict.fromkeys(names, "x"), "ids": ["x"], "states": ["x"], "asked": ["x"], "acts": ["x"]}
    sample["limit"] = 1
    sql, values = statement.bound(database.dialect, sample)
    if database.dialect == "postgresql":
        assert database.connect().execute(sql, values).fetchall() == []
        return
    plan = [row[3] for row in database.connect().execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert [p for p in plan if p.startswith("SCAN") and not p.startswith("SCAN json_each")] == []
    # All rows of an institution are a scan by another name.
    assert [p for p in plan if "(institution=?)" in p or "ANY(" in p] == []
