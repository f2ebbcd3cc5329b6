"""What people do with mail that was written: release it, discard it, try it again, say it once more.

Why: a held decision must go out once, however many people press the button, and the file must show who let it go. So
each turn is a compare-and-set on the row's state, and in the same transaction an entry in the journal of what the
notice is about. These entries are records whose act no definition names: a definition says who may judge and decide,
while posting what was decided belongs to whoever holds a role of the office in that procedure. They carry the notice
and the row's id, never an address.
Never here: sending (delivery), the wording of notices, what a page shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from notifications.outbox import LETTER, MAIL, Outbox, OutboxState
from workflow.engine.errors import InvalidRequest
from workflow.engine.request import Actor
from workflow.identifiers import uuid7
from workflow.persistence import mail_reads
from workflow.persistence.unit_of_work import Unit
from workflow.services.case import Case, Entry
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.sessions import OVERSEERS

LONGEST_REASON = 1000


class Turn(StrEnum):
    """What is done with a row; the value is the act in the journal."""

    RELEASE = "release_notice"
    DISCARD = "discard_notice"
    RETRY = "retry_notice"
    RESEND = "resend_notice"


FROM: Mapping[Turn, frozenset[OutboxState]] = {
    Turn.RELEASE: frozenset({OutboxState.HELD}),
    Turn.DISCARD: frozenset({OutboxState.HELD, OutboxState.FAILED, OutboxState.DEAD}),
    Turn.RETRY: frozenset({OutboxState.FAILED, OutboxState.DEAD}),
    Turn.RESEND: frozenset({OutboxState.SENT}),
}
"""The states in which a turn is possible."""


class Why(StrEnum):
    """Why a row was not turned."""

    UNKNOWN = "unknown"
    """There is no such row, or it is about nothing that has a journal."""
    STATE = "state"
    """It stands elsewhere by now: somebody else was faster, or it went out meanwhile."""
    REPEATED = "repeated"
    """It was said once more already."""
    ROLE = "role"
    """The person holds no role of that procedure's definition."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What came of one row: the state in which it stands now; `why` when nothing was done; `copy` is a resent row's."""

    id: str
    state: str
    why: Why | None = None
    copy: str | None = None

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.why is None


def release(house: House, institution: str, ids: Sequence[str], actor: Actor) -> list[Turned]:
    """Lets held notices go out from now on; each is released or not for itself, in one transaction."""
    return _turn_all(house, institution, ids, Turn.RELEASE, actor)


def discard(house: House, institution: str, id: str, actor: Actor, reason: str) -> Turned:
    """Gives up a held, failed or dead notice for good. Raises InvalidRequest without a reason (1 to 1000 letters)."""
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise InvalidRequest("a notice is discarded for a reason, of up to 1000 characters")
    return _turn_all(house, institution, [id], Turn.DISCARD, actor, reason.strip())[0]


def retry(house: House, institution: str, id: str, actor: Actor) -> Turned:
    """Sends a failed or dead notice again at once, its attempts counted anew, to the address as it is known today."""
    return _turn_all(house, institution, [id], Turn.RETRY, actor)[0]


def resend(house: House, institution: str, id: str, actor: Actor) -> Turned:
    """Says a sent notice once more, in the same words, to the address as it is known today: a new row that names it."""
    return _turn_all(house, institution, [id], Turn.RESEND, actor)[0]


def _turn_all(
    house: House, institution: str, ids: Sequence[str], turn: Turn, actor: Actor, reason: str | None = None
) -> list[Turned]:
    wanted = list(dict.fromkeys(ids))

    def work(unit: Unit) -> list[Turned]:
        docket = Docket(house, unit, institution, house.clock.now())
        read = unit.read(mail_reads.turning, institution=institution, ids=wanted)
        rows = {row["id"]: row for row in (dict(zip(mail_reads.turning.columns, r, strict=True)) for r in read)}
        matters = sorted({row["reference"].partition("/")[0] for row in rows.values()})
        known = {row[0] for row in unit.read(mail_reads.subjects, institution=institution, ids=matters)}
        docket.cases(sorted(known))
        turned = []
        for id_ in wanted:
            row = rows.get(id_)
            matter = row["reference"].partition("/")[0] if row else ""
            if row is None or matter not in known:
                turned.append(Turned(id_, row["state"] if row else "", Why.UNKNOWN))
            else:
                turned.append(_turn(docket, docket.case(matter), row, turn, actor, reason))
        docket.write()
        return turned

    outcome: list[Turned] = house.run(work)
    return outcome


def _turn(docket: Docket, case: Case, row: Mapping[str, Any], turn: Turn, actor: Actor, reason: str | None) -> Turned:
    role = _role(case, actor)
    if role is None:
        return Turned(row["id"], row["state"], Why.ROLE)
    if row["state"] not in FROM[turn]:
        return Turned(row["id"], row["state"], Why.STATE)
    key = {"owner": docket.institution, "id": row["id"]}
    copy: str | None = None
    state = row["state"]
    if turn is Turn.RESEND:
        same = {name: row[name] for name in ("reference", "notice", "recipient", "id")}
        if docket.unit.read(mail_reads.repeated_by, institution=docket.institution, **same):
            return Turned(row["id"], state, Why.REPEATED)
        copy = uuid7()
        docket.unit.insert(Outbox, _once_more(docket, case, row, copy))
    else:
        new = _turned_values(docket, case, row, turn)
        state = new["state"]
        # The state that was read is part of the key: whoever loses a race changes nothing and decides anew.
        docket.unit.update(Outbox, {**key, "state": row["state"]}, new)
    parameters = {"notice": row["notice"], "mail": row["id"], **({"copy": copy} if copy else {})}
    entry = Entry(
        kind="record",
        act=turn.value,
        from_state=None,
        to_state=None,
        effective_at=docket.now,
        actor=actor.user,
        role=role,
        rule=turn.value,
        parameters=parameters,
        texts={"reason": reason} if reason else {},
    )
    docket.stage(case, entry)
    return Turned(row["id"], state, copy=copy)


def _turned_values(docket: Docket, case: Case, row: Mapping[str, Any], turn: Turn) -> dict[str, Any]:
    if turn is Turn.DISCARD:
        return {"state": OutboxState.CANCELLED.value}
    channel, address = _where_to(case, row)
    values = {"state": OutboxState.QUEUED.value, "not_before": docket.now, "channel": channel, "address": address}
    return values if turn is Turn.RELEASE else {**values, "attempts": 0, "error": None}


def _once_more(docket: Docket, case: Case, row: Mapping[str, Any], id_: str) -> dict[str, Any]:
    channel, address = _where_to(case, row)
    return {
        **row,
        "id": id_,
        "channel": channel,
        "address": address,
        "state": OutboxState.QUEUED.value,
        "hold_reason": None,
        "not_before": docket.now,
        "attempts": 0,
        "lease_until": None,
        "lease_token": 0,
        "error": None,
        "created_at": docket.now,
        "sent_at": None,
        "message_id": None,
        "repeats": row["id"],
        "repeats_key": row["id"],
    }


def _where_to(case: Case, row: Mapping[str, Any]) -> tuple[str, str | None]:
    """How it goes out now. A candidate's address may have been corrected since it was written: that is mostly why."""
    if row["recipient"] != case.candidate_id:
        return row["channel"], row["address"]
    return (MAIL, case.email) if case.email else (LETTER, case.address)


def _role(case: Case, actor: Actor) -> str | None:
    """The role of the office in which somebody posts: the first of the definition's that the actor holds."""
    held = actor.roles - OVERSEERS
    return next((role for role in case.book.process.roles if role in held), None)
