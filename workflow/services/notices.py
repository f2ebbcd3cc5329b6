"""Notices into the outbox: rendered now, in each reader's language, as rows of the same transaction as the move.

Why: the record is what was said. A broken template stops the move, never the mail.
Never here: delivery (notifications), the wording of notices (definitions).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from notifications.errors import TemplateError
from notifications.outbox import Outbox, outbox_row
from workflow.engine import training
from workflow.engine.decide import Step
from workflow.engine.errors import DefinitionError, Problem
from workflow.engine.process import Kind, ProcessDefinition, State
from workflow.engine.request import Request
from workflow.engine.rulebook import Rulebook
from workflow.identifiers import uuid7
from workflow.services import calls
from workflow.services.case import Case, Rows
from workflow.services.docket import Docket
from workflow.services.grounds import ground_words

_LAST_SECOND = (23, 59, 59)
PERSONAL_LINK = "[[link:status]]"
"""What stands in a stored text where delivery puts the signed link: no live token is ever stored."""

_LOCALES = {"bg": "bg", "pl": "pl", "zh": "zh_Hans_CN", "ru": "ru", "en": "en_GB", "uk": "uk", "be": "be"}


_NAMED = re.compile(r"\{[{%]\s*(?:if\s+)?([a-z_]+)")

_GROUPS = {
    "certificate_date": "certificates",
    "certificate_number": "certificates",
    "grounds": "grounds",
    "hours_done": "parts",
    "missing": "documents",
    "place": "places",
    "statement_number": "statements",
    "result": "results",
    "total": "places",
}
"""Which group of facts a placeholder reads; the others are known with the subject."""


@dataclass(frozen=True, slots=True)
class _Reader:
    recipient: str
    name: str
    address: str | None
    channel: str
    language: str


def queue(
    docket: Docket, case: Case, seq: int, names: Sequence[str], request: Request | None, step: Step | None
) -> Rows:
    """The outbox rows of those notices about that journal entry, one for each reader.

    Raises DefinitionError naming the notice whose text is broken.
    """
    rows: Rows = []
    for name in names:
        rule = case.book.process.notices[name]
        for reader in _readers(docket, case, rule.to):
            try:
                template = docket.house.notice(case.book, name, reader.language)
                context = _Context(docket, case, reader, request, step)
                rendered = template.fill(context.of(template.placeholders))
            except TemplateError as error:
                where = f"{docket.institution}/notices/{reader.language}/{name}.md"
                part = f"{error.part} line {error.line}" if error.line else error.part
                raise DefinitionError([Problem(where, 0, 0, part, error.what, error.remedy)]) from None
            row = outbox_row(
                owner=docket.institution,
                id=uuid7(),
                reference=f"{case.id}/{seq}",
                notice=name,
                recipient=reader.recipient,
                channel=reader.channel,
                language=reader.language,
                name=reader.name,
                address=reader.address,
                rendered=rendered,
                created_at=docket.now,
                hold_reason="decision" if rule.hold else None,
            )
            rows.append(("insert", Outbox, row))
    return rows


@lru_cache(maxsize=1024)
def reads(book: Rulebook, notice: str) -> frozenset[str]:
    """The groups of facts about the subject that the notice's texts name, in whatever language."""
    texts = book.process.texts.get(notice, {}).values()
    named = {name for text in texts for name in _NAMED.findall(f"{text.subject}\n{text.body}")}
    return frozenset(group for name, group in _GROUPS.items() if name in named)


def _readers(docket: Docket, case: Case, to: str) -> list[_Reader]:
    languages = case.book.process.institution.languages
    if to == "candidate":
        # Without an e-mail address the same text goes out as a letter to print.
        channel = "mail" if case.email else "letter"
        address = case.email or case.address
        return [_Reader(case.candidate_id or "", case.facts.candidate, address, channel, case.language)]
    return [
        _Reader(user, name, email, "mail" if email else "letter", language if language in languages else languages[0])
        for user, name, email, language in docket.recipients(case, to)
    ]


