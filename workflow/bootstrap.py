"""The composition root: settings become a house. Nothing else builds one, and nothing is built at import.

Never here: rules, commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from notifications.channels import Channel
from notifications.channels.console import ConsoleChannel
from notifications.channels.file import FileChannel
from notifications.channels.letter import LetterChannel
from notifications.channels.memory import MemoryChannel
from notifications.channels.smtp import Security, SmtpChannel
from notifications.errors import NotificationError, TemplateError
from notifications.layouts import load_layout
from notifications.render import compile_notice
from workflow.catalogue.index import Catalogue, built_in
from workflow.catalogue.notices import TextFault
from workflow.clock import Clock, DatabaseClock, SystemClock, VirtualClock
from workflow.engine.errors import NaborError
from workflow.persistence.database import Database
from workflow.services.house import House, Post
from workflow.settings import Settings, SettingsError

KNOWN_ERRORS = (NaborError, NotificationError, SettingsError)
"""What an edge tells a person in a message; anything else is a bug."""


def open_catalogue(folders: Sequence[Path] = ()) -> Catalogue:
    """The shipped definitions and those in further folders."""
    return Catalogue([built_in(), *folders], proofread=_proofread)


def _proofread(subject: str, body: str, language: str) -> TextFault | None:
    """What is wrong with a notice as a template: catalogue and notifications know nothing of each other."""
    try:
        compile_notice(subject, body, layout=load_layout(language))
    except TemplateError as error:
        return TextFault(error.part, error.line, error.what, error.remedy)
    return None


def open_house(settings: Settings, *, clock: Clock | None = None) -> House:
    """The installation that the settings describe, its database migrated. Raises SettingsError, DatabaseError."""
    url = settings.database
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    database = Database.open(url)
    database.migrate()
    if clock is None:
        clock = SystemClock() if database.dialect == "sqlite" else DatabaseClock(database.now)
    house = House(database, open_catalogue(settings.definitions), clock)
    house.post = Post(_channels(settings), settings.signing_secret(), settings.public_url, settings.mail_from)
    return house


def house_in_memory(catalogue: Catalogue, start: datetime, *, mail: bool = False) -> tuple[House, VirtualClock]:
    """A house on a database in memory and a virtual clock, for scenarios; `mail` keeps sent messages in memory."""
    database = Database.open("sqlite://")
    database.migrate()
    clock = VirtualClock(start)
    house = House(database, catalogue, clock)
    if mail:
        house.post = Post(
            {"mail": MemoryChannel(), "letter": MemoryChannel(mail=False)}, b"scenario", None, "office@nabor.example"
        )
    return house, clock


def open_demo(catalogue: Catalogue, folder: Path, start: datetime) -> tuple[House, VirtualClock]:
    """A house for a demonstration: a SQLite file and a folder of mails in `folder`, and a virtual clock."""
    database = Database.open(f"sqlite:///{folder / 'nabor.db'}")
    database.migrate()
    clock = VirtualClock(start)
    house = House(database, catalogue, clock)
    mail = folder / "mail"
    channels: dict[str, Channel] = {"mail": FileChannel(mail), "letter": LetterChannel(mail / "letters")}
    house.post = Post(channels, b"demonstration", None, "nabor@demo.example")
    return house, clock


def _channels(settings: Settings) -> dict[str, Channel]:
    mail: Channel
    match settings.mail:
        case "smtp":
            password = settings.smtp_password
            mail = SmtpChannel(
                settings.smtp_host or "localhost",
                settings.smtp_port,
                security=Security(settings.smtp_tls),
                user=settings.smtp_user,
                password=password.get_secret_value() if password else None,
                timeout=settings.smtp_timeout,
            )
        case "console":
            mail = ConsoleChannel()
        case "memory":
            mail = MemoryChannel()
        case _:
            mail = FileChannel(settings.mail_folder)
    return {"mail": mail, "letter": LetterChannel(settings.mail_folder / "letters")}
