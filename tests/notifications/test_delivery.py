from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from notifications import delivery
from notifications.channels.file import FileChannel
from notifications.channels.memory import MemoryChannel
from notifications.delivery import LEASE, MAX_ATTEMPTS, PAUSE, Counts, Store, drain, release
from notifications.errors import MessageError, PassingError, PermanentError, UnreachableError
from notifications.notice import Message, Sender
from tests.notifications.given import START, Clock, a_row, in_threads, no_link, speaker

Put = Callable[..., None]
Read = Callable[[], dict[str, Any]]


class Scripted:
    """A channel that does as told for each row, and remembers what it took."""

    def __init__(self, *, on: Callable[[Message], None] | None = None, opening: Exception | None = None) -> None:
        self.on = on
        self.opening = opening
        self.taken: list[Message] = []
        self.opened = 0

    @contextmanager
    def open(self) -> Iterator[Callable[[Message], None]]:
        self.opened += 1
        if self.opening:
            raise self.opening
        yield self.send

    def send(self, message: Message) -> None:
        if self.on:
            self.on(message)
        self.taken.append(message)


def run(store: Store, channel: Any, clock: Callable[[], datetime], **more: Any) -> Counts:
    return drain(store, {"mail": channel}, **{"now": clock, "mint": no_link, "sender": speaker, **more})


def raising(error: Exception, *ids: str) -> Callable[[Message], None]:
    def on(message: Message) -> None:
        if not ids or message.id in ids:
            raise error

    return on


def test_drain_sends_what_is_due_in_order(engine: Engine, put: Put, rows: Read, clock: Clock) -> None:
    put(
        a_row("c", created_at=START - timedelta(hours=1)), a_row("a"), a_row("b"),
        a_row("early", not_before=START + timedelta(seconds=1)), a_row("kept", hold_reason="wait"),
        a_row("gone", state="cancelled"), a_row("a", owner="village"),
    )  # fmt: skip
    channel = MemoryChannel()
    assert run(engine, channel, clock) == Counts(sent=4)
    assert [f"{message.owner}/{message.id}" for message in channel.messages] == [
        "town/c",
        "town/a",
        "town/b",
        "village/a",
    ]
    row = rows()["c"]
    assert (row.state, row.sent_at, row.attempts, row.lease_until, row.error, row.message_id) == (
        "sent", START, 1, None, None, "<c.town@town.example>",
    )  # fmt: skip
    assert run(engine, channel, clock) == Counts()
    assert {row.state for row in rows().values() if row.id in ("early", "kept", "gone")} == {
        "queued",
        "held",
        "cancelled",
    }


def test_drain_fills_links_and_stores_none(engine: Engine, put: Put, rows: Read, clock: Clock) -> None:
    asked: list[tuple[str, str, str, str]] = []

    def mint(owner: str, reference: str, recipient: str, name: str) -> str | None:
        asked.append((owner, reference, recipient, name))
        return "https://town.example/s/secret" if recipient == "candidate-a" else None

    put(a_row("a"), a_row("b"))
    channel = MemoryChannel()
    assert run(engine, channel, clock, mint=mint) == Counts(sent=2)
    assert [message.text for message in channel.messages] == ["Текст\n\nhttps://town.example/s/secret\n", "Текст\n"]
    assert asked == [
        ("town", "application-a", "candidate-a", "status"), ("town", "application-b", "candidate-b", "status"),
    ]  # fmt: skip
    assert "secret" not in str(rows())


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a.example/ b", 'https://a.example/"x', "https://a\r\n"]
)
def test_link_that_is_no_address_is_not_sent(engine: Engine, put: Put, rows: Read, clock: Clock, url: str) -> None:
    put(a_row("a"))
    assert run(engine, MemoryChannel(), clock, mint=lambda *_: url) == Counts(dead=1)
    assert rows()["a"].error == "the link status is no web address"