class _Context:
    """The placeholders of a notice, computed only where a template names them."""

    def __init__(self, docket: Docket, case: Case, reader: _Reader, request: Request | None, step: Step | None) -> None:
        self._docket, self._case, self._reader, self._request, self._step = docket, case, reader, request, step
        self._process: ProcessDefinition = case.book.process
        self._language = reader.language
        self._own = reader.language if reader.language in self._process.institution.languages else self._fallback()
        self._zone = self._process.institution.zone

    def _fallback(self) -> str:
        """Labels exist in the institution's languages; an applicant's further language gets the house's own."""
        return self._process.institution.languages[0]

    def of(self, placeholders: frozenset[str]) -> dict[str, str | dict[str, str]]:
        """The values of those placeholders, dotted ones as maps."""
        values: dict[str, str | dict[str, str]] = {}
        for name in placeholders:
            single = _PLAIN.get(name)
            if single is not None:
                values[name] = single(self)
                continue
            family, _, member = name.partition(".")
            if family not in _MEMBERS or member not in _MEMBERS[family](self._process):
                what = f"there is no placeholder {{{{ {name} }}}}"
                raise TemplateError(what, "correct the name", part="subject or body")
            group = values.setdefault(family, {})
            if isinstance(group, dict):
                group[member] = _FAMILIES[family](self, member)
        return values

    # --- formatting ---------------------------------------------------------------------------------------------------

    def _words(self, words: Mapping[str, str]) -> str:
        return words.get(self._language) or words.get(self._own, "")

    def _instant(self, at: datetime) -> str:
        return _instant_words(at, self._zone, self._language)

    def _number(self, value: str | Decimal | None) -> str:
        if value is None or value == "":
            return ""
        number = Decimal(value)
        places = max(0, -int(number.as_tuple().exponent))
        return str(
            format_decimal(
                number, format="#,##0." + "0" * places if places else "#,##0", locale=_locale(self._language)
            )
        )

    # --- families -----------------------------------------------------------------------------------------------------

    def due(self, rule: str) -> str:
        """The due instant of a deadline of this subject, as armed by this step or as its rule gives it now."""
        if self._step is not None:
            for armed in self._step.arm:
                if armed.rule.name == rule:
                    return self._instant(armed.due.at)
        definition = self._process.deadlines[rule]
        case = self._case
        if definition.at is not None:
            if definition.at not in case.facts.dates:
                return ""
        else:
            if definition.of is Kind.OBJECTION is not case.facts.kind:
                return ""
            case = self._whose(definition.of)
            if case.facts.state not in definition.states:
                return ""
        return self._instant(case.book.due(definition, case.entered_at, case.facts.dates).at)

    def _whose(self, kind: Kind) -> Case:
        """The subject that a deadline of that kind hangs on: this one, its position or its procedure."""
        facts = self._case.facts
        if kind is facts.kind:
            return self._case
        above = {Kind.POSITION: facts.position_id, Kind.APPLICATION: facts.application}
        return self._docket.case(above.get(kind) or facts.procedure)

    def date(self, name: str) -> str:
        """A date of the procedure, with its time where one was set."""
        value = self._case.facts.dates.get(name)
        return "" if value is None else _local_words(value, self._language)

    def detail(self, name: str) -> str:
        """A detail of the procedure, as set or as the definition has it."""
        value = self._case.facts.details.get(name)
        if isinstance(value, str):
            return value
        return self._words(self._process.details[name].default)

    def result(self, assessment: str) -> str:
        """The result of an assessment as shown."""
        self._docket.load([self._case], {"results"})
        return self._number(self._case.facts.shown.get(assessment))

    # --- single -------------------------------------------------------------------------------------------------------

    def reason(self) -> str:
        """The free text given with the act; of a move that another subject's caused, why it came to this one."""
        told = calls.said(self._request.parameters) if self._request else None
        if told is not None:
            return calls.sentence(self._process, told, self._language)
        given = (self._request.reason if self._request else None) or ""
        if not given and self._step is not None and calls.approves(self._step.transition):
            told = calls.proposed(self._docket, self._case)
            return "" if told is None else calls.sentence(self._process, told, self._language)
        return given

    def grounds(self) -> str:
        """The grounds given, one per line."""
        self._docket.load([self._case], {"grounds"})
        return "\n".join(ground_words(self._case.book, self._case.grounds or (), self._language))

    def missing(self) -> str:
        """The required documents that were not handed in, one per line."""
        self._docket.load([self._case], {"documents"})
        names = self._case.book.required_documents(self._case.facts.position)
        documents = self._process.documents
        return "\n".join(self._words(documents[n].label) for n in names if n not in self._case.facts.documents)

    def place(self) -> str:
        """The place in the ranking list."""
        self._docket.load([self._case], {"places"})
        return str(self._case.place[0]) if self._case.place else ""

    def total(self) -> str:
        """The total of the ranking list as shown."""
        self._docket.load([self._case], {"places"})
        return self._number(self._case.place[1]) if self._case.place else ""

    def threshold(self) -> str:
        """The threshold of the ranking, else of the assessment that has one; of several, of the last with a result."""
        ranking = self._process.ranking
        if ranking is not None and ranking.threshold is not None:
            return self._number(ranking.threshold)
        thresholds = {a.name: a.threshold for a in self._process.assessments.values() if a.threshold is not None}
        if len(thresholds) > 1:
            self._docket.load([self._case], {"results"})
            thresholds = {name: mark for name, mark in thresholds.items() if name in self._case.facts.results}
        return self._number(list(thresholds.values())[-1]) if thresholds else ""

    def position(self) -> str:
        """The position's label."""
        name = self._case.facts.position
        return self._words(self._process.positions[name].label) if name else ""

    def state(self) -> str:
        """The state as the public may know it."""
        return self._words(self._lifecycle_state().public)

    def next(self) -> str:
        """What comes next."""
        return self._words(self._lifecycle_state().next)

    def _lifecycle_state(self) -> State:
        return self._process.lifecycles[self._case.facts.kind].states[self._case.facts.state]

    def received_at(self) -> str:
        """When the application was received."""
        received = self._case.facts.received_at
        return "" if received is None else self._instant(received)

    def transition(self) -> str:
        """The name of the move in words."""
        return self._words(self._step.transition.label) if self._step else ""

    def hours_done(self) -> str:
        """Hours of the training plan that were completed."""
        self._docket.load([self._case], {"parts", "attended"})
        return self._number(training.total(self._case.facts.parts, self._case.facts.attended))

    def statement_number(self) -> str:
        """The number of the statement of hours."""
        self._docket.load([self._case], {"statements"})
        return self._case.training.get("statement", "")

    def certificate_number(self) -> str:
        """The number of the certificate."""
        self._docket.load([self._case], {"certificates"})
        return self._case.training.get("number", "")

    def certificate_date(self) -> str:
        """The day the certificate was issued."""
        self._docket.load([self._case], {"certificates"})
        issued = self._case.training.get("issued_at")
        return "" if issued is None else _date_words(datetime.fromisoformat(issued), self._zone, self._language)

    def institution(self) -> str:
        """The institution's name."""
        return self._words(self._process.institution.title)


