"""The decision: may this subject make this move now, and what does the move cause?

Why: one pure function answers for clicks, commands, imports, bulk acts and due deadlines alike.
Never here: I/O, the clock, the ORM, sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from workflow.engine import deadlines
from workflow.engine.effects import CallNext, CheckOpeningRatio, Correct, Effect, Move, OpenSheets, Rank, Shortlist
from workflow.engine.facts import Facts
from workflow.engine.guards import GUARDS
from workflow.engine.process import CLOCK, NEW, ActRule, DeadlineRule, Kind, Transition, Words
from workflow.engine.request import Actor, Reason, Refused, Request
from workflow.engine.rulebook import Rulebook

_INPUT = frozenset({"ground_missing", "reason_missing"})


@dataclass(frozen=True, slots=True)
class Armed:
    """A deadline to arm: its rule, its due instant (UTC) with the derivation, and its reminders (instant, notice)."""

    rule: DeadlineRule
    due: deadlines.Due
    reminders: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A permitted move with everything it causes. `effective_at` is when it counts, aware UTC."""

    transition: Transition
    from_state: str
    to_state: str
    effective_at: datetime
    arm: tuple[Armed, ...]
    cancel: tuple[str, ...]

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The declared effects, in order."""
        return self.transition.effects


@dataclass(frozen=True, slots=True)
class MoveOption:
    """One transition that starts from the present state: whether it is open to the actor, and why not.

    `asks` are what must be given with it (a ground, a reason); `notices` what would be sent.
    """

    name: str
    label: Words
    targets: tuple[str, ...]
    allowed: bool
    asks: tuple[str, ...]
    reasons: tuple[Reason, ...]
    notices: tuple[str, ...]


def decide(book: Rulebook, facts: Facts, request: Request, now: datetime) -> Step | Refused:
    """The step that the request makes, or every reason against it. `now` is aware UTC; nothing is changed."""
    lifecycle = book.process.lifecycles[facts.kind]
    alternatives = book.starting.get((facts.kind, facts.state, request.transition), ())
    if not alternatives:
        return Refused((*_version(facts, request), _no_such_move(book, facts, request.transition)))
    reasons = list(_version(facts, request))
    effective_at, untimely = _effective(facts, request, any(t.backdated for t in alternatives), now)
    reasons += untimely
    opened: set[str] = set()
    against: list[Reason] = []
    for t in alternatives:
        found = list(_against(book, facts, request, now, t))
        if found:
            against += [r for r in found if r not in against]
        else:
            opened.add(t.key)
    resolved = book.machines[facts.kind].resolve(facts.state, request.transition, opened)
    if resolved is None:
        reasons += against
    if reasons or resolved is None:
        return Refused(tuple(reasons))
    key, target = resolved
    transition = book.by_key[facts.kind, key]
    if target not in lifecycle.states:  # the machine is built from the same states, so this is a bug, not an input
        raise AssertionError(f"the machine led to an unknown state {target!r}")
    return Step(
        transition=transition,
        from_state=facts.state,
        to_state=target,
        effective_at=effective_at,
        arm=tuple(_arm(book, facts, facts.state, target, effective_at)),
        cancel=_cancel(book, facts, facts.state, target),
    )


def moves(book: Rulebook, facts: Facts, actor: Actor, now: datetime) -> tuple[MoveOption, ...]:
    """Everything that could be done with the subject in its state, and why the rest is not open to the actor."""
    options = []
    for kind, state, name in book.starting:
        if kind is not facts.kind or state != facts.state:
            continue
        alternatives = book.starting[kind, state, name]
        asked = Request(institution=facts.institution, subject=facts.subject, transition=name, actor=actor)
        outcome = decide(book, facts, asked, now)
        reasons = outcome.reasons if isinstance(outcome, Refused) else ()
        asks = tuple(r.code for r in reasons if r.code in _INPUT)
        against = tuple(r for r in reasons if r.code not in _INPUT)
        chosen = (outcome.transition,) if isinstance(outcome, Step) else alternatives
        options.append(
            MoveOption(
                name=name,
                label=chosen[0].label,
                targets=tuple(dict.fromkeys(t.target for t in chosen)),
                allowed=not against,
                asks=asks,
                reasons=against,
                notices=tuple(dict.fromkeys(n for t in chosen for n in t.notices)),
            )
        )
    return tuple(options)


def may_record(book: Rulebook, facts: Facts, act: str, request: Request, now: datetime) -> Refused | datetime:
    """The effective instant of an act that moves no state, or every reason against recording it."""
    rule = book.process.acts.get(act)
    if rule is None or rule.of is not facts.kind:
        known = ", ".join(a.name for a in book.process.acts.values() if a.of is facts.kind)
        return Refused((Reason("unknown_act", {"act": act, "known": known}),))
    reasons = [*_version(facts, request), *_role(rule, request)]
    if rule.states and facts.state not in rule.states:
        reasons.append(Reason("act_not_in_state", {"act": act, "state": facts.state}))
    effective_at, untimely = _effective(facts, request, rule.backdated, now)
    reasons += untimely
    return Refused(tuple(reasons)) if reasons else effective_at


def needs(book: Rulebook, kind: Kind, state: str, name: str) -> frozenset[str]:
    """The groups of facts that a decision on that transition from that state reads."""
    reads: set[str] = set()
    for t in book.starting.get((kind, state, name), ()):
        for call in t.guards:
            reads |= GUARDS[call.name].reads
    return frozenset(reads)


def moves_others(effects: Iterable[Effect]) -> bool:
    """Whether an effect reaches beyond the subject itself."""
    return any(
        isinstance(e, Move | Rank | Shortlist | CallNext | CheckOpeningRatio | OpenSheets | Correct) for e in effects
    )


def arms_on_entry(book: Rulebook, facts: Facts, state: str, effective_at: datetime) -> tuple[Armed, ...]:
    """The deadlines armed when a subject is created in a state."""
    return tuple(_arm(book, facts, NEW, state, effective_at))


def _no_such_move(book: Rulebook, facts: Facts, name: str) -> Reason:
    lifecycle = book.process.lifecycles[facts.kind]
    same = lifecycle.named(name)
    if not same:
        known = dict.fromkeys(t.name for t in lifecycle.transitions if facts.state in t.sources)
        return Reason("unknown_transition", {"transition": name, "known": ", ".join(known)})
    sources = dict.fromkeys(s for t in same for s in t.sources)
    return Reason("wrong_state", {"transition": name, "state": facts.state, "allowed_from": ", ".join(sources)})


def _version(facts: Facts, request: Request) -> Iterator[Reason]:
    if request.expected_version is not None and request.expected_version != facts.version:
        yield Reason("lost_race", {"expected": str(request.expected_version), "found": str(facts.version)})


def _role(rule: Transition | ActRule, request: Request) -> Iterator[Reason]:
    roles = request.actor.roles if request.cause is None else frozenset({request.cause})
    if not roles.intersection(rule.by):
        yield Reason("wrong_role", {"needs": ", ".join(rule.by)})


def _against(book: Rulebook, facts: Facts, request: Request, now: datetime, t: Transition) -> Iterator[Reason]:
    yield from _role(t, request)
    for call in t.guards:
        yield from GUARDS[call.name].check(book, facts, request, now, call.parameters)


def _effective(facts: Facts, request: Request, backdated: bool, now: datetime) -> tuple[datetime, tuple[Reason, ...]]:
    """When the act counts. Earlier than now only where the definition allows it, with a register entry or a reason.

    A deadline's move counts at the instant it fell due, and what that move causes at the same instant.
    """
    if request.due is not None and (CLOCK in request.actor.roles or request.cause is not None):
        return request.due, ()
    at = request.effective_at
    if at is None or at == now:
        return now, ()
    reasons = []
    if at > now:
        reasons.append(Reason("effective_in_future", {"effective_at": at.isoformat(), "now": now.isoformat()}))
    else:
        if not backdated and request.cause is None:
            reasons.append(Reason("backdating_not_allowed"))
        elif request.cause is None and not (request.register_entry or (request.reason or "").strip()):
            reasons.append(Reason("backdating_needs_reason"))
        if facts.created_at is not None and at < facts.created_at:
            reasons.append(Reason("effective_before_creation", {"created_at": facts.created_at.isoformat()}))
    return at, tuple(reasons)


def _arm(book: Rulebook, facts: Facts, left: str, entered: str, at: datetime) -> Iterator[Armed]:
    institution, calendar = book.process.institution, book.calendar
    for rule in book.deadlines_in(facts.kind, entered):
        if left in rule.states:
            continue  # it has been armed since the first of its states was entered
        if rule.at is not None and rule.at not in facts.dates:
            continue  # armed when the date is set
        due = book.due(rule, at, facts.dates)
        reminders = tuple((deadlines.before(due.at, r.before, institution, calendar), r.notice) for r in rule.reminders)
        # A reminder whose instant has passed when the deadline is armed would come at once and help nobody.
        yield Armed(rule, due, tuple((instant, notice) for instant, notice in reminders if instant > at))


def _cancel(book: Rulebook, facts: Facts, left: str, entered: str) -> tuple[str, ...]:
    return tuple(rule.name for rule in book.deadlines_in(facts.kind, left) if entered not in rule.states)
