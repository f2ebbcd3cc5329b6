"""What a definition owes beyond its grammar: that every case can move, ends, is watched, and is told.

Why: a definition whose every name resolves can still leave an application in a state that nobody ever ends. Each rule
here is such a way to lose somebody, found before a procedure is announced.
Never here: files and their lines (the catalogue adds them), names that do not resolve (the catalogue refuses them).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from workflow.engine.effects import CallNext, CheckOpeningRatio, Effect, Move, Pin, Rank, Shortlist
from workflow.engine.process import (
    CLOCK,
    KIND_OF,
    NEW,
    DeadlineRule,
    Kind,
    Lifecycle,
    ProcessDefinition,
    Reminder,
    Span,
    Stage,
    State,
    Survey,
    Training,
    Transition,
)

Place: TypeAlias = tuple[str | int, ...]

GROUND_GIVEN = "ground_given"
LOT = "lot"
LAST_WORDS = ("commission_decision", LOT)
_REFUSING = (Stage.ADMISSION, Stage.DOCUMENT_CHECK)
_CAUSES = frozenset(kind.value for kind in Kind)
_ABOVE: Mapping[Kind, tuple[Kind, ...]] = {
    Kind.PROCEDURE: (),
    Kind.POSITION: (Kind.PROCEDURE,),
    Kind.APPLICATION: (Kind.PROCEDURE, Kind.POSITION),
    Kind.OBJECTION: (Kind.PROCEDURE, Kind.POSITION, Kind.APPLICATION),
}
# How many days a unit can have, at least and at most. A working day may be followed by a week of days off.
_DAYS: Mapping[str, tuple[Decimal, Decimal]] = {
    "hours": (Decimal(1) / 24, Decimal(1) / 24),
    "days": (Decimal(1), Decimal(1)),
    "working_days": (Decimal(1), Decimal(7)),
    "weeks": (Decimal(7), Decimal(7)),
    "months": (Decimal(28), Decimal(31)),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: its code, the path of the clause that has it, what is wrong, and what would be right."""

    code: str
    place: Place
    what: str
    remedy: str


def check(process: ProcessDefinition) -> list[Finding]:
    """Every fault of a definition whose names all resolve, section by section."""
    return [
        *(finding for lifecycle in process.lifecycles.values() for finding in _lifecycle(process, lifecycle)),
        *(finding for rule in process.deadlines.values() for finding in _deadline(process, rule)),
        *_objections(process),
        *_pinned(process.lifecycles[Kind.PROCEDURE]),
        *_notices(process),
        *_ranking(process),
        *_judged(process),
        *(_training(process.training) if process.training is not None else ()),
        *(_survey(process, process.survey) if process.survey is not None else ()),
    ]


# --- lifecycles -------------------------------------------------------------------------------------------------------


def _lifecycle(process: ProcessDefinition, lifecycle: Lifecycle) -> Iterator[Finding]:
    onwards: dict[str, set[str]] = {name: set() for name in lifecycle.states}
    back: dict[str, set[str]] = {name: set() for name in lifecycle.states}
    starts = {lifecycle.initial}
    for t in lifecycle.transitions:
        for source in t.sources:
            if source == NEW:
                starts.add(t.target)
            else:
                onwards[source].add(t.target)
                back[t.target].add(source)
    reachable = _spread(starts, onwards)
    ending = _spread({s.name for s in lifecycle.states.values() if s.final is not None}, back)
    for state in lifecycle.states.values():
        yield from _state(process, lifecycle, state, reachable, ending)
    for place, t in _placed(lifecycle):
        yield from _transition(process, lifecycle, place, t)
    yield from _shadowed(lifecycle)


def _spread(starts: Iterable[str], steps: Mapping[str, Iterable[str]]) -> set[str]:
    seen = set(starts)
    queue = deque(seen)
    while queue:
        for state in steps[queue.popleft()]:
            if state not in seen:
                seen.add(state)
                queue.append(state)
    return seen


def _placed(lifecycle: Lifecycle) -> Iterator[tuple[Place, Transition]]:
    """Every transition with its path: alternatives of one name are counted from 0."""
    counts: dict[str, int] = {}
    for t in lifecycle.transitions:
        index = counts[t.name] = counts.get(t.name, -1) + 1
        yield ("lifecycles", lifecycle.kind.value, "transitions", t.name, index), t


