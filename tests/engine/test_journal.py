"""The chain: what it hashes, that every change is found, and that erasing a text leaves it whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.engine.errors import CorruptJournal, InvalidRequest
from workflow.engine.journal import ChainLink, canonical, entry_hash, instant_text, new_salt, text_digest, verify_chain

AT = datetime(2022, 3, 31, 14, 30, tzinfo=UTC)


def chain(length: int) -> list[ChainLink]:
    links: list[ChainLink] = []
    for seq in range(1, length + 1):
        values: dict[str, Any] = {
            "institution": "stara_zagora",
            "subject_id": "s",
            "seq": seq,
            "kind": "transition",
            "act": f"act {seq}",
            "from_state": None if seq == 1 else f"state {seq - 1}",
            "to_state": f"state {seq}",
            "effective_at": AT + timedelta(minutes=seq),
            "recorded_at": instant_text(AT + timedelta(minutes=seq)),
            "actor": "k.ivanova",
            "role": "registrar",
            "rule": "register",
            "parameters": canonical({"remarks": {"text": "id", "digest": text_digest("salt", "защото")}}),
            "effects": "[]",
            "definition_hash": "d",
            "previous": links[-1].hash if links else "",
        }
        links.append(ChainLink(**values, hash=entry_hash(**values)))
    return links


def test_hash_is_over_the_canonical_list_in_the_documented_order() -> None:
    link = chain(1)[0]
    values = [getattr(link, f.name) for f in fields(link) if f.name != "hash"]
    values[7] = "2022-03-31T14:31:00.000000Z"
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert link.hash == hashlib.sha256(text.encode()).hexdigest()


def test_a_sound_chain_verifies() -> None:
    links = chain(5)
    assert verify_chain("s", links, seq=5, head=links[-1].hash) == 5
    assert verify_chain("s", [], seq=0, head="") == 0


CHANGES = [f.name for f in fields(ChainLink) if f.name not in ("hash", "seq")]


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_value_is_found_at_its_entry(name: str) -> None:
    links = chain(4)
    changed: Any = AT - timedelta(days=1) if name.endswith("_at") else "another"
    links[2] = replace(links[2], **{name: changed})
    with pytest.raises(CorruptJournal) as caught:
        verify_chain("s", links, seq=4, head=links[-1].hash)
    assert caught.value.seq == 3


@given(st.data())
def test_any_missing_moved_or_rehashed_entry_is_found(data: st.DataObject) -> None:
    links = chain(6)
    head = links[-1].hash
    place = data.draw(st.integers(0, 5))
    kind = data.draw(st.sampled_from(["drop", "swap", "repeat", "rehash"]))
    if kind == "drop":
        del links[place]
    elif kind == "repeat":
        links.insert(place, links[place])
    elif kind == "swap":
        other = data.draw(st.integers(0, 5).filter(lambda n: n != place))
        links[place], links[other] = links[other], links[place]
    else:
        forged = replace(links[place], actor="nobody")
        links[place] = replace(forged, hash=forged.computed())
    with pytest.raises(CorruptJournal):
        verify_chain("s", links, seq=6, head=head)


def test_a_cut_tail_is_found_by_the_subject() -> None:
    links = chain(3)
    with pytest.raises(CorruptJournal, match="the subject stands at entry 3, the journal ends at 2"):
        verify_chain("s", links[:2], seq=3, head=links[-1].hash)


def test_canonical_json_is_one_text_for_one_value() -> None:
    value = {"б": Decimal("12.00"), "a": {"z", "y"}, "at": AT.astimezone(timezone(timedelta(hours=3))), "n": None}
    assert canonical(value) == '{"a":["y","z"],"at":"2022-03-31T14:30:00.000000Z","n":null,"б":"12.00"}'
    with pytest.raises(TypeError, match="object has no canonical JSON"):
        canonical(object())


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="give it a time zone"):
        instant_text(datetime(2022, 3, 31))  # noqa: DTZ001


def test_digests_are_salted() -> None:
    assert len({new_salt() for _ in range(100)}) == 100
    assert text_digest("a", "защото") != text_digest("b", "защото")
    assert len(text_digest(new_salt(), "")) == 64
