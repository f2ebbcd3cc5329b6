"""Without script: everything works, if less smoothly. Each act is a form and each answer a page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SZ, Furnished
from tests.e2e.person import Person


@pytest.mark.timeout(180)
def test_a_day_without_script(furnished: Furnished):
    site = furnished.site
    checking, interviewing = furnished.players()

    # The register: a known person is recognised, the position chosen, the paper registered.
    registrar = Person.signed_in(site, f"{SZ}.registrar", SZ, "bg", java_script_enabled=False)
    registrar.procedure = checking.procedure
    registrar.registers("Зорница Иванова Ценова", "psychologist", email="z.cenova@poshta.example")
    registrar.reads("Зорница Иванова Ценова")

    # The coordinator finds somebody by two letters of the name, and reads the queue, the board and the mails.
    coordinator = Person.signed_in(site, f"{SZ}.coordinator", SZ, "bg", java_script_enabled=False)
    coordinator.procedure = checking.procedure
    coordinator.page.locator("#search").fill("Ценова")
    coordinator.page.keyboard.press("Enter")
    coordinator.reads("Зорница Иванова Ценова")
    for place in ("queue", f"applications/board?procedure={checking.procedure}", "mail", "procedures"):
        coordinator.goes_to(place)
    coordinator.sets_date("interview_at", "2026-04-02", "09:00")

    # The chair gives the verdicts and admits several at once, with the sheet of what happens before it does.
    chair = Person.signed_in(site, f"{SZ}.member.K1", SZ, "bg", java_script_enabled=False)
    chair.procedure = checking.procedure
    chair.opens_papers("Филипов", "Психолог")
    chair.finds_all_in_order()
    chosen = "&".join(f"id={checking.subject(name)}" for name in ("Филипов", "Дамянов"))
    chair.goes_to_procedure(f"bulk?transition=admit&{chosen}")
    chair.reads("Филипов", "Дамянов")
    chair.main.locator("button[name=confirmed]").click()
    expect(chair.main.get_by_role("status").first).to_contain_text("2")

    # A member scores and signs.
    member = Person.signed_in(site, f"{SZ}.member.K3", SZ, "bg", java_script_enabled=False)
    member.procedure = interviewing.procedure
    member.scores("interview", {"Гроздева": ("4", "5", "4")})

    # What is wrong is said beside the field, and what was typed is kept.
    registrar.goes_to_procedure("register")
    registrar.page.locator("#email").fill("no address")
    registrar.presses(registrar.say("Register"), registrar.page.locator("form.register .acts").last)
    expect(registrar.page.locator("#name-wrong")).to_be_visible()
    expect(registrar.page.locator("#email")).to_have_value("no address")
