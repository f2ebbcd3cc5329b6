"""What a person typed, read once and checked to come from a page of ours.

Why: a form may be forged by another site, so its origin and its token are looked at before its fields are.
Never here: what the fields mean.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Iterator
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from workflow.web.desk import Desk
from workflow.web.refusals import Forged, Garbled, TooMuch

MOST_FIELDS = 1000
KEPT = "kept:"
"""What the name of a field begins with that was typed before the session ended, and is carried through signing in."""
SECRET = frozenset({"csrf", "password", "new_password", "again", "code"})
"""Fields that are never shown again."""
MOST_FILES = 20


class Form:
    """The fields of a form. Texts come without blanks around them; what is missing is ''."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(self._data.keys()))

    def text(self, name: str) -> str:
        """The text of a field, '' when it was not given. NUL characters, which no person types, are taken out."""
        value = self._data.get(name)
        return value.replace("\0", "").strip() if isinstance(value, str) else ""

    def secret(self, name: str) -> str:
        """The text of a password's field as it was typed: blanks at its ends are part of it."""
        value = self._data.get(name)
        return value if isinstance(value, str) else ""

    def pairs(self, prefix: str = "") -> list[tuple[str, str]]:
        """Every text whose name begins so, by the rest of the name, in order and as often as it came, as typed."""
        return [
            (name.removeprefix(prefix), value.replace("\0", ""))
            for name, value in self._data.multi_items()
            if name.startswith(prefix) and isinstance(value, str)
        ]

    def given(self, name: str) -> str | None:
        """The text of a field, None when nothing was typed."""
        return self.text(name) or None

    def all(self, name: str) -> list[str]:
        """Every value of a field that may come several times."""
        return [value.strip() for value in self._data.getlist(name) if isinstance(value, str) and value.strip()]

    def starting(self, prefix: str) -> dict[str, str]:
        """The fields whose name begins so, by the rest of the name."""
        return {name.removeprefix(prefix): self.text(name) for name in self if name.startswith(prefix)}

    def file(self, name: str) -> UploadFile | None:
        """The file of a field; None when none was chosen."""
        value = self._data.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def typed(self) -> dict[str, str]:
        """Everything that was typed, so that nothing is lost when the form is shown again. Files and tokens are not."""
        return {name: self.text(name) for name in self if name != "csrf" and isinstance(self._data.get(name), str)}


async def checked_form(request: Request) -> AsyncIterator[Form]:
    """The form of a request that comes from a page of ours, with its files until the answer.

    Raises Forged, TooMuch, Garbled.
    """
    if not same_origin(request):
        raise Forged
    try:
        form = Form(await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES))
    except HTTPException as error:  # the parser tells both in a sentence only
        raise (TooMuch if "Too many" in error.detail or "exceeded" in error.detail else Garbled) from error
    desk = Desk.of(request)
    try:
        if desk.session is not None and not hmac.compare_digest(form.text("csrf").encode(), desk.csrf.encode()):
            raise Forged
        yield form
    finally:
        await request.close()


def same_origin(request: Request) -> bool:
    """Whether the browser says that the request comes from this site: Sec-Fetch-Site, else Origin. Neither: no."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host", "")


Typed = Annotated[Form, Depends(checked_form)]
"""What a handler of a form takes."""
