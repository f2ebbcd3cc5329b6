"""What several tests of services need: other institutions at work, requests in one line, everything that is stored."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from tests.services.conftest import SZ, Office, furnish
from workflow.catalogue.index import Catalogue, built_in
from workflow.engine.request import Actor, GivenGround, Refused, Request
from workflow.persistence.database import Database
from workflow.scenarios.player import Player
from workflow.services.acts import Act, Recording
from workflow.services.records import Recorded, record
from workflow.services.registration import NewApplication, Person, register
from workflow.services.transitions import Done, perform

sqlite_only = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
"""For what does not depend on the database."""


def at_work(
    database: Database,
    catalogue: Catalogue,
    process: tuple[str, str],
    start: str,
    *,
    language: str,
    positions: dict[str, int],
    dates: dict[str, str] | None = None,
    **commission: str,
) -> Office:
    """An office of another institution (`process` is institution and process) with one procedure opened."""
    house, clock, post = furnish(database, catalogue, start)
    player = Player(house, clock, process[0], process[1], language)
    player.open(number="T-1", positions=positions, dates=dates or {}, details={}, commission=commission)
    return Office(house, clock, player, post)


def as_(*roles: str, user: str = "somebody") -> Actor:
    """An actor with those roles and no others."""
    return Actor(user=user, roles=frozenset(roles))


def asks(office: Office, name: str, transition: str, who: str, **more: Any) -> Request:
    """A request for a move of the subject that the diary calls `name`, by whom the diary calls `who`."""
    known = {"actor": office.player.actor(who), **more}
    return Request(institution=office.player.institution, subject=office.subject(name), transition=transition, **known)


def moves(office: Office, name: str, transition: str, who: str, **more: Any) -> Done | Refused:
    """Makes that move."""
    return perform(office.house, asks(office, name, transition, who, **more))


def recording(office: Office, name: str, who: str, act: Act, **more: Any) -> Recording:
    """An act to be recorded on the subject that the diary calls `name`."""
    known = {"actor": office.player.actor(who), **more}
    return Recording(institution=office.player.institution, subject=office.subject(name), act=act, **known)


def records(office: Office, name: str, who: str, act: Act, **more: Any) -> Recorded | Refused:
    """Records that act."""
    return record(office.house, recording(office, name, who, act, **more))


def application(office: Office, name: str = "Иван Примерен", **more: Any) -> NewApplication:
    """A complete application for speech therapist of somebody new, to be registered by the registrar."""
    position = more.get("position", "speech_therapist")
    language = more.pop("language", office.player.language)
    known: dict[str, Any] = {
        "institution": office.player.institution,
        "procedure": office.player.procedure,
        "position": position,
        "actor": office.player.actor("registrar"),
        "candidate": Person(name=name, email=more.pop("email", "ivan@applicants.example"), language=language),
        "documents": dict.fromkeys(office.player.definition.required_documents(position)),
    }
    return NewApplication(**{**known, **more})


def registers(office: Office, name: str = "Иван Примерен", **more: Any) -> Done | Refused:
    """Registers it."""
    return register(office.house, application(office, name, **more))


def ground(code: str = "document_missing", **values: str) -> tuple[GivenGround, ...]:
    """One ground."""
    return (GivenGround(code=code, values=values or {"document": "diploma"}),)


def codes(outcome: object) -> set[str]:
    """The codes of a refusal; a refusal it must be."""
    assert isinstance(outcome, Refused), outcome
    return set(outcome.codes)


def reason(outcome: object) -> tuple[str, dict[str, str]]:
    """The only reason of a refusal: its code and what it names."""
    assert isinstance(outcome, Refused), outcome
    (one,) = outcome.reasons
    return one.code, dict(one.data)


def everything(office: Office) -> dict[str, list[str]]:
    """All rows of all tables: what must be the same after something was refused or failed."""
    return {name: sorted(map(repr, office.rows(f'SELECT * FROM "{name}"'))) for name in SQLModel.metadata.tables}


def outbox(office: Office, columns: str, **where: str) -> list[tuple[Any, ...]]:
    """Columns of the outbox rows whose columns have those values, oldest first."""
    condition = " AND ".join(f"{column} = :{column}" for column in where) or "1 = 1"
    return office.rows(f"SELECT {columns} FROM outbox WHERE {condition} ORDER BY created_at, id", **where)


__all__ = [
    "SZ",
    "application",
    "as_",
    "asks",
    "at_work",
    "codes",
    "everything",
    "ground",
    "moves",
    "outbox",
    "reason",
    "recording",
    "records",
    "registers",
    "sqlite_only",
]


ANSWERS = """    answers: {questions: 60, right: 1, wrong: -0.25, floor: 0}
"""
BONUS = """  bonus:
    cap: 4
    together: sum
    items:
      course: {label: {bg: "Курс", en: "Course"}, requirement: further_qualification, points: 3, assumption: "a test"}
      degree: {label: {bg: "Степен", en: "Degree"}, requirement: bachelor_degree, points: 2, assumption: "a test"}
    assumption: "a test"
"""


def counting(folder: Path, bonus: str = BONUS) -> Catalogue:
    """Stara Zagora's definition, were its interview a test of counted answers, and points given for a course."""
    for name in (SZ, "_calendars"):
        shutil.copytree(built_in() / name, folder / name)
    path = folder / SZ / "staff_selection.yaml"
    text = path.read_text("utf-8")
    head, rest = text.split("    criteria:\n      qualification:", 1)
    tail = "    rounding:" + rest.split("    rounding:", 1)[1]
    text = head + ANSWERS + tail
    old = "  ties: [interview.qualification, commission_decision]\n"
    assert old in text
    text = text.replace(old, "  ties: [interview.right, commission_decision]\n" + bonus)
    path.write_text(text, "utf-8")
    return Catalogue([folder])


def altered(folder: Path, *changes: tuple[str, str]) -> Catalogue:
    """Stara Zagora's definition with those words exchanged, copied into that folder."""
    for name in (SZ, "_calendars"):
        shutil.copytree(built_in() / name, folder / name)
    path = folder / SZ / "staff_selection.yaml"
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return Catalogue([folder])


def drawing_lots(folder: Path) -> Catalogue:
    """Stara Zagora's definition, were its last word a lot, copied into that folder."""
    return altered(
        folder,
        ("ties: [interview.qualification, commission_decision]", "ties: [interview.qualification, lot]"),
        ("  decide_tie: {by: [chair]", "  draw_lot: {by: [chair]"),
    )


def fixing_threshold(folder: Path, more: str = "") -> Catalogue:
    """Stara Zagora's definition, were its pass mark left to the commission, copied into that folder."""
    fixes = "  fix_threshold: {by: [chair], in: [assessment, scored], source: S15}\n  decide_tie: {by: [chair]"
    return altered(
        folder,
        ("threshold: {at_least: 12, source: S15}", f"threshold: {{between: {{min: 8, max: 15}}{more}, source: S15}}"),
        ("  decide_tie: {by: [chair]", fixes),
    )
