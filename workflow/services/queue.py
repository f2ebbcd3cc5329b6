"""What waits for a person: cases and groups of cases by due instant, and what the clock, the mail and sheets await.

Why: the first page of the day says what to do next. It costs what waits, not what is stored: counts are kept, and only
states whose owner is the reader's role are looked at.
Never here: labels, marks, a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from workflow.engine.process import (
    CLOCK,
    DeadlineRule,
    Kind,
    Lifecycle,
    ProcessDefinition,
    Publication,
    State,
    Transition,
)
from workflow.engine.rulebook import Rulebook
from workflow.persistence import listing_reads
from workflow.persistence import queue_reads as sql
from workflow.persistence.unit_of_work import instant
from workflow.services import rules_in_use
from workflow.services.house import House
from workflow.services.rules_in_use import Running

CANDIDATE = "candidate"
FRESH = 2.0
"""Seconds for which an overview is shown again."""
_TROUBLED = ("failed", "dead", "held")
_ASKS = frozenset({"reason_given", "ground_given"})
"""Guards of moves that say no or take back: never the most likely one."""
_NOT_THEIRS = frozenset({CANDIDATE, *(kind.value for kind in Kind)})
"""Who else makes a move that is not the person's own next step: a candidate, or another move that brings it along."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line: a procedure, its positions in a state (`positions`), a case with a deadline of its own (`subject`), or
    a group (`count`) of applications of a position in a state. `move` is of a subject of `move_of`. `rest`: the line
    stands beside those of single cases of the same group.
    """

    kind: Kind
    running: Running
    state: State
    due: datetime | None
    move: Transition | None
    position_id: str | None = None
    position: str | None = None
    subject: str | None = None
    number: str = ""
    name: str = ""
    count: int = 1
    rest: bool = False
    positions: tuple[str, ...] = ()

    @property
    def move_of(self) -> Kind:
        """Whose move it is: what is asked for a position is done with its procedure."""
        return Kind.APPLICATION if self.kind is Kind.APPLICATION else Kind.PROCEDURE


@dataclass(frozen=True, slots=True)
class Act:
    """What the clock will do: a rule of a procedure, for so many subjects, from an instant on.

    `failed` of them were tried and failed; `subject` is one of them.
    """

    running: Running
    kind: Kind
    rule: DeadlineRule | None
    name: str
    reminder: bool
    count: int
    first: datetime
    failed: int
    subject: str


@dataclass(frozen=True, slots=True)
class Sheets:
    """How many sheets of a procedure are signed, of how many. Never what stands on them."""

    running: Running
    signed: int
    of: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A publication that is shown to nobody before somebody in one of the reader's roles approves it."""

    running: Running
    publication: Publication
    number: int
    version: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """The first page. `more`: lines that are not shown; `cases` and `late` count those too: subjects that wait, lines
    that are overdue. `mail`: state of the outbox -> how many.
    """

    waiting: tuple[Waiting, ...]
    more: int
    cases: int
    late: int
    clock: tuple[Act, ...]
    failed: tuple[Act, ...]
    mail: Mapping[str, int]
    sheets: tuple[Sheets, ...]
    drafts: tuple[Draft, ...] = ()


def overview(house: House, institution: str, roles: frozenset[str] | None) -> Queue:
    """The queue as `look` finds it, about two seconds old, and never older than what this process wrote last.

    Everybody's page asks for it every minute, and people of one role share it. What another process wrote meanwhile
    may be missing for those two seconds; a move is decided anew in any case.
    """
    key, written, began = ("queue", institution, roles), house.written, monotonic()
    kept = house.recent.get(key)
    if kept is not None and kept[0] == written:
        found: Queue = kept[2]
        if began - kept[1] < FRESH:
            return found
        house.recent[key] = (written, began, found)  # one looks anew; who asks meanwhile does not have to wait for it
    found = look(house, institution, roles, house.clock.now())
    house.recent[key] = (written, began, found)
    return found