_FAMILIES: Mapping[str, Callable[[_Context, str], str]] = {
    "due": _Context.due,
    "date": _Context.date,
    "detail": _Context.detail,
    "result": _Context.result,
}

_MEMBERS: Mapping[str, Callable[[ProcessDefinition], Collection[str]]] = {
    "due": lambda p: p.deadlines,
    "date": lambda p: p.dates,
    "detail": lambda p: p.details,
    "result": lambda p: p.assessments,
}

_PLAIN: Mapping[str, Callable[[_Context], str]] = {
    "institution": _Context.institution,
    "institution_address": lambda c: c._words(c._process.institution.address),
    "institution_email": lambda c: c._process.institution.email,
    "process": lambda c: c._words(c._process.title),
    "procedure_number": lambda c: c._case.facts.number,
    "candidate": lambda c: c._case.facts.candidate,
    "recipient": lambda c: c._reader.name,
    "position": _Context.position,
    "register_number": lambda c: c._case.facts.register_number,
    "received_at": _Context.received_at,
    "objection_number": lambda c: c._case.facts.objection,
    "state": _Context.state,
    "next": _Context.next,
    "reason": _Context.reason,
    "grounds": _Context.grounds,
    "missing": _Context.missing,
    "place": _Context.place,
    "total": _Context.total,
    "threshold": _Context.threshold,
    "now": lambda c: c._instant(c._docket.now),
    "training_title": lambda c: c._words(c._process.training.title) if c._process.training else "",
    "training_hours": lambda c: c._number(c._process.training.hours) if c._process.training else "",
    "hours_done": _Context.hours_done,
    "certificate_number": _Context.certificate_number,
    "certificate_date": _Context.certificate_date,
    "statement_number": _Context.statement_number,
    "personal_link": lambda c: PERSONAL_LINK,
    "transition": _Context.transition,
}


@lru_cache(maxsize=4096)
def _instant_words(at: datetime, zone: str, language: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    # A paper of 17:30:01 is late for a deadline of 17:30: whoever reads that must see the second.
    clock = "HH:mm:ss" if local.second and (local.hour, local.minute, local.second) != _LAST_SECOND else "HH:mm"
    return _moment(local, clock, language)


@lru_cache(maxsize=4096)
def _date_words(at: datetime, zone: str, language: str) -> str:
    return str(format_date(at.astimezone(ZoneInfo(zone)).date(), "long", locale=_locale(language)))


@lru_cache(maxsize=4096)
def _local_words(value: str, language: str) -> str:
    if len(value) > len("YYYY-MM-DD"):
        return _moment(datetime.fromisoformat(value), "HH:mm", language)
    return str(format_date(date.fromisoformat(value), "full", locale=_locale(language)))


def _moment(local: datetime, clock: str, language: str) -> str:
    """Weekday, day and time of a local instant, in the order of the language."""
    day = format_date(local.date(), "full", locale=_locale(language))
    return f"{day}{' ' if language == 'zh' else ', '}{format_datetime(local, clock, locale=_locale(language))}"


def _locale(language: str) -> str:
    return _LOCALES.get(language, language)
