from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.errors import MessageError
from notifications.mime import MAX_BYTES, assemble, mail_address, message_id
from notifications.notice import Message, Sender
from notifications.samples import HOSTILE_VALUES
from tests.notifications.given import START

SENDER = Sender("Община Стара Загора", "notices@town.example", "office@town.example")
MESSAGE = Message(
    owner="stara_zagora", id="0190-a", reference="application-1/7", notice="admitted", recipient="c1", language="bg",
    name='Жана "Ж" Ўлад', address="zhana@mail.example", sender=SENDER, subject="Допуснати сте",
    text="Здравейте\n.\nКрай\n",
    html="<p>Здравейте</p>\n", message_id="<0190-a.stara-zagora@town.example>", created_at=START, date=START,
)  # fmt: skip


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk()] == [[] for _ in message.walk()]
    return message


def parts(message: EmailMessage) -> list[tuple[str, str]]:
    return [(part.get_content_type(), part.get_content().replace("\r\n", "\n")) for part in message.iter_parts()]


def test_assemble_reads_back() -> None:
    message = read(assemble(MESSAGE))
    assert dict(message.items()) | {"Content-Type": None} == {
        "From": "Община Стара Загора <notices@town.example>",
        "Reply-To": "office@town.example",
        "To": '"Жана \\"Ж\\" Ўлад" <zhana@mail.example>',
        "Subject": "Допуснати сте",
        "Date": "Fri, 08 Apr 2022 10:00:00 +0000",
        "Message-ID": "<0190-a.stara-zagora@town.example>",
        "References": message["References"],
        "List-Id": "Община Стара Загора <stara-zagora.town.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": "bg",
        "MIME-Version": "1.0",
        "Content-Type": None,
    }
    assert message.get_content_type() == "multipart/alternative"
    assert parts(message) == [("text/plain", "Здравейте\n.\nКрай\n"), ("text/html", "<p>Здравейте</p>\n")]


def test_assemble_without_html_is_plain_text() -> None:
    message = read(assemble(replace(MESSAGE, html=None)))
    assert message.get_content_type() == "text/plain"
    assert message.get_content() == "Здравейте\r\n.\r\nКрай\r\n"


def test_same_message_gives_same_bytes() -> None:
    assert assemble(MESSAGE) == assemble(MESSAGE)


def test_messages_of_one_matter_share_a_thread() -> None:
    def thread(message: Message) -> str:
        return str(read(assemble(message))["References"])

    assert thread(MESSAGE) == thread(replace(MESSAGE, id="b", reference="application-1/9"))
    assert thread(MESSAGE) != thread(replace(MESSAGE, reference="application-2/7"))
    assert thread(MESSAGE) != thread(replace(MESSAGE, owner="other"))


def test_lines_are_short_and_ascii() -> None:
    raw = assemble(replace(MESSAGE, text="ж" * 5000 + "\n" + "ł a " * 900, subject="Щ" * 250, name="名" * 200))
    lines = raw.split(b"\r\n")
    assert max(len(line) for line in lines) <= 78
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")


def test_latin_text_stays_readable() -> None:
    assert b"Dzie=C5=84 dobry" in assemble(replace(MESSAGE, text="Dzień dobry, to jest wiadomość.\n"))


HEADERS = set(read(assemble(MESSAGE)).keys())


@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=range(len(HOSTILE_VALUES)))
@pytest.mark.parametrize("field", ["subject", "name", "text", "html", "language", "reference", "sender"])
def test_hostile_value_adds_no_header(field: str, value: str) -> None:
    changes: dict[str, Any] = {"sender": replace(SENDER, name=value)} if field == "sender" else {field: value}
    changed = replace(MESSAGE, **changes)
    message = read(assemble(changed))
    assert set(message.keys()) == HEADERS
    assert message["To"].addresses[0].addr_spec == "zhana@mail.example"
    assert len(message["To"].addresses) == len(message["From"].addresses) == 1
    assert message["Bcc"] is None


@given(st.text(), st.text(), st.text(max_size=2000))
def test_any_text_reads_back(subject: str, name: str, text: str) -> None:
    message = read(assemble(replace(MESSAGE, subject=subject, name=name, text=text)))
    assert set(message.keys()) == HEADERS
    assert [kind for kind, _ in parts(message)] == ["text/plain", "text/html"]


@given(st.text(st.characters(min_codepoint=0x20, exclude_categories=["C", "Z"]), min_size=1, max_size=120))
def test_visible_subject_is_unchanged(subject: str) -> None:
    assert read(assemble(replace(MESSAGE, subject=subject)))["Subject"] == subject


@pytest.mark.parametrize(
    ("given_address", "address"),
    [
        ("a@b.example", "a@b.example"),
        ("A.b+c@B.Example", "A.b+c@b.example"),
        ("a@пример.example", "a@xn--e1afmkfd.example"),
    ],
)
def test_address_in_ascii(given_address: str, address: str) -> None:
    assert mail_address(given_address) == address


@pytest.mark.parametrize(
    "address",
    [None, "", "a", "@b.example", "a@", "a@b.example\r\nBcc: c@d.example", "a@b.example\n",
     "a b@c.example", "a@b c.example",
     "<a@b.example>", "a@b.example, c@d.example", "a@b@c.example", ".a@b.example", "a.@b.example", "a..b@c.example",
     "żółć@b.example", "a@-b.example", "a@b..example", "a@.example", '"a b"@c.example', "a\x00@b.example",
     "a" * 65 + "@b.example", "a@" + "b" * 64 + ".example", "a@[127.0.0.1]", "a@b.example;c"],
)  # fmt: skip
def test_address_refused(address: str | None) -> None:
    with pytest.raises(MessageError):
        assemble(replace(MESSAGE, address=address))


def test_too_large_a_message_is_refused() -> None:
    with pytest.raises(MessageError, match=str(MAX_BYTES)):
        assemble(replace(MESSAGE, text="a" * MAX_BYTES))


def test_message_id_depends_on_the_row_alone() -> None:
    assert message_id("stara_zagora", "0190-a", "town.example") == "<0190-a.stara-zagora@town.example>"
    assert message_id("o>\r\nX: y", "i d", "town.example") == "<i-d.o-X-y@town.example>"
