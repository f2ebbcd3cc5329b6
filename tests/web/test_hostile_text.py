"""Hostile text through every route and field: no page breaks, nothing that was typed is ever taken for markup.

Source: the bad-input corpora B1, B6 and B9 of our ecosystem paper.
"""

from __future__ import annotations

import csv
import io
import random
import re
import string
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

import workflow.web
from tests.web.addresses import filled, known, routes
from tests.web.conftest import Town
from tests.web.given import clerk, hidden, ok, procedure
from tests.web.hostile import STRINGS
from tests.web.test_access import WHO
from workflow.services import limits

FIELDS = sorted(
    {
        name
        for file in (Path(workflow.web.__file__).parent / "templates").glob("*.html")
        for name in re.findall(r'(?:name=|field\(|choice\(|day\()"([\w:-]+)"', file.read_text("utf-8"))
    }
    - {"csrf"}
)
"""Every name that a form of ours uses."""
ROLES = ("coordinator", "registrar", "head", "K", "administrator", "auditor", "nobody")
LEAVES = {"/sign-out"}
"""Routes after which the browser is nobody's any more."""


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(STRINGS) >= 200
    assert len(FIELDS) > 60


@pytest.mark.parametrize("seed", range(4))
def test_no_route_breaks_whatever_it_is_sent(checking: Town, seed: int) -> None:
    """More than a thousand requests over every route, with real and hostile values mixed; none is our mistake."""
    dice = random.Random(seed)
    values = known(checking)
    browsers = {who: checking.browser(None) if who == "nobody" else clerk(checking, who) for who in ROLES}
    broken, asked = [], 0
    for method in ("GET", "POST"):
        for route in routes(method):
            for _ in range(3):
                if route.path in LEAVES:
                    continue
                may = sorted(WHO[route.access].intersection(ROLES))  # mostly somebody whom the page lets in
                browser = browsers[dice.choice(may if dice.random() < 0.8 else ROLES)]
                mixed = {
                    k: quote(dice.choice(STRINGS)[:200], safe="") if dice.random() < 0.15 else v
                    for k, v in values.items()
                }
                path = filled(route, mixed)
                fields = {
                    dice.choice(FIELDS): values.get("application", "") if dice.random() < 0.1 else dice.choice(STRINGS)
                    for _ in range(dice.randrange(12))
                }
                asked += 1
                if method == "GET":
                    answer = browser.get(path, params={k: v[:1000] for k, v in fields.items()})
                else:
                    answer = browser.post(path, fields)
                if answer.status_code >= 500:
                    broken.append((method, path, fields, answer.status_code))
    assert asked > 300
    assert broken == []


class _Shape(HTMLParser):
    """The elements of a page, without their texts."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag + "".join(sorted(f" {name}" for name, _ in attrs)))


def _shape(page: str) -> list[str]:
    parser = _Shape()
    parser.feed(page)
    return parser.elements


def _shown(text: str) -> str:
    """A text as a form keeps it: no NUL, one kind of line end, no blanks at the ends."""
    return text.replace("\0", "").strip()


def test_a_hostile_name_is_a_text_on_every_page_and_no_formula_in_any_file(checking: Town) -> None:
    """Every string becomes the name of a candidate; the page of the application keeps the shape it has for Ann."""
    coordinator, registrar = clerk(checking, "coordinator"), clerk(checking, "registrar")
    subject = checking.office.subject("A")
    page = procedure(checking, "applications", subject)

    def renamed(name: str) -> int:
        form = ok(registrar.get(f"{page}/candidate"))
        fields = {"version": hidden(form, "version"), "name": name, "email": "a@b.example", "language": "bg"}
        return int(registrar.post(f"{page}/candidate", fields).status_code)

    assert renamed("Ann") == 303
    plain = _shape(ok(coordinator.get(f"{page}?before=1")))
    taken = 0
    for text in STRINGS:
        if renamed(text) != 303:
            continue
        taken += 1
        shown = ok(coordinator.get(f"{page}?before=1"))
        assert _shape(shown) == plain, repr(text)
        table = ok(coordinator.get(checking.url("applications")))
        for sign in ("<script>alert", "<img src=x", "<svg onload", "onmouseover='alert"):
            assert sign not in shown.lower()
            assert sign not in table.lower()
        rows = list(
            csv.reader(io.StringIO(coordinator.get(checking.url("applications.csv")).text.removeprefix("\ufeff")))
        )
        assert not [
            cell for row in rows for cell in row if cell.lstrip(string.whitespace)[:1] in tuple("=+-@") and cell != "-"
        ], repr(text)
        assert coordinator.get(checking.url("search"), params={"q": text[:100]}).status_code == 200
    assert taken > 100, "most of them are names for all we know"


def test_a_thousand_guesses_from_fifty_addresses_get_twenty_each_and_ten_an_account(town: Town) -> None:
    """B9: the budgets hold together, whoever shares the work."""
    house, secret = town.office.house, b"s" * 32
    let_through = 0
    by_address: dict[str, int] = {}
    by_account: dict[str, int] = {}
    for n in range(1_000):
        address, account = f"198.51.100.{n % 50}", f"user-{n % 40}"
        tries = [(limits.ADDRESS, address), (limits.ACCOUNT, account), (limits.PASSWORD, f"guess {n // 30}")]
        if not limits.take(house, secret, tries):
            let_through += 1
            by_address[address] = by_address.get(address, 0) + 1
            by_account[account] = by_account.get(account, 0) + 1
    assert max(by_address.values()) <= 20
    assert max(by_account.values()) <= 10
    assert 300 <= let_through <= 400
