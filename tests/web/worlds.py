"""Two worlds that are equal in everything but the marks and notes on one member's sealed sheets.

Why: what differs between them can only come from those marks. So whatever anybody else reads must be the same to the
byte, and no list of pages has to be kept for that to be known. Ids, tokens, salts and the clock are made by rule, the
same in both worlds.
Never here: what is read (test_sealed.py).
"""

from __future__ import annotations

import random
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from notifications.channels.memory import MemoryChannel
from tests.services.conftest import SZ, Office
from tests.web.conftest import Town
from workflow import identifiers
from workflow.catalogue.index import Catalogue
from workflow.clock import VirtualClock
from workflow.persistence.database import Database
from workflow.scenarios.player import Player
from workflow.services.acts import Recording, SaveSheet
from workflow.services.house import House, Post
from workflow.services.records import Recorded, record
from workflow.settings import Settings
from workflow.web.app import create_app

AUTHOR = "M"
"""Whose sealed marks differ."""
CRITERIA = ("qualification", "skills", "personal_qualities")
SECRET = "one secret for both worlds, because links are signed with it"


@dataclass(frozen=True)
class Marks:
    """What the author gave, by candidate, and the note on the sheets; what all gave Q, whose sheets were opened."""

    given: Mapping[str, str]
    note: str
    opened: str = "5 4 4"


ONE = Marks({"A": "5 5 5", "B": "1 1 1", "C": "4 5 4"}, "note-of-the-first-world")
OTHER = Marks({"A": "1 2 1", "B": "5 4 5", "C": "1 1 1"}, "a-longer-note-of-the-second-world")
"""The order of the candidates, and who reaches the threshold, are the other way round."""


@dataclass
class World:
    """One of the two: the pages of the procedure that is sealed, the office of the earlier one, and the folder from
    which the command line runs. `secrets`: salts and digests of the sheets that are sealed."""

    root: Path
    town: Town
    earlier: Office
    secrets: tuple[str, ...]


@contextmanager
def determined(seed: int, *more: str) -> Iterator[None]:
    """Makes ids and tokens by rule meanwhile, the same whenever it is given the same."""
    dice = random.Random(f"{seed} {more}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identifiers, "os", SimpleNamespace(urandom=dice.randbytes))
        patch.setattr(identifiers, "time", SimpleNamespace(time_ns=lambda: (1_650_000 + seed) * 10**12))
        patch.setattr(identifiers, "_ticks", identifiers._Ticks())
        patch.setattr(secrets, "token_hex", lambda n=32: dice.randbytes(n).hex())
        patch.setattr(secrets, "token_urlsafe", lambda n=32: dice.randbytes(n).hex())
        patch.setattr(secrets, "randbelow", lambda n: n - 1)
        yield


def world(root: Path, template: Path, catalogue: Catalogue, marks: Marks, patch: pytest.MonkeyPatch) -> World:
    """A world with those marks on the sealed sheets of the author, in a data folder of its own.

    P and Q of an earlier procedure were scored, opened and ranked. A, B and C stand in the interview: K signed for all,
    L for A and B and is recused from C, the author signed A and C and has only saved B. A secretary writes.
    """
    with determined(7):
        return _made(root, template, catalogue, marks, patch)


def _made(root: Path, template: Path, catalogue: Catalogue, marks: Marks, patch: pytest.MonkeyPatch) -> World:
    (root / "data").mkdir(parents=True)
    (root / "definitions").mkdir()
    shutil.copy(template, root / "data" / "nabor.db")
    patch.setenv("NABOR_DATA", str(root / "data"))
    patch.setenv("NABOR_SECRET", SECRET)
    settings = Settings.load()
    clock = VirtualClock(datetime.fromisoformat("2022-02-28 09:00").replace(tzinfo=ZoneInfo("Europe/Sofia")))
    house = House(Database.open(settings.database), catalogue, clock)
    post = MemoryChannel()
    channels = {"mail": post, "letter": MemoryChannel(mail=False)}
    house.post = Post(channels, SECRET.encode(), None, "office@nabor.example")
    first = Office(house, clock, _player(house, clock, "T-0", {}), post)
    first.does(*_earlier(marks.opened))
    second = Office(house, clock, _player(house, clock, "T-1", _DATES), post)
    second.does(*_NOW)
    for name, saved in marks.given.items():
        given = dict(zip(CRITERIA, map(Decimal, saved.split()), strict=True))
        _saved(second, name, SaveSheet(assessment="interview", marks=given, note=marks.note))
    second.does((f"2022-06-14 12:00 {AUTHOR}", "sign A, C interview"))
    sealed = second.rows("SELECT salt, digest FROM sheet WHERE opened_at IS NULL AND salt IS NOT NULL")
    return World(root, Town(second, create_app(house, settings)), first, tuple(str(v) for row in sealed for v in row))


def _player(house: House, clock: VirtualClock, number: str, dates: Mapping[str, str]) -> Player:
    player = Player(house, clock, SZ, "staff_selection", "bg")
    commission = {"K": "chair", "L": "member", "M": "member", "N": "member", "S": "secretary"}
    player.open(number=number, positions={"speech_therapist": 1}, dates=dates, details={}, commission=commission)
    return player


def _saved(office: Office, name: str, act: SaveSheet) -> None:
    player = office.player
    recording = Recording(institution=SZ, subject=office.subject(name), actor=player.actor(AUTHOR), act=act)
    assert isinstance(record(office.house, recording), Recorded)


def _earlier(opened: str) -> tuple[tuple[str, str], ...]:
    return (
        ("2022-02-28 10:00 coordinator", "announce"),
        ("2022-03-03 10:00 registrar", "register P, Q for speech_therapist"),
        ("2022-04-04 09:00 K", "verdict P, Q * ok"),
        ("2022-04-04 10:00 K", "admit P, Q"),
        ("2022-04-04 11:00 coordinator", "date interview_at 2022-04-18 09:00"),
        ("2022-04-05 10:00 coordinator", "publish_admission"),
        ("2022-04-18 12:00 L", "conflict Q"),
        *((f"2022-04-18 12:00 {who}", "score P interview 4 4 4") for who in "KLMN"),
        *((f"2022-04-18 12:00 {who}", f"score Q interview {opened}") for who in "KMN"),
        ("2022-04-18 16:00 K", "close_interviews"),
        ("2022-04-19 10:00 coordinator", "publish_ranking"),
    )


_DATES = {"intake_opens": "2022-05-03 08:30", "documents_close": "2022-05-27 17:30", "interview_at": "2022-06-14 09:00"}
_NOW = (
    ("2022-05-02 10:00 coordinator", "announce"),
    ("2022-05-04 10:00 registrar", "register A, B, C for speech_therapist"),
    ("2022-05-30 09:00 K", "verdict A, B, C * ok"),
    ("2022-05-30 10:00 K", "admit A, B, C"),
    ("2022-05-31 10:00 coordinator", "publish_admission"),
    ("2022-06-14 09:30 L", "conflict C"),
    ("2022-06-14 10:00 K", "score A, B, C interview 4 3 5"),
    ("2022-06-14 10:00 L", "score A, B interview 3 3 4"),
)


_DIGEST = re.compile(r"[0-9a-f]{64}|\b[0-9a-f]{16}(?: [0-9a-f]{16}){3}\b|[0-9a-f]{16}…?\b")
"""A digest of a sealed sheet depends on its marks under a salt that nobody is shown, and so does every later digest of
the journal's chain: whole, in groups of sixteen, or its beginning."""


def plain(text: str) -> str:
    """The text with every digest written as the word."""
    return _DIGEST.sub("<digest>", text)