def _state(
    process: ProcessDefinition, lifecycle: Lifecycle, state: State, reachable: set[str], ending: set[str]
) -> Iterator[Finding]:
    place: Place = ("lifecycles", lifecycle.kind.value, "states", state.name)
    leaving = [t for t in lifecycle.transitions if state.name in t.sources]
    if state.name not in reachable:
        yield Finding(
            "unreachable_state",
            place,
            f"no way leads to the state `{state.name}`",
            "add a transition to it, or remove it",
        )
    if state.final is not None:
        for t in leaving:
            if t.undoes is None:
                yield Finding(
                    "left_after_the_end",
                    (*place, "final"),
                    f"the transition `{t.name}` leads out of the final state `{state.name}`",
                    "say which transition it `undoes`, or let it start elsewhere",
                )
        return
    if not leaving:
        yield Finding(
            "no_outcome",
            place,
            f"the state `{state.name}` ends the lifecycle and names no outcome",
            "add `final: <outcome>`, or a transition out of it",
        )
        return
    if state.name not in ending:
        yield Finding(
            "cannot_end",
            place,
            f"from the state `{state.name}` no way leads to a final state",
            "add a transition towards an end",
        )
    if state.owner is None:
        yield Finding("no_owner", place, f"nobody must act in the state `{state.name}`", "add `owner: <role>`")
    yield from _watched(process, lifecycle, state, place)


def _watched(process: ProcessDefinition, lifecycle: Lifecycle, state: State, place: Place) -> Iterator[Finding]:
    if state.until is None:
        if not any(rule.of is lifecycle.kind and state.name in rule.states for rule in process.deadlines.values()):
            above = _ABOVE[lifecycle.kind]
            parents = f", or `until: <a deadline of the {' or '.join(above)}>`" if above else ""
            yield Finding(
                "no_deadline",
                place,
                f"the state `{state.name}` has no deadline: a case could wait in it for ever",
                f"add it to the `in` of a deadline of the {lifecycle.kind.value}{parents}",
            )
    elif process.deadlines[state.until].of not in _ABOVE[lifecycle.kind]:
        yield Finding(
            "until_own_deadline",
            (*place, "until"),
            f"`{state.until}` is no deadline above {_a(lifecycle.kind)}",
            "name one of the procedure or position, or add the state to its `in`",
        )


def _transition(process: ProcessDefinition, lifecycle: Lifecycle, place: Place, t: Transition) -> Iterator[Finding]:
    target = lifecycle.states[t.target]
    refuses = lifecycle.kind is Kind.APPLICATION and target.final is not None and target.stage in _REFUSING
    if refuses and not _gives_ground(t) and not _grounded_before(lifecycle, t):
        yield Finding(
            "rejection_without_ground",
            place,
            f"`{t.name}` rejects and asks for no ground",
            f"add the guard `{GROUND_GIVEN}`",
        )
    for index, effect in enumerate(t.effects):
        for wanted in _moves(lifecycle.kind, effect):
            yield from _moved(process, lifecycle.kind, wanted, (*place, "effects", index))
    if t.follows is not None:
        yield from _follows(process, lifecycle, place, t)
    yield from _made_by_somebody(process, lifecycle, place, t)


def _follows(process: ProcessDefinition, lifecycle: Lifecycle, place: Place, t: Transition) -> Iterator[Finding]:
    """A move that an act brings about: the act can be recorded where it starts, and something must be true for it."""
    act = process.acts.get(t.follows or "")
    for source in t.sources:
        if act is None or (act.states and source not in act.states):
            yield Finding(
                "follows_nothing",
                (*place, "follows"),
                f"`{t.follows}` cannot be recorded in `{source}`, from which `{t.name}` starts",
                "add the state to the act's `in`, or take it out of `from`",
            )
    if lifecycle.kind.value not in t.by:
        what = f"`{t.name}` follows an act and may not be made by {_a(lifecycle.kind)} itself"
        yield Finding("cause_not_allowed", (*place, "by"), what, f"add `{lifecycle.kind.value}` to its `by`")
    if not t.guards:
        what = f"`{t.name}` follows every `{t.follows}`, whatever it says"
        yield Finding("follows_without_condition", (*place, "follows"), what, "add the guard that must hold first")


def _gives_ground(t: Transition) -> bool:
    return any(guard.name == GROUND_GIVEN for guard in t.guards)


def _grounded_before(lifecycle: Lifecycle, t: Transition) -> bool:
    """Whether each state it starts from was entered by giving a ground: then only the announcement is new."""
    return all(
        source not in (NEW, lifecycle.initial)
        and all(_gives_ground(e) for e in lifecycle.transitions if e.target == source and source not in e.sources)
        for source in t.sources
    )


