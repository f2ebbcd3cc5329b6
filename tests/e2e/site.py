"""A real site for a real browser: the application on a SQLite file, served on a free port, on a clock that tests move.

Why: what a person meets is the whole of it: cookies, redirects, headers, script and style together.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from workflow.bootstrap import open_demo
from workflow.catalogue.index import Catalogue
from workflow.cli.demo import PASSWORD
from workflow.clock import VirtualClock
from workflow.services import staff
from workflow.services.delivery import deliver
from workflow.services.enforcement import next_due, sweep_all
from workflow.services.house import House
from workflow.services.signing_in import set_password
from workflow.settings import Settings
from workflow.web.app import create_app

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",  # CI runs as root in a container, where the sandbox cannot be made
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LANGUAGES = {"bg": "bg-BG", "zh": "zh-CN", "pl": "pl-PL", "ru": "ru-RU", "en": "en-GB"}

__all__ = ["CHROMIUM", "FLAGS", "PASSWORD", "Faults", "Site", "serving"]


@dataclass
class Faults:
    """What a browser complained about. A test that ends with any has failed."""

    seen: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.seen.append(f"script: {error.error}"))
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A refused form answers 422 and a lost race 409: the browser notes it, and it is no fault.
        expected = message.type == "error" and any(f"status of {code}" in message.text for code in (403, 404, 409, 422))
        if message.type in ("error", "warning") and not expected:
            self.seen.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.seen.append(f"{response.status} {response.request.method} {response.url}")


@dataclass
class Site:
    """The served house. Times are local times of the institution whose zone it was given."""

    house: House
    clock: VirtualClock
    app: Any
    base: str
    browser: Browser
    faults: Faults = field(default_factory=Faults)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Sofia"))
    _contexts: list[BrowserContext] = field(default_factory=list)

    def url(self, *parts: str) -> str:
        return "/".join((self.base, *parts))

    # --- time ---------------------------------------------------------------------------------------------------------

    def time_passes(self, until: str) -> None:
        """Lets the clock go on to a local time; what falls due on the way happens, and mails leave."""
        at = datetime.fromisoformat(until).replace(tzinfo=self.zone)
        while (due := next_due(self.house)) is not None and due <= at:
            self.clock.advance_to(max(due, self.clock.now()))
            if not sweep_all(self.house):
                break
        self.clock.advance_to(max(at, self.clock.now()))
        deliver(self.house)

    # --- people -------------------------------------------------------------------------------------------------------

    def hire(self, institution: str, user: str, name: str, *roles: str, language: str) -> str:
        """Somebody of the office with these roles; signs in as the user with the password of all."""
        staff.ensure_institution(self.house, institution)
        staff.add_user(self.house, name, f"{user}@office.example", user, language)
        for role in roles:
            staff.grant(self.house, institution, user, role)
        set_password(self.house, user, PASSWORD)
        return user

    def user_of(self, email: str) -> str:
        """The id of the user with that address: what the person's own letter says."""
        from sqlalchemy import text

        with self.house.database.reading() as connection:
            found = connection.execute(text('SELECT id FROM "user" WHERE email = :e'), {"e": email})
            return str(found.scalar_one())

    def context(self, language: str = "en", *, width: int = 1280, height: int = 900, **more: Any) -> BrowserContext:
        """A browser of one person's own: nothing is shared with another one's."""
        context = self.browser.new_context(
            base_url=self.base,
            locale=LANGUAGES[language],
            viewport={"width": width, "height": height},
            **more,
        )
        context.set_default_timeout(10_000)
        self.faults.watch(context)
        self._contexts.append(context)
        return context

    def sign_in(self, user: str, language: str = "en", **more: Any) -> Page:
        """A page of that person, signed in through the form."""
        page = self.context(language, **more).new_page()
        page.goto("/sign-in")
        self.fill_sign_in(page, user)
        return page

    def fill_sign_in(self, page: Page, user: str) -> None:
        """Signs in on the form that the page shows."""
        page.locator("#user").fill(user)
        page.locator("#password").fill(PASSWORD)
        page.locator("main form", has=page.locator("#password")).get_by_role("button").first.click()
        page.wait_for_url(lambda address: "/sign-in" not in address)

    def last_seen(self) -> str:
        """What stands in every open browser: for whoever reads why a test failed."""
        pages = [page for context in self._contexts for page in context.pages]
        return "\n".join(f"--- {page.url}\n{page.locator('body').inner_text()[:3000]}" for page in pages)

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()


@contextmanager
def serving(
    catalogue: Catalogue, folder: Path, start: datetime, browser: Browser, *, zone: str = "Europe/Sofia"
) -> Iterator[Site]:
    """The site on a free port, until the block ends. Fails when a browser saw a fault in it."""
    house, clock = open_demo(catalogue, folder, start)
    settings = Settings.load().model_copy(update={"data": folder, "files": folder / "files"})
    app = create_app(house, settings)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    site = Site(house, clock, app, f"http://127.0.0.1:{listening.getsockname()[1]}", browser, zone=ZoneInfo(zone))
    try:
        yield site
        assert not site.faults.seen, "\n".join(site.faults.seen)
    finally:
        site.close()
        server.should_exit = True
        thread.join(timeout=10)
        house.database.close()
