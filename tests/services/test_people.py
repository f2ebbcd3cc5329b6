"""What an administrator does to the people of an institution: what is refused, recorded, and out of reach."""

from __future__ import annotations

import pytest

from tests.services.conftest import SZ, furnish
from workflow.catalogue.index import Catalogue
from workflow.persistence.database import Database
from workflow.persistence.tables import StaffAct
from workflow.services import people, sessions, staff
from workflow.services.house import House
from workflow.services.people import WhyNot

OTHER = "goldap"


@pytest.fixture
def house(database: Database, catalogue: Catalogue) -> House:
    """Two institutions, each with one administrator; `both` works for both."""
    house, _, _ = furnish(database, catalogue)
    for institution, user in ((SZ, "ana"), (OTHER, "basia")):
        staff.ensure_institution(house, institution)
        staff.add_user(house, user.title(), None, user)
        staff.grant(house, institution, user, "administrator")
    staff.add_user(house, "Boris", None, "both")
    staff.grant(house, SZ, "both", "registrar")
    staff.grant(house, OTHER, "both", "registrar")
    return house


def added(house: House, user: str = "vera", *roles: str) -> None:
    given = {"name": "Vera", "email": "vera@town.example", "language": "bg", "roles": roles or ("registrar",)}
    assert people.add_person(house, SZ, "ana", user=user, **given) is None  # type: ignore[arg-type]


def told(house: House, institution: str = SZ, user: str = "") -> list[tuple[str, StaffAct, str, dict[str, object]]]:
    return [(r.actor, r.act, r.user, dict(r.what)) for r in people.records(house, institution, user=user)[0]]


def held(house: House, user: str, institution: str = SZ) -> tuple[str, ...]:
    found = people.person(house, institution, user)
    assert found is not None
    return found.roles


def test_whoever_is_added_is_known_with_roles_and_the_act_is_recorded(house: House) -> None:
    added(house, "vera", "registrar", "coordinator")
    vera = people.person(house, SZ, "vera")
    assert vera is not None
    assert (vera.name, vera.email, vera.language, vera.roles) == (
        "Vera",
        "vera@town.example",
        "bg",
        ("coordinator", "registrar"),
    )
    assert (vera.last_seen, vera.disabled_at, vera.elsewhere) == (None, None, False)
    assert told(house) == [("ana", StaffAct.ADD, "vera", {"roles": ["coordinator", "registrar"]})]
    assert [p.id for p in people.people(house, SZ)[0]] == ["ana", "both", "vera"]


@pytest.mark.parametrize(
    ("user", "roles", "why"),
    [
        ("ana", ["registrar"], WhyNot.TAKEN),
        ("basia", ["registrar"], WhyNot.TAKEN),
        ("clock", ["registrar"], WhyNot.NOT_A_NAME),
        ("Вера", ["registrar"], WhyNot.NOT_A_NAME),
        ("a/b", ["registrar"], WhyNot.NOT_A_NAME),
        ("", ["registrar"], WhyNot.NOT_A_NAME),
        ("vera", [], WhyNot.NO_ROLE),
        ("vera", ["registrar", "commission"], WhyNot.UNKNOWN_ROLE),
        ("vera", ["curator"], WhyNot.UNKNOWN_ROLE),
    ],
)
def test_a_person_that_cannot_be_added_leaves_nothing(house: House, user: str, roles: list[str], why: WhyNot) -> None:
    assert people.add_person(house, SZ, "ana", user=user, name="X", email=None, language=None, roles=roles) is why
    assert (people.person(house, SZ, "vera"), told(house)) == (None, [])


def test_roles_are_granted_and_taken_once(house: House) -> None:
    added(house)
    assert people.grant(house, SZ, "ana", "vera", "head") is None
    assert people.grant(house, SZ, "ana", "vera", "head") is None
    assert held(house, "vera") == ("head", "registrar")
    assert people.revoke(house, SZ, "ana", "vera", "registrar") is None
    assert people.revoke(house, SZ, "ana", "vera", "registrar") is None
    assert held(house, "vera") == ("head",)
    assert told(house, user="vera")[:2] == [
        ("ana", StaffAct.REVOKE, "vera", {"role": "registrar"}),
        ("ana", StaffAct.GRANT, "vera", {"role": "head"}),
    ]
    assert len(told(house)) == 3
    assert people.grant(house, SZ, "ana", "vera", "chair") is WhyNot.UNKNOWN_ROLE
    assert people.grant(house, SZ, "ana", "nobody", "head") is WhyNot.UNKNOWN


