"""What a protocol says, part by part: pure composition of the journal and the pinned rules into headings and tables.

Why: a part without anything to tell says so, because a court reads what is missing too. Acts are read from the journal
as they were entered, so that the protocol can be no kinder than the record.
Never here: reading, freezing, signing (protocol.py), layouts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from workflow.documents.paper import Block, Facts, Heading, Table, Text
from workflow.engine import ranking, scoring
from workflow.engine.access import NOTHING
from workflow.engine.explanation import explain
from workflow.engine.process import Answers, Assessment, Bonus, Kind, ProcessDefinition, Stage
from workflow.engine.request import GivenGround
from workflow.engine.rulebook import Rulebook
from workflow.engine.scoring import Line
from workflow.engine.tie_chain import DROPPED, PRIORITY, REQUIREMENT
from workflow.persistence.unit_of_work import instant
from workflow.services.case import Case
from workflow.services.grounds import ground_words
from workflow.services.line_words import sentence
from workflow.services.paper_words import PaperWords
from workflow.services.protocol_seats import TOLD, changed_seats
from workflow.wording import say as explanation

_SETTLED_BY_TOTAL = (ranking.TOTAL, "")
FUNCTIONS = ("chair", "member", "secretary", "substitute")
_LATE = "received_after"
"""The guard by which definitions let in what came too late."""
_BEFORE = frozenset({Stage.INTAKE, Stage.DOCUMENT_CHECK, Stage.ADMISSION})
_AFTER = frozenset({Stage.ASSESSMENT, Stage.CHECKS, Stage.ONBOARDING})


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of a journal. Erased texts are missing."""

    seq: int
    act: str
    from_state: str | None
    to_state: str | None
    effective_at: datetime
    actor: str
    rule: str
    parameters: Mapping[str, Any]
    effects: Mapping[str, Any]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the commission."""

    user: str
    name: str
    function: str
    order_number: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that a protocol is made of. `entries`: subject -> its journal in order; `names`: user -> name;
    `why`: application -> the explanation of its place."""

    process: ProcessDefinition
    book: Rulebook
    definition_hash: str
    calendar: str
    procedure: Case
    positions: tuple[Case, ...]
    applications: tuple[Case, ...]
    entries: Mapping[str, Sequence[Happened]]
    commission: tuple[Member, ...]
    names: Mapping[str, str]
    published: tuple[Mapping[str, Any], ...]
    why: Mapping[str, Sequence[Line]]

    def who(self, user: str) -> str:
        """A user by name."""
        return self.names.get(user, user)

    def of(self, position: Case) -> list[Case]:
        """The applications for a position, by register number."""
        return [a for a in self.applications if a.facts.position_id == position.id]

    def ranked(self, position: Case) -> list[Case]:
        """The applications that have a place on the position's list, best first."""
        return sorted(
            (a for a in self.of(position) if a.place), key=lambda a: (a.place or (0, ""), a.facts.register_number)
        )


@dataclass(frozen=True, slots=True)
class Way:
    """How far an application came, as its journal has it. `late_in`: the state that it came to too late, else empty."""

    late_in: str
    is_correct: bool
    refusal: Happened | None


def way(record: Record, application: Case) -> Way:
    """Whether it was late, met the formal requirements, and by which entry it was turned down before assessment."""
    states = record.process.lifecycles[Kind.APPLICATION].states
    late_in, correct, refusal = "", False, None
    for one in record.entries[application.id]:
        left, entered = states.get(one.from_state or ""), states.get(one.to_state or "")
        if entered is None:
            continue
        rule = record.book.by_key.get((Kind.APPLICATION, one.rule))
        if rule is not None and any(call.name == _LATE for call in rule.guards):
            late_in = entered.name
        if entered.stage in _AFTER:
            correct, refusal = True, None
        elif left is not None and left.stage in _BEFORE and one.parameters.get("grounds"):
            correct, refusal = False, one
        elif left is not None and left.stage is Stage.DOCUMENT_CHECK and entered.stage is Stage.ADMISSION:
            correct, refusal = entered.final is None, None
    return Way(late_in, correct, refusal)


