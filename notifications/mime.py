"""A message as RFC 5322 bytes: multipart/alternative, text first, every header checked.

Why: assembled by hand because `EmailMessage` needs over a millisecond per mail and this a few dozen microseconds; the
tests read every shape back with the standard library's parser.
Never here: carrying the bytes anywhere.

Source: RFC 5322 (headers), 2045-2047 (MIME, encoded words), 2919 (List-Id), 3282 (Content-Language), 3834
(Auto-Submitted).
"""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp
from email.utils import format_datetime
from hashlib import sha256

from notifications.errors import MessageError
from notifications.notice import Message

MAX_BYTES = 1_000_000
_ADDRESS = re.compile(r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@([A-Za-z0-9.-]{1,190})\Z")
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*\Z")
# As in rendered values: what reorders or breaks a line has no place in a header.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")
_LITERAL = re.compile(r"[\x20-\x7e]{0,60}\Z")
_TOKEN = re.compile(r"[^A-Za-z0-9-]+")
_LINE_END = re.compile("\r\n|\r|\n")
# 36 bytes are 48 characters of base64: with `=?utf-8?b?` and `?=` and a header's name, under 76 in a line.
_WORD_BYTES = 36


def mail_address(address: str | None) -> str:
    """The address in ASCII, its domain in Punycode.

    Raises MessageError for what is no address, and for a local part that is not ASCII (it would need SMTPUTF8, which
    many servers refuse).
    """
    if not address:
        raise MessageError("the recipient has no e-mail address")
    local, _, domain = address.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower() if not domain.isascii() else domain.lower()
    except UnicodeError:
        raise MessageError("the domain of the e-mail address is not valid") from None
    if not local.isascii():
        raise MessageError("the e-mail address has letters outside ASCII before the @; ask for another address")
    plain = f"{local}@{domain}"
    if not _ADDRESS.match(plain) or not _DOMAIN.match(domain) or local[0] == "." or local[-1] == "." or ".." in local:
        raise MessageError("the e-mail address is not valid")
    return plain


def domain_of(address: str) -> str:
    """The domain of a valid address, in ASCII. Raises MessageError for what is no address."""
    return mail_address(address).rpartition("@")[2]


def message_id(owner: str, id: str, domain: str) -> str:
    """The Message-ID of a row: the same at every attempt, because it depends on nothing else."""
    return f"<{_TOKEN.sub('-', id)}.{_TOKEN.sub('-', owner)}@{domain}>"


def assemble(message: Message) -> bytes:
    """The message with CRLF line ends, at most MAX_BYTES long, all ASCII.

    Raises MessageError for an invalid address or an oversized message. No text of a message can add a header.
    """
    sender = mail_address(message.sender.address)
    domain = sender.rpartition("@")[2]
    # References let mail readers put all messages about one matter together; the digest tells outsiders nothing.
    matter = message.reference.partition("/")[0]
    thread = sha256(f"{message.owner}\n{matter}".encode("utf-8", "replace")).hexdigest()[:32]
    boundary = "=_" + sha256(message.message_id.encode()).hexdigest()[:40]
    headers = [
        f"From: {_mailbox(message.sender.name, sender)}",
        f"To: {_mailbox(message.name, mail_address(message.address))}",
        f"Subject: {_text(message.subject)}",
        f"Date: {format_datetime(message.date)}",
        f"Message-ID: {_checked(message.message_id)}",
        f"References: <{thread}@{domain}>",
        f"List-Id: {_phrase(message.sender.name)}\r\n <{_TOKEN.sub('-', message.owner).strip('-').lower()}.{domain}>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        f"Content-Language: {_TOKEN.sub('-', message.language)}",
        "MIME-Version: 1.0",
    ]
    if message.sender.reply_to:
        headers.insert(2, f"Reply-To: {mail_address(message.sender.reply_to)}")
    if message.html is None:
        whole = "\r\n".join(headers) + "\r\n" + _part("plain", message.text)
    else:
        whole = (
            "\r\n".join(headers)
            + f'\r\nContent-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'
            + f"--{boundary}\r\n{_part('plain', message.text)}"
            + f"--{boundary}\r\n{_part('html', message.html)}"
            + f"--{boundary}--\r\n"
        )
    if len(whole) > MAX_BYTES:
        raise MessageError(f"the message is longer than {MAX_BYTES} bytes")
    return whole.encode("ascii")


def _part(subtype: str, text: str) -> str:
    data = _LINE_END.sub("\r\n", text).encode("utf-8", "replace")
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    # Quoted-printable stays readable in a file, base64 is shorter outside Latin script: the shorter one is taken.
    encoded, how = b2a_qp(data, istext=True), "quoted-printable"
    if len(encoded) > len(data) * 4 // 3:
        raw = b2a_base64(data, newline=False)
        encoded = b"\r\n".join(raw[start : start + 76] for start in range(0, len(raw), 76)) + b"\r\n"
        how = "base64"
    return f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {how}\r\n\r\n" + encoded.decode(
        "ascii"
    )


def _checked(value: str) -> str:
    if not value.isascii() or _UNSEEN.search(value):
        raise MessageError("a header holds a character that is not allowed there")
    return value


def _visible(value: str) -> str:
    return " ".join(_UNSEEN.sub(" ", value).split())


def _text(value: str) -> str:
    value = _visible(value)
    return value if _LITERAL.match(value) and "=?" not in value else _words(value)


def _phrase(value: str) -> str:
    value = _visible(value)
    if _LITERAL.match(value) and "=?" not in value:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _words(value)


def _mailbox(name: str, address: str) -> str:
    return f"{_phrase(name)}\r\n <{address}>" if _visible(name) else f"<{address}>"


def _words(value: str) -> str:
    """Encoded words of whole characters, folded."""
    words: list[bytes] = []
    word = b""
    for character in value:
        piece = character.encode("utf-8", "replace")
        if len(word) + len(piece) > _WORD_BYTES:
            words.append(word)
            word = b""
        word += piece
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{b2a_base64(word, newline=False).decode('ascii')}?=" for word in words)
