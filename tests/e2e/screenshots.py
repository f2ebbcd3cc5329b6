"""Pictures of the main pages, for README: `make screenshots` writes docs/screenshots/*.png.

Why: made by a command from the demonstration's data, so that they show what is there and can be made anew.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import SZ, Furnished, furnish
from tests.e2e.site import CHROMIUM, FLAGS, serving
from workflow.bootstrap import open_catalogue

TARGET = Path(__file__).parents[2] / "docs" / "screenshots"
HEAVY = 150_000


@dataclass(frozen=True)
class Shot:
    """One picture: who looks, at what, through which window. `path` begins behind the institution."""

    name: str
    who: str
    path: Callable[[Furnished], str]
    institution: str = SZ
    language: str = "en"
    width: int = 1280
    height: int = 800
    dark: bool = False


def checking(furnished: Furnished, *parts: str) -> str:
    """An address within the procedure whose documents are being checked."""
    return "/".join(("procedures", furnished.players()[0].procedure, *parts))


def interviewing(furnished: Furnished, *parts: str) -> str:
    """An address within the procedure that holds its interviews."""
    return "/".join(("procedures", furnished.players()[1].procedure, *parts))


def application(furnished: Furnished) -> str:
    """An application that waits for the last verdicts."""
    return checking(furnished, "applications", furnished.players()[0].subject("Евтимов"))


def several(furnished: Furnished) -> str:
    """What admitting three applications would do, before it is done."""
    player = furnished.players()[0]
    chosen = "&".join(f"id={player.subject(name)}" for name in ("Дамянов", "Иванова", "Добрева/social_worker"))
    return checking(furnished, f"bulk?transition=admit&{chosen}")


SHOTS = (
    Shot("queue", "coordinator", lambda _: "queue"),
    Shot("board", "coordinator", lambda f: f"applications/board?procedure={f.players()[0].procedure}"),
    Shot("table", "coordinator", lambda f: f"applications?procedure={f.players()[0].procedure}"),
    Shot("application", "member.K1", application, height=760),
    Shot("application-dark", "member.K1", application, dark=True, height=760),
    Shot("bulk", "member.K1", several),
    Shot("procedure", "coordinator", checking, height=720),
    Shot("scoring", "member.K2", lambda f: interviewing(f, "scoring", "interview")),
    Shot("rules", "coordinator", lambda _: "rules/staff_selection", height=1000),
    Shot("queue-zh", "coordinator", lambda _: "queue", institution="zhengzhou", language="zh"),
    Shot("queue-phone", "coordinator", lambda _: "queue", language="bg", width=390, height=844),
)


def take(furnished: Furnished, shot: Shot) -> int:
    """Takes one picture; returns how many bytes it has."""
    scheme = "dark" if shot.dark else "light"
    page: Page = furnished.site.sign_in(
        f"{shot.institution}.{shot.who}", shot.language, width=shot.width, height=shot.height, color_scheme=scheme
    )
    page.context.add_cookies([{"name": "nabor-language", "value": shot.language, "url": furnished.site.base}])
    address = furnished.site.url(shot.institution, shot.path(furnished))
    answer = page.goto(address, wait_until="networkidle")
    if answer is None or answer.status != 200:
        raise SystemExit(f"{shot.name}: {address} answers {answer.status if answer else 'nothing'}")
    target = TARGET / f"{shot.name}.png"
    page.screenshot(path=target, animations="disabled")
    page.context.close()
    return target.stat().st_size


def main(*names: str) -> None:
    """Takes all pictures, or those that are named."""
    TARGET.mkdir(parents=True, exist_ok=True)
    catalogue = open_catalogue()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, "--hide-scrollbars"])
        start = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
        with serving(catalogue, Path(folder), start, browser) as site:
            furnished = furnish(site, catalogue)
            for shot in SHOTS:
                if names and shot.name not in names:
                    continue
                size = take(furnished, shot)
                print(f"{shot.name:20} {size / 1000:6.0f} kB{'  too heavy' if size > HEAVY else ''}")


if __name__ == "__main__":
    main(*sys.argv[1:])