def without_results(record: Record, hidden: Collection[str]) -> Record:
    """The record without marks, totals and places of those applications, for a reader who must not know them."""
    if not hidden:
        return record
    entries = dict(record.entries)
    for a in record.applications:
        if a.id not in hidden:
            continue
        a.place, a.facts.shown = None, {}
        entries[a.id] = [
            replace(
                one,
                parameters={
                    k: v for k, v in one.parameters.items() if NOTHING.shows_value(k, is_move=one.to_state is not None)
                },
                effects={},
            )
            for one in entries[a.id]
            if one.act != "change_sheet"
        ]
    return replace(record, entries=entries)


def compose(record: Record, said: PaperWords) -> tuple[Block, ...]:
    """The parts in the order of a protocol, in one language."""
    ways = {a.id: way(record, a) for a in record.applications}
    parts = (
        _procedure(record, said),
        _commission(record, said),
        _received(record, said, ways),
        changed_seats(record, said),
        _refused(record, said, ways),
        _methods(record, said),
        _results(record, said),
        _accounts(record, said),
        _best(record, said),
        _ties(record, said),
        _recusals(record, said),
        _changes(record, said),
        _late(record, said, ways),
        _reasons(record, said),
        _publications(record, said),
        _rules(record, said),
    )
    return tuple(block for part in parts for block in part)


def _table(
    said: PaperWords, heads: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]], *right: int
) -> Block:
    """A table, or that there is nothing. `right`: the columns that hold numbers."""
    if not rows:
        return Text(said.say("none"), quiet=True)
    numeric = tuple(i in right for i in range(len(heads)))
    return Table(tuple(said.say(head) for head in heads), tuple(widths), numeric, tuple(tuple(row) for row in rows))


def _position(said: PaperWords, case: Case) -> str:
    return said.label(said.process.positions, case.facts.position)


# --- who and what -----------------------------------------------------------------------------------------------------


def _procedure(record: Record, said: PaperWords) -> Iterator[Block]:
    process, facts = record.process, record.procedure.facts
    yield Heading(said.say("part_procedure"))
    rows = [(said.say("procedure"), facts.number)]
    rows += [(said.words(d.label), said.dated(facts.dates[n])) for n, d in process.dates.items() if n in facts.dates]
    for name, detail in process.details.items():
        value = facts.details.get(name) or (said.words(detail.default) if detail.default else "")
        if value:
            rows.append((said.words(detail.label), value))
    state = process.lifecycles[Kind.PROCEDURE].states.get(facts.state)
    rows.append((said.say("state"), said.words(state.label) if state else facts.state))
    yield Facts(tuple(rows))


def _commission(record: Record, said: PaperWords) -> Iterator[Block]:
    appointed: dict[str, Happened] = {}
    left: list[Happened] = []
    for one in record.entries[record.procedure.id]:
        if one.act in ("appoint_member", "replace_member"):
            appointed[str(one.parameters.get("user"))] = one
        if one.act == "replace_member":
            left.append(one)
    rows = [
        (
            m.name,
            said.say(f"function_{m.function}"),
            m.order_number or "–",
            said.moment(appointed[m.user].effective_at) if m.user in appointed else "–",
        )
        for m in record.commission
    ]
    for one in left:  # who took part in the work and sits no more is told as well
        p = one.parameters
        until = said.say("left_at", at=said.moment(one.effective_at), name=record.who(str(p["user"])))
        rows.append((record.who(str(p["leaving"])), said.say(f"function_{p['function']}"), "–", until))
    yield Heading(said.say("part_commission"))
    yield _table(said, ("column_name", "column_function", "column_order", "column_appointed"), (3, 3, 3, 0), rows)


# --- applications -----------------------------------------------------------------------------------------------------


def _received(record: Record, said: PaperWords, ways: Mapping[str, Way]) -> Iterator[Block]:
    rows = []
    for position in record.positions:
        rows.append((_position(said, position), str(position.facts.seats), *_counts(record.of(position), ways)))
    if len(rows) > 1:
        seats = sum(p.facts.seats for p in record.positions)
        rows.append((said.say("together"), str(seats), *_counts(record.applications, ways)))
    heads = ("column_position", "column_seats", "column_received", "column_late", "column_correct", "column_refused")
    yield Heading(said.say("part_received"))
    yield _table(said, heads, (4, 0, 0, 0, 0, 0), rows, 1, 2, 3, 4, 5)


def _counts(applications: Sequence[Case], ways: Mapping[str, Way]) -> tuple[str, ...]:
    own = [ways[a.id] for a in applications]
    late, correct = sum(bool(w.late_in) for w in own), sum(w.is_correct for w in own)
    return str(len(own)), str(late), str(correct), str(sum(w.refusal is not None for w in own))


