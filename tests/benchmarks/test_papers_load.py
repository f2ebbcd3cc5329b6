"""The benchmark of papers works. No test looks at a clock: machines differ."""

from __future__ import annotations

from benchmarks import papers


def test_a_list_is_made_in_each_kind() -> None:
    figures = papers.whole(papers.TINY, lambda _: None)
    assert set(figures.by_key) == {"papers.pdf.5", "papers.docx.5"}
    assert all(value > 0 for figure in figures.by_key.values() for value in figure.rounds)