def look(house: House, institution: str, roles: frozenset[str] | None, now: datetime, *, most: int = 50) -> Queue:
    """What waits for those roles (None: for everybody but candidates), the first `most` lines by due instant."""
    known = rules_in_use.definitions(house, institution)
    cells = _cells(house, institution, known, roles)
    positions = _positions(house, institution, cells)
    above = _above(house, institution, known)
    ids = sorted({*(row[0] for row in above), *(p for p, _ in cells), *(r.id for r, _ in positions.values())})
    dues: dict[tuple[str, str], datetime] = {}
    if ids:
        for subject, rule, due in house.database.read(sql.dues, institution=institution, ids=ids):
            dues[subject, rule] = instant(due)
    waiting = [
        *_parents(above, dues, roles),
        *_groups(house, institution, cells, positions, dues, roles),
    ]
    waiting.sort(key=lambda line: _order(line, now))
    acts = _clock(house, institution, now)
    counts = house.database.read(sql.mail, institution=institution, states=list(_TROUBLED))
    return Queue(
        waiting=tuple(waiting[:most]),
        more=max(0, len(waiting) - most),
        cases=sum(line.count for line in waiting),
        late=sum(1 for line in waiting if line.due is not None and line.due < now),
        clock=tuple(act for act in acts if act.failed < act.count),
        failed=tuple(act for act in acts if act.failed),
        mail={row[0]: row[1] for row in counts},
        sheets=_sheets(house, institution, above),
        drafts=tuple(_drafts(house, institution, known, roles)),
    )


def _order(line: Waiting, now: datetime) -> tuple[bool, datetime, int, str, str, str]:
    """By due instant, then by procedure: P-2 before P-10."""
    number = line.running.number
    return line.due is None, line.due or now, len(number), number, line.position or "", line.number


def likely(lifecycle: Lifecycle, state: str, roles: frozenset[str] | None, owner: str | None) -> Transition | None:
    """The move that a person is most likely to make: the first of the definition that is theirs and asks no reason.

    A withdrawal is the candidate's, and what a move of the procedure brings along waits for that one. Nobody's
    application is ended from here: a button beside a name must not cost a person the post.
    """
    mine = roles if roles is not None else frozenset({owner or ""})
    for move in lifecycle.transitions:
        target = lifecycle.states[move.target]
        if lifecycle.kind is Kind.APPLICATION and target.final is not None and not target.holds_seat:
            continue
        asks = any(call.name in _ASKS for call in move.guards)
        own = mine.intersection(move.by) and not _NOT_THEIRS.intersection(move.by)
        if state in move.sources and own and not asks and move.undoes is None:
            return move
    return None


def _owned(state: State, roles: frozenset[str] | None) -> bool:
    if state.final is not None or state.owner in (None, CANDIDATE, CLOCK):
        return False
    return roles is None or state.owner in roles


_KINDS = {kind.value: kind for kind in Kind}
_Above = tuple[str, Kind, State, Running, str | None]


def _above(house: House, institution: str, known: Sequence[ProcessDefinition]) -> list[_Above]:
    """Every procedure and position that has not ended."""
    open_ = sorted(
        {
            name
            for process in known
            for kind in (Kind.PROCEDURE, Kind.POSITION)
            for name, state in process.lifecycles[kind].states.items()
            if state.final is None
        }
    )
    rows = house.database.read(sql.above, institution=institution, states=open_)
    running = rules_in_use.books(house, institution, {row[3]: row[3:8] for row in rows}.values())
    found = []
    for id_, kind, state, procedure, *_, position in rows:
        whose = running[procedure]
        of = _KINDS[kind]
        stands = whose.process.lifecycles[of].states[state]
        if stands.final is None:
            found.append((id_, of, stands, whose, position))
    return found