def test_passing_error_waits_longer_each_time_and_ends_dead(engine: Engine, put: Put, rows: Read, clock: Clock) -> None:
    put(a_row("a"), a_row("b"))
    channel = Scripted(on=raising(PassingError("451 later"), "a"))
    waits = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        counts = run(engine, channel, clock)
        row = rows()["a"]
        assert (row.attempts, row.error, row.message_id) == (attempt, "451 later", "<a.town@town.example>")
        if attempt == MAX_ATTEMPTS:
            assert (counts, row.state) == (Counts(dead=1), "dead")
            break
        assert (counts, row.state) == (Counts(sent=1 if attempt == 1 else 0, failed=1), "failed")
        waits.append((row.not_before - clock()) / timedelta(minutes=1))
        clock.instant = row.not_before - timedelta(microseconds=1)
        assert run(engine, channel, clock) == Counts()
        clock.instant = row.not_before
    for wait, expected in zip(waits, [1, 2, 4, 8, 16, 32, 60], strict=True):
        assert expected * 0.75 <= wait <= expected * 1.25
    clock.forward(days=9)
    assert run(engine, channel, clock) == Counts()
    assert [message.id for message in channel.taken] == ["b"]


def test_waits_are_spread(engine: Engine, put: Put, rows: Read, clock: Clock) -> None:
    put(*(a_row(str(number)) for number in range(30)))
    run(engine, Scripted(on=raising(PassingError("later"))), clock)
    assert len({row.not_before for row in rows().values()}) > 25


@pytest.mark.parametrize("error", [PermanentError("550 no such user"), MessageError("too large")])
def test_permanent_error_ends_at_once(engine: Engine, put: Put, rows: Read, clock: Clock, error: Exception) -> None:
    put(a_row("a"), a_row("b"))
    channel = Scripted(on=raising(error, "a"))
    assert run(engine, channel, clock) == Counts(sent=1, dead=1)
    assert (rows()["a"].state, rows()["a"].error) == ("dead", str(error))


def test_row_without_a_valid_address_is_dead(engine: Engine, put: Put, rows: Read, clock: Clock) -> None:
    put(a_row("a", address=None), a_row("b", address="x\r\nBcc: y@z.example"))
    assert run(engine, MemoryChannel(), clock) == Counts(dead=2)


