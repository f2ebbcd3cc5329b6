"""What is sealed shows nowhere: two worlds that differ only in one member's sealed marks look the same to all others.

Every route is walked with every question that its handler takes, so a new page is covered unasked.
Normalised: digests of sealed sheets and of the chain after them, which depend on the marks under a random salt
(worlds.plain), and the times of files that are archives. Nothing else.
"""

from __future__ import annotations

import inspect
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from tests.cli.conftest import command
from tests.services.conftest import SZ
from tests.web.addresses import filled, known, routes
from tests.web.test_hostile_text import LEAVES
from tests.web.test_scoring_import import HEAD, hands_in, sheet
from tests.web.worlds import AUTHOR, ONE, OTHER, Marks, World, determined, plain, world
from workflow.catalogue.index import Catalogue
from workflow.engine.process import Kind
from workflow.persistence.invariants import breaches
from workflow.services import listing, score_accounts

READERS = ("K", "L", "N", "S", "coordinator", "head", "registrar", "auditor", "administrator")
"""A chair, members (one is recused from a candidate), a secretary, the office and those who oversee it."""
QUESTIONS: dict[str, tuple[str, ...]] = {
    "q": ("A", "4", "note-of", "1"),
    "sort": ("name", "since", "number", "received", "mark", "total"),
    "before": ("9",),
    "act": ("sign_sheet", "save_sheet"),
    "page": ("1",),
}


OWN = ("/me/codes", "/me/codes.svg")
"""Pages whose only content is a secret that is made for the reader at that moment."""


@pytest.fixture(scope="module")
def worlds(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, catalogue: Catalogue
) -> Iterator[tuple[World, World]]:
    """Both, for tests that only look."""
    yield from both(tmp_path_factory.mktemp("worlds"), sqlite_template, catalogue, ONE, OTHER)


@pytest.fixture
def fresh(tmp_path: Path, sqlite_template: Path, catalogue: Catalogue) -> Iterator[tuple[World, World]]:
    """Both, for a test that acts."""
    yield from both(tmp_path, sqlite_template, catalogue, ONE, OTHER)


def both(root: Path, template: Path, catalogue: Catalogue, *several: Marks) -> Iterator[tuple[World, World]]:
    """Two worlds with those marks, until the test is over."""
    with pytest.MonkeyPatch.context() as patch:
        one, other = (
            world(root / name, template, catalogue, marks, patch)
            for name, marks in zip(("one", "other"), several, strict=True)
        )
    yield one, other
    for each in (one, other):
        assert breaches(each.town.office.house.database) == ()
        each.town.office.house.database.close()


def addresses(at: World) -> Iterator[tuple[str, dict[str, str]]]:
    """Every page: for each candidate of either procedure, with each question that it takes."""
    player, earlier = at.town.office.player, at.earlier.player
    places = [{**known(at.town), "application": at.town.office.subject(name)} for name in "ABC"]
    before = {"procedure": earlier.procedure, "position": next(iter(earlier.positions.values()))}
    places += [{**places[0], **before, "application": at.earlier.subject(name)} for name in "PQ"]
    moves = sorted({t.name for lc in player.definition.lifecycles.values() for t in lc.transitions})
    told = set()
    for route in routes("GET"):
        if route.path in OWN:
            continue
        asked = [name for name in inspect.signature(route.handler).parameters if name in QUESTIONS]
        if route.path.startswith("/{institution}/applications"):
            asked += ["q", "sort"]  # read by the handler itself
        questions: list[dict[str, str]] = [{}, *({name: value} for name in asked for value in QUESTIONS[name])]
        acts = "{transition}" in route.path
        for place in places[:1] if acts else places:
            for move in moves if acts else ("",):
                for question in questions:
                    one = filled(route, {**place, "transition": move}), question
                    if str(one) not in told:
                        told.add(str(one))
                        yield one