def _refused(record: Record, said: PaperWords, ways: Mapping[str, Way]) -> Iterator[Block]:
    rows = []
    for a in record.applications:
        refusal = ways[a.id].refusal
        if refusal is not None:
            grounds = "; ".join(ground_words(record.book, _grounds(refusal), said.language))
            name = f"{a.facts.register_number}", a.facts.candidate
            rows.append((*name, said.label(said.process.positions, a.facts.position), grounds or "–"))
    heads = ("column_register_number", "column_name", "column_position", "column_grounds")
    yield Heading(said.say("part_refused"))
    yield _table(said, heads, (0, 3, 3, 5), rows)


def _grounds(refusal: Happened) -> tuple[GivenGround, ...]:
    """The grounds of an entry, with the free text that lies beside it."""
    details = (refusal.texts.get(f"detail_{i}") for i in range(len(refusal.parameters["grounds"])))
    return tuple(
        GivenGround(code=one["code"], values={**one["values"], **({"detail": detail} if detail else {})})
        for one, detail in zip(refusal.parameters["grounds"], details, strict=True)
    )


def _late(record: Record, said: PaperWords, ways: Mapping[str, Way]) -> Iterator[Block]:
    rows = []
    for a in record.applications:
        late_in, correct = ways[a.id].late_in, ways[a.id].is_correct
        if not late_in:
            continue
        left = [one for one in record.entries[a.id] if one.from_state == late_in and one.to_state != late_in]
        received = said.moment(a.facts.received_at) if a.facts.received_at else "–"
        followed = said.say("late_not_considered")
        if left and (correct or left[0].texts.get("reason")) and not left[0].parameters.get("grounds"):
            reason = left[0].texts.get("reason", "–")
            followed = said.say("late_admitted", who=record.who(left[0].actor), reason=reason)
        rows.append((a.facts.register_number, a.facts.candidate, received, followed))
    heads = ("column_register_number", "column_name", "column_received_at", "column_followed")
    yield Heading(said.say("part_late"))
    yield _table(said, heads, (0, 3, 0, 5), rows)


# --- assessment -------------------------------------------------------------------------------------------------------


def _methods(record: Record, said: PaperWords) -> Iterator[Block]:
    process = record.process
    yield Heading(said.say("part_methods"))
    if not process.assessments:
        yield Text(said.say("none"), quiet=True)
    for rule in process.assessments.values():
        yield Heading(said.words(rule.label), 2)
        facts = [(said.say("quorum"), str(rule.quorum))]
        if rule.threshold is not None:
            facts.append((said.say("threshold"), said.say("at_least", value=rule.threshold)))
        if rule.answers is not None:
            facts.append((said.say("points"), _answers(said, rule.answers)))
        facts.append((said.say("combined"), _combined(said, rule)))
        facts.append((said.say("rounding"), _rounding(said, rule.rounding.places, rule.rounding.mode)))
        yield Facts(tuple(facts))
        rows = [(said.words(c.label), f"{c.min} – {c.max}", str(c.step), str(c.weight)) for c in rule.criteria.values()]
        heads = ("column_criterion", "column_scale", "column_step", "column_weight")
        yield _table(said, heads, (5, 0, 0, 0), rows, 1, 2, 3)
    if process.ranking is not None:
        rule_ = process.ranking
        total = " + ".join(f"{said.label(process.assessments, n)} × {w}" for n, w in rule_.total.items())
        facts = [(said.say("total"), total)]
        if rule_.threshold is not None:
            facts.append((said.say("threshold"), said.say("at_least", value=rule_.threshold)))
        if rule_.bonus is not None:
            facts.append((said.say("bonus"), _bonus(said, rule_.bonus)))
        facts.append((said.say("rounding"), _rounding(said, rule_.rounding.places, rule_.rounding.mode)))
        if rule_.ties:
            facts.append((said.say("equals"), "; ".join(_key(said, key) for key in rule_.ties)))
        yield Heading(said.say("ranking"), 2)
        yield Facts(tuple(facts))


def _answers(said: PaperWords, rule: Answers) -> str:
    """What right, wrong and blank answers count, in words."""
    text = said.say("answers", questions=rule.questions, right=rule.right, wrong=rule.wrong, blank=rule.blank)
    if rule.start:
        text += f"; {said.say('start', value=rule.start)}"
    return text if rule.floor is None else f"{text}; {said.say('floor', value=rule.floor)}"


