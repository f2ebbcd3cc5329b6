"""At the desk: two records of one person side by side, and made one."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Town
from tests.web.given import clerk, hidden, ok
from tests.web.test_application import home, text
from workflow.persistence.invariants import breaches

WHY = "the same person, once with a second name"


@pytest.fixture
def twice(town: Town) -> Town:
    """Ivan stands in the register twice: as A for speech therapist, as B for stoker."""
    town.office.does(
        ("2022-03-10 10:00 registrar", "register A for speech_therapist"),
        ("2022-03-10 10:05 registrar", "register B for stoker"),
        ("2022-03-10 10:06 registrar", "correct A name=Ivan"),
        ("2022-03-10 10:07 registrar", "correct B name=Ivan"),
    )
    return town


def choices(page: str) -> list[str]:
    return re.findall(r'name="into" value="([^"]+)"', page)


def test_two_records_are_shown_side_by_side_and_made_one(twice: Town) -> None:
    coordinator = clerk(twice, "coordinator")
    page = home(twice, "A", "merge")
    assert f'href="{page}"' in ok(coordinator.get(home(twice, "A")))
    shown = coordinator.get(page)
    assert "T-1/0001" in text(shown)
    assert "T-1/0002" in text(shown)
    (into,) = choices(ok(shown))
    fields = {"into": into, "reason": WHY, "version": hidden(shown.text, "version")}
    unsaid = coordinator.post(page, {**fields, "reason": " "})
    assert unsaid.status_code == 422
    assert "Give the reason" in text(unsaid)
    unchosen = coordinator.post(page, {**fields, "into": "nobody"})
    assert unchosen.status_code == 422
    assert "Choose the record that stays" in text(unchosen)
    assert WHY in unchosen.text  # nothing typed is lost
    assert coordinator.post(page, fields).status_code == 303
    owners = twice.office.rows("SELECT DISTINCT candidate_id FROM application")
    assert owners == [(into,)]
    assert "Two records of one person made one" in text(coordinator.get(home(twice, "A")))
    assert breaches(twice.office.house.database) == ()


def test_two_for_one_position_are_refused_beside_the_form(twice: Town) -> None:
    twice.office.does(("2022-03-10 11:00 registrar", "register C for stoker"))
    coordinator = clerk(twice, "coordinator")
    page = home(twice, "C", "merge")
    shown = ok(coordinator.get(page + "?find=Ivan"))
    into = twice.office.one("SELECT candidate_id FROM application WHERE id = :id", id=twice.office.subject("B"))
    assert into in choices(shown)
    refused = coordinator.post(page, {"into": into, "reason": WHY, "version": hidden(shown, "version")})
    assert refused.status_code == 422
    assert "Both applied for the same position: T-1/0002, T-1/0003" in text(refused)


def test_nobody_of_the_name_is_said_in_words(twice: Town) -> None:
    shown = clerk(twice, "coordinator").get(home(twice, "A", "merge") + "?find=Nobody+Such")
    assert choices(ok(shown)) == []
    assert "Nobody else of this name or e-mail address is known" in text(shown)


def test_who_may_not_merge_sees_no_form(twice: Town) -> None:
    registrar = clerk(twice, "registrar")
    assert "/merge" not in ok(registrar.get(home(twice, "A")))
    shown = registrar.get(home(twice, "A", "merge"))
    assert choices(shown.text) == []
    assert "This may be done only by" in text(shown)
    assert clerk(twice, "K").get(home(twice, "A", "merge")).status_code == 403
