"""Markers for personal links: `[[link:status]]` in stored text, a live address only in the message that leaves.

Why: a link that opens a file is a key; keys are made at delivery and lie in no table, journal, page or log.
Never here: making a link (the caller of delivery does).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from notifications.errors import MessageError

START = "[[link:"
MARKER = re.compile(r"\[\[link:([a-z][a-z_]{0,30})\]\]")
LINE = ("<!--link-->", "<!--/link-->")

_MARKED = re.compile(r"<!--link-->(.*?)<!--/link-->", re.DOTALL)
_EMPTIED = re.compile(r"<(p|li|h[1-6])(?: [^<>]*)?></\1>\n?")
_URL = re.compile(r"https?://[\x21\x23-\x3b\x3d\x3f-\x7e]{1,2000}\Z")


def marker(name: str) -> str:
    """The marker of the link called `name`."""
    return f"{START}{name}]]"


def insert_links(text: str, html: str | None, mint: Callable[[str], str | None]) -> tuple[str, str | None]:
    """Text and HTML with every marker replaced by its address; a line whose link does not exist is left out.

    `mint` is asked once per name. Raises MessageError when it answers with something that is no web address.
    """
    if START not in text and (html is None or START not in html):
        return text, html
    minted: dict[str, str | None] = {}

    def address(name: str) -> str | None:
        if name not in minted:
            url = mint(name)
            if url is not None and not _URL.match(url):
                raise MessageError(f"the link {name} is no web address")
            minted[name] = url
        return minted[name]

    lines: list[str] = []
    for line in text.split("\n"):
        names = MARKER.findall(line)
        if any(address(name) is None for name in names):
            # The blank line before it goes too, or a hole would show where the line stood.
            if lines and not lines[-1].strip():
                lines.pop()
            continue
        lines.append(MARKER.sub(lambda found: address(found[1]) or "", line) if names else line)
    if html is not None:
        html = _MARKED.sub(
            lambda found: "" if any(address(name) is None for name in MARKER.findall(found[1])) else found[1], html
        )
        html = _EMPTIED.sub("", html)
        html = MARKER.sub(lambda found: _anchor(address(found[1])), html)
    return "\n".join(lines), html


def _anchor(url: str | None) -> str:
    if url is None:
        return ""
    safe = escape(url)
    return f'<a href="{safe}" style="color:#0b4f9e;word-break:break-all">{safe}</a>'
