"""Published procedures of other institutions, re-enacted: sound, played, and held against the published numbers.

What is published is cited in each folder's sources.yaml; what is invented stands there as an assumption, or at the top
of the definition. Nobody's name is kept: candidates are letters.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

import pytest

from workflow.bootstrap import open_catalogue
from workflow.catalogue.index import Catalogue
from workflow.cli import definition_views
from workflow.engine import ranking, scoring
from workflow.engine.ranking import Entry
from workflow.scenarios.story import Played, play, read_story
from workflow.services import protocol_parts
from workflow.services.paper_words import PaperWords

PUBLISHED = Path(__file__).parent / "published"
INSTITUTIONS = tuple(sorted(folder.name for folder in PUBLISHED.iterdir() if folder.is_dir()))


@cache
def catalogue() -> Catalogue:
    return open_catalogue((PUBLISHED,))


@cache
def played(institution: str) -> tuple[Played, ...]:
    scripts = sorted((PUBLISHED / institution / "scenarios").glob("*.yaml"))
    return tuple(play(catalogue(), read_story(path)) for path in scripts)


def test_three_countries_are_re_enacted() -> None:
    assert {name.partition("_")[0] for name in INSTITUTIONS} == {"bg", "cn", "pl"}


@pytest.mark.parametrize("institution", INSTITUTIONS)
class TestPublished:
    def test_is_sound(self, institution: str) -> None:
        assert [str(problem) for problem in catalogue().check(institution)] == []

    def test_comes_out_as_published(self, institution: str) -> None:
        outcomes = played(institution)
        assert outcomes
        assert [(p.file, *map(str, p.wrong), *map(str, p.differences)) for p in outcomes if not p.passed] == []


@cache
def lists() -> dict[tuple[str, str], list[dict[str, str]]]:
    """(institution, origin) -> the rows of its list; origin is `published`, or `rules` where the marks are invented."""
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    with (PUBLISHED / "lists.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["institution"], row["origin"]), []).append(row)
    return found


def test_every_re_enactment_stands_in_the_table_with_its_source() -> None:
    assert {institution for institution, _ in lists()} == set(INSTITUTIONS)
    assert [row for rows in lists().values() for row in rows if not row["source"]] == []


@pytest.mark.parametrize(("institution", "origin"), sorted(lists()))
def test_the_list_follows_from_its_results_alone(institution: str, origin: str) -> None:
    """Results as they were published -> totals and places by the definition's rules, without a database or a diary."""
    process = catalogue().snapshot(institution, "competition").process
    rule = process.ranking
    assert rule is not None
    rows = lists()[institution, origin]
    entries = []
    for row in rows:
        results = {}
        for part in row["results"].split():
            name, _, value = part.partition("=")
            criteria = dict.fromkeys(process.assessments[name].criteria, Fraction(value))
            results[name] = scoring.Result(Fraction(value), Decimal(value), 1, MappingProxyType(criteria), ())
        entries.append(Entry(row["candidate"], "post", row["candidate"], results, bonus=tuple(row["bonus"].split())))
    ranked = ranking.rank(rule, process, entries, {"post": int(rows[0]["seats"])}, {})
    assert ranked.reasons == ()
    made = {p.id: (str(p.place), str(p.shown), p.group.value) for p in ranked.places["post"]}
    assert made == {row["candidate"]: (row["place"], row["total"], row["group"]) for row in rows}


def test_rules_of_points_are_shown_by_the_command_and_in_the_protocol(capsys: pytest.CaptureFixture[str]) -> None:
    process = catalogue().snapshot("pl_policja", "competition").process
    definition_views._assessments(process)
    shown = " ".join(capsys.readouterr().out.split())
    assert "Bonus: highest of computing 10 (computing_degree), master 8 (master_degree)" in shown
    methods = protocol_parts._methods(SimpleNamespace(process=process), PaperWords(process, "en"))  # type: ignore[arg-type]
    facts = dict(row for block in methods for row in getattr(block, "rows", ()) if len(row) == 2)
    assert facts["Points of an answer"] == "of 40 questions, right 1, wrong 0, blank 0"
    assert facts["Bonus points"].endswith("of several the highest counts")
