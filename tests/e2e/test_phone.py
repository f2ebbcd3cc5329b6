"""On a phone in a corridor, 390 px wide: the queue, a case, a decision. No page scrolls sideways."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.axe import overflow
from tests.e2e.conftest import SZ, Furnished
from tests.e2e.person import Person


def fits(person: Person) -> None:
    assert overflow(person.page) is None, person.page.url


def test_queue_case_and_decision(furnished: Furnished):
    checking, interviewing = furnished.players()
    phone = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}

    coordinator = Person.signed_in(furnished.site, f"{SZ}.coordinator", SZ, "bg", **phone)
    coordinator.procedure = checking.procedure
    coordinator.goes_to("queue")
    fits(coordinator)
    # The rail stands at the bottom, where a thumb reaches it.
    rail = coordinator.page.locator("nav.rail").bounding_box()
    assert rail is not None
    assert rail["y"] > 844 / 2
    coordinator.page.locator("nav.rail a", has_text=coordinator.say("Procedures")).tap()
    coordinator.page.wait_for_url("**/procedures")
    fits(coordinator)
    coordinator.follows("ЦОП-2026")
    fits(coordinator)
    for place in ("applications", f"applications/board?procedure={checking.procedure}", "mail", "search?q=ова"):
        coordinator.goes_to(place)
        fits(coordinator)
    coordinator.opens("Аврамова", "Социален работник")
    fits(coordinator)

    chair = Person.signed_in(furnished.site, f"{SZ}.member.K1", SZ, "bg", **phone)
    chair.procedure = checking.procedure
    chair.goes_to("commission")
    fits(chair)
    chair.opens_papers("Дамянов", "Огняр")
    fits(chair)
    chair.page.locator("form[action$='/moves/admit'] button").tap()
    chair.was_told()
    fits(chair)
    chair.procedure = interviewing.procedure
    chair.goes_to_procedure("scoring", "interview")
    fits(chair)
    expect(chair.main.locator("table.grid")).to_be_visible()
