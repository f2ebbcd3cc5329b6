"""What a person sees of the outbox: lists by state, one mail with its exact text and history, letters to print.

Why: pages ask here and not the tables; every answer costs what it shows.
Never here: a change (outgoing), sending (delivery).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from notifications.links import MARKER, insert_links
from notifications.outbox import OutboxState
from workflow.persistence import mail_reads
from workflow.persistence.statements import Statement
from workflow.persistence.unit_of_work import instant
from workflow.services.cases import HistoryEntry, history
from workflow.services.house import House
from workflow.services.outgoing import Turn

State: TypeAlias = OutboxState
"""Where a mail stands."""
PAGE = 50
WINDOW = 2000
"""How many rows a filtered page looks through before it asks whether to look further back."""
MOST = 1000
"""How far a state is counted; beyond, a page says `more than`."""
MOST_LETTERS = 500
"""How many letters of a day are printed at once."""
_LAST = "~"  # greater than every id


@dataclass(frozen=True, slots=True)
class Mail:
    """One row as a list shows it. `about` is the subject with the number of its procedure, None when there is none."""

    id: str
    created_at: datetime
    sent_at: datetime | None
    not_before: datetime
    reference: str
    notice: str
    language: str
    channel: str
    name: str
    subject: str
    state: str
    hold_reason: str | None
    error: str | None
    about: str | None
    about_kind: str | None
    about_state: str | None
    procedure_id: str | None
    procedure_number: str | None
    register_number: str | None


@dataclass(frozen=True, slots=True)
class WholeMail(Mail):
    """One row with everything that was written."""

    recipient: str
    address: str | None
    body: str
    html: str | None
    attempts: int
    message_id: str | None
    repeats: str | None

    @property
    def printed(self) -> str:
        """The text as it stands on paper: a line that holds a personal link is left out, as delivery does it."""
        return insert_links(self.body, None, lambda name: None)[0].strip("\n")

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """The text in pieces; True marks the place of a personal link, which is made when the mail leaves."""
        pieces = MARKER.split(self.body.strip("\n"))
        return [(piece, i % 2 == 1) for i, piece in enumerate(pieces)]


@dataclass(frozen=True, slots=True)
class Sieve:
    """What to show: one state or all, and any of these; '' lets everything through."""

    state: str = ""
    notice: str = ""
    language: str = ""
    channel: str = ""
    procedure: str = ""

    @property
    def is_set(self) -> bool:
        """Whether it holds anything back but by state."""
        return bool(self.notice or self.language or self.channel or self.procedure)


@dataclass(frozen=True, slots=True)
class Sheaf:
    """A page of mails, newest first. `older`: where the next begins. `looked`: through how many rows, if it gave up."""

    mails: tuple[Mail, ...]
    older: str | None = None
    looked: int | None = None


def counts(house: House, institution: str) -> dict[str, int]:
    """State -> how many stand in it, counted no further than MOST + 1."""
    rows = house.database.read(mail_reads.counts, institution=institution, most=MOST + 1)
    return {state.value: 0 for state in OutboxState} | {row[0]: row[1] for row in rows}


def page(house: House, institution: str, sieve: Sieve, before: str = "") -> Sheaf:
    """The newest mails (before an id) that the sieve lets through."""
    window = WINDOW if sieve.is_set else PAGE + 1
    known: dict[str, Any] = {"institution": institution, "before": before or _LAST, "window": window}
    if sieve.state:
        known["state"] = sieve.state
    statement = mail_reads.page_of_state if sieve.state else mail_reads.page
    names = {"notice": sieve.notice, "language": sieve.language, "channel": sieve.channel}
    rows = house.database.read(statement, **known, **names, procedure=sieve.procedure, limit=PAGE + 1)
    mails = tuple(_of(Mail, statement, row) for row in rows[:PAGE])
    if len(rows) > PAGE:
        return Sheaf(mails, mails[-1].id)
    if sieve.is_set:
        edge = mail_reads.edge_of_state if sieve.state else mail_reads.edge
        oldest, n = house.database.read(edge, **known)[0]
        if n == WINDOW:
            return Sheaf(mails, oldest, WINDOW)
    return Sheaf(mails)


def one(house: House, institution: str, id: str) -> WholeMail | None:
    """A mail with everything that was written; None when there is none of that id."""
    rows = house.database.read(mail_reads.one, institution=institution, id=id)
    return _of(WholeMail, mail_reads.one, rows[0]) if rows else None


def repeated_by(house: House, institution: str, mail: WholeMail) -> str | None:
    """The id of the mail that says the same words once more."""
    same = {"reference": mail.reference, "notice": mail.notice, "recipient": mail.recipient, "id": mail.id}
    rows = house.database.read(mail_reads.repeated_by, institution=institution, **same)
    return rows[0][0] if rows else None


def turns(house: House, institution: str, mail: WholeMail) -> list[HistoryEntry]:
    """What people did with the mail, oldest first, from the journal of what it is about."""
    if mail.about is None:
        return []
    acts = {turn.value for turn in Turn}
    entries = history(house, institution, mail.about)
    return [e for e in entries if e.act in acts and mail.id in (e.parameters.get("mail"), e.parameters.get("copy"))]


def about(house: House, institution: str, subject: str) -> list[WholeMail]:
    """Everything that was written about a subject, oldest first."""
    known = {"institution": institution, "first": f"{subject}/", "beyond": f"{subject}0"}
    rows = house.database.read(mail_reads.about, **known)
    return [_of(WholeMail, mail_reads.about, row) for row in rows]


def chosen(house: House, institution: str, ids: Sequence[str]) -> list[WholeMail]:
    """Those of the ids that exist, in the order in which they were written."""
    rows = house.database.read(mail_reads.chosen, institution=institution, ids=list(ids))
    return [_of(WholeMail, mail_reads.chosen, row) for row in rows]


def letters(house: House, institution: str, at: datetime, before: str = "") -> Sheaf:
    """The letters written before an instant (and at it, before an id), newest first."""
    known: dict[str, Any] = {"institution": institution, "at": at, "before": before or _LAST, "limit": PAGE + 1}
    rows = house.database.read(mail_reads.letters, **known)
    mails = tuple(_of(WholeMail, mail_reads.letters, row) for row in rows[:PAGE])
    return Sheaf(mails, mails[-1].id if len(rows) > PAGE else None)


def letters_of_day(house: House, institution: str, day: date, zone: str) -> list[WholeMail]:
    """The letters written on a local day that may go out, oldest first: also those that delivery has taken to its
    folder already, for whoever prints from here instead."""
    there = ZoneInfo(zone)
    begins = datetime(day.year, day.month, day.day, tzinfo=there)
    after = day + timedelta(days=1)
    ends = datetime(after.year, after.month, after.day, tzinfo=there)
    known = {"institution": institution, "begins": begins, "ends": ends, "limit": MOST_LETTERS}
    rows = house.database.read(mail_reads.letters_of_day, **known)
    return [_of(WholeMail, mail_reads.letters_of_day, row) for row in rows]


def procedures(house: House, institution: str) -> list[tuple[str, str]]:
    """(id, number) of the newest procedures, to filter by."""
    rows = house.database.read(mail_reads.procedures, institution=institution, limit=100)
    return [(row[0], row[1]) for row in rows]


_INSTANTS = ("created_at", "sent_at", "not_before")
_Kind = TypeVar("_Kind", bound=Mail)


def _of(kind: type[_Kind], statement: Statement, row: Sequence[Any]) -> _Kind:
    values: Mapping[str, Any] = dict(zip(statement.columns, row, strict=True))
    shown = {f.name: values[f.name] for f in fields(kind)}
    return kind(**shown | {name: instant(shown[name]) for name in _INSTANTS if shown[name] is not None})
