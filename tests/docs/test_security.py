"""The table of docs/security.md cannot rot: every test that it names exists, and no chapter is left out."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`", TEXT)
    assert len(named) > 30
    lost = [
        (path, name)
        for path, name in named
        if not (ROOT / path).is_file() or f"def {name}" not in (ROOT / path).read_text(encoding="utf-8")
    ]
    assert lost == []


def test_every_chapter_of_level_2_is_answered() -> None:
    chapters = {int(found) for found in re.findall(r"^\| V(\d+)", TEXT, re.MULTILINE)}
    assert chapters == set(range(1, 18))
