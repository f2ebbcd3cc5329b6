"""Publications: numbered lists for the public, made from where the applications stand, with their content frozen.

Why: what was shown, when and to whom must be provable later, also after the page was taken down. A list that a second
person must approve is a draft until then, and an error is corrected in the open, by a further version with a reason.
Never here: pages, layouts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workflow.engine import deadlines, journal
from workflow.engine.process import Kind, Publication, PublishedList
from workflow.engine.request import Reason, Refused
from workflow.identifiers import uuid7
from workflow.persistence import paper_reads as reads
from workflow.persistence import tables
from workflow.persistence.unit_of_work import instant
from workflow.services.case import Case, Entry, Rows
from workflow.services.docket import Docket
from workflow.services.grounds import ground_words
from workflow.services.names import initials

_NO_PLACE = 1 << 30

_GROUPS = {
    "place": "places",
    "total": "places",
    "grounds": "grounds",
    "town": "towns",
    "reason": "reasons",
}
"""Which group of facts a column reads; the others are known with the subject."""


def publish(docket: Docket, case: Case, name: str, entry: Entry) -> Rows | Refused:
    """The row of a new publication of the procedure; the journal holds its number and the digest of its content.

    One that needs approval is a draft: its content is frozen, and nobody is shown it before a second person approves.
    """
    if (missing := no_end(case, name)) is not None:
        return missing
    number = docket.next_number("publication", reads.last_publication, id=case.facts.procedure)
    content = content_of(docket, case, name, None)
    row = row_of(docket, case, name, number, 1, content, entry.actor)
    if case.book.process.publications[name].approved_by:
        entry.effects.setdefault("drafted", []).append(said_of(row))
    else:
        show(docket, case, row, entry.effects)
    return [("insert", tables.Publication, row)]


def withdraw(docket: Docket, case: Case, name: str, entry: Entry) -> Rows | Refused:
    """Takes down every publication of that name which is still up, and every draft that still waits."""
    rows = docket.unit.read(reads.standing, institution=docket.institution, procedure=case.facts.procedure, name=name)
    up = [(i, number) for i, number, until in rows if until is None or instant(until) > docket.now]
    entry.effects.setdefault("withdrawn", []).extend(number for _, number in up)
    key = {"institution": docket.institution, "withdrawn_at": docket.now}
    return [("update", tables.Publication, {**key, "id": i}) for i, _ in up]


def row_of(docket: Docket, case: Case, name: str, number: int, version: int, content: str, by: str) -> dict[str, Any]:
    """The row of a version whose content was just frozen; shown to nobody yet."""
    return {
        "institution": docket.institution,
        "id": uuid7(),
        "procedure_id": case.facts.procedure,
        "name": name,
        "number": number,
        "version": version,
        "content": content,
        "digest": hashlib.sha256(content.encode()).hexdigest(),
        "entry_subject": case.id,
        "entry_seq": case.seq + 1,
        "made_at": docket.now,
        "made_by": by,
        "approved_by": None,
        "published_at": None,
        "until_at": None,
        "withdrawn_at": None,
    }


def said_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the journal says of a version."""
    return {"publication": row["name"], **{key: row[key] for key in ("number", "version", "digest")}}


def show(docket: Docket, case: Case, row: dict[str, Any], effects: dict[str, Any]) -> None:
    """Puts it up from now on, until when the definition says; the entry tells how that end was computed."""
    rule = case.book.process.publications[row["name"]]
    row["published_at"], row["until_at"] = docket.now, until_of(docket, case, rule)
    said = said_of(row)
    if rule.until is not None and row["until_at"] is not None:
        said["until"] = journal.instant_text(row["until_at"])
        said["derivation"] = _due(docket, case, rule.until).derivation.as_data()
    effects.setdefault("published", []).append(said)


