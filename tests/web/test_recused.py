"""A recused member reads nothing of the candidate: two worlds that differ only in that candidate's opened marks look
the same to that member on every page, in every file and by every command, and to everybody else they do not.

What is public is no secret: once a publication is shown, it is shown to the recused as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import command
from tests.services.conftest import SZ
from tests.web.conftest import Town
from tests.web.given import clerk, ok, procedure
from tests.web.test_sealed import both, differing, walked
from tests.web.worlds import ONE, World, determined
from workflow.catalogue.index import Catalogue
from workflow.services import protocol


@pytest.fixture(scope="module")
def worlds(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, catalogue: Catalogue
) -> Iterator[tuple[World, World]]:
    """Q, from whom L is recused, has 13 in one and 15 in the other; the place is the first in both."""
    yield from both(tmp_path_factory.mktemp("worlds"), sqlite_template, catalogue, ONE, replace(ONE, opened="5 5 5"))


def test_the_recused_member_sees_the_same_in_both(worlds: tuple[World, World]) -> None:
    one, other = (walked(each, "L") for each in worlds)
    assert differing(one, other) == []


@pytest.mark.parametrize("who", ["K", "N", "coordinator"])
def test_everybody_else_sees_the_difference(worlds: tuple[World, World], who: str) -> None:
    """Were the pages silent to all, the test above would prove nothing."""
    one, other = (walked(each, who) for each in worlds)
    places = {address.split("?")[0].strip().rsplit("/", 1)[-1] for address in differing(one, other)}
    assert {"scores", "results", "lists", "lists.csv", "lists.xlsx", "file.pdf", "file.docx"} <= places


@pytest.mark.parametrize("page", ["lists", "position"])
def test_the_page_says_that_something_is_not_shown(worlds: tuple[World, World], page: str) -> None:
    for at in worlds:
        player = at.earlier.player
        rest = "lists" if page == "lists" else f"positions/{next(iter(player.positions.values()))}"
        address = f"/{SZ}/procedures/{player.procedure}/{rest}"
        said = "You declared a conflict with 1 candidate."
        with determined(19, page):  # the same session in both, because the reader's own page lists them
            recused = at.town.as_("L")
        assert said in ok(recused.get(address))
        assert said not in ok(at.town.as_("K").get(address))


VIEWS = (
    "procedure ranking {i} T-0",
    "procedure ranking {i} T-0 --json",
    "application show {i} {q} --history",
    "application show {i} {q} --history --json",
)


def test_commands_as_the_recused_member(worlds: tuple[World, World]) -> None:
    def said(at: World, member: str) -> dict[str, str]:
        q, user = at.earlier.subject("Q"), at.earlier.player.members[member]
        return {
            view: command(at.root, at.earlier.clock, (*view.format(i=SZ, q=q).split(), "--as", user)).out
            for view in VIEWS
        }

    one, other = (said(each, "L") for each in worlds)
    assert differing(one, other) == []
    one, other = (said(each, "K") for each in worlds)
    assert differing(one, other) == list(VIEWS)


def test_the_draft_of_the_protocol_is_without_those_results_and_the_protocol_is_whole(
    worlds: tuple[World, World],
) -> None:
    at = worlds[0]
    house, procedure = at.earlier.house, at.earlier.player.procedure
    member = at.earlier.player.members["L"]
    drafts = [protocol.draft_paper(house, SZ, procedure, reader) for reader in ("", member)]
    told = [str(paper.as_data()) for paper in drafts]
    assert ["13.00" in text for text in told] == [True, False]
    assert ["12.00" in text for text in told] == [True, True], "of others everything"
    assert all("T-0/0002" in text for text in told), "that the candidate applied is no result"


@pytest.mark.parametrize(
    ("name", "said"),
    [("P", "Made of 4 sheets of 4 members."), ("Q", "Made of 3 sheets of 4 members; 1 recused. Recused: L.")],
)
def test_the_result_says_of_how_many_sheets_it_is(worlds: tuple[World, World], name: str, said: str) -> None:
    at = worlds[0]
    procedure = f"/{SZ}/procedures/{at.earlier.player.procedure}"
    reader = at.town.as_("N")
    told = [
        re.sub(r"\s+", " ", ok(reader.get(f"{procedure}/{page}")))
        for page in (f"applications/{at.earlier.subject(name)}/scores", "scoring/interview/results")
    ]
    assert said in told[0]
    assert said.partition(" Recused")[0] in told[1]


def test_below_the_quorum_nothing_is_opened_and_the_refusal_names_the_recused(interviewing: Town) -> None:
    """Three members, a quorum of three, one of them recused from A: no signature can make that up."""
    office = interviewing.office
    office.does(
        ("2022-04-18 10:00 L", "conflict A"),
        ("2022-04-18 11:00 K", "score A, B, C interview 4 4 4"),
        ("2022-04-18 11:00 M", "score A, B, C interview 4 4 4"),
        ("2022-04-18 11:00 L", "score B, C interview 4 4 4"),
        ("2022-04-18 12:00 K", "close_interviews -> refused moves_refused, quorum_recused"),
    )
    assert office.rows("SELECT id FROM sheet WHERE opened_at IS NOT NULL") == []
    page = ok(clerk(interviewing, "K").get(procedure(interviewing, "moves", "close_interviews")))
    assert "only 2 members may score this candidate, 3 are needed. Recused are: L." in page
