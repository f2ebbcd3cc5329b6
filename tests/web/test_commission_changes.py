"""Changing a signed sheet and replacing a member, through the pages."""

from __future__ import annotations

import pytest

from tests.services.conftest import SZ
from tests.web.conftest import Browser, Town


def reader(town: Town, who: str) -> Browser:
    browser = town.as_(who)
    browser.client.cookies.set("nabor-language", "en")
    return browser


def scored(town: Town) -> str:
    office = town.office
    for name in "ABC":
        office.does(*((f"2022-04-18 10:00 {member}", f"score {name} interview 4 4 4") for member in "KLM"))
    return town.url("procedures", office.player.procedure, "applications", office.subject("A"), "scores")


FORM = {"m-qualification": "5", "m-skills": "4", "m-personal_qualities": "4", "code": "human_error", "reason": "a slip"}


@pytest.fixture
def member() -> str:
    return f"{SZ}.member.L"


def test_a_member_changes_a_sealed_sheet_of_ones_own_alone(interviewing: Town, member: str) -> None:
    town, base = interviewing, scored(interviewing)
    own, chair = reader(town, "L"), reader(town, "K")
    assert "Change your signed sheet" in own.get(base).text
    address = f"{base}/interview/{member}"
    assert chair.get(address).status_code == 404
    assert 'value="4"' in own.get(address).text
    wrong = own.post(address, {**FORM, "code": "", "reason": "", "m-skills": "many"})
    assert wrong.status_code == 422
    assert all(words in wrong.text for words in ("Choose the reason.", "Write in a few words why.", "Give a number."))
    assert own.post(address, {**FORM, "m-qualification": "9"}).status_code == 409
    assert own.post(address, FORM).status_code == 303
    page = own.get(base).text
    assert "changed while the sheets were sealed" in page
    assert "a slip" in page
    assert "→" not in page


def test_the_page_of_scores_shows_what_was_changed_by_whom_and_why(interviewing: Town, member: str) -> None:
    town, base = interviewing, scored(interviewing)
    town.office.does(("2022-04-19 09:00 K", "close_interviews"))
    chair, other = reader(town, "K"), reader(town, "M")
    address = f"{base}/interview/{member}"
    assert address in chair.get(base).text
    assert address not in other.get(base).text
    assert other.post(address, FORM).status_code == 409
    assert chair.post(address, FORM).status_code == 303
    page = other.get(base).text
    assert "4 → 5" in page
    assert "a mistake was made in filling in the sheet: a slip" in page
    assert "12.33" in page


def test_the_mayor_replaces_a_member_and_errors_stand_beside_their_fields(interviewing: Town, member: str) -> None:
    town = interviewing
    base = town.url("procedures", town.office.player.procedure)
    head = reader(town, "head")
    wrong = head.post(f"{base}/commission/replace", {})
    assert wrong.status_code == 422
    assert wrong.text.count("Choose the person.") >= 2
    given = {"leaving": member, "successor": f"{SZ}.registrar", "replace_order": "7", "replace_reason": "illness"}
    assert head.post(f"{base}/commission/replace", {**given, "successor": f"{SZ}.member.M"}).status_code == 409
    assert reader(town, "coordinator").post(f"{base}/commission/replace", given).status_code == 409
    assert head.post(f"{base}/commission/replace", given).status_code == 303
    rows = town.office.rows("SELECT user_id, function, order_number FROM commission_member ORDER BY user_id")
    assert (f"{SZ}.registrar", "member", "7") in rows
    assert member not in {row[0] for row in rows}
