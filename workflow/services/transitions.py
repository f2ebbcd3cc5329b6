"""The one door: every change of state of every subject goes through `perform()` or its bulk twin.

Why: the same move writes the same journal entry, deadlines and mails whether a person, an import, a bulk act or the
clock makes it. Requests that wait at the same time are carried out set-wise and committed together.
Never here: rules (engine.decide), SQL (persistence), sentences (wording).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from workflow.engine.decide import Step, decide, needs
from workflow.engine.effects import OpenSheets
from workflow.engine.process import CLOCK, Kind
from workflow.engine.request import Reason, Refused, Request
from workflow.engine.rulebook import Rulebook
from workflow.persistence.unit_of_work import Unit
from workflow.services import effects, notices, overdue
from workflow.services.case import Case, Entry, Rows, actor_role
from workflow.services.docket import Docket
from workflow.services.terms import arm, disarm

if TYPE_CHECKING:
    from workflow.services.house import House


@dataclass(frozen=True, slots=True)
class Done:
    """A move that was made: where the subject stands now, its version, the journal entry's number, what was sent."""

    subject: str
    transition: str
    from_state: str
    to_state: str
    version: int
    seq: int
    notices: tuple[str, ...] = ()


def perform(house: House, request: Request) -> Done | Refused:
    """Makes one move, or says every reason why not. Returns when it is committed.

    Raises UnknownSubject, Conflict (another node was faster), DefinitionError (a broken notice stops the move).
    """
    outcome: Done | Refused = house.submit(request)
    return outcome


def perform_many(house: House, requests: Sequence[Request], *, together: bool = False) -> list[Done | Refused]:
    """Makes many moves in one transaction with a constant number of queries; each is done or refused for itself.

    `together`: all or nothing: one refusal refuses every one of them, the others with `moves_refused`.
    """
    outcomes: list[Done | Refused] = house.run(lambda unit: carry_out(house, unit, requests, together=together))
    return outcomes


def carry_out(house: House, unit: Unit, requests: Sequence[Request], *, together: bool = False) -> list[Done | Refused]:
    """Decides and stages the requests, in order, and hands what is to be written to the unit. Used by the writer."""
    now = house.clock.now()
    outcomes: dict[int, Done | Refused] = {}
    for institution in dict.fromkeys(r.institution for r in requests):
        indices = [i for i, r in enumerate(requests) if r.institution == institution]
        docket = Docket(house, unit, institution, now)
        done = move_all(docket, [requests[i] for i in indices])
        if together and any(isinstance(outcome, Refused) for outcome in done):
            docket.unwind(0)
            names = ", ".join(r.subject for r, o in zip(requests, done, strict=True) if isinstance(o, Refused))
            other = Refused((Reason("moves_refused", {"transition": requests[0].transition, "names": names}),))
            done = [outcome if isinstance(outcome, Refused) else other for outcome in done]
        docket.write()
        outcomes.update(zip(indices, done, strict=True))
    return [outcomes[i] for i in range(len(requests))]


def move_all(docket: Docket, requests: Sequence[Request]) -> list[Done | Refused]:
    """Decides requests of one institution one after another, on facts that were read for all of them at once."""
    # What such a move read last time, it will read now: asking for it with the subjects saves a round trip.
    expected, names = docket.house.expected, {(docket.institution, r.transition) for r in requests}
    ahead = frozenset().union(*(expected.get(name, frozenset()) for name in names))
    cases = docket.cases([r.subject for r in requests], ahead)
    groups: dict[frozenset[str], list[Case]] = {}
    for case, request in zip(cases, requests, strict=True):
        reads = _reads(case, request.transition)
        expected[docket.institution, request.transition] = reads
        groups.setdefault(reads, []).append(case)
    for reads, members in groups.items():
        docket.load(members, reads)
    return [move(docket, case, request) for case, request in zip(cases, requests, strict=True)]


