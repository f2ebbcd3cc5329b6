"""Every page that there is, with data on it, in each role: axe finds nothing, nothing is blocked, nothing overflows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import SZ, Furnished
from workflow.scenarios.player import Player
from workflow.services import one_time_links
from workflow.web.app import ROUTES

ROLES = {
    "registrar": "registrar",
    "coordinator": "coordinator",
    "head": "head",
    "chair": "member.K1",
    "member": "member.K2",
    "administrator": "administrator",
    "auditor": "auditor",
}
MAIN = ("/queue", "/applications", "/applications/board", "/procedures", "/procedures/{procedure}", "/mail", "/rules")
"""The pages on which a day is spent: looked at in the dark and on a phone as well."""

BROUGHT_FORTH = (
    *("{file}", "{digest}", "{token}", "/sign-in/provider", "/protocol/file.json", "/survey"),
    # Of rules that Stara Zagora does not have, or of a sheet that was signed.
    *("/training", "/certificates", "/papers/{kind}.pdf", "/threshold", "/scores/{assessment}/{member}"),
)
"""Addresses that are there only after an act, or in another installation: walked by a test of their own, or no page."""

PAGES = tuple(
    dict.fromkeys(
        route.path
        for route in ROUTES
        if route.method == "GET" and not any(part in route.path for part in BROUGHT_FORTH)
    )
)


def column(furnished: Furnished, sql: str, **params: Any) -> list[str]:
    from sqlalchemy import text

    with furnished.site.house.database.reading() as connection:
        return [str(row[0]) for row in connection.execute(text(sql), params)]


def stand_ins(furnished: Furnished, player: Player) -> dict[str, str]:
    """What the placeholders of the addresses stand for, in one procedure."""
    applications = column(
        furnished,
        "SELECT s.id FROM subject s JOIN application a ON a.institution = s.institution AND a.id = s.id "
        "WHERE s.institution = :i AND a.procedure_id = :p AND s.state IN ('document_check', 'interview') ORDER BY s.id",
        i=SZ,
        p=player.procedure,
    )
    assert applications
    (mail, *_) = column(furnished, "SELECT id FROM outbox WHERE owner = :i ORDER BY id DESC", i=SZ)
    return {
        "institution": SZ,
        "procedure": player.procedure,
        "application": applications[0],
        "position": next(iter(player.positions.values())),
        "process": player.process,
        "assessment": "interview",
        "user": f"{SZ}.member.K2",
        "number": "1",
        "mail_id": mail,
        "transition": "withdraw",
        "notice": next(iter(player.definition.notices)),
        "name": "straight",
        "day": "2026-03-17",
    }


def addresses(furnished: Furnished, player: Player, path: str) -> Iterator[str]:
    """The page's address in that procedure, with the query that brings data onto it."""
    known = stand_ins(furnished, player)
    wanted = re.findall(r"{(\w+)(?::path)?}", path)
    lost = [name for name in wanted if name not in known]
    assert not lost, f"{path}: say in stand_ins() what {', '.join(lost)} stands for"
    if path.endswith("/moves/{transition}") and "/applications/" not in path:
        known["transition"] = "publish_admission" if "/positions/" not in path else "terminate"
    address = re.sub(r"{(\w+)(?::path)?}", lambda match: known[match[1]], path)
    yield address + query(path, known)


def query(path: str, known: Mapping[str, str]) -> str:
    """The query without which a page has nothing to show."""
    if path.endswith("/bulk"):
        return "?" + urlencode({"transition": known["transition"], "id": known["application"]})
    if path.endswith("/mail/release"):
        return "?" + urlencode({"id": known["mail_id"]})
    if path.endswith(("/applications", "/applications/board")):
        return "?" + urlencode({"procedure": known["procedure"]})
    if path.endswith("/search"):
        return "?" + urlencode({"q": "ова"})
    if path.endswith("/procedures/new"):
        return "?" + urlencode({"process": known["process"]})
    return ""


