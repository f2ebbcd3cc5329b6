"""Every route of the application with real ids in its placeholders, for the tests that walk all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.web.conftest import Town
from workflow.web.app import ROUTES
from workflow.web.pages import Route

NOWHERE = "0190a000-0000-7000-8000-000000000000"
"""What stands for an id of which the fixture has none: the page then says that there is no such thing."""


def known(town: Town) -> dict[str, str]:
    """Placeholder -> a real value of the town's."""
    player = town.office.player
    return {
        "institution": player.institution,
        "procedure": player.procedure,
        "position": next(iter(player.positions.values())),
        "application": town.office.subject("A"),
        "user": player.members["M"],
        "process": "staff_selection",
        "transition": "terminate",
        "assessment": "interview",
        "number": "1",
        "lifecycle": "application",
        "kind": "application",
        "session": "0" * 64,
        "token": "no-such-token",
    }


def filled(route: Route, values: Mapping[str, str]) -> str:
    """The path of a route with values in its placeholders."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: values.get(found[1], NOWHERE), route.path)


def routes(method: str) -> list[Route]:
    """Every route of that method."""
    return [route for route in ROUTES if route.method == method]
