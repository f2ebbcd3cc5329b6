"""The benchmark of ranking works, and its lists hang on every key of the chain. No test looks at a clock."""

from __future__ import annotations

from benchmarks import ranking


def test_a_list_is_made_and_explained() -> None:
    figures = ranking.whole(ranking.TINY, lambda _: None)
    assert set(figures.by_key) == {f"ranking.{n}{what}" for n in (5, 10) for what in ("", ".explained", ".memory")}


def test_all_four_keys_separate_somebody() -> None:
    listed = ranking.made(ranking.candidates_of(5_000))
    assert {place.decided_by for place in listed.places} == {"total", "shared", *ranking.CHAIN} - {"shared"}
