"""The chain of journal entries: canonical JSON, hashes, and salted digests of texts.

Why: what happened must be provable later, and a person's data must be erasable without breaking the proof. So the chain
holds ids and salted digests only; each text lies beside it with its own random salt, and goes together with it.
Never here: rows, the database, a text inside a hashed value other than as its digest.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from workflow.engine.errors import CorruptJournal, InvalidRequest

_SALT_BYTES = 16


class Entry(StrEnum):
    """What a journal entry records."""

    TRANSITION = "transition"
    RECORD = "record"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no canonical JSON")


# Encoders are made once: json.dumps with options builds one per call, which costs more than the encoding.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain).encode


def canonical(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, text as itself; instants as `instant_text`, decimals as their text.

    Floats are not used anywhere in the package; sets become sorted lists. Raises TypeError for any other value.
    """
    return _encode(value)


@lru_cache(maxsize=1024)  # a unit writes the same few instants into every row
def instant_text(at: datetime) -> str:
    """An aware instant as `YYYY-MM-DDTHH:MM:SS.ffffffZ` in UTC. Raises InvalidRequest for a naive one."""
    if at.tzinfo is None:
        raise InvalidRequest("a naive datetime is no instant; give it a time zone")
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")[:26] + "Z"


def new_salt() -> str:
    """A random salt of 128 bits, as 32 hexadecimal characters."""
    return secrets.token_hex(_SALT_BYTES)


def text_digest(salt: str, text: str) -> str:
    """SHA-256 of salt and text, hexadecimal. The salt is stored with the text and erased with it."""
    return hashlib.sha256((salt + text).encode()).hexdigest()


def sheet_digest(salt: str, marks: Mapping[str, Decimal]) -> str:
    """What the signature of a score sheet seals: the salted SHA-256 of its marks, hexadecimal."""
    return text_digest(salt, canonical({criterion: str(mark) for criterion, mark in marks.items()}))


def entry_hash(
    *,
    institution: str,
    subject_id: str,
    seq: int,
    kind: str,
    act: str,
    from_state: str | None,
    to_state: str | None,
    effective_at: datetime | str,
    recorded_at: datetime | str,
    actor: str,
    role: str,
    rule: str,
    parameters: str,
    effects: str,
    definition_hash: str,
    previous: str,
) -> str:
    """SHA-256 (hexadecimal) over the canonical JSON list of these values, in this order.

    `parameters` and `effects` are the stored canonical texts; `previous` is the hash of the entry before, '' at seq 1.
    """
    if not isinstance(effective_at, str):
        effective_at = instant_text(effective_at)
    if not isinstance(recorded_at, str):
        recorded_at = instant_text(recorded_at)
    chained = [
        institution,
        subject_id,
        seq,
        kind,
        act,
        from_state,
        to_state,
        effective_at,
        recorded_at,
        actor,
        role,
        rule,
        parameters,
        effects,
        definition_hash,
        previous,
    ]
    return hashlib.sha256(_encode(chained).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One stored entry as `verify_chain` reads it. Instants are aware or already texts."""

    institution: str
    subject_id: str
    seq: int
    kind: str
    act: str
    from_state: str | None
    to_state: str | None
    effective_at: datetime | str
    recorded_at: datetime | str
    actor: str
    role: str
    rule: str
    parameters: str
    effects: str
    definition_hash: str
    previous: str
    hash: str

    def computed(self) -> str:
        """The hash that the entry must have."""
        return entry_hash(
            institution=self.institution,
            subject_id=self.subject_id,
            seq=self.seq,
            kind=self.kind,
            act=self.act,
            from_state=self.from_state,
            to_state=self.to_state,
            effective_at=self.effective_at,
            recorded_at=self.recorded_at,
            actor=self.actor,
            role=self.role,
            rule=self.rule,
            parameters=self.parameters,
            effects=self.effects,
            definition_hash=self.definition_hash,
            previous=self.previous,
        )


def verify_chain(subject: str, entries: Iterable[ChainLink], *, seq: int, head: str) -> int:
    """The number of entries, when those of one subject in order of seq are gap-free, chained and end at its head.

    `seq` and `head` are what the subject's row says. Raises CorruptJournal naming the first entry that does not fit;
    a tail cut together with the subject's row is only found against an anchor kept elsewhere.
    """
    expected, previous = 0, ""
    for entry in entries:
        expected += 1
        if entry.seq != expected:
            raise CorruptJournal(subject, expected, f"is missing; the next stored one is {entry.seq}")
        if entry.previous != previous:
            raise CorruptJournal(subject, expected, "does not name the hash of the entry before it")
        if entry.hash != entry.computed():
            raise CorruptJournal(subject, expected, "was changed after it was written")
        previous = entry.hash
    if expected != seq or previous != head:
        raise CorruptJournal(
            subject, expected + 1, f"the subject stands at entry {seq}, the journal ends at {expected}"
        )
    return expected
