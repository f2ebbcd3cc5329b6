"""Every route as everybody: who may and who may not, by a table that is written down here and nowhere else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.routing import APIRoute

from tests.services.conftest import SZ
from tests.web.addresses import filled, known, routes
from tests.web.conftest import Browser, Town
from workflow.services import sessions
from workflow.web.access import Access
from workflow.web.app import ROUTES

OFFICE = {"registrar", "coordinator", "head"}
MEMBERS = {"K", "link"}
EVERYBODY = {"nobody", "stranger", *OFFICE, *MEMBERS, "administrator", "auditor"}
WHO = {
    Access.OPEN: EVERYBODY,
    Access.SIGNED_IN: EVERYBODY - {"nobody"},
    Access.READ: OFFICE | {"auditor"},
    Access.ACT: OFFICE,
    Access.CASE_READ: OFFICE | MEMBERS | {"auditor"},
    Access.CASE_ACT: OFFICE | MEMBERS,
    Access.COMMISSION: MEMBERS,
    Access.ADMINISTER: {"administrator"},
    Access.OVERSEE: {"administrator", "auditor"},
    Access.RULES: OFFICE | MEMBERS | {"administrator", "auditor"},
}
REFUSED_BY_THE_PAGE = {("link", "/me/codes")}
"""Pages that turn some of their people away themselves: whoever came by a link changes no account."""


def _browser(town: Town, who: str) -> Browser:
    if who == "nobody":
        return town.browser(None)
    if who == "stranger":
        return town.as_("coordinator", institution="mops")
    if who != "link":
        return town.as_(who)
    player = town.office.player
    browser = town.browser(None)
    limited: dict[str, Any] = {"institution": SZ, "procedure": player.procedure}
    browser.client.cookies.set(
        "nabor", sessions.begin(town.office.house, player.members["L"], method="link", **limited)
    )
    return browser


def test_every_access_is_in_the_table() -> None:
    assert set(WHO) == set(Access)


def test_every_route_of_the_application_says_whose_it_is(town: Town) -> None:
    declared = [(route.method, route.path) for route in ROUTES]
    opened = [
        (method, route.path)
        for route in town.app.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    ]
    assert opened == declared, "the same, and in the same order"
    assert len(set(declared)) == len(declared), "two handlers for one address"
    others = {getattr(route, "path", "") for route in town.app.routes if not isinstance(route, APIRoute)}
    assert others - {""} == {"/static"}


def test_every_address_reaches_its_own_route() -> None:
    """Routes are compared in order; a name in a path must not stand in the way of a word."""
    taken = []
    for route in ROUTES:
        address = re.sub(r"\{\w+\}", "x-y", route.path)
        first = next(r for r in ROUTES if r.method == route.method and _pattern(r.path).fullmatch(address))
        if first != route:
            taken.append((route.path, first.path))
    assert taken == []


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))


def test_every_address_that_names_a_procedure_or_person_names_its_institution() -> None:
    assert [
        route.path
        for route in ROUTES
        if "{" in route.path
        and not route.path.startswith("/{institution}/")
        and route.path not in ("/welcome/{token}", "/me/sessions/{session}")
    ] == []


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_every_route_as(checking: Town, who: str, method: str) -> None:
    values = known(checking)
    wrong = []
    for route in routes(method):
        browser = _browser(checking, who)
        path = filled(route, values)
        answer = browser.get(path) if method == "GET" else browser.post(path)
        status = answer.status_code
        may = who in WHO[route.access]
        if route.access in (Access.CASE_READ, Access.CASE_ACT) and "{procedure}" not in route.path:
            may = may and who not in MEMBERS
        if may:
            away = status == 303 and answer.headers["location"].startswith("/sign-in?")
            kept_out = status == 401 or away or (status == 403 and method == "GET")
            fine = status < 500 and (not kept_out or (who, route.path) in REFUSED_BY_THE_PAGE)
        elif who == "nobody":
            fine = (
                (status, answer.headers.get("location", "")[:9]) == (303, "/sign-in?")
                if method == "GET"
                else (status == 401 or route.path == "/sign-out")
            )
        else:
            fine = status == (404 if who == "stranger" else 403)
        if not fine:
            wrong.append((method, route.path, route.access.value, status))
    assert wrong == []


@pytest.mark.parametrize("institution", ["mops", "nowhere", "..", "static", "%00"])
def test_another_institution_does_not_exist(checking: Town, institution: str) -> None:
    values = {**known(checking), "institution": institution}
    browser = checking.as_("coordinator")
    answers = {
        route.path: browser.get(filled(route, values)).status_code
        for route in routes("GET")
        if "{institution}" in route.path
    }
    assert {path: status for path, status in answers.items() if status != 404} == {}


def test_a_session_by_link_knows_no_other_procedure(checking: Town) -> None:
    values = {**known(checking), "procedure": "0190a000-0000-7000-8000-000000000001"}
    browser = _browser(checking, "link")
    open_ = [
        route.path
        for route in routes("GET")
        if "{procedure}" in route.path
        and browser.get(filled(route, values)).status_code not in (403, 404)
        and route.access is not Access.RULES
    ]
    assert open_ == []
