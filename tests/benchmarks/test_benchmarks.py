"""The benchmark works and the README says what it said. No test looks at a clock: machines differ."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import bare, plan, report, unsealing
from benchmarks.stores import SqliteFiles
from benchmarks.world import EVERYTHING, SILENT, Story, build
from workflow.persistence.database import Database
from workflow.services.transitions import perform

ROOT = Path(__file__).parents[2]


def test_every_figure_is_taken_once_a_round(tmp_path: Path) -> None:
    figures = plan.Figures(lambda _: None)
    store = SqliteFiles(tmp_path)

    plan.moves(figures, store, plan.TINY)
    plan.growth(figures, store, plan.TINY)

    assert {key: len(figure.rounds) for key, figure in figures.by_key.items()} == dict.fromkeys(
        [
            "sqlite.everything.single",
            "sqlite.everything.bare",
            "sqlite.everything.ratio",
            "sqlite.everything.clients",
            "sqlite.everything.wait",
            "sqlite.everything.bulk",
            "sqlite.silent.single",
            "sqlite.silent.bare",
            "sqlite.silent.ratio",
            "sqlite.silent.bulk",
            "sqlite.stored.4",
            "sqlite.stored.4.ratio",
            "sqlite.stored.6",
            "sqlite.stored.6.ratio",
        ],
        plan.TINY.rounds,
    )
    assert all(value > 0 for figure in figures.by_key.values() for value in figure.rounds)


def test_the_sheets_of_everybody_are_opened_by_one_act(tmp_path: Path) -> None:
    figures = unsealing.whole([SqliteFiles(tmp_path)], 2, unsealing.TINY, lambda _: None)

    assert {key: len(figure.rounds) for key, figure in figures.by_key.items()} == {"sqlite.unsealed": 2}
    with Database.open(f"sqlite:///{tmp_path / 'unsealing_1.db'}") as database, database.reading() as connection:
        opened = "SELECT count(*) FROM sheet WHERE opened_at IS NOT NULL"
        assert connection.exec_driver_sql(opened).scalar_one() == unsealing.TINY * unsealing.MEMBERS
        told = "SELECT count(*) FROM journal WHERE act = 'open_scores'"
        assert connection.exec_driver_sql(told).scalar_one() == unsealing.TINY


def _rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    with Database.open(url) as database, database.reading() as connection:
        tables = ("subject", "journal", "deadline", "outbox")
        return {t: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {t}")] for t in tables}


@pytest.mark.parametrize("story", [EVERYTHING, SILENT], ids=lambda story: story.move)
def test_the_bare_replay_leaves_the_same_rows(tmp_path: Path, story: Story) -> None:
    store = SqliteFiles(tmp_path)
    url = store.empty("seed")
    seed = build(story, url)
    seed.copy_to(3)
    seed.close()
    before = _rows(url)
    ours, theirs = store.copy(url, "ours"), store.copy(url, "theirs")

    world = seed.on(ours)
    traces = bare.record(world, range(3))
    world.close()
    with Database.open(theirs) as database:
        bare.replay(database.connect(), traces)

    assert _rows(theirs) == _rows(ours)
    assert _rows(ours) != before


def test_the_move_with_everything_does_everything(tmp_path: Path) -> None:
    world = build(EVERYTHING, SqliteFiles(tmp_path).empty("world"))
    world.copy_to(1)

    done = perform(world.house, world.request(0))

    assert (done.to_state, done.notices) == ("background", ("medical_passed",))  # type: ignore[union-attr]
    subject = world.request(0).subject
    with world.house.database.reading() as connection:
        query = "SELECT rule, status FROM deadline WHERE subject_id = ? ORDER BY rule"
        deadlines = [tuple(row) for row in connection.exec_driver_sql(query, (subject,))]
        query = "SELECT notice, language, body <> '' FROM outbox WHERE reference = ?"
        mails = [tuple(row) for row in connection.exec_driver_sql(query, (f"{subject}/2",))]
    world.close()
    assert deadlines == [("background_due", "armed"), ("medical_due", "cancelled")]
    assert mails == [("medical_passed", "zh", 1)]


def test_results_are_written_and_shown(tmp_path: Path) -> None:
    figure = plan.Figure("a", "one by one", "/s", plan.Goal(100), [90.0, 120.4, 110.0])
    wait = plan.Figure("b", "  longest wait", "ms", plan.Goal(100, at_most=True), [12.34])
    data = {**report.results([figure, wait], {"version": "1"}), "date": "2026-11-22", "commit": "0123456789abcdef"}
    file = tmp_path / "results.json"
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")

    report.write(data, file)
    report.show(data, Console(quiet=True))

    assert json.loads(file.read_text(encoding="utf-8")) == data
    assert [f["median"] for f in data["figures"]] == [110.0, 12.3]
    assert report.refresh(readme, data)
    assert readme.read_text(encoding="utf-8") == (
        f"before\n{report.BEGIN}\n"
        "Taken on 2026-11-22 at commit 0123456789ab; every round stands in `benchmarks/results.json`.\n\n"
        "| what | median | rounds | goal |\n|---|---:|---:|---:|\n"
        "| one by one | 110 /s | 90 / 120 / 110 | at least 100 |\n"
        "| … longest wait | 12.3 ms | 12.3 | at most 100 |\n"
        f"{report.END}\nafter\n"
    )
    assert not report.refresh(tmp_path / "none.md", data)


def test_the_readme_says_what_was_measured() -> None:
    data = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert f"{report.BEGIN}\n{report.markdown(data)}\n{report.END}" in readme