def readable(answer: Any) -> str:
    """An answer as text. Of an archive (a table, a document) every part but the one that says when it was written; of a
    PDF what it says, because its bytes are packed."""
    head = f"{answer.status_code} {answer.headers.get('content-type', '')} {answer.headers.get('location', '')}\n"
    if answer.content.startswith(b"%PDF"):
        return head + "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    if not answer.content.startswith(b"PK"):
        return head + str(answer.content, "utf-8", "backslashreplace")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        parts = [
            f"{name}\n{archive.read(name).decode('utf-8', 'backslashreplace')}"
            for name in archive.namelist()
            if name != "docProps/core.xml"
        ]
    return head + "\n".join(parts)


def _of(at: World, answer: Any) -> str:
    """The answer as text; each world lies in a folder of its own, which those who oversee the system read."""
    return readable(answer).replace(str(at.root), "<folder>")


def walked(at: World, who: str, occasion: str = "") -> dict[str, str]:
    """Everything that somebody can open, as text. Each occasion is a session of its own."""
    with determined(11, who, occasion):  # the session's tokens, the same in both worlds
        reader = at.town.as_(who)
        return {
            f"{path} {question or ''}": _of(at, reader.get(path, params=question)) for path, question in addresses(at)
        }


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The addresses whose texts differ."""
    assert list(one) == list(other)
    return [address for address in one if plain(one[address]) != plain(other[address])]


@pytest.mark.parametrize("who", READERS)
def test_nobody_else_sees_anything_of_sealed_marks(worlds: tuple[World, World], who: str) -> None:
    one, other = (walked(each, who) for each in worlds)
    assert differing(one, other) == []
    assert sum(text.startswith("200") for text in one.values()) > 20, "the reader is let in"
    secret = worlds[0].secrets
    assert [address for address, text in one.items() if any(each in text for each in secret)] == [], "salt or digest"


def test_the_member_sees_the_own_marks_and_only_on_the_own_pages(worlds: tuple[World, World]) -> None:
    one, other = (walked(each, AUTHOR) for each in worlds)
    found = {re.sub(r"[0-9a-f-]{36}", "*", address).split(" ")[0] for address in differing(one, other)}
    scoring = f"/{SZ}/procedures/*/scoring/interview"
    assert found == {scoring, f"{scoring}/sign", f"{scoring}/table.xlsx"}


def test_a_leak_is_found(worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a reader to take sealed sheets for opened ones, the walk would say so."""
    real = score_accounts._opened

    def leaking(house: Any, institution: str, ids: Any) -> Any:
        found = real(house, institution, ids)
        with house.database.reading() as connection:
            for application in ids:
                rows = connection.execute(text(SEALED_MARKS), {"a": application}).all()
                for user, criterion, value in rows:
                    sheets = found.setdefault((application, "interview"), [])
                    sheet = next((one for one in sheets if one[0] == user), None)
                    if sheet is None:
                        sheet = (user, "somebody", {}, "")
                        sheets.append(sheet)
                    sheet[2][criterion] = Decimal(value)
        return found

    monkeypatch.setattr(score_accounts, "_opened", leaking)
    one, other = (walked(each, "coordinator", "leak") for each in worlds)
    assert {address.split("/")[-1].strip() for address in differing(one, other)} == {"scores"}


SEALED_MARKS = """
SELECT s.user_id, m.criterion, m.value FROM sheet s JOIN mark m ON m.sheet_id = s.id
WHERE s.application_id = :a AND s.opened_at IS NULL AND s.signed_at IS NOT NULL
"""


