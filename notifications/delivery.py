"""Delivery: claims rows of the outbox under a lease, sends them, and records what came of it.

Why: sending is slow and may fail, so it happens after the decision, outside any transaction, and is tried again.
At least once, never knowingly twice: a message that was sent but not marked goes out again under the same Message-ID.
Never here: rendering, reading the clock, or storing a live link.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, Row, Update, bindparam, select, update
from sqlalchemy.exc import OperationalError

from notifications.channels import Channel
from notifications.errors import DeliveryError, MessageError, NotificationError, PermanentError, UnreachableError
from notifications.links import insert_links
from notifications.mime import domain_of, message_id
from notifications.notice import Message, Sender
from notifications.outbox import TABLE, OutboxState

LEASE = timedelta(minutes=5)
# A send may take several commands of 20 s each; with less than this left, the rest of a batch is given back.
MARGIN = timedelta(minutes=2)
MAX_ATTEMPTS = 8
LONGEST_WAIT = timedelta(hours=1)
# How long an unreachable channel is left alone; this costs the messages no attempt.
PAUSE = timedelta(minutes=2)
BATCH = 100
# A crash sends again what was not marked yet; marking each one alone would cost a commit per mail.
MARK_EVERY = 20
_MARK_TRIES = 3

Store: TypeAlias = Engine | Callable[[], AbstractContextManager[Connection]]
Mint: TypeAlias = Callable[[str, str, str, str], str | None]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counts:
    """What one call of `drain` did, in rows.

    sent; failed: to be tried again; dead: nobody will try again; lost: another drainer took the row over meanwhile,
    so what came of it is that one's to say; returned: given back untried because the lease ran short.
    """

    sent: int = 0
    failed: int = 0
    dead: int = 0
    lost: int = 0
    returned: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


_due = {
    state: select(TABLE.c.owner, TABLE.c.id)
    .where(
        TABLE.c.state == state.value,
        (TABLE.c.lease_until if state is OutboxState.SENDING else TABLE.c.not_before) <= bindparam("now"),
    )
    .order_by(TABLE.c.not_before)
    .limit(bindparam("room"))
    # Rows another drainer is claiming are passed over; SQLite has one writer at a time and no such clause.
    .with_for_update(skip_locked=True)
    .cte("due")
    # Rows whose drainer died come first, then new ones, then those that failed before.
    for state in (OutboxState.SENDING, OutboxState.QUEUED, OutboxState.FAILED)
}
_CLAIMS = tuple(
    update(TABLE)
    .where(TABLE.c.owner == due.c.owner, TABLE.c.id == due.c.id)
    .values(
        state=OutboxState.SENDING.value,
        lease_until=bindparam("until"),
        lease_token=TABLE.c.lease_token + 1,
        attempts=TABLE.c.attempts + 1,
    )
    .returning(TABLE)
    for due in _due.values()
)
_MARK = (
    update(TABLE)
    .where(
        TABLE.c.owner == bindparam("row_owner"),
        TABLE.c.id == bindparam("row_id"),
        TABLE.c.state == OutboxState.SENDING.value,
        # The fence: a drainer whose lease was taken over holds an older token and changes nothing.
        TABLE.c.lease_token == bindparam("row_token"),
    )
    .values(
        state=bindparam("new_state"),
        lease_until=None,
        not_before=bindparam("new_not_before"),
        attempts=bindparam("new_attempts"),
        error=bindparam("new_error"),
        sent_at=bindparam("new_sent_at"),
        message_id=bindparam("new_message_id"),
    )
)


@contextmanager
def _writing(store: Store) -> Iterator[Connection]:
    """A short transaction of its own; on SQLite it takes the write lock at once, as every writer here does."""
    connect = store.connect if isinstance(store, Engine) else store
    with connect() as connection, connection.begin():
        if connection.dialect.name == "sqlite" and not getattr(
            connection.connection.dbapi_connection, "in_transaction", False
        ):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def drain(
    store: Store,
    channels: Mapping[str, Channel],
    *,
    now: Callable[[], datetime],
    mint: Mint,
    sender: Callable[[str], Sender],
    limit: int = 10_000,
) -> Counts:
    """Sends what is due, at most `limit` rows, and returns the counts; may run in several places at once.

    `channels`: by the row's `channel`. `now`: aware UTC. `mint(owner, reference, recipient, link_name)`: the address of
    a personal link or None for no link. `sender(owner)`: who speaks. A failure of a single row never ends the call;
    errors of the database do.
    """
    total = Counts()
    taken = 0
    while taken < limit:
        rows = _claim(store, now(), min(BATCH, limit - taken))
        if not rows:
            break
        taken += len(rows)
        batch = _Batch(store, now, mint, sender)
        try:
            for kind, group in groupby(sorted(rows, key=lambda row: row.channel), key=lambda row: row.channel):
                batch.carry(channels.get(kind), sorted(group, key=lambda row: (row.created_at, row.owner, row.id)))
        finally:
            # Also when the process is told to stop: what was sent is marked as sent.
            batch.mark()
            total += batch.counts
        if batch.counts.returned:
            break
    if total != Counts():
        _log.info("outbox drained: %s", total)
    return total


def _claim(store: Store, now: datetime, room: int) -> list[Row[Any]]:
    rows: list[Row[Any]] = []
    with _writing(store) as connection:
        for statement in _CLAIMS:
            if room > len(rows):
                found = connection.execute(statement, {"now": now, "until": now + LEASE, "room": room - len(rows)})
                rows.extend(found)
    return rows


class _Batch:
    """The rows of one claim on their way, and the marks not yet written."""

    def __init__(self, store: Store, now: Callable[[], datetime], mint: Mint, sender: Callable[[str], Sender]) -> None:
        self._store = store
        self._now = now
        self._mint = mint
        self._sender = sender
        self._marks: list[dict[str, Any]] = []
        self.counts = Counts()

    def carry(self, channel: Channel | None, rows: Sequence[Row[Any]]) -> None:
        waiting = list(rows)
        try:
            if channel is None:
                raise UnreachableError(f"no channel of the kind {rows[0].channel!r} is set up")
            with channel.open() as send:
                while waiting:
                    if self._now() > waiting[0].lease_until - MARGIN:
                        break
                    self._attempt(send, waiting[0])
                    waiting.pop(0)
                    if len(self._marks) >= MARK_EVERY:
                        self.mark()
        except UnreachableError as error:
            _log.warning("channel %s: %s", rows[0].channel, error)
            for row in waiting:
                self._note(row, OutboxState.FAILED, _later(self._now(), PAUSE), row.attempts - 1, str(error))
            return
        for row in waiting:
            self._note(row, OutboxState.QUEUED, row.not_before, row.attempts - 1, row.error, returned=True)

    def _attempt(self, send: Callable[[Message], None], row: Row[Any]) -> None:
        """Sends one row and notes what came of it; UnreachableError passes through."""
        if row.attempts > MAX_ATTEMPTS:
            # Claimed this often without a word of what came of it: the message itself may end the process.
            self._note(row, OutboxState.DEAD, row.not_before, row.attempts, "sending it ended the process each time")
            return
        identity = row.message_id
        try:
            speaker = self._sender(row.owner)
            identity = identity or message_id(row.owner, row.id, domain_of(speaker.address))
            send(self._message(row, speaker, identity))
        except UnreachableError:
            raise
        except (MessageError, PermanentError) as error:
            self._note(row, OutboxState.DEAD, row.not_before, row.attempts, str(error), identity)
        except Exception as error:  # an edge: one row's failure, of whatever kind, must not keep the others back
            # Of errors from elsewhere only the kind is kept: their words may hold personal data.
            what = str(error) if isinstance(error, DeliveryError) else f"unexpected {type(error).__name__}"
            if not isinstance(error, NotificationError):
                _log.error("a message could not be sent: %s", what)
            if row.attempts >= MAX_ATTEMPTS:
                self._note(row, OutboxState.DEAD, row.not_before, row.attempts, what, identity)
            else:
                wait = min(timedelta(minutes=2 ** (row.attempts - 1)), LONGEST_WAIT)
                self._note(row, OutboxState.FAILED, _later(self._now(), wait), row.attempts, what, identity)
        else:
            self._note(row, OutboxState.SENT, row.not_before, row.attempts, None, identity)

    def _message(self, row: Row[Any], speaker: Sender, identity: str) -> Message:
        text, html = insert_links(
            row.body, row.html, lambda name: self._mint(row.owner, row.reference, row.recipient, name)
        )
        return Message(
            owner=row.owner,
            id=row.id,
            reference=row.reference,
            notice=row.notice,
            recipient=row.recipient,
            language=row.language,
            name=row.name,
            address=row.address,
            sender=speaker,
            subject=row.subject,
            text=text,
            html=html,
            message_id=identity,
            created_at=row.created_at,
            date=self._now(),
        )

    def _note(
        self,
        row: Row[Any],
        state: OutboxState,
        not_before: datetime,
        attempts: int,
        error: str | None,
        identity: str | None = None,
        *,
        returned: bool = False,
    ) -> None:
        self._marks.append(
            {
                "row_owner": row.owner,
                "row_id": row.id,
                "row_token": row.lease_token,
                "new_state": state.value,
                "new_not_before": not_before,
                "new_attempts": attempts,
                "new_error": error and error[:300],
                "new_sent_at": self._now() if state is OutboxState.SENT else None,
                "new_message_id": identity or row.message_id,
                "counted": "returned" if returned else state.value,
            }
        )

    def mark(self) -> None:
        """Writes what came of the rows sent so far, in one transaction."""
        if not self._marks:
            return
        for attempt in range(1, _MARK_TRIES + 1):
            try:
                with _writing(self._store) as connection:
                    changed = [self._changed(connection, mark) for mark in self._marks]
                break
            except OperationalError:
                # A busy or restarted database: an unmarked row would be sent twice, so this is worth some waiting.
                if attempt == _MARK_TRIES:
                    raise
                time.sleep(0.2 * attempt)
        counted = dict.fromkeys((f.name for f in fields(Counts)), 0)
        for mark, done in zip(self._marks, changed, strict=True):
            counted[mark["counted"] if done else "lost"] += 1
        self._marks = []
        self.counts += Counts(**counted)

    @staticmethod
    def _changed(connection: Connection, mark: dict[str, Any]) -> bool:
        values = {name: value for name, value in mark.items() if name != "counted"}
        return connection.execute(_MARK, values).rowcount == 1


def _later(now: datetime, wait: timedelta) -> datetime:
    # Spread by up to a quarter either way, so that what failed together does not come back together.
    return now + wait * random.uniform(0.75, 1.25)


def release(store: Store, owner: str, id: str, *, now: datetime) -> bool:
    """Whether a held row was released for sending from `now` on; False when it is not held or does not exist."""
    return _turn(store, owner, id, (OutboxState.HELD,), OutboxState.QUEUED, not_before=now)


def cancel(store: Store, owner: str, id: str) -> bool:
    """Whether a row that still waits (queued, held, failed) was cancelled; False for one sent, on its way, or dead."""
    return _turn(store, owner, id, (OutboxState.QUEUED, OutboxState.HELD, OutboxState.FAILED), OutboxState.CANCELLED)


def revive(store: Store, owner: str, id: str, *, now: datetime) -> bool:
    """Whether a dead row was queued again from `now` on, its attempts counted anew; False for any other."""
    return _turn(store, owner, id, (OutboxState.DEAD,), OutboxState.QUEUED, not_before=now, attempts=0, error=None)


def _turn(
    store: Store, owner: str, id: str, before: tuple[OutboxState, ...], after: OutboxState, **values: Any
) -> bool:
    statement: Update = (
        update(TABLE)
        .where(TABLE.c.owner == owner, TABLE.c.id == id, TABLE.c.state.in_([state.value for state in before]))
        .values(state=after.value, **values)
    )
    with _writing(store) as connection:
        return connection.execute(statement).rowcount == 1
