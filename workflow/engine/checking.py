"""Checks as checklists: what a verdict comes to, how long it holds, and until when a person may ask for another look.

Why: a check decides about a post, so its end is computed from the written rule, not remembered by somebody.
Never here: findings (they stay in the papers), who may record or ask (the acts of the definition).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from workflow.engine import deadlines
from workflow.engine.facts import Facts
from workflow.engine.process import Check, DeadlineRule, Kind, Span
from workflow.engine.request import Reason
from workflow.engine.rulebook import Rulebook


def verdict(check: Check, passed: bool | None, items: Mapping[str, bool], notes: Mapping[str, str]) -> bool | Reason:
    """Whether the check is passed: all its required items are; without items as it was said. Or why it cannot be."""
    if not check.items:
        strange = next(iter(items), None)
        if strange is not None:
            return Reason("unknown_item", {"item": strange})
        return Reason("check_verdict_missing", {"check": check.name}) if passed is None else passed
    for name in items:
        if name not in check.items:
            return Reason("unknown_item", {"item": name})
    missing = [name for name, item in check.items.items() if item.required and name not in items]
    if missing:
        return Reason("check_items_missing", {"check": check.name, "missing": ", ".join(missing)})
    silent = [name for name, good in items.items() if not good and not notes.get(name, "").strip()]
    if silent:
        return Reason("check_note_missing", {"check": check.name, "missing": ", ".join(silent)})
    come_to = all(items[name] for name, item in check.items.items() if item.required)
    if passed is not None and passed is not come_to:
        return Reason("check_items_contradict", {"check": check.name})
    return come_to


def holds_until(book: Rulebook, check: Check, at: datetime) -> str | None:
    """The last local day, `YYYY-MM-DD`, on which a check that was passed at that instant holds; None: it never ends.

    Months are counted by the calendar: from 30 November three months end on the last day of February.
    """
    return (
        None if check.valid_for is None else _due(book, check.valid_for, at, roll=False).derivation.last_day.isoformat()
    )


def expired(book: Rulebook, facts: Facts, name: str, at: datetime) -> bool:
    """Whether the check no longer holds on the local day of that instant; on its last day it does."""
    until = facts.valid_until.get(name)
    return until is not None and local_day(book, at) > date.fromisoformat(until)


def ask_until(book: Rulebook, facts: Facts, name: str) -> datetime | None:
    """The last instant at which a re-examination of the failed check may be asked for; None: there is none (left)."""
    rule, at = book.process.checks[name].re_examination, facts.checked_at.get(name)
    if rule is None or at is None or facts.checks.get(name) is not False:
        return None
    if facts.re_examined.get(name, 0) >= rule.times:
        return None
    return _due(book, rule.within, at, roll=rule.roll).at


def against_asking(book: Rulebook, facts: Facts, name: str, at: datetime) -> Reason | None:
    """Why a re-examination cannot be asked for at that instant, if it cannot."""
    rule = book.process.checks[name].re_examination
    if rule is None:
        return Reason("no_re_examination", {"check": name})
    asked = facts.re_examined.get(name, 0)
    if asked >= rule.times:
        return Reason("re_examination_used", {"check": name, "times": str(rule.times)})
    limit = ask_until(book, facts, name)
    if limit is None:
        return Reason("check_not_failed", {"check": name})
    return Reason("re_examination_late", {"check": name, "due": limit.isoformat()}) if at > limit else None


def failed_finally(book: Rulebook, facts: Facts, name: str, at: datetime) -> bool:
    """Whether the check was failed and no re-examination can be asked for any more."""
    limit = ask_until(book, facts, name)
    return facts.checks.get(name) is False and (limit is None or at >= limit)


def local_day(book: Rulebook, at: datetime) -> date:
    """The day it is at the institution."""
    return at.astimezone(ZoneInfo(book.process.institution.zone)).date()


def _due(book: Rulebook, span: Span, start: datetime, *, roll: bool) -> deadlines.Due:
    rule = DeadlineRule(
        name="check",
        of=Kind.APPLICATION,
        states=(),
        basis=book.process.basis,
        label={},
        after=span,
        roll=roll,
    )
    return deadlines.due(rule, start=start, dates={}, institution=book.process.institution, calendar=book.calendar)