def test_the_order_of_a_list_would_be_found(worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that shows no mark and sorts by them leaks as well, and is found as well."""
    real = listing.page

    def sorted_by_marks(house: Any, *given: Any, **more: Any) -> Any:
        shown = real(house, *given, **more)
        with house.database.reading() as connection:
            rank = dict(connection.execute(text(RANK)).all())
        return replace(shown, lines=tuple(sorted(shown.lines, key=lambda line: rank.get(line.id, 0))))

    monkeypatch.setattr(listing, "page", sorted_by_marks)
    one, other = (walked(each, "coordinator", "order") for each in worlds)
    assert any("/applications" in address for address in differing(one, other))


RANK = """
SELECT s.application_id, sum(m.value) FROM sheet s JOIN mark m ON m.sheet_id = s.id
WHERE s.opened_at IS NULL GROUP BY s.application_id
"""


@pytest.mark.parametrize("who", ["K", "N", "coordinator", "head"])
def test_refusals_tell_nothing_of_sealed_marks(fresh: tuple[World, World], who: str) -> None:
    """Every form of every page, sent empty and as it was looked at: what is refused, and why, is the same."""
    one, other = (_acted(each, who) for each in fresh)
    assert differing(one, other) == []
    refused = [said for said in one.values() if said.startswith(("409", "422", "403"))]
    assert len(refused) > 10


def _acted(at: World, who: str) -> dict[str, str]:
    player = at.town.office.player
    with determined(13, who):
        reader = at.town.as_(who)
        told: dict[str, str] = {}
        for name in "ABC":
            values = {**known(at.town), "application": at.town.office.subject(name)}
            for route in routes("POST"):
                if route.path in LEAVES or "/me/" in route.path:
                    continue
                kinds = {"applications": Kind.APPLICATION, "positions": Kind.POSITION}
                kind = kinds.get(route.path.split("/")[-4] if "{transition}" in route.path else "", Kind.PROCEDURE)
                moves = [t.name for t in player.definition.lifecycles[kind].transitions]
                for move in dict.fromkeys(moves) if "{transition}" in route.path else ("",):
                    path = filled(route, {**values, "transition": move})
                    told[path] = readable(reader.post(path))
                    looked = re.search(r'name="version" value="(\d+)"', told[path])
                    if looked:
                        given = {"version": looked[1], "reason": "a reason"}
                        told[f"{path} as looked at"] = readable(reader.post(path, given))
        return told


@pytest.mark.parametrize("who", ["K", "N", "L"])
def test_a_table_that_is_looked_at_tells_nothing(fresh: tuple[World, World], who: str) -> None:
    """A member's import: marks that differ from another's, a sheet that is signed, a candidate one is recused from."""
    looks = []
    for each in fresh:
        with determined(17, who):
            member = each.town.as_(who)
            numbers = dict(each.town.office.rows("SELECT id, register_number FROM application"))
            rows = [(numbers[each.town.office.subject(name)], "", 4, 4, 4) for name in "ABC"]
            look = hands_in(member, each.town, sheet([HEAD, *rows]))
            looks.append({"look": readable(look), "save": readable(member.post(str(look.url.path)))})
    assert differing(*looks) == []
    assert looks[0]["look"].startswith(("200", "422"))


VIEWS = (
    "procedure list {i}",
    "procedure show {i} {n}",
    "procedure moves {i} {n} --as {chair}",
    "procedure ranking {i} {n}",
    "procedure publication {i} {n} 1",
    "procedure protocol {i} {n} --draft",
    "application list {i} {n}",
    "application show {i} {a}",
    "application show {i} {a} --history",
    "application moves {i} {a} --as {chair}",
    "deadlines list",
    "outbox list",
    "journal verify {i}",
    "db check",
)
"""Every command that shows something of an institution's procedures."""


def test_the_command_line_tells_nothing(worlds: tuple[World, World]) -> None:
    one, other = (_commanded(each) for each in worlds)
    assert differing(one, other) == []
    assert [told for told, out in one.items() if not out.startswith("0")] == []


def _commanded(at: World) -> dict[str, str]:
    office = at.town.office
    subjects = [
        (number, subject)
        for number, of, names in (("T-1", office, "AC"), ("T-0", at.earlier, "P"))
        for subject in map(of.subject, names)
    ]
    told = {}
    for view in VIEWS:
        for number, subject in subjects:
            asked = view.format(i=SZ, n=number, a=subject, chair=office.player.members["K"])
            for more in ((), ("--json",)):
                if asked not in told or more:
                    answer = command(at.root, office.clock, (*asked.split(), *more))
                    told[" ".join((asked, *more))] = f"{answer.code}{answer.out}{answer.err}"
    return told