def _shadowed(lifecycle: Lifecycle) -> Iterator[Finding]:
    """Alternatives that are never taken, because an earlier one of the same name always passes where they do."""
    earlier: dict[tuple[str, str], list[tuple[Place, Transition]]] = {}
    for place, t in _placed(lifecycle):
        for source in t.sources:
            before = earlier.setdefault((source, t.name), [])
            for first_place, first in before:
                if set(first.guards) <= set(t.guards) and set(first.by) & set(t.by):
                    who = ", ".join(role for role in t.by if role in first.by)
                    yield Finding(
                        "never_taken",
                        place,
                        f"from `{source}` by {who} this `{t.name}` is never taken: "
                        f"number {int(first_place[-1])} before it asks for no more",
                        "put it first, or give the earlier one a guard that this one does not have",
                    )
                    break
            before.append((place, t))


# --- who makes a move -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A move that an effect causes: transitions of that name, of that kind, from those states (empty: any)."""

    kind: Kind
    transition: str
    states: tuple[str, ...]
    field: Place


def _moves(cause: Kind, effect: Effect) -> Iterator[_Wanted]:
    match effect:
        case Move(subjects, transition, states):
            kind = KIND_OF[subjects]
            yield _Wanted(kind, transition, states, ("move", subjects))
        case Rank(states, moves):
            for group, transition in moves.items():
                yield _Wanted(Kind.APPLICATION, transition, states, ("rank", group))
        case Shortlist(states, _, _, enter, leave):
            yield _Wanted(Kind.APPLICATION, enter, states, ("shortlist", "enter"))
            yield _Wanted(Kind.APPLICATION, leave, states, ("shortlist", "leave"))
        case CheckOpeningRatio(end=str(end)):
            yield _Wanted(Kind.POSITION, end, (), ("check_opening_ratio", "end"))
        case CallNext(states=states, transition=transition):
            yield _Wanted(Kind.APPLICATION, transition, states, ("call_next", "transition"))
        case _:
            pass


def _moved(process: ProcessDefinition, cause: Kind, wanted: _Wanted, place: Place) -> Iterator[Finding]:
    named = process.lifecycles[wanted.kind].named(wanted.transition)
    states = wanted.states or tuple(dict.fromkeys(source for t in named for source in t.sources if source != NEW))
    for state in states:
        starting = [t for t in named if state in t.sources]
        if not starting:
            yield Finding(
                "moves_nobody",
                (*place, *wanted.field),
                f"`{wanted.transition}` does not start from the {wanted.kind.value} state `{state}`",
                "add the state to its `from`, or take it out of `in`",
            )
        elif not any(cause.value in t.by for t in starting):
            yield Finding(
                "cause_not_allowed",
                (*place, *wanted.field),
                f"`{wanted.transition}` from `{state}` may not be made by {_a(cause)}",
                f"add `{cause.value}` to its `by`",
            )


def _a(kind: Kind) -> str:
    return f"an {kind.value}" if kind in (Kind.APPLICATION, Kind.OBJECTION) else f"a {kind.value}"


def _made_by_somebody(
    process: ProcessDefinition, lifecycle: Lifecycle, place: Place, t: Transition
) -> Iterator[Finding]:
    """A transition that waits for the clock or a cause which never comes."""
    if not set(t.by) <= _CAUSES | {CLOCK} or t.follows is not None:
        return
    by_clock = CLOCK in t.by and any(
        rule.of is lifecycle.kind and rule.transition == t.name and set(rule.states) & set(t.sources)
        for rule in process.deadlines.values()
    )
    if not by_clock and not any(
        cause.value in t.by
        and wanted.kind is lifecycle.kind
        and wanted.transition == t.name
        and (not wanted.states or set(wanted.states) & set(t.sources))
        for cause, other in process.lifecycles.items()
        for causing in other.transitions
        for effect in causing.effects
        for wanted in _moves(cause, effect)
    ):
        yield Finding(
            "made_by_nobody",
            (*place, "by"),
            f"`{t.name}` is made by {', '.join(t.by)} alone, and no deadline or effect makes it",
            "name it in one, or add a role to `by`",
        )


# --- deadlines --------------------------------------------------------------------------------------------------------


