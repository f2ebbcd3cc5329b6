"""Two people on one case: the slower one is told who was faster, when and what, and loses nothing that was typed."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import SZ, Furnished
from tests.e2e.person import Person


def test_the_slower_one_is_told_who_when_and_what(furnished: Furnished):
    site = furnished.site
    checking = furnished.players()[0]
    site.hire(SZ, "plamena", "Пламена Генова", "coordinator", language="bg")
    ralitsa = Person.signed_in(site, f"{SZ}.coordinator", SZ, "bg")
    plamena = Person.signed_in(site, "plamena", SZ, "bg")
    for person in (ralitsa, plamena):
        person.procedure = checking.procedure
        person.opens("Узунова", "Социален работник")

    # Both open the sheet of the withdrawal; Пламена writes a long remark while Ралица is done already.
    for person in (ralitsa, plamena):
        person.main.locator("a[href$='/moves/withdraw']").click()
    plamena.page.locator("#reason").fill("Обади се по телефона в 10:05 ч., ще изпрати и писмо.")
    label = "Оттегляне на заявлението"
    ralitsa.presses(label)
    ralitsa.was_told()
    plamena.presses(label)

    # Who, when, what; the new state; and her words are still there.
    told = plamena.main.get_by_role("alert").first
    expect(told).to_contain_text("Ралица Денева")
    expect(told).to_contain_text(label)
    expect(plamena.main).to_contain_text("Оттеглено")
    expect(plamena.main).to_contain_text("Обади се по телефона в 10:05 ч., ще изпрати и писмо.")
    assert told.locator("time").count() or "10:00" in told.inner_text()

    # The same on the sheet for many: the one who was moved meanwhile is named, the other is moved.
    chosen = "&".join(f"id={checking.subject(name)}" for name in ("Хаджиева", "Радева"))
    for person in (ralitsa, plamena):
        person.goes_to_procedure(f"bulk?transition=withdraw&{chosen}")
    ralitsa.goes_to("procedures", checking.procedure, "applications", checking.subject("Радева"), "moves", "withdraw")
    ralitsa.presses(label)
    ralitsa.was_told()
    plamena.main.locator("button[name=confirmed]").click()
    refused = plamena.main.locator("section[aria-labelledby=refused]")
    expect(refused).to_contain_text("Радева")
    expect(refused).to_contain_text("Ралица Денева")
    expect(plamena.main.get_by_role("status").first).to_contain_text("1")
