"""The journal of one application as a reader may see it, newest first, with what was written to people.

Why: what happened, when it counted, who did it and what was said belongs on one line, in a fixed number of statements.
Never here: sentences (web), the chain (services/integrity.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow.engine.access import Sight
from workflow.persistence import application_reads as rows
from workflow.persistence.unit_of_work import instant
from workflow.services.case import Case
from workflow.services.house import House

PAGE = 60
NEWEST = (1 << 31) - 1
"""Before this entry: all of them."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A notice as it was written. `address` is empty for who may not know it."""

    id: str
    notice: str
    language: str
    channel: str
    name: str
    address: str
    subject: str
    body: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of the journal with what was written about it."""

    seq: int
    is_move: bool
    act: str
    from_state: str | None
    to_state: str | None
    effective_at: datetime
    recorded_at: datetime
    actor: str
    name: str
    role: str
    parameters: Mapping[str, Any]
    effects: Mapping[str, Any]
    texts: Mapping[str, str]
    mails: tuple[Mail, ...]


def since(house: House, case: Case, seen: int, sight: Sight) -> tuple[Happened, ...]:
    """What happened to the application since the version that somebody saw, newest first."""
    new = min(max(case.facts.version - seen, 0), PAGE)
    return page(house, case, sight, NEWEST, new)[0] if new else ()


def page(
    house: House, case: Case, seen: Sight, before: int = NEWEST, limit: int = PAGE
) -> tuple[tuple[Happened, ...], int | None]:
    """A page of the journal, newest first, and the number before which the next page begins."""
    key = {"institution": case.facts.institution, "id": case.id}
    entries: dict[int, dict[str, Any]] = {}
    texts: dict[int, dict[str, str]] = {}
    for row in house.database.read(rows.journal, **key, before=before, limit=limit + 1):
        entry = dict(zip(rows.journal.columns, row, strict=True))
        entries[entry["seq"]] = entry
        if entry["text"] and seen.shows_text(entry["field"]):  # empty once erased
            texts.setdefault(entry["seq"], {})[entry["field"]] = entry["text"]
    found = list(entries.values())
    older = found[limit - 1]["seq"] if len(found) > limit else None
    found = [entry for entry in found[:limit] if seen.shows_entry(entry["act"])]
    if not found:
        return (), older
    mails: dict[int, list[Mail]] = {}
    references = [f"{case.id}/{entry['seq']}" for entry in found]
    for row in house.database.read(rows.mails, institution=case.facts.institution, references=references):
        mail = dict(zip(rows.mails.columns, row, strict=True))
        mails.setdefault(int(mail["reference"].rpartition("/")[2]), []).append(_mail(mail, seen))
    return (
        tuple(
            Happened(
                seq=e["seq"],
                is_move=e["kind"] == "transition",
                act=e["act"],
                from_state=e["from_state"],
                to_state=e["to_state"],
                effective_at=instant(e["effective_at"]),
                recorded_at=instant(e["recorded_at"]),
                actor=e["actor"],
                name=e["name"] or "",
                role=e["role"],
                parameters=_seen(house.parsed(e["parameters"]), e, seen),
                effects=_seen(house.parsed(e["effects"]), e, seen, "armed"),
                texts=texts.get(e["seq"], {}),
                mails=tuple(mails.get(e["seq"], ())),
            )
            for e in found
        ),
        older,
    )


def _seen(noted: Mapping[str, Any], entry: Mapping[str, Any], seen: Sight, *more: str) -> Mapping[str, Any]:
    """What an entry noted, without what the reader may not see."""
    if seen.results:
        return noted
    is_move = entry["kind"] == "transition"
    return {name: value for name, value in noted.items() if name in more or seen.shows_value(name, is_move=is_move)}


def _mail(mail: Mapping[str, Any], seen: Sight) -> Mail:
    return Mail(
        id=mail["id"],
        notice=mail["notice"],
        language=mail["language"],
        channel=mail["channel"],
        name=mail["name"],
        address=(mail["address"] or "") if seen.contact else "",
        subject=mail["subject"],
        body=mail["body"] if seen.results else "",  # a notice may tell the total
        state=mail["state"],
        created_at=instant(mail["created_at"]),
        sent_at=None if mail["sent_at"] is None else instant(mail["sent_at"]),
        error=mail["error"] if seen.contact else None,
    )
