"""axe-core over a page, as the person sees it, under the page's own content security policy.

Why: evaluated through the browser's protocol and not as a script of the page, so that the policy stays in force.
Source: axe-core (vendor/, with its licence).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

VENDOR = Path(__file__).parent / "vendor"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@cache
def _source() -> str:
    return (VENDOR / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page, a line each: rule, place, why."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(_source())
    options = json.dumps({"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {options})")["violations"]
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {' '.join(node['failureSummary'].split())}"
        for rule in found
        for node in rule["nodes"]
    ]


def overflow(page: Page) -> str | None:
    """What makes the page wider than its window, if anything does: the page itself must never scroll sideways."""
    found: str | None = page.evaluate(
        """() => {
          const wide = document.documentElement.clientWidth, real = document.documentElement.scrollWidth;
          if (real <= wide) return null;
          const held = (e) => {
            for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
              if (getComputedStyle(p).overflowX !== "visible") return true;
            return false;
          };
          const far = [...document.body.querySelectorAll("*")]
            .filter((e) => e.getBoundingClientRect().right > wide + 1 && !held(e));
          const e = far.at(-1) ?? document.body;
          return `${real} > ${wide}: <${e.tagName} class="${e.className}"> ${e.textContent.trim().slice(0, 60)}`;
        }"""
    )
    return found