def test_unexpected_error_of_one_row_keeps_nobody_back_and_tells_no_secret(
    engine: Engine, put: Put, rows: Read, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    put(a_row("a"), a_row("b"))
    channel = Scripted(on=raising(ZeroDivisionError("a@mail.example"), "a"))
    assert run(engine, channel, clock) == Counts(sent=1, failed=1)
    assert rows()["a"].error == "unexpected ZeroDivisionError"
    assert "a@mail.example" not in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_sender_that_cannot_be_told_holds_back_only_its_owner(
    engine: Engine, put: Put, clock: Clock, rows: Read
) -> None:
    def who(owner: str) -> Sender:
        if owner == "village":
            raise KeyError(owner)
        return speaker(owner)

    put(a_row("a"), a_row("b", owner="village"))
    assert run(engine, MemoryChannel(), clock, sender=who) == Counts(sent=1, failed=1)


@pytest.mark.parametrize("opening", [True, False])
def test_unreachable_channel_costs_no_attempt(
    engine: Engine, put: Put, rows: Read, clock: Clock, opening: bool
) -> None:
    put(*(a_row(str(number)) for number in range(5)))
    error = UnreachableError("nobody answers")
    channel = Scripted(opening=error) if opening else Scripted(on=raising(error, "2"))
    assert run(engine, channel, clock) == (Counts(failed=5) if opening else Counts(sent=2, failed=3))
    assert channel.opened == 1
    waiting = [row for row in rows().values() if row.state == "failed"]
    assert {(row.attempts, row.error) for row in waiting} == {(0, "nobody answers")}
    assert all(PAUSE * 0.75 <= row.not_before - START <= PAUSE * 1.25 for row in waiting)
    clock.forward(hours=1)
    assert run(engine, MemoryChannel(), clock) == Counts(sent=len(waiting))


def test_channel_that_is_not_set_up_leaves_rows_waiting(engine: Engine, put: Put, rows: Read, clock: Clock) -> None:
    put(a_row("a"), a_row("b", channel="letter"))
    assert run(engine, MemoryChannel(), clock) == Counts(sent=1, failed=1)
    assert (rows()["b"].error, rows()["b"].attempts) == ("no channel of the kind 'letter' is set up", 0)


def test_each_row_goes_through_its_channel(engine: Engine, put: Put, clock: Clock) -> None:
    put(a_row("a"), a_row("b", channel="letter", address=None))
    mail, letters = MemoryChannel(), MemoryChannel(mail=False)
    counts = drain(engine, {"mail": mail, "letter": letters}, now=clock, mint=no_link, sender=speaker)
    assert counts == Counts(sent=2)
    assert ([m.id for m in mail.messages], [m.id for m in letters.messages]) == (["a"], ["b"])


def test_limit_bounds_one_call(engine: Engine, put: Put, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "BATCH", 3)
    put(*(a_row(str(number)) for number in range(8)))
    assert run(engine, MemoryChannel(), clock, limit=5) == Counts(sent=5)
    assert run(engine, MemoryChannel(), clock) == Counts(sent=3)


def test_held_row_leaves_after_release(engine: Engine, put: Put, clock: Clock) -> None:
    put(a_row("a", hold_reason="wait"))
    assert run(engine, MemoryChannel(), clock) == Counts()
    assert release(engine, "town", "a", now=clock())
    assert run(engine, MemoryChannel(), clock) == Counts(sent=1)


def test_nothing_is_sent_inside_a_transaction(engine: Engine, put: Put, clock: Clock) -> None:
    open_now: set[int] = set()
    event.listen(engine, "checkout", lambda connection, record, proxy: open_now.add(id(record)))
    event.listen(engine, "checkin", lambda connection, record: open_now.discard(id(record)))
    put(a_row("a"))
    during: list[int] = []
    assert run(engine, Scripted(on=lambda message: during.append(len(open_now))), clock) == Counts(sent=1)
    assert during == [0]


def test_slow_drainer_is_fenced_off(engine: Engine, put: Put, rows: Read, clock: Clock) -> None:
    put(a_row("a"))
    other = Scripted()

    def overtake(message: Message) -> None:
        clock.forward(seconds=LEASE.total_seconds())
        assert run(engine, other, clock) == Counts(sent=1)
        clock.forward(seconds=7)
        raise PermanentError("550 what the slow one heard must not count")

    assert run(engine, Scripted(on=overtake), clock) == Counts(lost=1)
    row = rows()["a"]
    assert (row.state, row.error, row.lease_token, row.sent_at) == ("sent", None, 2, START + LEASE)
    assert len(other.taken) == 1


def test_slow_drainer_does_not_mark_what_another_is_sending(engine: Engine, put: Put, rows: Read, clock: Clock) -> None:
    put(a_row("a"))

    def overtake(message: Message) -> None:
        clock.forward(seconds=LEASE.total_seconds())
        assert [row.id for row in delivery._claim(engine, clock(), 5)] == ["a"]

    assert run(engine, Scripted(on=overtake), clock) == Counts(lost=1)
    row = rows()["a"]
    assert (row.state, row.lease_token, row.lease_until) == ("sending", 2, START + LEASE * 2)


def test_fresh_lease_is_left_alone_and_an_expired_one_taken_over(
    engine: Engine, put: Put, rows: Read, clock: Clock
) -> None:
    put(a_row("a", state="sending", lease_until=START + LEASE, lease_token=1, attempts=1))
    clock.instant = START + LEASE - timedelta(microseconds=1)
    assert run(engine, MemoryChannel(), clock) == Counts()
    clock.instant = START + LEASE
    assert run(engine, MemoryChannel(), clock) == Counts(sent=1)
    assert rows()["a"].attempts == 2


def test_row_that_ends_the_process_each_time_is_dead(engine: Engine, put: Put, rows: Read, clock: Clock) -> None:
    put(a_row("a", state="sending", lease_until=START, lease_token=8, attempts=MAX_ATTEMPTS))
    channel = Scripted()
    assert run(engine, channel, clock) == Counts(dead=1)
    assert channel.taken == []


def test_batch_that_takes_too_long_gives_the_rest_back(engine: Engine, put: Put, rows: Read, clock: Clock) -> None:
    put(a_row("a"), a_row("b"), a_row("c"))
    channel = Scripted(on=lambda message: clock.forward(minutes=2))
    assert run(engine, channel, clock) == Counts(sent=2, returned=1)
    assert (rows()["c"].state, rows()["c"].attempts, rows()["c"].not_before) == ("queued", 0, START)


def test_interrupt_keeps_what_was_sent_marked(engine: Engine, put: Put, rows: Read, clock: Clock) -> None:
    def stop(message: Message) -> None:
        if message.id == "b":
            raise KeyboardInterrupt

    put(a_row("a"), a_row("b"), a_row("c"))
    with pytest.raises(KeyboardInterrupt):
        run(engine, Scripted(on=stop), clock)
    assert {id: row.state for id, row in rows().items()} == {"a": "sent", "b": "sending", "c": "sending"}
    clock.forward(hours=1)
    assert run(engine, MemoryChannel(), clock) == Counts(sent=2)


def test_mark_survives_a_busy_database(
    engine: Engine, put: Put, rows: Read, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(a_row("a"))
    calls: list[int] = []

    @contextmanager
    def connect() -> Iterator[Any]:
        calls.append(1)
        if len(calls) in (2, 3):
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        with engine.connect() as connection:
            yield connection

    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    assert run(connect, MemoryChannel(), clock) == Counts(sent=1)
    assert rows()["a"].state == "sent"


def test_two_drainers_never_send_twice(engine: Engine, put: Put, rows: Read, clock: Clock) -> None:
    put(*(a_row(f"{number:03}") for number in range(250)))
    channels = [Scripted(on=lambda message: time.sleep(0.0005)) for _ in range(3)]
    start = threading.Barrier(len(channels))

    def job(channel: Scripted) -> Callable[[], Counts]:
        def work() -> Counts:
            start.wait()
            return run(engine, channel, clock)

        return work

    counts = in_threads(*(job(channel) for channel in channels))
    assert sum((count for count in counts if isinstance(count, Counts)), Counts()) == Counts(sent=250)
    sent = [message.id for channel in channels for message in channel.taken]
    assert sorted(sent) == [f"{number:03}" for number in range(250)]
    assert {row.state for row in rows().values()} == {"sent"}


def test_killed_between_send_and_mark_leaves_one_file_under_one_message_id(
    engine: Engine, put: Put, rows: Read, clock: Clock, tmp_path: Path
) -> None:
    put(a_row("a"))
    folder = tmp_path / "mail"
    script = f"""
        import os
        from contextlib import contextmanager
        from datetime import datetime, UTC
        from pathlib import Path
        from sqlalchemy import create_engine
        from notifications.channels.file import FileChannel
        from notifications.delivery import drain
        from notifications.notice import Sender

        class Killed(FileChannel):
            def _send(self, message):
                super()._send(message)
                os._exit(9)

        engine = create_engine({engine.url.render_as_string(hide_password=False)!r})
        drain(engine, {{"mail": Killed(Path({str(folder)!r}))}},
              now=lambda: datetime(2022, 4, 8, 10, 0, tzinfo=UTC), mint=lambda *_: None,
              sender=lambda owner: Sender("T", "notices@town.example"))
    """
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], check=False, cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert killed.returncode == 9
    assert rows()["a"].state == "sending"
    (first,) = folder.glob("*.eml")
    identity = message_from_bytes(first.read_bytes())["Message-ID"]
    assert run(engine, FileChannel(folder), clock) == Counts()
    clock.forward(seconds=LEASE.total_seconds())
    assert run(engine, FileChannel(folder), clock) == Counts(sent=1)
    (second,) = folder.iterdir()
    assert (second.name, message_from_bytes(second.read_bytes())["Message-ID"]) == (first.name, identity)
    assert rows()["a"].message_id == identity == "<a.town@town.example>"


def test_lease_shorter_than_its_margin_would_never_send() -> None:
    assert delivery.MARGIN * 2 < LEASE


def test_two_thousand_mails_reach_the_folder_in_seconds(engine: Engine, put: Put, clock: Clock, tmp_path: Path) -> None:
    put(*(a_row(f"{number:04}") for number in range(2000)))
    began = time.perf_counter()
    assert run(engine, FileChannel(tmp_path / "mail"), clock) == Counts(sent=2000)
    took = time.perf_counter() - began
    print(f"\n2,000 mails into files through {engine.dialect.name}: {took:.2f} s")
    assert len(list((tmp_path / "mail").iterdir())) == 2000
    assert took < 20


def test_clock_is_asked_for_aware_instants(engine: Engine, put: Put) -> None:
    put(a_row("a"))
    with pytest.raises(Exception, match="naive"):
        run(engine, MemoryChannel(), lambda: START.replace(tzinfo=None))
