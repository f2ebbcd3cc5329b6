"""What applications look like on the terminal, and as JSON.

Never here: changing anything, SQL.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from workflow.cli.naming import label_of, local, one_of, text_of
from workflow.cli.output import print_json, table
from workflow.cli.procedure_views import deadlines_of, show_deadlines, user_name

if TYPE_CHECKING:
    from workflow.engine.process import ProcessDefinition
    from workflow.engine.request import Refused
    from workflow.services.case import Case
    from workflow.services.cases import HistoryEntry
    from workflow.services.house import House
    from workflow.services.importing import Imported
    from workflow.services.transitions import Done

_PAGE = 500


def listing(
    house: House,
    institution: str,
    procedure: str,
    state: str | None,
    position: str | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """The applications of a procedure by register number. Raises BadParameter that names what exists."""
    from workflow.engine.process import Kind
    from workflow.persistence import reads
    from workflow.persistence.unit_of_work import instant
    from workflow.services.cases import look

    process = look(house, institution, procedure).book.process
    states = process.lifecycles[Kind.APPLICATION].states
    if state is not None:
        one_of(state, states, "state", "--state")
    if position is not None:
        one_of(position, process.positions, "position", "--position")
    names = ("id", "register_number", "name", "position", "state", "received_at", "entered_at")
    rows: list[dict[str, Any]] = []
    after = ""
    key = {"institution": institution, "procedure": procedure, "limit": _PAGE}
    while len(rows) < limit and (page := house.database.read(reads.applications, **key, after=after)):
        after = page[-1][1]
        for row in page:
            one = dict(zip(names, row, strict=True))
            if state in (None, one["state"]) and position in (None, one["position"]):
                one["received_at"], one["entered_at"] = instant(one["received_at"]), instant(one["entered_at"])
                rows.append(one)
    rows = rows[:limit]
    if as_json:
        print_json(rows)
        return
    if not rows:
        typer.echo("There is no such application.")
        return
    zone = process.institution.zone
    table(
        f"Applications ({len(rows)})",
        ("register number", "name", "position", "state", "received", "since"),
        [
            (
                r["register_number"],
                r["name"],
                label_of(process.positions, r["position"], process),
                label_of(states, r["state"], process),
                local(r["received_at"], zone),
                local(r["entered_at"], zone),
            )
            for r in rows
        ],
    )


def application(house: House, institution: str, subject: str, reader: str, *, history: bool, as_json: bool) -> None:
    """One application with everything that belongs to it, as a reader sees it ('': without a reader)."""
    from workflow.services.cases import history as journal_of
    from workflow.services.cases import look
    from workflow.services.recusals import hidden_from

    case = look(house, institution, subject)
    process, facts = case.book.process, case.facts
    zone = process.institution.zone
    state = process.lifecycles[facts.kind].states[facts.state]
    deadlines = deadlines_of(house, institution, subject)
    above = [
        d
        for parent in (facts.position_id, facts.procedure)
        for d in deadlines_of(house, institution, parent)
        if d["deadline"] == state.until and d["status"] == "armed"
    ]
    mails = _mails(house, institution, subject)
    entries = journal_of(house, institution, subject) if history else []
    if subject in hidden_from(house, institution, facts.procedure, reader):
        entries = [_without_results(entry) for entry in entries]
    if as_json:
        print_json(
            {
                "id": subject,
                "register_number": facts.register_number,
                "procedure": {"id": facts.procedure, "number": facts.number},
                "position": facts.position,
                "candidate": {"id": case.candidate_id, "name": facts.candidate, "language": case.language},
                "state": facts.state,
                "version": facts.version,
                "since": case.entered_at,
                "received_at": facts.received_at,
                "definition": case.book.hash,
                "public": dict(state.public),
                "next": dict(state.next),
                "deadlines": deadlines,
                "mails": mails,
                **({"history": [asdict(e) for e in entries]} if history else {}),
            }
        )
        return
    typer.secho(f"{facts.register_number}: {facts.candidate}", bold=True)
    typer.echo(f"{label_of(process.positions, facts.position, process)}; procedure {facts.number}; {subject}")
    channel = case.email or (f"letter to {case.address}" if case.address else "letter")
    typer.echo(f"Writes   in {case.language}, {channel}")
    if facts.received_at is not None:
        typer.echo(f"Received {local(facts.received_at, zone)}")
    typer.echo(f"State    {text_of(state.label, process)} ({state.name}), since {local(case.entered_at, zone)}")
    typer.echo(f"Public   {text_of(state.public, process)}")
    owner = f" [{label_of(process.roles, state.owner, process)}]" if state.owner else ""
    typer.echo(f"Next     {text_of(state.next, process)}{owner}")
    for one in above:
        typer.echo(f"Until    {label_of(process.deadlines, one['deadline'], process)}: {local(one['due_at'], zone)}")
    show_deadlines(deadlines, process, only_armed=not history)
    if mails:
        rows = [
            (
                local(m["created_at"], zone),
                m["notice"],
                m["language"],
                m["channel"],
                m["subject"],
                m["state"],
                m["error"],
            )
            for m in mails
        ]
        table("\nNotices", ("written", "notice", "language", "channel", "subject", "state", "error"), rows)
    if history:
        _journal(house, entries, case)


def _without_results(entry: HistoryEntry) -> HistoryEntry:
    from workflow.engine.access import NOTHING

    def seen(noted: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in noted.items() if NOTHING.shows_value(k, is_move=entry.to_state is not None)}

    return replace(entry, parameters=seen(entry.parameters), effects={})


def _journal(house: House, entries: Sequence[HistoryEntry], case: Case) -> None:
    process, zone = case.book.process, case.book.process.institution.zone
    states = process.lifecycles[case.facts.kind].states
    names: dict[str, str] = {}
    rows = []
    for entry in entries:
        actor = names.setdefault(entry.actor, user_name(house, entry.actor))
        what = entry.act if entry.to_state is None else f"{entry.act} -> {label_of(states, entry.to_state, process)}"
        backdated = entry.effective_at != entry.recorded_at
        rows.append(
            (
                entry.seq,
                local(entry.effective_at, zone),
                local(entry.recorded_at, zone) if backdated else "at once",
                f"{actor} ({entry.role})" if entry.role not in ("", actor) else actor,
                what,
                "\n".join(_details(entry, process)),
            )
        )
    table("\nJournal", ("no.", "counts from", "recorded", "by", "what", "details"), rows)


def _details(entry: HistoryEntry, process: ProcessDefinition) -> list[str]:
    """What stands in an entry beside the move, for a reader: texts, grounds, plain values, notices."""
    lines = []
    for key, value in entry.parameters.items():
        if key == "grounds":
            lines += [_ground(one, process) for one in value]
        elif key == "received_at":
            lines.append(f"received: {local(datetime.fromisoformat(value), process.institution.zone)}")
        elif isinstance(value, Mapping) and "digest" in value:
            lines.append(f"{key}: {entry.texts.get(key, '(erased)')}")
        elif value not in (None, "", [], {}) and key not in _INTERNAL:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            lines.append(f"{key}: {json.dumps(shown, ensure_ascii=False) if isinstance(shown, Mapping) else shown}")
    sent = entry.effects.get("notices")
    if sent:
        lines.append(f"sent: {', '.join(sent)}")
    return lines


_INTERNAL = frozenset(
    {
        "procedure",
        "position",
        "candidate",
        "register_number",
        "sheet",
        "digest",
        "cause_subject",
        "cause_seq",
        "deadline",
    }
)


def _ground(given: Mapping[str, Any], process: ProcessDefinition) -> str:
    known = {**process.documents, **process.requirements}
    values = ", ".join(label_of(known, str(value), process) for value in given["values"].values())
    return f"ground: {given['code']}" + (f" ({values})" if values else "")


def _mails(house: House, institution: str, subject: str) -> list[dict[str, Any]]:
    from workflow.persistence import mails
    from workflow.persistence.unit_of_work import instant

    names = ("created_at", "notice", "language", "channel", "name", "subject", "state", "error")
    rows = house.database.read(mails.about, institution=institution, first=f"{subject}/", beyond=f"{subject}0")
    found = [dict(zip(names, row, strict=True)) for row in rows]
    for one in found:
        one["created_at"] = instant(one["created_at"])
    return found


def imported(
    house: House, institution: str, procedure: str, done: Sequence[Imported], *, dry_run: bool, as_json: bool
) -> None:
    """What an import registered, or would have."""
    from workflow.engine.process import Kind
    from workflow.services.cases import look

    if as_json:
        print_json({"saved": not dry_run, "registered": [asdict(one) for one in done]})
        return
    process = look(house, institution, procedure).book.process
    states = process.lifecycles[Kind.APPLICATION].states
    rows = [
        (
            one.row,
            one.register_number,
            one.name,
            label_of(process.positions, one.position, process),
            label_of(states, one.state, process),
        )
        for one in done
    ]
    table(
        "Would be registered" if dry_run else "Registered",
        ("row", "register number", "name", "position", "state"),
        rows,
    )
    typer.echo(f"{len(done)} applications; nothing was saved." if dry_run else f"{len(done)} applications registered.")


def bulk_json(done: Sequence[tuple[Case, Done]], refused: Sequence[tuple[Case, Refused]]) -> None:
    """The outcome of a bulk move, per subject."""
    print_json(
        {
            "moved": [{"reference": case.facts.register_number, **asdict(one)} for case, one in done],
            "refused": [
                {
                    "reference": case.facts.register_number,
                    "subject": case.id,
                    "reasons": [{"code": r.code, "data": dict(r.data)} for r in why.reasons],
                }
                for case, why in refused
            ],
        }
    )
