"""With the keyboard alone: a paper is registered, a candidate admitted, a sheet scored. No mouse is touched.

Only keys are pressed, and every element is reached by Tab: what cannot be focused cannot be used here.
"""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import SZ, Furnished
from tests.e2e.person import Person


def tab_to(page: Page, selector: str, most: int = 400) -> None:
    """Presses Tab until an element that fits has the focus, and sees that the focus shows."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            shown = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; }"
            )
            assert shown, f"{selector}: one does not see that it has the focus"
            return
    raise AssertionError(f"Tab never comes to {selector}")


def test_register_admit_and_score(furnished: Furnished):
    checking, interviewing = furnished.players()
    site = furnished.site

    # The skip link is the first thing that Tab comes to, and leads to the content.
    registrar = Person.signed_in(site, f"{SZ}.registrar", SZ, "bg")
    registrar.procedure = checking.procedure
    registrar.goes_to_procedure()
    page = registrar.page
    tab_to(page, "a.skip", most=3)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"

    # A paper after the last day is registered all the same: the name has the focus, all by Tab, and Enter registers.
    tab_to(page, "a[href$='/register']")
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("Захари Петев Минчев")
    tab_to(page, "input[name=document]")
    page.keyboard.press("Space")
    tab_to(page, "#reason")
    page.keyboard.type("Донесено лично")
    page.keyboard.press("Enter")
    registrar.was_told("Захари Петев Минчев")

    # The chair admits a candidate whose papers are in order.
    chair = Person.signed_in(site, f"{SZ}.member.K1", SZ, "bg")
    chair.goes_to("procedures", checking.procedure, "applications", checking.subject("Дамянов"))
    tab_to(chair.page, "form[action$='/moves/admit'] button")
    chair.page.keyboard.press("Enter")
    chair.was_told()
    chair.reads("Допуснат (необявено)")

    # A member scores and signs: marks and Tab, nothing else.
    member = Person.signed_in(site, f"{SZ}.member.K3", SZ, "bg")
    member.procedure = interviewing.procedure
    member.goes_to_procedure("scoring", "interview")
    row = member.main.locator("table.grid tbody tr", has_text="Гроздева")
    first = row.locator("input:not([type=hidden])").first.get_attribute("id")
    tab_to(member.page, f"[id='{first}']")
    for mark in ("4", "5", "4"):
        member.page.keyboard.type(mark)
        member.page.keyboard.press("Tab")
    row = member.main.locator("table.grid tbody tr", has_text="Гроздева")
    expect(row).to_contain_text(member.say("Saved"))
    tab_to(member.page, "button[value=sign]")
    member.page.keyboard.press("Enter")
    expect(member.main.locator("form[action$='/sign']")).to_be_visible()
    tab_to(member.page, "form[action$='/sign'] button")
    member.reads("Гроздева")
    member.page.keyboard.press("Enter")
    expect(member.main.locator("table.grid tbody tr", has_text="Гроздева")).to_contain_text(member.say("Signed"))
