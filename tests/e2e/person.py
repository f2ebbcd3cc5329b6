"""Somebody at work: one person, one browser, and what people do in it, in words that a story can be read in.

Why: a story tells who does what; how a page is worked stands here, once. Only the pages are used, as people use them:
links and buttons by what they say in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

from tests.e2e.site import Site
from workflow.wording.desk import translations


@dataclass(eq=False)
class Person:
    """One person in a browser of their own. `procedure`: the id of the one that the story is about."""

    site: Site
    page: Page
    user: str
    institution: str
    language: str
    procedure: str = ""
    known: dict[str, str] = field(default_factory=dict)
    """Candidate's name and position -> address of the application."""

    @classmethod
    def signed_in(cls, site: Site, user: str, institution: str, language: str, **more: object) -> Person:
        """The person, signed in through the form."""
        return cls(site, site.sign_in(user, language, **more), user, institution, language)

    # --- words and places ---------------------------------------------------------------------------------------------

    def say(self, message: str, **values: object) -> str:
        """A sentence of the interface as this person reads it."""
        said = translations(self.language).gettext(message)
        return said % values if values else said

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def goes_to(self, *parts: str) -> None:
        """Opens a page of the institution; it must be there."""
        self.visits(self.site.url(self.institution, *parts))

    def visits(self, address: str) -> None:
        """Opens an address; whoever was away for days signs in again and is led on to it."""
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{answer.url}: {answer.status}"
        if "/sign-in" in self.page.url:
            self.site.fill_sign_in(self.page, self.user)
            assert "/sign-in" not in self.page.url

    def goes_to_procedure(self, *parts: str) -> None:
        self.goes_to("procedures", self.procedure, *parts)

    def presses(self, label: str | re.Pattern[str], within: Locator | None = None) -> None:
        (within or self.main).get_by_role("button", name=label, exact=isinstance(label, str)).first.click()

    def follows(self, label: str | re.Pattern[str], within: Locator | None = None) -> None:
        (within or self.main).get_by_role("link", name=label, exact=isinstance(label, str)).first.click()

    def reads(self, *texts: str) -> None:
        """All of these stand on the page."""
        for text in texts:
            expect(self.main).to_contain_text(text)

    def was_told(self, text: str = "") -> None:
        """The page says that it was done."""
        expect(self.main.locator(".box.is-done[role=status]").first).to_contain_text(text)

    # --- a procedure --------------------------------------------------------------------------------------------------

    def opens_procedure(self, number: str, seats: Mapping[str, int], dates: Mapping[str, str] | None = None) -> None:
        """Opens a draft for these positions; `dates`: name -> local day and time, where the default is another."""
        self.goes_to("procedures", "new")
        page = self.page
        page.locator("#number").fill(number)
        for box in page.locator("input[type=checkbox][name^=position_]").all():
            position = (box.get_attribute("name") or "").removeprefix("position_")
            box.set_checked(position in seats)
            if position in seats:
                page.locator(f"#seats_{position}").fill(str(seats[position]))
        for name, value in (dates or {}).items():
            day, _, clock = value.partition(" ")
            page.locator(f"#date_{name}").fill(day)
            page.locator(f"#date_{name}_time").fill(clock)
        self.presses(self.say("Open the draft"))
        self.was_told(number)
        self.procedure = page.url.rpartition("/")[2]

    def moves_procedure(self, label: str, *, reason: str = "", told: Iterable[str] = ()) -> None:
        """Makes a move of the procedure: the button, the sheet of what it would do, the button on it."""
        self.goes_to_procedure()
        self.follows(label)
        self.reads(*told)
        if reason:
            self.page.locator("#reason").fill(reason)
        self.presses(label, self.main.locator("form.sheet"))
        self.was_told(label)

    def sets_date(self, name: str, day: str, clock: str = "") -> None:
        self.goes_to_procedure()
        self._unfolds(f"#date_{name}")
        self.page.locator(f"#date_{name}").fill(day)
        if clock:
            self.page.locator(f"#date_{name}_time").fill(clock)
        self._sends(f"#date_{name}")
        expect(self.page.locator(f"#date_{name}")).to_have_value(day)

    def sets_detail(self, name: str, value: str) -> None:
        self.goes_to_procedure()
        self._unfolds(f"#detail_{name}")
        self.page.locator(f"#detail_{name}").fill(value)
        self._sends(f"#detail_{name}")
        self.reads(value)

    def appoints(self, user: str, function: str) -> None:
        self.goes_to_procedure()
        self._unfolds("#member")
        self.page.locator("#member").select_option(user)
        self.page.locator("#function").select_option(function)
        self._sends("#member")

    def appoints_from_outside(self, name: str, email: str, function: str) -> None:
        self.goes_to_procedure()
        self._unfolds("#outside_name")
        self.page.locator("#outside_name").fill(name)
        self.page.locator("#outside_email").fill(email)
        self.page.locator("#outside_function").select_option(function)
        self._sends("#outside_name")
        self.reads(name)

    def _unfolds(self, inside: str) -> None:
        self.page.locator("details", has=self.page.locator(inside)).locator("summary").first.click()

    def _sends(self, inside: str) -> None:
        self.page.locator("form", has=self.page.locator(inside)).get_by_role("button").first.click()

    # --- applications -------------------------------------------------------------------------------------------------

    def registers(
        self,
        name: str,
        position: str,
        *,
        without: Iterable[str] = (),
        email: str = "",
        same: bool = False,
        papers: Iterable[str] | None = None,
    ) -> None:
        """Registers a paper application, with every document that lies in the envelope. `same`: the person is known."""
        self.goes_to_procedure("register")
        page = self.page
        if page.locator("#position").input_value() != position:
            page.locator("#position").select_option(position)
            self.presses(re.compile(re.escape(self.say("Choose"))))
        page.locator("#name").fill(name)
        page.locator("#email").fill(email)
        for box in page.locator("input[name=document]").all():
            value = box.get_attribute("value") or ""
            wanted = value not in without if papers is None else value in papers
            box.set_checked(wanted)
        self.presses(self.say("Register"), page.locator("form.register .acts").last)
        if same:
            page.locator("button[name=do][value^='same:']").first.click()
        self.was_told(name)

    def opens(self, name: str, position: str) -> None:
        """The application of somebody for a position (as it is called), found in the table by the name."""
        key = f"{name}/{position}"
        if key not in self.known:
            self.goes_to(f"applications?procedure={self.procedure}&q={name}")
            row = self.main.locator("tbody tr", has_text=name).filter(has_text=position)
            self.known[key] = (
                row.locator(f"a[href*='/{self.procedure}/applications/']").first.get_attribute("href") or ""
            )
        self.visits(self.site.base + self.known[key])
        self.reads(name, position)

    def opens_papers(self, name: str, position: str) -> None:
        """The same for a member of the commission, who finds it among the papers to judge."""
        self.goes_to_procedure("scoring")
        row = self.main.locator("tbody tr", has_text=name).filter(has_text=position)
        row.get_by_role("link").first.click()
        self.reads(name, position)

    def finds_all_in_order(self) -> None:
        """Gives every verdict that is still open: in order."""
        self.main.locator("button[name=all]").first.click()
        self.was_told()

    def records_check(self, check: str) -> None:
        """Records on an open application that a medical or background check was passed."""
        form = self.main.locator("form", has=self.page.locator(f"input[name=check][value={check}]"))
        for line in form.locator("input[type=radio][value=yes]").all():  # one, or each of the check's list
            line.check()
        form.get_by_role("button").click()
        self.was_told()

    def completes(self, part: str) -> None:
        """Records on an open application that a part of the training was completed, with the hours of the plan."""
        training = self.main.locator("section[aria-labelledby=training]")
        line = training.locator("li", has_text=part)
        line.locator("summary").click()  # beside the attendance of a day, what is done at once is folded away
        line.locator("form[action$='/parts'] button").click()
        self.was_told()

    def works(self, label: str, *, reason: str = "", ground: Mapping[str, str] | None = None) -> None:
        """Makes a move on the page of an application that is open; what it asks for is filled in on its sheet."""
        moves = self.main.locator("section[aria-labelledby=moves]")
        button = moves.get_by_role("button", name=label, exact=True)
        if button.count():
            button.click()
        else:
            moves.get_by_role("link", name=f"{label} …", exact=True).click()
            for name, value in (ground or {}).items():
                self.page.locator(f"#{name}").select_option(value)
            if reason:
                self.page.locator("#reason").fill(reason)
            self.presses(label)
        self.was_told()

    def moves_all(self, state: str, label: str, count: int) -> None:
        """Moves everybody who stands in a state, after looking at the sheet that names them."""
        self.goes_to_procedure()
        self.follows(self.say("Move all of “%(state)s”", state=state))
        self.presses(f"{label} ({count})")
        self.presses(re.compile("^" + re.escape(label)), self.main.locator("form.sheet"))
        expect(self.main.get_by_role("status").first).to_contain_text(str(count))

    # --- the commission -----------------------------------------------------------------------------------------------

    def scores(self, assessment: str, marks: Mapping[str, tuple[str, ...]], *, sign: bool = True) -> None:
        """Fills in the grid by keyboard, candidate after candidate, and signs what is complete."""
        self.goes_to_procedure("scoring", assessment)
        for name, given in marks.items():
            for row in self.main.locator("table.grid tbody tr", has_text=name).all():
                row.locator("input:not([type=hidden])").first.focus()
                for mark in given:
                    self.page.keyboard.type(mark)
                    self.page.keyboard.press("Tab")
        self.presses(self.say("Save the page"))
        if sign:
            self.presses(self.say("Save and sign what is complete…"))
            self.reads(*marks)
            self.main.locator("form button").first.click()
            self.reads(self.say("Signed"))