def _parents(
    above: Sequence[_Above], dues: Mapping[tuple[str, str], datetime], roles: frozenset[str] | None
) -> Iterable[Waiting]:
    """A line for each procedure, and one for its positions that wait in the same state until the same instant."""
    stands = {id_: state for id_, kind, state, _, _ in above if kind is Kind.PROCEDURE}
    together: dict[tuple[str, str, datetime | None], list[_Above]] = {}
    for one in above:
        id_, kind, state, running, _ = one
        if not _owned(state, roles):
            continue
        due = _due(running.book, kind, state, (id_, running.id), dues)
        if kind is Kind.POSITION:
            together.setdefault((running.id, state.name, due), []).append(one)
            continue
        move = likely(running.process.lifecycles[kind], state.name, roles, state.owner)
        yield Waiting(kind=kind, running=running, state=state, due=due, move=move, subject=id_)
    for (procedure, _, due), some in together.items():
        _, _, state, running, name = some[0]
        above_it = stands.get(procedure)
        above_moves = running.process.lifecycles[Kind.PROCEDURE]
        yield Waiting(
            kind=Kind.POSITION,
            running=running,
            state=state,
            due=due,
            move=likely(above_moves, above_it.name, roles, state.owner) if above_it else None,
            position_id=some[0][0] if len(some) == 1 else None,
            position=name if len(some) == 1 else None,
            count=len(some),
            positions=tuple(one[4] or "" for one in some),
        )


def _due(
    book: Rulebook, kind: Kind, state: State, subjects: Iterable[str], dues: Mapping[tuple[str, str], datetime]
) -> datetime | None:
    """When the wait in a state ends: by the deadline the state names, of whichever subject above has it, else by the
    subject's own."""
    rules = [state.until] if state.until else [rule.name for rule in book.deadlines_in(kind, state.name)]
    found = [dues[subject, rule] for subject in subjects for rule in rules if (subject, rule) in dues]
    return min(found, default=None)


_Cells = dict[tuple[str, str], int]


def _cells(house: House, institution: str, known: Iterable[ProcessDefinition], roles: frozenset[str] | None) -> _Cells:
    """(position, state) -> how many applications, for states that one of the roles owns in some definition."""
    states = {
        name
        for process in known
        for name, state in process.lifecycles[Kind.APPLICATION].states.items()
        if _owned(state, roles)
    }
    if not states:
        return {}
    rows = house.database.read(listing_reads.counts_in_states, institution=institution, states=sorted(states))
    return {(position, state): int(n) for position, state, n in rows if int(n)}


def _positions(house: House, institution: str, cells: _Cells) -> dict[str, tuple[Running, str]]:
    ids = sorted({position for position, _ in cells})
    rows = house.database.read(sql.positions, institution=institution, ids=ids) if ids else []
    running = rules_in_use.books(house, institution, {row[2]: row[2:7] for row in rows}.values())
    return {row[0]: (running[row[2]], row[1]) for row in rows}


def _groups(
    house: House,
    institution: str,
    cells: _Cells,
    positions: Mapping[str, tuple[Running, str]],
    dues: Mapping[tuple[str, str], datetime],
    roles: frozenset[str] | None,
) -> Iterable[Waiting]:
    """A line for each case with a deadline of its own, as many as are shown, and one for each group of others."""
    own: set[tuple[str, str]] = set()
    states: dict[tuple[str, str], State] = {}
    for position, name in cells:
        running, _ = positions[position]
        state = running.process.lifecycles[Kind.APPLICATION].states.get(name)
        if state is None or not _owned(state, roles):
            continue
        states[position, name] = state
        if running.book.deadlines_in(Kind.APPLICATION, name) and state.until is None:
            own.add((position, name))
    single: dict[tuple[str, str], int] = {}
    if own:
        rows = house.database.read(
            sql.own,
            institution=institution,
            positions=sorted({position for position, _ in own}),
            states=sorted({state for _, state in own}),
        )
        for subject, position, name, due, number, who in rows:
            if (position, name) not in own:
                continue
            single[position, name] = single.get((position, name), 0) + 1
            running, title = positions[position]
            yield Waiting(
                kind=Kind.APPLICATION,
                running=running,
                state=states[position, name],
                due=instant(due),
                move=_move(running, name, roles, states[position, name].owner),
                position_id=position,
                position=title,
                subject=subject,
                number=number,
                name=who,
            )
    for (position, name), state in states.items():
        count = cells[position, name] - single.get((position, name), 0)
        running, title = positions[position]
        if count > 0:
            yield Waiting(
                kind=Kind.APPLICATION,
                running=running,
                state=state,
                due=_due(running.book, Kind.APPLICATION, state, (position, running.id), dues),
                move=_move(running, name, roles, state.owner),
                position_id=position,
                position=title,
                count=count,
                rest=(position, name) in single,
            )