def _bonus(said: PaperWords, rule: Bonus) -> str:
    """What is added to the total for what is proved, in words."""
    items = [f"{said.words(item.label)}: {item.points}" for item in rule.items.values()]
    if len(items) > 1:
        items.append(said.say(f"bonus_{rule.together}"))
    if rule.cap is not None:
        items.append(said.say("bonus_cap", value=rule.cap))
    return "; ".join(items)


def _rounding(said: PaperWords, places: int, mode: str) -> str:
    return said.say(f"rounding_{mode}", places=places)


def _combined(said: PaperWords, rule: Assessment) -> str:
    """How the members' totals become the result, in words."""
    how = rule.combine
    weights = ", ".join(f"{said.say(f'function_{name}')} × {weight}" for name, weight in how.weights.items())
    return said.say(f"combined_{how.rule}", drop=how.drop, sheets=how.at_least, weights=weights)


def _key(said: PaperWords, key: str) -> str:
    """What separates equals, in words."""
    if key in (ranking.COMMISSION_DECISION, ranking.SHARED, ranking.LOT, PRIORITY):
        return said.say(f"tie_{key}")
    kind, _, named = key.partition(".")
    if kind == REQUIREMENT:
        return said.label(said.process.requirements, named)
    if kind == DROPPED:
        return said.say("tie_dropped", assessment=said.label(said.process.assessments, named))
    assessment, _, criterion = key.partition(".")
    rule = said.process.assessments.get(assessment)
    if rule is None:
        return key
    label = said.words(rule.label)
    return f"{label}, {said.label(rule.criteria, criterion)}" if criterion else label


def _results(record: Record, said: PaperWords) -> Iterator[Block]:
    yield Heading(said.say("part_results"))
    assessments = list(record.process.assessments.values())
    some = False
    for position in record.positions:
        applications = record.ranked(position)
        rest = [a for a in record.of(position) if a.place is None and a.facts.shown]
        if not applications and not rest:
            continue
        some = True
        held = [r for r in assessments if any(r.name in a.facts.shown for a in (*applications, *rest))]
        rows = []
        for a in (*applications, *rest):
            place, total = a.place or ("–", "–")
            shown = [str(a.facts.shown.get(rule.name, "–")) for rule in held]
            group = _group(record, said, a)
            rows.append((str(place), a.facts.register_number, a.facts.candidate, *shown, str(total), group))
        yield Heading(_position(said, position), 2)
        yield Table(
            heads=(
                said.say("column_place"),
                said.say("column_register_number"),
                said.say("column_name"),
                *(said.words(rule.label) for rule in held),
                said.say("column_total"),
                said.say("column_group"),
            ),
            widths=(0, 0, 4, *(2 for _ in held), 0, 3),
            numeric=(True, False, False, *(True for _ in held), True, False),
            rows=tuple(rows),
        )
    if not some:
        yield Text(said.say("none"), quiet=True)


def _group(record: Record, said: PaperWords, application: Case) -> str:
    group = _group_of(record, application)
    return said.say(f"group_{group}") if group else "–"


def _group_of(record: Record, application: Case) -> str:
    """The group of the ranking list in which the application was placed last; '' for none."""
    placed = (one.parameters["group"] for one in reversed(record.entries[application.id]) if "group" in one.parameters)
    return str(next(placed, ""))


def _accounts(record: Record, said: PaperWords) -> Iterator[Block]:
    """Who gave what and how it was added up, of every application whose sheets were opened."""
    rows = []
    for a in record.applications:
        for one in record.entries[a.id]:
            rule = record.process.assessments.get(str(one.parameters.get("assessment")))
            marks = one.parameters.get("marks")
            if rule is None or not isinstance(marks, Mapping) or one.to_state is None:
                continue
            marks = {**marks, **_changed(record, a, rule.name, one)}
            sheets = {user: {c: Decimal(m) for c, m in sheet.items()} for user, sheet in marks.items()}
            given = "; ".join(
                f"{record.who(user)}: {', '.join(str(sheet[c]) for c in rule.criteria if c in sheet)}"
                for user, sheet in sorted(sheets.items(), key=lambda item: record.who(item[0]))
            )
            rows.append(
                (a.facts.register_number, said.words(rule.label), given, _sum(said, rule, sheets, one.parameters))
            )
    heads = ("column_register_number", "column_assessment", "column_marks", "column_computation")
    yield Heading(said.say("part_accounts"))
    yield _table(said, heads, (0, 2, 4, 6), rows)