def _deadline(process: ProcessDefinition, rule: DeadlineRule) -> Iterator[Finding]:
    place: Place = ("deadlines", rule.name)
    if rule.transition is None and rule.notice is None:
        yield Finding(
            "no_way_out",
            (*place, "on_due"),
            f"nothing happens when `{rule.name}` is due",
            "give it a transition, a notice, or both",
        )
    if rule.transition is not None:
        named = process.lifecycles[rule.of].named(rule.transition)
        for state in rule.states:
            starting = [t for t in named if state in t.sources]
            if not starting:
                yield Finding(
                    "due_move_impossible",
                    (*place, "on_due", "transition"),
                    f"`{rule.transition}` does not start from `{state}`, in which `{rule.name}` runs",
                    "add the state to its `from`, or take it out of the deadline's `in`",
                )
            elif not any(CLOCK in t.by for t in starting):
                yield Finding(
                    "due_move_not_allowed",
                    (*place, "on_due", "transition"),
                    f"`{rule.transition}` from `{state}` may not be made by the clock",
                    f"add `{CLOCK}` to its `by`",
                )
    yield from _receipt(process, rule, place)
    for index, reminder in enumerate(rule.reminders):
        yield from _reminder(rule, reminder, (*place, "reminders", index, "before"))


def _receipt(process: ProcessDefinition, rule: DeadlineRule, place: Place) -> Iterator[Finding]:
    """Guards on receipt read the date as announced: a deadline on it must end at the same instant."""
    read = {
        call.parameters[0]
        for t in process.lifecycles[Kind.APPLICATION].transitions
        for call in t.guards
        if call.name in ("received_by", "received_after")
    }
    if rule.at in read and (rule.roll or rule.ends == "office_hours"):
        what = f"it may end at another instant than `{rule.at}`, by which receipt is judged"
        yield Finding("two_closings", place, what, "write `ends: exact` (or end_of_day) and `roll: false`")


def _reminder(rule: DeadlineRule, reminder: Reminder, place: Place) -> Iterator[Finding]:
    before = reminder.before
    if before.amount <= 0:
        yield Finding(
            "reminder_too_late",
            place,
            f"the reminder {_span(before)} before `{rule.name}` does not come before it",
            "let it come earlier",
        )
    elif rule.after is not None and _not_shorter(before, rule.after):
        yield Finding(
            "reminder_too_early",
            place,
            f"the reminder {_span(before)} before `{rule.name}` comes before its term of {_span(rule.after)} begins",
            "let it come later",
        )


def _not_shorter(before: Span, term: Span) -> bool:
    """Whether the one is surely not shorter than the other, whatever the calendar."""
    if before.unit == term.unit:
        return before.amount >= term.amount
    return before.amount * _DAYS[before.unit][0] >= term.amount * _DAYS[term.unit][1]


def _span(span: Span) -> str:
    unit = span.unit.replace("_", " ")
    return f"{span.amount} {unit.removesuffix('s') if span.amount == 1 else unit}"


# --- objections -------------------------------------------------------------------------------------------------------


def _objections(process: ProcessDefinition) -> Iterator[Finding]:
    """An objection can be lodged, and who is put back where they were stands where they would have stood."""
    lifecycle = process.lifecycles.get(Kind.OBJECTION)
    if lifecycle is None:
        return
    if not any(NEW in t.sources for t in lifecycle.transitions):
        what = "nobody can lodge an objection: no transition comes from `new`"
        yield Finding("never_lodged", ("lifecycles", "objection", "transitions"), what, "add one, with its window")
    moves = process.lifecycles[Kind.APPLICATION]
    for place, t in _placed(lifecycle):
        for index, effect in enumerate(t.effects):
            if not isinstance(effect, Move) or effect.subjects != "application":
                continue
            for name in {source for moved in moves.named(effect.transition) for source in moved.sources}:
                ended = name != NEW and moves.states[name].final is not None
                if ended and all(m.undoes is None for m in moves.named(effect.transition) if name in m.sources):
                    what = (
                        f"`{effect.transition}` leads out of the final state `{name}` and says not what it takes back"
                    )
                    yield Finding(
                        "reinstates_nothing",
                        (*place, "effects", index, "move", "application"),
                        what,
                        "say which transition it `undoes`",
                    )


# --- notices and training ---------------------------------------------------------------------------------------------


def _notices(process: ProcessDefinition) -> Iterator[Finding]:
    used = {notice for lc in process.lifecycles.values() for t in lc.transitions for notice in t.notices}
    for rule in process.deadlines.values():
        used |= {reminder.notice for reminder in rule.reminders}
        if rule.notice is not None:
            used.add(rule.notice)
    for notice in process.notices:
        if notice not in used:
            yield Finding(
                "notice_never_sent",
                ("notices", notice),
                f"no transition, deadline or reminder sends the notice `{notice}`",
                "name it where it is due, or remove it",
            )
    for lifecycle in process.lifecycles.values():
        for place, t in _placed(lifecycle):
            if not t.notices and not t.silent:
                yield Finding(
                    "nobody_told",
                    place,
                    f"`{t.name}` tells nobody and does not say why",
                    "add `notices: [...]` or `silent: <reason>`",
                )


