from __future__ import annotations

import io
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest

from notifications.channels import KINDS
from notifications.channels.console import ConsoleChannel
from notifications.channels.file import FileChannel
from notifications.channels.letter import LetterChannel
from notifications.channels.memory import MemoryChannel
from notifications.errors import MessageError, UnreachableError
from notifications.notice import Message
from tests.notifications.given import START, speaker

MESSAGE = Message(
    owner="town", id="0190-a", reference="application-1", notice="admitted", recipient="candidate-1", language="bg",
    name="Жана", address="zhana@mail.example", sender=speaker("town"), subject="Допуснати сте", text="Здравейте\n",
    html=None, message_id="<0190-a.town@town.example>", created_at=START, date=START,
)  # fmt: skip


def test_kinds_name_every_module() -> None:
    folder = Path(__file__).parents[2] / "notifications" / "channels"
    assert set(KINDS) == {module.stem for module in folder.glob("*.py")} - {"__init__"}
    assert {kind: class_.__module__ for kind, class_ in KINDS.items()} == {
        kind: f"notifications.channels.{kind}" for kind in KINDS
    }


def test_file_is_named_by_its_message_and_replaced(tmp_path: Path) -> None:
    with FileChannel(tmp_path / "a" / "mail").open() as send:
        send(MESSAGE)
        send(replace(MESSAGE, text="Отново\n"))
    (path,) = (tmp_path / "a" / "mail").iterdir()
    assert path.name == "20220408T100000Z-admitted-candidate-1-0190-a.eml"
    assert message_from_bytes(path.read_bytes())["Message-ID"] == "<0190-a.town@town.example>"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("part", ["../../x", "a/b", "..", "a\x00b", "C:\\x", "a" * 300, "жж", "a\nb"])
def test_file_never_leaves_its_folder(tmp_path: Path, part: str) -> None:
    with FileChannel(tmp_path / "mail").open() as send:
        send(replace(MESSAGE, notice=part, recipient=part))
    assert [path.parent for path in tmp_path.rglob("*.eml")] == [tmp_path / "mail"]


def test_file_that_cannot_be_written_is_unreachable_and_leaves_nothing(tmp_path: Path) -> None:
    blocker = tmp_path / "mail"
    blocker.write_text("a file, not a folder")
    with pytest.raises(UnreachableError), FileChannel(blocker).open():
        pass
    with FileChannel(tmp_path / "other").open() as send:
        (tmp_path / "other" / "20220408T100000Z-admitted-candidate-1-0190-a.eml").mkdir()
        with pytest.raises(UnreachableError):
            send(MESSAGE)
    assert [path.is_dir() for path in (tmp_path / "other").iterdir()] == [True]


def test_letter_is_plain_text_for_the_post(tmp_path: Path) -> None:
    with LetterChannel(tmp_path).open() as send:
        send(replace(MESSAGE, address="ул. Роза 1\n6000 Стара Загора"))
        send(replace(MESSAGE, id="b", address=None))
    with_address, without = sorted(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.txt"))[::-1]
    assert with_address == (
        "Община Стара Загора\n\nЖана\nул. Роза 1\n6000 Стара Загора\n\nДопуснати сте\n\nЗдравейте\n"
    )
    assert without == "Община Стара Загора\n\nЖана\n\nДопуснати сте\n\nЗдравейте\n"


def test_console_prints_and_cannot_be_driven() -> None:
    stream = io.StringIO()
    with ConsoleChannel(stream).open() as send:
        send(replace(MESSAGE, name="\x1b]0;x\x07Жана\nTo: other"))
    assert stream.getvalue() == (
        "--- admitted [bg]\nTo: ]0;xЖана To: other <zhana@mail.example>\nSubject: Допуснати сте\n\nЗдравейте\n\n"
    )


def test_memory_refuses_what_a_real_mail_would() -> None:
    channel = MemoryChannel()
    with channel.open() as send:
        send(MESSAGE)
        with pytest.raises(MessageError):
            send(replace(MESSAGE, address="no address"))
    assert channel.messages == [MESSAGE]