def _move(running: Running, state: str, roles: frozenset[str] | None, owner: str | None) -> Transition | None:
    return likely(running.process.lifecycles[Kind.APPLICATION], state, roles, owner)


def _clock(house: House, institution: str, now: datetime) -> list[Act]:
    """What is due until the end of the day there, what failed before among it."""
    zone = ZoneInfo(house.catalogue.institution(institution).zone)
    tomorrow = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
    rows = house.database.read(sql.clock, institution=institution, before=tomorrow)
    running = rules_in_use.books(house, institution, {row[1]: row[1:6] for row in rows}.values())
    acts: dict[tuple[str, str, str], Act] = {}
    for kind, procedure, *_, rule, deadline_kind, n, first, failed, subject in rows:
        book = running[procedure].book
        acts[procedure, rule, deadline_kind] = Act(
            running=running[procedure],
            kind=Kind(kind),
            rule=book.process.deadlines.get(rule),
            name=rule,
            reminder=deadline_kind == "reminder",
            count=n,
            first=instant(first),
            failed=int(failed),
            subject=subject,
        )
    return list(acts.values())


def _drafts(
    house: House, institution: str, known: Iterable[ProcessDefinition], roles: frozenset[str] | None
) -> Iterable[Draft]:
    """The drafts that one of the roles may approve. Nothing is read where no rules ask for a second person."""
    approvers = {role for process in known for rule in process.publications.values() for role in rule.approved_by}
    if not (approvers if roles is None else approvers & roles):
        return
    rows = house.database.read(sql.drafts, institution=institution)
    running = rules_in_use.books(house, institution, {row[0]: row[0:5] for row in rows}.values())
    for procedure, *_, number, version, name, made_at in rows:
        rule = running[procedure].process.publications.get(name)
        if rule is not None and (roles is None or roles.intersection(rule.approved_by)):
            yield Draft(running[procedure], rule, number, version, instant(made_at))


def _sheets(house: House, institution: str, above: Iterable[_Above]) -> tuple[Sheets, ...]:
    """Sheets of the procedures whose commission scores now. What is counted are signatures, never marks."""
    assessed: dict[str, Running] = {}
    positions: dict[str, Running] = {}
    states: set[str] = set()
    scoring: dict[str, frozenset[str]] = {}
    for id_, kind, _, running, _ in above:
        sign = running.process.acts.get("sign_sheet")
        if sign is None or kind is not Kind.POSITION:
            continue
        scoring[running.id] = frozenset(sign.states)
        positions[id_] = running
        states |= scoring[running.id]
    if not positions or not states:
        return ()
    rows = house.database.read(listing_reads.counts_in_states, institution=institution, states=sorted(states))
    sitting: dict[str, int] = {}
    for position, state, n in rows:
        if position in positions and state in scoring[positions[position].id] and int(n):
            sitting[position] = sitting.get(position, 0) + int(n)
            assessed[positions[position].id] = positions[position]
    if not sitting:
        return ()
    counted = house.database.read(
        sql.sheets,
        institution=institution,
        positions=sorted(sitting),
        states=sorted(states),
        procedures=sorted(assessed),
    )
    figures = {(what, whose): n for what, whose, n in counted}
    found = []
    for procedure, running in assessed.items():
        mine = [position for position in sitting if positions[position].id == procedure]
        of = sum(sitting[p] * figures.get(("members", procedure), 0) - figures.get(("recused", p), 0) for p in mine)
        signed = sum(figures.get(("signed", p), 0) for p in mine)
        found.append(Sheets(running, signed, max(of, signed)))
    return tuple(sorted(found, key=lambda s: s.running.number))