def _changed(record: Record, application: Case, assessment: str, opened: Happened) -> Mapping[str, Any]:
    """The sheets that were changed after they were opened, as they stand: user -> marks."""
    entries = record.entries[application.id]
    after = [one for one in entries[entries.index(opened) :] if one.act == "change_sheet"]
    return {
        str(one.parameters["user"]): one.parameters["new"]
        for one in after
        if one.parameters.get("assessment") == assessment and "new" in one.parameters
    }


def _sum(
    said: PaperWords, rule: Assessment, sheets: Mapping[str, Mapping[str, Decimal]], parameters: Mapping[str, Any]
) -> str:
    """The computation. What each sheet counted as stands beside the marks where the rule weighs members."""
    counted = parameters.get("functions") or {}
    outcome = scoring.result(rule, list(sheets.values()), [str(counted[user]) for user in sheets if user in counted])
    return " ".join(explanation(line.code, line.data, said.language) for line in explain(rule, outcome))


def _best(record: Record, said: PaperWords) -> Iterator[Block]:
    rule = record.process.protocol
    if rule is None or rule.best is None:
        return
    yield Heading(said.say("part_best", most=rule.best))
    rows = []
    for position in record.positions:
        approved = [a for a in record.ranked(position) if _group_of(record, a) != "not_approved"]
        for a in approved[: rule.best]:
            place, total = a.place or ("–", "–")
            rows.append((_position(said, position), str(place), a.facts.candidate, str(total), _group(record, said, a)))
    heads = ("column_position", "column_place", "column_name", "column_total", "column_group")
    yield _table(said, heads, (4, 0, 4, 0, 3), rows, 1, 3)


def _ties(record: Record, said: PaperWords) -> Iterator[Block]:
    numbers = {a.id: a.facts.register_number for a in record.applications}
    rows = []
    for position in record.positions:
        for one in record.entries[position.id]:
            if one.act == "decide_tie":
                order = " > ".join(numbers.get(i, i) for i in one.parameters.get("order", ()))
                what = said.say("tie_order", order=order)
                why = one.texts.get("reason", "–")
                rows.append(
                    (_position(said, position), what, record.who(one.actor), said.moment(one.effective_at), why)
                )
    for a in record.applications:
        by = [one.parameters["decided_by"] for one in record.entries[a.id] if one.parameters.get("decided_by")]
        if by and by[-1] in _SETTLED_BY_TOTAL:
            continue
        if by:
            lines = record.why.get(a.id, ())
            told = " ".join(sentence(line, said.process, said.language, said.words) for line in lines)
            key = _key(said, str(by[-1]))
            settled = said.say("tie_settled", number=a.facts.register_number, key=key)
            what = f"{settled}. {told}" if told else settled
            rows.append((said.label(said.process.positions, a.facts.position), what, "–", "–", "–"))
    heads = ("column_position", "column_decision", "column_by", "column_when", "column_reason")
    yield Heading(said.say("part_ties"))
    yield _table(said, heads, (3, 4, 2, 0, 3), rows)


def _recusals(record: Record, said: PaperWords) -> Iterator[Block]:
    numbers = {a.id: a.facts.register_number for a in record.applications}
    rows = [
        (
            record.who(str(one.parameters.get("user", one.actor))),
            numbers.get(str(one.parameters.get("application")), "–"),
            said.moment(one.effective_at),
            one.texts.get("reason", "–"),
        )
        for one in record.entries[record.procedure.id]
        if one.act == "declare_conflict"
    ]
    heads = ("column_member", "column_register_number", "column_when", "column_reason")
    yield Heading(said.say("part_recusals"))
    yield _table(said, heads, (3, 0, 0, 4), rows)


