"""Grounds as sentences: the text of the definition with the values that were given, in one language.

Never here: choosing a ground, deciding whether one is complete (engine/guards.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workflow.engine.request import GivenGround
from workflow.engine.rulebook import Rulebook


def ground_words(book: Rulebook, grounds: Sequence[GivenGround], language: str) -> list[str]:
    """Each ground as a sentence in a language (else in the institution's own), names in that language too."""
    own = book.process.institution.languages[0]
    texts = [(g, book.process.grounds[g.code].text) for g in grounds]
    return [
        (text.get(language) or text[own]).format_map(_Values(book, g.values, language if language in text else own))
        for g, text in texts
    ]


class _Values(dict[str, str]):
    """The values of a ground as words; what was erased or not given shows as a dash."""

    def __init__(self, book: Rulebook, values: Mapping[str, str], language: str) -> None:
        super().__init__(values)
        own = book.process.institution.languages[0]
        labels = {name: d.label for name, d in book.process.documents.items()}
        for key, known in (
            ("document", labels),
            ("requirement", {name: r.label for name, r in book.process.requirements.items()}),
        ):
            if key in values and values[key] in known:
                label = known[values[key]]
                self[key] = label.get(language) or label[own]

    def __missing__(self, key: str) -> str:
        return "-"
