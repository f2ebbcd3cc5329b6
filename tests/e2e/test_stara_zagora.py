"""A procedure of Stara Zagora from the announcement to the last day of onboarding, on the pages alone, in Bulgarian.

Ралица is the coordinator, Вера keeps the register, Стоян is the mayor; Нели, Георги and Ваня are the commission. Each
sits at a browser of their own. Everybody is invented.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SZ, Opener
from tests.e2e.person import Person
from tests.e2e.site import PASSWORD, Site
from workflow.services.signing_in import set_password

LOGOPED, SOCIAL = "Логопед", "Социален работник"


def at_work(site: Site, user: str, name: str, role: str) -> Person:
    return Person.signed_in(site, site.hire(SZ, user, name, role, language="bg"), SZ, "bg")


def member(site: Site, head: Person, name: str, email: str, function: str) -> Person:
    """Somebody from outside whom the mayor appoints; the link of the appointment has let them choose a password."""
    head.appoints_from_outside(name, email, function)
    user = site.user_of(email)
    set_password(site.house, user, PASSWORD)
    person = Person.signed_in(site, user, SZ, "bg")
    person.procedure = head.procedure
    return person


@pytest.mark.timeout(240)
def test_from_the_announcement_to_onboarding(open_site: Opener):
    site = open_site("2022-02-28 09:00+02:00", zone="Europe/Sofia")
    ralitsa = at_work(site, "ralitsa", "Ралица Денева", "coordinator")
    vera = at_work(site, "vera", "Вера Калчева", "registrar")
    stoyan = at_work(site, "stoyan", "Стоян Велчев", "head")

    # Ралица opens the procedure for two posts, the mayor appoints the commission, and she announces it.
    ralitsa.opens_procedure("ЦОП-2022", {"speech_therapist": 1, "social_worker": 1})
    for person in (vera, stoyan):
        person.procedure = ralitsa.procedure
    neli = member(site, stoyan, "Нели Караджова", "neli@komisia.example", "chair")
    georgi = member(site, stoyan, "Георги Паскалев", "georgi@komisia.example", "member")
    vanya = member(site, stoyan, "Ваня Сомлева", "vanya@komisia.example", "member")
    ralitsa.moves_procedure("Обявяване на процедурата")
    ralitsa.reads("Обявена")

    # In March the papers come in. Анна applies for both posts with one set of documents; Емил forgot his diploma.
    site.time_passes("2022-03-10 10:00")
    vera.registers("Анна Колева", "speech_therapist", email="anna@poshta.example")
    vera.registers("Анна Колева", "social_worker", email="anna@poshta.example", same=True, papers=["application_form"])
    site.time_passes("2022-03-21 16:00")
    vera.registers("Борис Танев", "speech_therapist", email="boris@poshta.example")
    vera.registers("Вела Димова", "social_worker", email="vela@poshta.example")
    vera.registers("Емил Русев", "social_worker", without=["diploma"])

    # The clock closes the intake at 17:30. Who comes on the next morning is late.
    site.time_passes("2022-04-01 09:00")
    vera.registers("Жана Пеева", "social_worker", email="zhana@poshta.example")
    vera.reads("Постъпило след срока")

    # Нели looks through the papers: all in order but for Емил and Жана.
    for name, post in (
        ("Анна Колева", LOGOPED),
        ("Анна Колева", SOCIAL),
        ("Борис Танев", LOGOPED),
        ("Вела Димова", SOCIAL),
    ):
        neli.opens_papers(name, post)
        neli.finds_all_in_order()
        neli.works("Допускане до интервю")
    neli.opens_papers("Емил Русев", SOCIAL)
    neli.works("Недопускане", ground={"ground": "document_missing", "ground_document": "diploma"})
    ralitsa.opens("Жана Пеева", SOCIAL)
    neli.visits(ralitsa.page.url)
    neli.works("Недопускане", ground={"ground": "late"})

    # Ралица sets the day of the interviews and publishes the lists; she reads whom it invites before she does.
    ralitsa.sets_date("interview_at", "2022-04-18", "09:00")
    ralitsa.sets_detail("commission_order", "№ 10-00-000 / 04.04.2022")
    ralitsa.moves_procedure("Обявяване на списъците", told=["Покана за интервю", "Анна Колева"])
    ralitsa.reads("Обявени списъци")

    # The interviews. Nobody sees the marks of the others; the last signature and the chair open them.
    site.time_passes("2022-04-18 09:00")
    sheets = {
        neli: {"Анна Колева": ("5", "5", "4"), "Борис Танев": ("4", "4", "4"), "Вела Димова": ("4", "5", "4")},
        georgi: {"Анна Колева": ("5", "4", "4"), "Борис Танев": ("4", "4", "4"), "Вела Димова": ("4", "4", "4")},
        vanya: {"Анна Колева": ("5", "5", "5"), "Борис Танев": ("4", "3", "5"), "Вела Димова": ("5", "4", "4")},
    }
    for person, marks in sheets.items():
        person.scores("interview", marks)
    neli.moves_procedure("Приключване на интервютата")

    # The ranking is published: Анна is first for both posts, and chooses the speech therapist's.
    # The mayor looks at the list with names and points before it is shown.
    ralitsa.moves_procedure("Обявяване на класирането")
    stoyan.goes_to_procedure("publications", "2")
    stoyan.reads("I. Класирани", "Анна Колева")
    stoyan.presses("Одобряване и обявяване")
    stoyan.was_told()
    ralitsa.opens("Анна Колева", SOCIAL)
    ralitsa.reads("Класиран – поканен за договор")
    ralitsa.works("Отказ от сключване на договор")
    ralitsa.opens("Вела Димова", SOCIAL)
    ralitsa.reads("Поканен от резервите")

    # Contracts, the first day of work, and the end of onboarding.
    for name, post in (("Анна Колева", LOGOPED), ("Вела Димова", SOCIAL)):
        ralitsa.opens(name, post)
        ralitsa.works("Сключване на трудов договор")
    site.time_passes("2022-05-03 08:30")
    for name, post in (("Анна Колева", LOGOPED), ("Вела Димова", SOCIAL)):
        ralitsa.opens(name, post)
        ralitsa.works("Постъпване на работа")
    site.time_passes("2022-05-27 16:00")
    for name, post in (("Анна Колева", LOGOPED), ("Вела Димова", SOCIAL)):
        ralitsa.opens(name, post)
        ralitsa.works("Приключване на въвеждането в работата")
        ralitsa.reads("Въведен в работата")
    ralitsa.moves_procedure("Приключване на процедурата")
    ralitsa.reads("Приключила – всички места са заети")

    # The mails went out as the story went: what Анна was told can be read word for word.
    ralitsa.goes_to("mail?state=sent")
    expect(ralitsa.main).to_contain_text("Анна Колева")