def _changes(record: Record, said: PaperWords) -> Iterator[Block]:
    rows = []
    for a in record.applications:
        for one in record.entries[a.id]:
            if one.act != "change_sheet":
                continue
            p = one.parameters
            rule = record.process.assessments.get(str(p.get("assessment")))
            order = tuple(rule.criteria) if rule else ()
            what = f"{_marks(p.get('old'), order)} → {_marks(p.get('new'), order)}"
            rows.append(
                (
                    a.facts.register_number,
                    said.label(said.process.assessments, str(p.get("assessment", ""))),
                    record.who(str(p.get("user", one.actor))),
                    what,
                    f"{record.who(one.actor)}, {said.moment(one.effective_at)}",
                    ". ".join(filter(None, (_change_reason(said, p.get("code")), one.texts.get("reason")))) or "–",
                )
            )
    heads = (
        "column_register_number",
        "column_assessment",
        "column_member",
        "column_change",
        "column_by",
        "column_reason",
    )
    yield Heading(said.say("part_changes"))
    yield _table(said, heads, (0, 2, 2, 3, 3, 3), rows)


def _change_reason(said: PaperWords, code: Any) -> str:
    known = said.process.change_reasons.get(str(code))
    return "" if known is None else said.words(known.text)


def _marks(value: Any, criteria: Sequence[str]) -> str:
    """The marks in the order of the criteria; a dash for a sheet that was sealed when it was changed."""
    if isinstance(value, Mapping):
        return ", ".join(str(value[criterion]) for criterion in criteria if criterion in value)
    return "–"


# --- decisions, publications, rules -----------------------------------------------------------------------------------


def _reasons(record: Record, said: PaperWords) -> Iterator[Block]:
    """Every act for which a reason was written and which no other part tells: what was taken back, put right, ended."""
    told = {"declare_conflict", "decide_tie", "change_sheet", *TOLD}
    found: list[tuple[datetime, int, tuple[str, ...]]] = []
    subjects = (record.procedure, *record.positions, *record.applications)
    for place, case in enumerate(subjects):
        name = case.facts.register_number or (
            _position(said, case) if case.facts.kind is Kind.POSITION else case.facts.number
        )
        for one in record.entries[case.id]:
            reason = one.texts.get("reason")
            if reason and one.act not in told:
                when = said.moment(one.effective_at)
                row = (when, name, _act(record, said, case.facts.kind, one), record.who(one.actor), reason)
                found.append((one.effective_at, place, row))
    heads = ("column_when", "column_about", "column_decision", "column_by", "column_reason")
    yield Heading(said.say("part_reasons"))
    yield _table(said, heads, (0, 2, 3, 2, 4), [row for _, _, row in sorted(found, key=lambda one: one[:2])])


def _act(record: Record, said: PaperWords, kind: Kind, one: Happened) -> str:
    if one.to_state is None:
        return said.say(f"act_{one.act}") if one.act in _ACTS else one.act
    t = record.book.by_key.get((kind, one.rule))
    return one.act if t is None else said.words(t.label)


_ACTS = frozenset(
    {
        "set_date",
        "fix_threshold",
        "correct_publication",
        "draw_up_protocol",
        "correct_candidate",
        "appoint_member",
        "replace_member",
    }
)


def _publications(record: Record, said: PaperWords) -> Iterator[Block]:
    rows = []
    for one in record.published:
        if one["published_at"] is None:
            continue
        number = str(one["number"]) if one["version"] == 1 else f"{one['number']}/{one['version']}"
        rule = record.process.publications.get(one["name"])
        title = one["name"] if rule is None else said.words(rule.title)
        ends = [at for at in (one["withdrawn_at"], one["until_at"]) if at is not None]
        until = said.moment(min(instant(at) for at in ends)) if ends else "–"
        rows.append((number, title, said.moment(instant(one["published_at"])), until, one["digest"][:16]))
    heads = ("column_number", "column_publication", "column_from", "column_until", "column_digest")
    yield Heading(said.say("part_publications"))
    yield _table(said, heads, (0, 5, 0, 0, 0), rows)


def _rules(record: Record, said: PaperWords) -> Iterator[Block]:
    yield Heading(said.say("part_rules"))
    entries = sum(len(happened) for happened in record.entries.values())
    yield Facts(
        (
            (said.say("definition"), f"{record.process.institution.name}/{record.process.name}"),
            (said.say("definition_hash"), _grouped(record.definition_hash)),
            (said.say("calendar"), f"{record.process.institution.calendar} {record.calendar}"),
            (said.say("entries"), str(entries)),
            (said.say("journal_head"), _grouped(record.procedure.head)),
        )
    )


def _grouped(digest: str) -> str:
    """A digest in groups of sixteen, so that it can be compared by eye and breaks where a line ends."""
    return " ".join(digest[i : i + 16] for i in range(0, len(digest), 16))
