"""What the tests of notifications start from: an instant, a clock, rows, a sender."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from notifications.notice import Rendered, Sender
from notifications.outbox import outbox_row

START = datetime(2022, 4, 8, 10, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.instant = START

    def __call__(self) -> datetime:
        return self.instant

    def forward(self, **length: float) -> None:
        self.instant += timedelta(**length)


def speaker(owner: str) -> Sender:
    return Sender("Община Стара Загора", f"notices@{owner.replace('_', '-')}.example", "office@town.example")


def no_link(owner: str, reference: str, recipient: str, name: str) -> str | None:
    return None


def a_row(id: str = "n1", **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "owner": "town",
        "id": id,
        "reference": f"application-{id}",
        "notice": "application_received",
        "recipient": f"candidate-{id}",
        "channel": "mail",
        "language": "bg",
        "name": "Жана Ўладзіслаўна",
        "address": f"{id}@mail.example",
        "created_at": START,
        "rendered": Rendered("Заявлението е прието", "Текст\n\n[[link:status]]\n", "<p>Текст</p>\n"),
    }
    direct = {key: changes.pop(key) for key in list(changes) if key not in values and key not in _ARGUMENTS}
    return {**outbox_row(**{**values, **changes}), **direct}


_ARGUMENTS = {"not_before", "hold_reason", "repeats"}


def in_threads(*jobs: Callable[[], object]) -> list[object]:
    """Runs the jobs at once and returns their results; the first error is raised."""
    results: list[object] = [None] * len(jobs)
    errors: list[BaseException] = []

    def run(number: int, job: Callable[[], object]) -> None:
        try:
            results[number] = job()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