def move(docket: Docket, case: Case, request: Request) -> Done | Refused:
    """Decides one request and stages it with everything that it causes; a refusal leaves nothing staged.

    What fell due before the act counts is made first, whether or not a sweep has come by: a sleeping scheduler lets
    nobody act late. Then the order is the order of the story: decide, stand in the new state, let the effects happen
    (they see where the subject stands now), enter the journal with what they did, arm and cancel deadlines, and tell
    the people.
    """
    if request.cause is None and request.deadline is None:
        overdue.fire(docket, case, request.effective_at)
    reads = _reads(case, request.transition)
    if not reads <= case.loaded:  # an earlier move of this unit has moved the case
        docket.load([case], reads)
    step = decide(case.book, case.facts, request, docket.now)
    if isinstance(step, Refused):
        return step
    mark = docket.mark()
    entry = _entry(request, step)
    docket.enter(case, step.to_state, step.effective_at)
    case.grounds = request.grounds or case.grounds
    version = case.facts.version
    rows = effects.carry(docket, case, step, request, entry)
    if not isinstance(rows, Refused) and case.facts.version != version:
        rows = Refused((Reason("moves_refused", {"transition": request.transition, "names": case.id}),))
    if isinstance(rows, Refused):  # nothing may stay half-staged
        docket.unwind(mark)
        return rows
    rows += disarm(docket, case, step.cancel, request.deadline, entry)
    rows += arm(docket, case, step.arm, entry)
    told = list(step.transition.notices)
    if request.deadline is not None and (notice := _notice_when_due(case, request)) is not None:
        told.append(notice)
    entry.effects["notices"] = told
    seq = docket.stage(case, entry, rows)
    docket.add_rows(notices.queue(docket, case, seq, told, request, step))
    return Done(case.id, request.transition, step.from_state, step.to_state, case.facts.version, seq, tuple(told))


def _reads(case: Case, transition: str) -> frozenset[str]:
    return _groups(case.book, case.facts.kind, case.facts.state, transition)


@lru_cache(maxsize=4096)
def _groups(book: Rulebook, kind: Kind, state: str, transition: str) -> frozenset[str]:
    """The groups of facts that the move reads: for its guards, its deadlines, its effects and its notices.

    Known beforehand, so that they are read for all the subjects of a unit at once.
    """
    reads = set(needs(book, kind, state, transition))
    if book.deadlines_in(kind, state):
        reads.add("armed")
    for t in book.starting.get((kind, state, transition), ()):
        for notice in t.notices:
            reads |= notices.reads(book, notice)
        if any(isinstance(effect, OpenSheets) for effect in t.effects):
            reads |= {"conflicts", "marks", "sheets", "signatures"}
            if len(book.process.assessments) > 1:  # those opened before count in the same list
                reads.add("results")
    return frozenset(reads)


def _entry(request: Request, step: Step) -> Entry:
    parameters: dict[str, object] = dict(request.parameters)
    texts: dict[str, str] = {}
    if request.reason and request.cause is None:  # what causes others keeps the reason for all of them
        texts["reason"] = request.reason
    if request.register_entry:
        parameters["register_entry"] = request.register_entry
    if request.cause:
        parameters["cause"] = request.cause
    if request.deadline:
        parameters["deadline"] = request.deadline
    if request.grounds:
        # A ground's values are names of the definition, but for the free text of `detail`, which may name a person.
        parameters["grounds"] = [
            {"code": g.code, "values": {k: v for k, v in g.values.items() if k != "detail"}} for g in request.grounds
        ]
        texts |= {f"detail_{i}": g.values["detail"] for i, g in enumerate(request.grounds) if g.values.get("detail")}
    return Entry(
        kind="transition",
        act=request.transition,
        from_state=step.from_state,
        to_state=step.to_state,
        effective_at=step.effective_at,
        actor=request.actor.user,
        role=request.cause or actor_role(request.actor, step.transition.by),
        rule=step.transition.key,
        parameters=parameters,
        texts=texts,
    )


def _notice_when_due(case: Case, request: Request) -> str | None:
    if CLOCK not in request.actor.roles or request.cause is not None:
        return None
    rule = case.book.process.deadlines.get(request.parameters.get("rule", ""))
    return None if rule is None else rule.notice


__all__ = ["Done", "Rows", "carry_out", "move", "move_all", "perform", "perform_many"]