def visit(page: Page, address: str) -> bool:
    """Goes to a page; False when it is not this person's, or no page but a file."""
    answer = page.request.get(address, max_redirects=0)
    if answer.status in (303, 403, 404) or "text/html" not in answer.headers.get("content-type", ""):
        assert answer.status < 500
        return False
    assert answer.status == 200, f"{address}: {answer.status}"
    page.goto(address)
    return True


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands."""
    wide = overflow(page)
    found = violations(page) + ([f"wider than the window: {wide}"] if wide else [])
    return [f"{page.url}: {one}" for one in found]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.timeout(300)
def test_every_page_of_the_role(looked_at: Furnished, role: str):
    page = looked_at.site.sign_in(f"{SZ}.{ROLES[role]}", "bg")
    found: list[str] = []
    opened: set[str] = set()
    for player in looked_at.players():
        for path in PAGES:
            if path in opened and "{procedure}" not in path:
                continue
            for address in addresses(looked_at, player, path):
                if not visit(page, address):
                    continue
                opened.add(path)
                found += faults(page)
    assert opened
    assert not found, "\n".join(dict.fromkeys(found))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_main_pages_in_light_and_dark_on_each_width(looked_at: Furnished, scheme: str, width: int):
    page = looked_at.site.sign_in(f"{SZ}.coordinator", "bg", width=width, color_scheme=scheme)
    found: list[str] = []
    for player in looked_at.players():
        for path in PAGES:
            if not path.endswith(MAIN) and not path.endswith("/applications/{application}"):
                continue
            for address in addresses(looked_at, player, path):
                if visit(page, address):
                    found += faults(page)
    assert not found, "\n".join(dict.fromkeys(found))


def test_pages_that_an_act_brings_forth(looked_at: Furnished):
    """The columns of a file handed in, the errors of a form, a link of an invitation, the choice of an institution."""
    site, (checking, _) = looked_at.site, looked_at.players()
    found: list[str] = []

    registrar = site.sign_in(f"{SZ}.registrar", "bg")
    registrar.goto(site.url(SZ, "procedures", checking.procedure, "import"))
    rows = "Вх. №;Име;Длъжност;Получено\nА-1;Мая Колева;Логопед;13.03.2026 10:00\n"
    file = {"name": "register.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    registrar.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    registrar.locator("main form button").first.click()  # by role, the field of a file is a button too
    registrar.locator("main ol.steps li:nth-child(2)[aria-current=step]").wait_for()
    found += faults(registrar)
    registrar.goto(site.url(SZ, "procedures", checking.procedure, "register"))
    registrar.locator("form.register .acts button").last.click()
    registrar.locator("[data-summary]").wait_for()
    found += faults(registrar)

    link = one_time_links.path(one_time_links.invite(site.house, f"{SZ}.head", f"{SZ}.administrator"))
    invited = site.context("bg").new_page()
    invited.goto(link if link.startswith("/") else f"/{link}")
    found += faults(invited)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("user", "language", "pages"),
    [
        ("moscow.coordinator", "ru", ("training", "training/theory", "certificates")),
        ("zhengzhou.coordinator", "zh", ("training", "scoring/written/threshold")),
    ],
)
def test_pages_of_rules_that_others_have(looked_at: Furnished, user: str, language: str, pages: tuple[str, ...]):
    institution = user.partition(".")[0]
    (player, *_) = looked_at.players(institution)
    page = looked_at.site.sign_in(user, language)
    for name in pages:
        answer = page.goto(looked_at.site.url(institution, "procedures", player.procedure, *name.split("/")))
        assert answer is not None
        assert answer.status == 200, name
        assert not faults(page), name


def test_the_survey_of_an_institution_that_has_one(looked_at: Furnished):
    """Stara Zagora asks nobody, so its walk does not come by."""
    (player, *_) = looked_at.players("goldap")
    for role in ("registrar", "head", "coordinator"):
        page = looked_at.site.sign_in(f"goldap.{role}", "pl")
        answer = page.goto(looked_at.site.url("goldap", "procedures", player.procedure, "survey"))
        assert answer is not None
        assert answer.status == 200
        assert not faults(page)


def test_every_page_is_somebodys(looked_at: Furnished):
    """A page that no role can open would pass every other test."""
    unseen = dict.fromkeys(PAGES)
    for user in ROLES.values():
        browser = looked_at.site.sign_in(f"{SZ}.{user}").request
        for path in list(unseen):
            several = (a for player in looked_at.players() for a in addresses(looked_at, player, path))
            if any(browser.get(address).status == 200 for address in several):
                del unseen[path]
    assert list(unseen) == []


def test_first_page_weighs_less_than_100_kilobytes(looked_at: Furnished):
    page = looked_at.site.sign_in(f"{SZ}.coordinator", "bg").context.new_page()
    meter = page.context.new_cdp_session(page)
    meter.send("Network.enable")
    meter.send("Network.setCacheDisabled", {"cacheDisabled": True})
    weights: list[float] = []
    meter.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    page.goto("/", wait_until="networkidle")
    assert 0 < sum(weights) < 100_000, weights
