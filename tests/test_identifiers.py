"""Ids: version 7, in order within a process, unique between threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

import pytest

from workflow.identifiers import uuid7


def test_an_id_is_a_uuid_of_version_7_in_canonical_form() -> None:
    made = uuid7()
    parsed = UUID(made)
    assert (str(parsed), parsed.version, parsed.variant) == (made, 7, RFC_4122)


def test_ids_are_in_the_order_they_were_made() -> None:
    made = [uuid7() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_ids_stay_in_order_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = uuid7()
    monkeypatch.setattr("workflow.identifiers.time.time_ns", lambda: 0)
    made = [before, *(uuid7() for _ in range(5_000))]
    assert made == sorted(set(made))


def test_threads_never_make_the_same_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [i for ids in pool.map(lambda _: [uuid7() for _ in range(500)], range(8)) for i in ids]
    assert len(set(made)) == 4_000
