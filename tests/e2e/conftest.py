"""One browser for a worker, one site for a test; the furnished site is made once, for the tests that only look."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.site import CHROMIUM, FLAGS, PASSWORD, Site, serving
from workflow.bootstrap import open_catalogue
from workflow.catalogue.index import Catalogue
from workflow.scenarios.desk import Desk, play_desk, read_desk
from workflow.scenarios.player import Player
from workflow.services.filing import store_at
from workflow.services.signing_in import set_password

SZ = "stara_zagora"


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remembers that a test failed, so that its pages can be shown when it is torn down."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return open_catalogue()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing; on Debian: apt-get install -y chromium", pytrace=False)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


Opener = Callable[..., Site]


@pytest.fixture
def open_site(
    request: pytest.FixtureRequest, catalogue: Catalogue, browser: Browser, tmp_path: Path
) -> Iterator[Opener]:
    """Opens a site of this test's own: `open_site("2022-02-28 08:00+02:00", zone="Europe/Sofia")`."""
    sites: list[Site] = []
    with ExitStack() as stack:

        def open_(start: str, zone: str = "Europe/Sofia") -> Site:
            at = datetime.fromisoformat(start)
            sites.append(stack.enter_context(serving(catalogue, tmp_path, at, browser, zone=zone)))
            return sites[-1]

        yield open_
        if request.node.stash.get(_FAILED, False):
            for site in sites:
                print(site.last_seen())


@dataclass
class Furnished:
    """The site with the desk's data on it: a running procedure of every institution."""

    site: Site
    desk: Desk

    def players(self, institution: str = SZ) -> tuple[Player, ...]:
        return self.desk.players[institution]


def furnish(site: Site, catalogue: Catalogue, *, institutions: tuple[str, ...] = ()) -> Furnished:
    """Lays the desk's data on a site, and lets everybody sign in."""
    scripts = [s for s in read_desk(catalogue) if not institutions or s.institution in institutions]
    desk = play_desk(site.house, site.clock, scripts, store_at(site.app.state.site.settings.files))
    for institution in desk.players:
        for user in desk.users(institution):
            set_password(site.house, user, PASSWORD)
    return Furnished(site, desk)


@pytest.fixture(scope="session")
def looked_at(catalogue: Catalogue, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """The furnished site for tests that only look. What they do not do, no later test can stumble over."""
    start = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
    with serving(catalogue, tmp_path_factory.mktemp("site"), start, browser) as site:
        yield furnish(site, catalogue)


@pytest.fixture
def furnished(open_site: Opener, catalogue: Catalogue) -> Furnished:
    """The furnished site of Stara Zagora, for a test of its own to act on."""
    return furnish(open_site("2026-01-05 08:00+02:00"), catalogue, institutions=(SZ,))
