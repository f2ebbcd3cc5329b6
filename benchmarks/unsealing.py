"""The sheets of a whole procedure opened by one act: results computed, marks journaled, everything in one commit.

Why: after a day of interviews the chair closes them, and a commission of seven waits. `python -m benchmarks.unsealing`
runs it alone.
Never here: how members are combined (workflow.engine.combining).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.plan import Figures, Goal
from benchmarks.stores import SqliteFiles, Store
from benchmarks.world import SILENT, World, build, numbered
from workflow.engine import journal
from workflow.engine.request import Actor, Refused, Request
from workflow.persistence.columns import table_of
from workflow.persistence.tables import CommissionMember, Journal, Mark, Sheet
from workflow.services import staff
from workflow.services.transitions import perform

CANDIDATES = 500
TINY = 3
MEMBERS = 7
ASSESSMENT = "interview"


def whole(stores: Sequence[Store], rounds: int, candidates: int, say: Callable[[str], None]) -> Figures:
    """The seconds of each round, each on a fresh copy."""
    figures = Figures(say)
    for store in stores:
        say(f"{store.name}: {candidates} candidates to be unsealed")
        url = store.empty("unsealing_seed")
        seed, procedure = sealed(url, candidates)
        seed.close()
        for number in range(rounds):
            world = seed.on(store.copy(url, f"unsealing_{number}"))
            seconds = unseal(world, procedure, candidates)
            world.close()
            label = f"{store.name}, {candidates} candidates x {MEMBERS} members unsealed, with its journal"
            figures.take(f"{store.name.lower()}.unsealed", label, "s", seconds, Goal(1, at_most=True))
    return figures


def sealed(url: str, candidates: int) -> tuple[World, str]:
    """A procedure whose candidates all stand in the interview, each with seven signed sheets; and its id."""
    world = build(SILENT, url)
    world.copy_to(candidates)
    institution, house = SILENT.institution, world.house
    users = [f"{institution}.judge.{number}" for number in range(MEMBERS)]
    for number, user in enumerate(users):
        staff.add_user(house, f"Judge {number}", f"judge{number}@office.example", user=user)
    criteria = list(house.catalogue.process(institution, SILENT.process).assessments[ASSESSMENT].criteria)
    applications = [numbered(world.template, number) for number in range(candidates)]
    here = {"institution": institution}
    with house.database.writing() as connection:
        query = text("SELECT procedure_id FROM application WHERE id = :id")
        procedure = str(connection.execute(query, {"id": world.template}).scalar_one())
        to_state = text("UPDATE subject SET state = :state WHERE institution = :institution AND id = :id")
        connection.execute(to_state, [{**here, "id": a, "state": "interview"} for a in applications])
        connection.execute(to_state, {**here, "id": procedure, "state": "assessment"})
        connection.execute(
            table_of(CommissionMember).insert(),
            [
                {**here, "procedure_id": procedure, "user_id": user, "function": "chair" if n == 0 else "member"}
                for n, user in enumerate(users)
            ],
        )
        sheets, marks, entries, heads = [], [], [], []
        query = text("SELECT seq, head FROM subject WHERE institution = :institution AND id = :id")
        for place, application in enumerate(applications):
            seq, head = connection.execute(query, {**here, "id": application}).one()
            for judge, user in enumerate(users):
                given = {c: Decimal(1 + (place + judge * n) % 5) for n, c in enumerate(criteria)}
                sheet, salt = f"{place:032d}{judge:04d}", journal.new_salt()
                digest = journal.text_digest(salt, journal.canonical({c: str(m) for c, m in given.items()}))
                named = {**here, "application_id": application, "assessment": ASSESSMENT, "user_id": user}
                sheets.append({**named, "id": sheet, "signed_at": SILENT.now, "digest": digest, "salt": salt})
                marks += [{**here, "sheet_id": sheet, "criterion": c, "value": m} for c, m in given.items()]
                signed = {"assessment": ASSESSMENT, "sheet": sheet, "digest": digest}
                entries.append(_signature(application, seq + 1, head, user, signed))
                seq, head = seq + 1, entries[-1]["hash"]
            heads.append({**here, "id": application, "seq": seq, "head": head})
        connection.execute(table_of(Sheet).insert(), sheets)
        connection.execute(table_of(Mark).insert(), marks)
        connection.execute(table_of(Journal).insert(), entries)
        moved = text("UPDATE subject SET seq = :seq, head = :head WHERE institution = :institution AND id = :id")
        connection.execute(moved, heads)
        if house.database.dialect == "postgresql":
            connection.execute(text("ANALYZE"))
    return world, procedure


def _signature(application: str, seq: int, previous: str, user: str, said: dict[str, str]) -> dict[str, Any]:
    """The journal entry of a signature: at opening each sheet is held against it."""
    entry: dict[str, Any] = {
        "institution": SILENT.institution,
        "subject_id": application,
        "seq": seq,
        "kind": "record",
        "act": "sign_sheet",
        "from_state": None,
        "to_state": None,
        "effective_at": SILENT.now,
        "recorded_at": SILENT.now,
        "actor": user,
        "role": "commission",
        "rule": "sign_sheet",
        "parameters": journal.canonical(said),
        "effects": journal.canonical({}),
        "definition_hash": "",
        "previous": previous,
    }
    return {**entry, "hash": journal.entry_hash(**entry)}


def unseal(world: World, procedure: str, candidates: int) -> float:
    """Seconds until the one act that opens everything is committed."""
    request = Request(
        institution=SILENT.institution,
        subject=procedure,
        transition="close_interviews",
        actor=Actor(user=world.actor.user, roles=frozenset({"chair"})),
    )
    began = time.perf_counter()
    outcome = perform(world.house, request)
    elapsed = time.perf_counter() - began
    if isinstance(outcome, Refused):
        raise SystemExit(f"refused: {outcome}")
    with world.house.database.reading() as connection:
        found = connection.execute(text("SELECT count(*) FROM result WHERE members = :n"), {"n": MEMBERS}).scalar_one()
    if found != candidates:
        raise SystemExit(f"{found} of {candidates} were unsealed")
    return elapsed


def main(arguments: list[str] | None = None) -> int:
    """Prints the seconds of each round on SQLite."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unsealing", description="Opens the sheets of many.")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent.parent, help="where the databases lie")
    parser.add_argument("--candidates", type=int, default=CANDIDATES)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix=".benchmarks-", dir=given.folder) as place:
        figures = whole([SqliteFiles(Path(place))], given.rounds, given.candidates, print)
    for figure in figures.by_key.values():
        print(f"{figure.label}: {', '.join(f'{seconds:.2f}' for seconds in figure.rounds)} {figure.unit}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
