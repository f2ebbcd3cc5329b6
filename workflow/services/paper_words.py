"""Words, days and instants of a paper, in the language of the paper and not of whoever reads it.

Never here: sentences of an institution (definitions have them), layouts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from workflow.engine import deadlines
from workflow.engine.process import ProcessDefinition, Words
from workflow.wording import say

_DAY = {"zh": "%Y年%m月%d日", "en": "%d/%m/%Y"}


@dataclass(frozen=True, slots=True)
class PaperWords:
    """Says things in one language, with the labels of one definition and in its institution's zone."""

    process: ProcessDefinition
    language: str

    def say(self, code: str, /, **data: object) -> str:
        """A phrase of papers, without the prefix of its code."""
        return say(f"paper_{code}", data, self.language)

    def words(self, text: Words) -> str:
        """A text of the definition, in the institution's own language where this one is missing."""
        return text.get(self.language) or text[self.process.institution.languages[0]]

    def label(self, known: Mapping[str, object], name: str) -> str:
        """The label of something that the definition declares; its bare name when it does not."""
        found = known.get(name)
        return name if found is None else self.words(found.label)  # type: ignore[attr-defined]

    def day(self, value: date) -> str:
        """A day in digits."""
        return value.strftime(_DAY.get(self.language, "%d.%m.%Y"))

    def moment(self, value: datetime) -> str:
        """An instant as local day and time, to the minute; the last instant of a day as 24:00."""
        there = value.astimezone(ZoneInfo(self.process.institution.zone))
        end = (there.hour, there.minute, there.second) == (23, 59, 59)
        return f"{self.day(there.date())} {'24:00' if end else there.strftime('%H:%M')}"

    def dated(self, value: str) -> str:
        """A date of the procedure, as it is stored: with a time or without."""
        day, clock = deadlines.parse_date(value)
        return self.day(day) if clock is None else f"{self.day(day)} {clock.strftime('%H:%M')}"


def in_utc(value: datetime) -> datetime:
    """An instant in UTC, as files carry it."""
    return value.astimezone(UTC)
