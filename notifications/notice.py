"""The plain values a notice passes through: rendered text, sender, message.

Why: rendering, the outbox and the channels share values and not each other.
Never here: how any of it is stored, rendered or carried.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a notice says in one language: a one-line subject, plain text, and a whole HTML document."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks: shown name, e-mail address of the envelope and of From, and where answers go (None: to `address`)."""

    name: str
    address: str
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message ready to be carried; links are filled in, so it must not be stored.

    `message_id` is the same at every attempt; `address` is an e-mail address or, for letters, a postal one or None;
    `date` is the instant of this attempt, aware UTC.
    """

    owner: str
    id: str
    reference: str
    notice: str
    recipient: str
    language: str
    name: str
    address: str | None
    sender: Sender
    subject: str
    text: str
    html: str | None
    message_id: str
    created_at: datetime
    date: datetime
