"""Two institutions in one database: no page of one shows a name, a number or an id of the other."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services.conftest import SZ
from tests.services.given import at_work
from tests.web.addresses import filled, known, routes
from tests.web.conftest import Town
from workflow.services import staff

MOPS = "mops"
ROLES = ("registrar", "coordinator", "head", "K", "administrator", "auditor")
_VALUES = ("procedure", "position", "application", "user")


@pytest.fixture
def neighbours(checking: Town, database, catalogue) -> tuple[Town, dict[str, str], set[str]]:
    """Stara Zagora, and beside it MOPS with a procedure: MOPS' ids, and every text that is its own."""
    office = at_work(
        database,
        catalogue,
        (MOPS, "recruitment"),
        "2026-03-02 08:00",
        language="pl",
        positions={},
        dates={"documents_close": "2026-03-20 15:00"},
        K="chair",
    )
    office.does(("2026-03-02 09:00 coordinator", "announce"))
    position = next(iter(office.player.positions))
    office.does(("2026-03-09 10:00 registrar", f"register A for {position}"))
    player = office.player
    foreign = staff.add_user(office.house, "Zyta Obcowska", "zyta@mops.example", "zyta-obcowska")
    staff.grant(office.house, MOPS, foreign, "coordinator")
    ids = {
        "procedure": player.procedure,
        "position": next(iter(player.positions.values())),
        "application": office.subject("A"),
        "user": foreign,
    }
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT c.name, a.register_number FROM candidate c JOIN application a ON a.candidate_id = c.id"
            f" WHERE c.institution = '{MOPS}'"
        ).fetchall()
        mine = connection.exec_driver_sql(
            "SELECT c.name, a.register_number FROM candidate c JOIN application a ON a.candidate_id = c.id"
            f" WHERE c.institution = '{SZ}'"
        ).fetchall()
    assert rows
    own = {"Zyta Obcowska", "zyta@mops.example", *ids.values()}
    own |= {text for row in rows for text in row if text and len(str(text)) > 5}
    return checking, ids, own - {text for row in mine for text in row}


def test_no_page_of_one_institution_shows_anything_of_another(
    neighbours: tuple[Town, dict[str, str], set[str]],
) -> None:
    town, _, own = neighbours
    values = known(town)
    shown = []
    for who in ROLES:
        browser = town.as_(who)
        for route in routes("GET"):
            text = browser.get(filled(route, values)).text
            shown += [(who, route.path, secret) for secret in own if secret in text]
    assert shown == []


def test_no_id_of_another_institution_opens_anything(neighbours: tuple[Town, dict[str, str], set[str]]) -> None:
    town, ids, own = neighbours
    values = known(town)
    browsers = {who: town.as_(who) for who in ROLES}
    inside = [route for route in routes("GET") if any("{" + name + "}" in route.path for name in _VALUES)]

    @settings(max_examples=150, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(inside),
        st.sampled_from(ROLES),
        st.sets(st.sampled_from(_VALUES), min_size=1),
    )
    def mixed(route, who, stolen) -> None:
        taken = [name for name in stolen if "{" + name + "}" in route.path]
        path = filled(route, {**values, **{name: ids[name] for name in taken}})
        answer = browsers[who].get(path)
        if taken:
            assert answer.status_code in (302, 303, 400, 403, 404, 422), (path, answer.status_code)
        # The address itself may come back in a link of the page.
        shown = [secret for secret in own - set(ids.values()) if secret in answer.text]
        assert shown == [], path

    mixed()
