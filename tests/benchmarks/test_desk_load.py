"""The desk's benchmark works. No test looks at a clock: machines differ."""

from __future__ import annotations

from pathlib import Path

from benchmarks import desk


def test_every_page_of_the_desk_is_asked_for(tmp_path: Path) -> None:
    figures = desk.whole(f"sqlite:///{tmp_path}/desk.db", tmp_path, desk.TINY, lambda _: None)

    pages = ("queue", "table", "table_of_a_procedure", "table_by_name", "board", "search", "application")
    assert set(figures.by_key) == {
        f"desk.sqlite.10.{name}" for name in (*pages, *(f"{page}.p99" for page in pages), "first", "idle", "sign_ins")
    }
    assert all(value > 0 for figure in figures.by_key.values() for value in figure.rounds)
    assert figures.by_key["desk.sqlite.10.first"].rounds[0] < 100
