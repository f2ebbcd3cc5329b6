"""What every service is handed: database, writer, catalogue, clock and channels, put together by bootstrap.

Why: no module-level globals; a test, a scenario and a live system differ only in this value.
Never here: reading settings, rules.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from notifications.channels import Channel
from notifications.layouts import load_layout
from notifications.render import Template, compile_notice
from workflow.catalogue.index import Catalogue
from workflow.catalogue.snapshot import Snapshot, restore, rules_hash, wording_diff
from workflow.clock import Clock
from workflow.engine.errors import Conflict, CorruptDatabase
from workflow.engine.process import ProcessDefinition
from workflow.engine.request import Refused, Request
from workflow.engine.rulebook import Rulebook
from workflow.engine.threshold import with_thresholds
from workflow.engine.workdays import Calendar
from workflow.persistence import statements as sql
from workflow.persistence.database import Database
from workflow.persistence.unit_of_work import Glance, Unit
from workflow.persistence.writer import Writer

if TYPE_CHECKING:
    from workflow.services.transitions import Done


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Post:
    """How mail leaves: the channels by kind, the secret that signs links, the site's address, the sender's address."""

    channels: Mapping[str, Channel]
    secret: bytes
    public_url: str | None
    mail_from: str


@dataclass
class House:
    """The installation as services see it. Rulebooks and compiled notices are kept by definition hash."""

    database: Database
    catalogue: Catalogue
    clock: Clock
    writer: Writer[Request, Done | Refused] = field(init=False)
    post: Post | None = None
    expected: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """(institution, transition) -> the groups of facts that it read last: only ever a guess of what to read with it."""
    written: int = 0
    """Grows with every unit that this process wrote: what was read before is then older than what is stored."""
    recent: dict[Any, tuple[int, float, Any]] = field(default_factory=dict)
    """Overviews of the last moments, each with `written` and the monotonic second at which it was read."""
    _books: dict[tuple[str, ...], Rulebook] = field(default_factory=dict)
    _notices: dict[tuple[str, str, str], Template] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from workflow.services.transitions import carry_out

        self.writer = Writer(self.database, lambda unit, requests: carry_out(self, unit, requests))

    def submit(self, request: Request) -> Done | Refused:
        """Carries out one request, perhaps together with others that wait. A lost race is decided anew, on what the
        winner left: whoever loses gets a reasoned refusal. Raises Conflict when that happens again and again."""
        try:
            return _decided_anew(lambda: self.writer.submit(request))
        finally:
            self.written += 1

    def run(self, work: Callable[[Unit], _T]) -> _T:
        """What the work answers, committed in a transaction of its own; begun anew after a lost race."""
        try:
            return _decided_anew(lambda: self.writer.run(work))
        finally:
            self.written += 1

    def glance(self, work: Callable[[Unit], _T]) -> _T:
        """What the work reads, without a transaction or a lock: for pages, which show and do not decide."""
        return work(Glance(self.database))

    def rulebook(
        self, institution: str, process: str, definition_hash: str | None, calendar_version: str | None, unit: Unit
    ) -> Rulebook:
        """The rules a procedure runs by: the pinned ones, or the catalogue's present ones while it is a draft."""
        if definition_hash is None or calendar_version is None:
            current = self.catalogue.snapshot(institution, process)
            calendar = self.catalogue.calendar(current.process.institution.calendar)
            return self._book(current.hash, current.process, calendar)
        known = self._books.get((definition_hash, calendar_version))
        if known is not None:
            return known
        stored = unit.read(sql.definition, institution=institution, hash=definition_hash)
        if not stored:
            raise CorruptDatabase(self.database.where, f"definition {definition_hash} is pinned but not stored")
        definition = restore(stored[0][3])
        country = definition.institution.calendar
        calendars = unit.read(sql.calendar, country=country, version=calendar_version)
        if not calendars:
            raise CorruptDatabase(
                self.database.where, f"calendar {country} {calendar_version} is pinned but not stored"
            )
        return self._book(definition_hash, definition, Calendar.from_text(calendars[0][0]))

    def _book(self, definition_hash: str, process: ProcessDefinition, calendar: Calendar) -> Rulebook:
        key = (definition_hash, calendar.version)
        if key not in self._books:
            self._books[key] = Rulebook(process, calendar, definition_hash)
        return self._books[key]

    def with_thresholds(self, book: Rulebook, fixed: Mapping[str, Decimal]) -> Rulebook:
        """The rules with the pass marks that a commission fixed; made once for the same marks."""
        key = (book.hash, book.calendar.version, *(f"{name} {value}" for name, value in sorted(fixed.items())))
        if key not in self._books:
            self._books[key] = Rulebook(with_thresholds(book.process, fixed), book.calendar, book.hash)
        return self._books[key]

    def notice(self, book: Rulebook, notice: str, language: str) -> Template:
        """The compiled notice of a definition in a language."""
        key = (book.hash, notice, language)
        template = self._notices.get(key)
        if template is None:
            text = book.process.texts[notice][language]
            template = compile_notice(text.subject, text.body, layout=load_layout(language))
            self._notices[key] = template
        return template

    def wording_differences(self, pinned: str, current: Snapshot) -> list[tuple[str, str, str]] | None:
        """(path, old words, new words) between a pinned definition and the present one; None when rules differ."""
        return wording_diff(pinned, current.text) if rules_hash(pinned) == current.rules_hash else None

    @staticmethod
    def parsed(text: str | None) -> Mapping[str, Any]:
        """A JSON object of a column, parsed once per text and read-only."""
        return _parsed(text) if text else _EMPTY


_RACES = 3


def _decided_anew(attempt: Callable[[], _T]) -> _T:
    for _ in range(_RACES - 1):
        try:
            return attempt()
        except Conflict:  # nothing was saved
            continue
    return attempt()


_EMPTY: Mapping[str, Any] = MappingProxyType({})


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Mapping[str, Any]:
    return MappingProxyType(json.loads(text))
