"""Lists of applications: every filter and order answers what sorting everything by hand would, page by page."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.services.conftest import SZ, Office
from tests.services.given import application, as_, sqlite_only
from workflow.engine.process import Stage
from workflow.engine.request import Refused
from workflow.persistence import listing_reads as sql
from workflow.persistence.listing_reads import Drive, Shape, Sort
from workflow.services import listing, names, rules_in_use, searching
from workflow.services.acts import CorrectCandidate, Recording
from workflow.services.listing import Filter, Line
from workflow.services.records import record
from workflow.services.registration import register_many

PEOPLE = [
    "Łukasz Żółć-Nowak",
    "Алёна Семёнова",
    "Йордан Пейчев",
    "王小明",
    "李小明",
    "欧阳娜娜",
    "Ivan Ivanov",
    "Ivana Petrova",
    "Zażółć Gęślą",
    "Čeněk Ďurica",
    "O'Brien Sean",
    "Мария Стоянова",
]


@pytest.fixture
def peopled(office: Office) -> Office:
    """Twelve people of many tongues applied, for two positions, one an hour."""
    for n, name in enumerate(PEOPLE):
        office.clock.advance_to(datetime(2022, 3, 3 + n // 3, 8, 0, tzinfo=UTC) + timedelta(hours=n))
        position = "stoker" if n % 3 == 0 else "speech_therapist"
        new = application(office, name, position=position, documents=required(office, position))
        (outcome,) = register_many(office.house, [new])
        assert not isinstance(outcome, Refused), outcome
    return office


def required(office: Office, position: str) -> dict[str, int | None]:
    process = office.house.catalogue.process(SZ, "staff_selection")
    return dict.fromkeys(process.required_documents(position))


def listed(office: Office, wanted: Filter) -> list[Line]:
    """All pages forwards; backwards they must be the same."""
    known = rules_in_use.definitions(office.house, SZ)
    forwards: list[Line] = []
    found = listing.page(office.house, SZ, wanted, known)
    assert found.before is None
    pages = [found]
    while found.after is not None:
        found = listing.page(office.house, SZ, wanted, known, after=found.after)
        pages.append(found)
    forwards = [line for one in pages for line in one.lines]
    if found.total is not None:
        assert found.total == len(forwards)
    for earlier, later in itertools.pairwise(pages):
        back = listing.page(office.house, SZ, wanted, known, before=later.before)
        assert back.lines == earlier.lines
        assert back.after is not None
    return forwards


KEYS: dict[Sort, Any] = {
    Sort.RECEIVED: lambda line: (line.received_at, line.id),
    Sort.NUMBER: lambda line: (line.procedure, line.number),
    Sort.NAME: lambda line: (names.parts(line.name)[0], line.candidate, line.id),
    Sort.SINCE: lambda line: (line.since, line.id),
}


@pytest.mark.parametrize("gathered", [0, 5000])
@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("down", [False, True])
def test_every_order_of_every_filter(
    peopled: Office, sort: Sort, down: bool, gathered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "GATHERED", gathered)
    procedure = peopled.player.procedure
    everything = listed(peopled, Filter(size=50))
    assert sorted(line.name for line in everything) == sorted(PEOPLE)
    stoker = next(line.position_id for line in everything if line.position == "stoker")
    day = {"received_from": date(2022, 3, 4), "received_to": date(2022, 3, 5)}
    zone = timedelta(hours=2)
    filters: list[tuple[dict[str, Any], Any]] = [
        ({}, lambda line: True),
        ({"procedure": procedure}, lambda line: True),
        ({"procedure": procedure, "position": stoker}, lambda line: line.position == "stoker"),
        ({"state": "submitted"}, lambda line: line.state == "submitted"),
        ({"state": "admitted"}, lambda line: False),
        ({"stage": Stage.INTAKE}, lambda line: True),
        ({"stage": Stage.OUTCOME}, lambda line: False),
        ({"procedure": procedure, "state": "submitted", "position": stoker}, lambda line: line.position == "stoker"),
        (day, lambda line: date(2022, 3, 4) <= (line.received_at + zone).date() <= date(2022, 3, 5)),
        ({"text": "小明"}, lambda line: "小明" in line.name),
        ({"text": "ivan"}, lambda line: line.name.startswith("Ivan")),
        ({"text": "T-1/"}, lambda line: True),
        ({"text": "3"}, lambda line: line.number == "T-1/0003"),
        ({"text": "..."}, lambda line: False),
        ({"text": "iv", "position": stoker, "procedure": procedure}, lambda line: line.name == "Ivan Ivanov"),
    ]
    for given, fits in filters:
        wanted = Filter(**given, sort=sort, down=down, size=5)
        expected = {line.id for line in everything if fits(line)}
        found = listed(peopled, wanted)
        assert {line.id for line in found} == expected, given
        order = listing.page(peopled.house, SZ, wanted, rules_in_use.definitions(peopled.house, SZ))
        assert found == sorted(found, key=KEYS[order.sort], reverse=order.down), given
        if gathered and not (given.keys() & day.keys()) and (given or sort is not Sort.SINCE):
            assert (order.sort, order.down) == (sort, down)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("小明", {"王小明", "李小明"}),
        ("阳娜", {"欧阳娜娜"}),
        ("lukasz", {"Łukasz Żółć-Nowak"}),
        ("NOWAK luk", {"Łukasz Żółć-Nowak"}),
        ("алена", {"Алёна Семёнова"}),
        ("пей", {"Йордан Пейчев"}),
        ("иордан", set()),
        ("стоя мар", {"Мария Стоянова"}),
        ("gesla", {"Zażółć Gęślą"}),
        ("cenek dur", {"Čeněk Ďurica"}),
        ("z", {"Łukasz Żółć-Nowak", "Zażółć Gęślą"}),
        ("iv", {"Ivan Ivanov", "Ivana Petrova"}),
        ("7", {"Ivan Ivanov"}),
        ("T-1/0007", {"Ivan Ivanov"}),
        ("%", set()),
    ],
)
def test_search_in_every_script(peopled: Office, asked: str, found: set[str]) -> None:
    hits = searching.find(peopled.house, SZ, asked, 50)
    lines = [] if hits is None else listing.of_ids(peopled.house, SZ, hits.kind, hits.ids, 50)
    assert {line.name for line in lines} == found


def test_a_corrected_name_is_found_and_the_old_one_is_not(peopled: Office) -> None:
    hits = searching.find(peopled.house, SZ, "o'brien", 50)
    assert hits is not None
    (line,) = listing.of_ids(peopled.house, SZ, hits.kind, hits.ids, 50)
    act = CorrectCandidate(values={"name": "Ćwik"})
    done = record(
        peopled.house, Recording(institution=SZ, subject=line.id, act=act, actor=as_("registrar", user="somebody"))
    )
    assert not isinstance(done, Refused), done
    assert searching.find(peopled.house, SZ, "brien", 50) == searching.Found(Drive.CANDIDATES, (), False)
    again = searching.find(peopled.house, SZ, "cwik", 50)
    assert again is not None
    assert again.ids == (line.candidate,)
    assert peopled.rows("SELECT number, part FROM name_part WHERE candidate_id = :c", c=line.candidate) == [(0, "cwik")]


def test_search_says_when_there_is_more(peopled: Office) -> None:
    hits = searching.find(peopled.house, SZ, "T-1", 3)
    assert hits is not None
    assert (len(hits.ids), hits.more) == (3, True)


def test_another_institution_sees_nothing(peopled: Office) -> None:
    known = rules_in_use.definitions(peopled.house, "zhengzhou")
    for wanted in (Filter(), Filter(text="ivan"), Filter(procedure=peopled.player.procedure), Filter(text="T-1")):
        assert listing.page(peopled.house, "zhengzhou", wanted, known).lines == ()
    assert searching.find(peopled.house, "zhengzhou", "ivan", 5) == searching.Found(Drive.CANDIDATES, (), False)


@sqlite_only
@pytest.mark.parametrize("cursor", ["x", "!", "W10", "WyJhIl0", "bnVsbA", "WyJhIiwgImIiXQ"])
def test_a_strange_cursor_is_the_first_page(peopled: Office, cursor: str) -> None:
    known = rules_in_use.definitions(peopled.house, SZ)
    first = listing.page(peopled.house, SZ, Filter(), known)
    assert listing.page(peopled.house, SZ, Filter(), known, after=cursor).lines == first.lines


def test_the_time_in_a_state_is_no_order_of_too_many(peopled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "GATHERED", 3)
    known = rules_in_use.definitions(peopled.house, SZ)
    wanted = Filter(procedure=peopled.player.procedure, sort=Sort.SINCE, down=False)
    assert listing.page(peopled.house, SZ, wanted, known).sort is Sort.RECEIVED


def test_every_line_is_exported_once(peopled: Office) -> None:
    known = rules_in_use.definitions(peopled.house, SZ)
    assert [line.name for line in listing.every(peopled.house, SZ, Filter(down=False), known)] == PEOPLE


def test_filters_are_saved_replaced_and_forgotten(peopled: Office) -> None:
    house, user = peopled.house, peopled.player.actor("coordinator").user
    listing.save(house, SZ, user, "Mine", "state=submitted")
    listing.save(house, SZ, user, "Mine", "state=late")
    listing.save(house, SZ, user, "All", "")
    assert listing.saved(house, SZ, user) == [("All", ""), ("Mine", "state=late")]
    listing.forget(house, SZ, user, "All")
    listing.forget(house, SZ, user, "no such")
    assert listing.saved(house, SZ, user) == [("Mine", "state=late")]
    assert listing.saved(house, SZ, peopled.player.actor("registrar").user) == []


SHAPES = [
    Shape(drive, sort, down, 51, cursor, procedure, positions, states, days, days)
    for drive in Drive
    for sort in Sort
    for down in (False, True)
    for cursor in (False, True)
    for procedure in (False, True)
    for positions, states in ((False, False), (True, True))
    for days in (False, True)
    if not (drive is Drive.WALK and sort is Sort.SINCE)
]


@sqlite_only
def test_every_page_reads_by_index(peopled: Office) -> None:
    """What is walked is walked in its order, without sorting; what is gathered begins with what is few."""
    connection = peopled.house.database.connect()
    first = {
        Drive.CELLS: "SEARCH subject USING INDEX ix_subject_position_id_state",
        Drive.CANDIDATES: "SEARCH application USING INDEX ix_application_candidate_id",
        Drive.APPLICATIONS: "SEARCH application USING PRIMARY KEY",
    }
    for shape in SHAPES:
        text = sql.page(shape).sql("sqlite")
        names_ = {"institution", "procedure", "positions", "states", "ids", "received_from", "received_before"}
        values = dict.fromkeys(names_ | {"key_0", "key_1", "key_2", "param_1"}, "[]") | {"param_1": 0}
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", values)]
        assert [p for p in plan if p.startswith("SCAN") and not p.startswith(("SCAN json_each", "SCAN chosen"))] == []
        (begun,) = [p for p in plan if p.startswith("SEARCH")][:1]
        if shape.drive is Drive.WALK:
            index = {
                (Sort.RECEIVED, False): "ix_application_received_at",
                (Sort.RECEIVED, True): "ix_application_procedure_received_at",
                (Sort.NUMBER, False): "sqlite_autoindex_application_",
                (Sort.NUMBER, True): "sqlite_autoindex_application_",
                (Sort.NAME, False): "ix_name_part_part",
                (Sort.NAME, True): "ix_name_part_part",
            }[shape.sort, shape.procedure]
            assert index in begun, (shape, plan)
            # The order comes from the index; the fifty rows of the page alone are put into order once more.
            before_join = plan[: next(n for n, p in enumerate(plan) if "chosen" in p and p.startswith("SCAN"))]
            assert not any("TEMP B-TREE FOR ORDER BY" in p for p in before_join), (shape, plan)
        else:
            # What was found may be met at the names or states as well: they are reached by the same ids.
            also = {
                Drive.CANDIDATES: "SEARCH name_part USING PRIMARY KEY (institution=? AND candidate_id=?",
                Drive.APPLICATIONS: "SEARCH subject USING PRIMARY KEY (institution=? AND id=?",
            }
            begins = (first[shape.drive], also.get(shape.drive, first[shape.drive]))
            assert begun.replace("COVERING ", "").startswith(begins), (shape, plan)


@sqlite_only
def test_a_search_reads_a_range_of_the_index(peopled: Office) -> None:
    connection = peopled.house.database.connect()
    values = {f"word_{n}{end}": "x" for n in range(4) for end in ("", "_end")} | {"institution": SZ, "param_1": 0}
    for words in range(1, 5):
        plan = [
            row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql.named(words, 10).sql('sqlite')}", values)
        ]
        assert plan[0] == (
            "SEARCH name_part USING COVERING INDEX ix_name_part_part (institution=? AND part>? AND part<?)"
        ), plan
        others = [p for p in plan if p.startswith("SEARCH other")]
        assert len(others) == words - 1
        assert all("PRIMARY KEY (institution=? AND candidate_id=?)" in p for p in others), plan
        assert not any("TEMP B-TREE" in p for p in plan)
    values |= {"number": "1", "number_end": "2", "exact": "[]"}
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql.numbered(10).sql('sqlite')}", values)]
    assert sum("ix_application_register_number (institution=? AND register_number" in p for p in plan) == 2, plan


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_postgresql_reads_ranges_of_the_indexes_too(peopled: Office) -> None:
    values = {"institution": SZ, "word_0": "小", "word_0_end": "小" + sql.LAST, "number": "T", "number_end": "U"}
    for statement, index in ((sql.named(1, 10), "ix_name_part_part"), (sql.numbered(5), "_register_number")):
        text, bound = statement.bound("postgresql", {**values, "exact": ["T-1/0001"]})
        names_ = statement._for("postgresql")[2]
        assert len(bound) == len(names_)
        plan = "\n".join(row[0] for row in peopled.house.database.connect().execute(f"EXPLAIN {text}", bound))
        assert index in plan, plan
        assert "Seq Scan" not in plan, plan
        assert ("part >=" in plan) or ("~>=~" in plan), plan


def test_walking_backwards_from_the_first_page_is_the_end(peopled: Office) -> None:
    wanted = replace(Filter(), size=5)
    known = rules_in_use.definitions(peopled.house, SZ)
    second = listing.page(peopled.house, SZ, wanted, known, after=listing.page(peopled.house, SZ, wanted, known).after)
    first = listing.page(peopled.house, SZ, wanted, known, before=second.before)
    assert first.before is None


def test_the_migration_finds_the_names_that_were_there_before(peopled: Office) -> None:
    from importlib import import_module

    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    parts = "SELECT candidate_id, number, part FROM name_part ORDER BY 1, 2"
    before = peopled.rows(parts)
    assert len(before) > len(PEOPLE)
    with peopled.house.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM name_part")
        with Operations.context(MigrationContext.configure(connection)):
            import_module("workflow.migrations.versions.0002_desk")._fill_name_parts()
    assert peopled.rows(parts) == before