def test_whoever_has_lost_every_role_is_still_known_and_can_come_back(house: House) -> None:
    added(house)
    people.revoke(house, SZ, "ana", "vera", "registrar")
    assert held(house, "vera") == ()
    assert people.grant(house, SZ, "ana", "vera", "registrar") is None


def test_the_last_administrator_stays(house: House) -> None:
    assert people.revoke(house, SZ, "ana", "ana", "administrator") is WhyNot.LAST_ADMINISTRATOR
    added(house, "vera", "administrator")
    assert people.disable(house, SZ, "ana", "vera") is None
    # Who cannot sign in administers nothing.
    assert people.revoke(house, SZ, "ana", "ana", "administrator") is WhyNot.LAST_ADMINISTRATOR
    assert people.enable(house, SZ, "ana", "vera") is None
    assert people.revoke(house, SZ, "ana", "ana", "administrator") is None
    assert people.revoke(house, SZ, "vera", "vera", "administrator") is WhyNot.LAST_ADMINISTRATOR
    assert people.disable(house, SZ, "ana", "vera") is WhyNot.LAST_ADMINISTRATOR
    assert held(house, "vera") == ("administrator",)


def test_disabling_ends_every_session_and_enabling_begins_none(house: House) -> None:
    added(house)
    tokens = [sessions.begin(house, "vera", method="password", device=f"device {n}") for n in (1, 2)]
    assert len(people.open_sessions(house, "vera")) == 2
    assert people.disable(house, SZ, "ana", "vera") is None
    assert [sessions.find(house, token) for token in tokens] == [None, None]
    assert people.open_sessions(house, "vera") == []
    found = people.person(house, SZ, "vera")
    assert found is not None
    assert found.disabled_at == house.clock.now()
    assert people.enable(house, SZ, "ana", "vera") is None
    assert [sessions.find(house, token) for token in tokens] == [None, None]
    assert sessions.find(house, sessions.begin(house, "vera", method="password")) is not None
    assert people.disable(house, SZ, "ana", "ana") is WhyNot.ONESELF


def test_ending_sessions_keeps_when_the_others_ended(house: House) -> None:
    added(house)
    first = sessions.begin(house, "vera", method="password")
    sessions.end(house, sessions.digest(first))
    second = sessions.begin(house, "vera", method="password")
    assert people.end_sessions(house, SZ, "ana", "vera") is None
    assert sessions.find(house, second) is None
    assert told(house)[0] == ("ana", StaffAct.END_SESSIONS, "vera", {})


def test_nobody_reaches_into_another_institution(house: House) -> None:
    sessions.begin(house, "both", method="password")
    both = people.person(house, SZ, "both")
    assert both is not None
    assert (both.elsewhere, both.last_seen, both.roles) == (True, None, ("registrar",))
    for act in (people.disable, people.enable, people.invited):
        assert act(house, SZ, "ana", "both") is WhyNot.WORKS_ELSEWHERE
    assert people.correct(house, SZ, "ana", "both", name="X", email=None, language=None) is WhyNot.WORKS_ELSEWHERE
    assert people.person(house, SZ, "basia") is None
    assert people.grant(house, SZ, "ana", "basia", "registrar") is WhyNot.UNKNOWN
    assert people.revoke(house, SZ, "ana", "both", "registrar") is None
    assert held(house, "both", OTHER) == ("registrar",)
    assert told(house, OTHER) == []


def test_corrections_say_which_fields_and_not_what_they_held(house: House) -> None:
    added(house)
    assert people.correct(house, SZ, "ana", "vera", name="Vera", email="vera@town.example", language="bg") is None
    assert people.correct(house, SZ, "ana", "vera", name="Vera P.", email=None, language="bg") is None
    assert told(house)[0] == ("ana", StaffAct.CORRECT, "vera", {"fields": ["email", "name"]})
    assert len(told(house)) == 2


def test_a_page_of_people_goes_on_after_the_last(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        assert (
            people.add_person(house, SZ, "ana", user=f"same{n}", name="Same", email=None, language=None, roles=["head"])
            is None
        )
    monkeypatch.setattr(people, "PAGE", 2)
    seen, after, more = [], "", True
    while more:
        page, more = people.people(house, SZ, after)
        seen += [p.id for p in page]
        after = seen[-1]
    assert seen == ["ana", "both", "same0", "same1", "same2"]


@pytest.mark.parametrize("sql", ["UPDATE staff_record SET actor = 'vera'", "DELETE FROM staff_record"])
def test_the_record_is_append_only_in_the_database_itself(house: House, sql: str) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    added(house)
    with pytest.raises(DBAPIError, match="append-only"), house.database.writing() as connection:
        connection.execute(text(sql))
    assert len(told(house)) == 1