def _pinned(procedure: Lifecycle) -> Iterator[Finding]:
    if not any(isinstance(effect, Pin) for t in procedure.transitions for effect in t.effects):
        what = "no transition has the effect `pin`: a running procedure would follow every change of these files"
        yield Finding("never_pinned", ("lifecycles", "procedure", "transitions"), what, "let the announcement `pin`")


def _ranking(process: ProcessDefinition) -> Iterator[Finding]:
    if process.ranking is None:
        return
    if not process.ranking.ties or process.ranking.ties[-1] not in LAST_WORDS:
        what = "people may stay equal in every key of `ties`"
        remedy = f"let {' or '.join(f'`{word}`' for word in LAST_WORDS)} be the last key"
        yield Finding("tie_left_open", ("ranking", "ties"), what, remedy)
    if LOT in process.ranking.ties:
        yield from _lots(process)
    asked = {name for position in process.positions.values() for name in position.requires}
    for item in process.ranking.bonus.items.values() if process.ranking.bonus else ():
        if item.requirement not in asked:
            what = f"nobody judges `{item.requirement}`, so nobody gets these points"
            remedy = "let the positions require it, and make it `necessary: false`"
            yield Finding("bonus_unjudged", ("ranking", "bonus", "items", item.name, "requirement"), what, remedy)
    for position in process.positions.values():
        if process.ranking.total.keys() <= set(position.skips):
            what = "the position skips everything that the ranking counts"
            remedy = f"keep one of {', '.join(process.ranking.total)}"
            yield Finding("nothing_to_rank", ("positions", position.name, "skips"), what, remedy)


def _judged(process: ProcessDefinition) -> Iterator[Finding]:
    """Whoever alone may judge an item must be somebody who may give verdicts. The chair is of the commission."""
    act = process.acts.get("give_verdict")
    givers = set(act.by) if act is not None else set()
    if "commission" in givers:
        givers.add("chair")
    for section, items in (("documents", process.documents), ("requirements", process.requirements)):
        for name, item in items.items():
            for index, role in enumerate(item.judged_by):
                if role not in givers:
                    what = f"`{role}` is to judge `{name}` and may not give verdicts"
                    remedy = "add the role to `by` of the act `give_verdict`, or name another"
                    yield Finding("judged_by_nobody", (section, name, "judged_by", index), what, remedy)


def _lots(process: ProcessDefinition) -> Iterator[Finding]:
    """Lists that are made in the act that first brings people to them: nobody could see a tie before, and draw."""
    moves = process.lifecycles[Kind.APPLICATION]
    for kind, lifecycle in process.lifecycles.items():
        for transition in lifecycle.transitions:
            brought: set[str] = set()
            for effect in transition.effects:
                if isinstance(effect, Move) and effect.subjects == "applications":
                    brought.update(t.target for t in moves.named(effect.transition))
                elif isinstance(effect, Rank) and brought & set(effect.states):
                    what = f"`{transition.name}` brings people to the list and makes it at once: no lot can be drawn"
                    remedy = "bring them there, and open their scores, in an earlier transition"
                    place = ("lifecycles", kind.value, "transitions", transition.name)
                    yield Finding("lot_too_late", place, what, remedy)


def _training(plan: Training) -> Iterator[Finding]:
    reached = sum((part.hours for part in plan.parts.values()), Decimal(0))
    if reached < plan.hours:
        yield Finding(
            "training_too_short",
            ("training", "hours"),
            f"the parts of the training have {reached} hours, the plan asks for {plan.hours}",
            "add hours to the parts, or ask for fewer",
        )
    done: set[str] = set()
    while ready := [name for name, part in plan.parts.items() if name not in done and set(part.after) <= done]:
        done.update(ready)
    for name in plan.parts:
        if name not in done:
            yield Finding(
                "training_in_a_circle",
                ("training", "parts", name, "after"),
                f"the training part `{name}` waits for itself",
                "take one part out of the circle",
            )


def _survey(process: ProcessDefinition, survey: Survey) -> Iterator[Finding]:
    """A report is seen when the result is final, and never before: an answer must not be able to cost a place."""
    for index, name in enumerate(survey.shown_in):
        state = process.lifecycles[Kind.PROCEDURE].states[name]
        if state.final is None and state.stage not in (Stage.OUTCOME, Stage.ONBOARDING):
            yield Finding(
                "survey_too_early",
                ("survey", "shown_in", index),
                f"the report of the survey may be seen in `{name}`, before there is a result",
                "name only states of the stages outcome and onboarding, or final ones",
            )