def no_end(case: Case, name: str) -> Refused | None:
    """Why it cannot be shown: its end is a date of the procedure that nobody has set."""
    until = case.book.process.publications[name].until
    if until is None or until.at is None or until.at in case.facts.dates:
        return None
    return Refused((Reason("date_missing", {"date": until.at}),))


def until_of(docket: Docket, case: Case, rule: Publication) -> datetime | None:
    """The instant at which it ceases to be shown by itself; None: somebody takes it down."""
    return None if rule.until is None else _due(docket, case, rule.until).at


def _due(docket: Docket, case: Case, rule: Any) -> deadlines.Due:
    return deadlines.due(
        rule,
        start=docket.now,
        dates=case.facts.dates,
        institution=case.book.process.institution,
        calendar=case.book.calendar,
    )


# --- what it shows ----------------------------------------------------------------------------------------------------


def content_of(docket: Docket, case: Case, name: str, before: Mapping[str, Any] | None, reason: str = "") -> str:
    """The frozen content: canonical JSON. `before`: that of the version that is corrected."""
    rule = case.book.process.publications[name]
    scope = docket.case(before["of"]) if before and before.get("of") else case
    standing: dict[str, list[Case]] = {}
    for key, one in rule.lists.items():
        standing[key] = _standing(docket, scope, one)
    if before:
        here = {a.id for lines in standing.values() for a in lines}
        for key, old in before["lists"].items():
            left = [row["application"] for row in old["rows"] if row.get("application") not in {*here, None}]
            standing.setdefault(key, []).extend(docket.cases(left))
    for column, group in _GROUPS.items():
        showing = [key for key, one in rule.lists.items() if column in one.shows]
        docket.load([line for key in showing for line in standing[key]], {group})
    lists = {
        key: {
            "title": dict(one.title),
            "shows": list(one.shows),
            "rows": [_shown(a, one.shows) for a in sorted(standing[key], key=_order)],
        }
        for key, one in rule.lists.items()
    }
    # The salt lies within the content: the digest stays in the chain when the names are erased, and tells nothing.
    # Canonical JSON sorts its keys, so the order of the lists is said beside them.
    content = {
        "title": dict(rule.title),
        "of": scope.id,
        "order": list(lists),
        "lists": lists,
        "salt": journal.new_salt(),
    }
    return journal.canonical({**content, "reason": reason} if reason else content)


def _standing(docket: Docket, scope: Case, one: PublishedList) -> list[Case]:
    if one.of is Kind.APPLICATION:
        return docket.children(scope, Kind.APPLICATION, one.states)
    positions = [scope] if scope.facts.kind is Kind.POSITION else docket.children(scope, Kind.POSITION, None)
    return [position for position in positions if position.facts.state in one.states]


def _order(case: Case) -> tuple[int, int, str]:
    """The positions as the definition has them, then by place, else by register number."""
    position = list(case.book.process.positions).index(case.facts.position)
    return position, case.place[0] if case.place else _NO_PLACE, case.facts.register_number


def _shown(case: Case, shows: Sequence[str]) -> dict[str, Any]:
    facts = case.facts
    row: dict[str, Any] = {"application": case.id, "position": facts.position}
    if "register_number" in shows:
        row["register_number"] = facts.register_number
    if "name" in shows:
        row["name"] = facts.candidate
    if "initials" in shows:
        row["initials"] = initials(facts.candidate)
    if "town" in shows:
        row["town"] = case.town
    if "outcome" in shows:
        row["outcome"] = dict(case.book.process.lifecycles[facts.kind].states[facts.state].public)
    if "reason" in shows:
        row["reason"] = case.last_reason
    if "grounds" in shows:
        languages = case.book.process.institution.languages
        row["grounds"] = {lang: ground_words(case.book, case.grounds or (), lang) for lang in languages}
    if "place" in shows:
        row["place"] = case.place[0] if case.place else None
    if "total" in shows:
        row["total"] = case.place[1] if case.place else None
    return row
