"""Names that must resolve: every place of a definition where something is named, and what may be named there.

Why: a misspelt state or guard must be found when a file is read, not when somebody's application meets it.
It works on plain values, so that a mistake in one section does not hide those of another.
Never here: shapes (schema), what must stand together (clauses), what an unwise definition does (engine/soundness).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from workflow.catalogue.patterns import Pattern, Place, clauses, find, keys, pattern
from workflow.catalogue.problems import article, did_you_mean, unknown
from workflow.catalogue.schema import ProcessFile
from workflow.catalogue.shapes import Clause
from workflow.catalogue.yaml_reader import Document
from workflow.engine.acts import ACTS, FOLLOWED
from workflow.engine.answers import RIGHT, WRONG
from workflow.engine.context import GROUND_VALUES
from workflow.engine.errors import Problem
from workflow.engine.guards import GUARDS, Guard
from workflow.engine.process import CLOCK, KIND_OF, NEW, Kind
from workflow.engine.tie_chain import DROPPED, REQUIREMENT

CANDIDATE = "candidate"
BODIES = ("commission", "chair")
CAUSES = tuple(kind.value for kind in Kind)
BUILT_IN = (CLOCK, CANDIDATE, *BODIES, *CAUSES)
"""Roles that exist without being declared."""

COMMISSION_DECISION = "commission_decision"
LOT = "lot"

_BRACES = re.compile(r"\{([^{}]*)\}")
# What each parameter of a guard names; states of `states` are those of applications.
_TAKES = {
    "date": ("date", "dates"),
    "deadline": ("deadline", "deadlines"),
    "channels": ("channel", "channels"),
    "assessment": ("assessment", "assessments"),
    "checks": ("check", "checks"),
    "states": ("application state", "lifecycles.application.states"),
    "position_states": ("position state", "lifecycles.position.states"),
    "procedure_states": ("procedure state", "lifecycles.procedure.states"),
    "publications": ("publication", "publications"),
}
_MANY = frozenset({"channels", "checks", "states", "position_states", "procedure_states", "publications"})

Names: TypeAlias = Callable[[], Iterable[str]]


def check(document: Document, sources: Sequence[str] | None) -> Iterator[Problem]:
    """Every name of a process that does not resolve, in no particular order.

    `sources`: ids of sources.yaml; None when it cannot be read, which is said once and not at every clause.
    """
    if sources is not None:
        for clause in clauses(ProcessFile, Clause):
            yield from check_sources(document, clause, sources)
    yield from _References(document).problems()


def check_sources(document: Document, clause: Pattern, sources: Sequence[str]) -> Iterator[Problem]:
    """Every `source` of the clauses at that pattern that sources.yaml does not have."""
    for path, value in find(document.data, (*clause, "source", "#")):
        if isinstance(value, str) and value not in sources:
            yield unknown(document, path, "source", value, sources)


class _References:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._data = document.data
        self._known: dict[str, list[str]] = {}

    def _names(self, section: str) -> list[str]:
        if section not in self._known:
            self._known[section] = keys(self._data, pattern(section))
        return self._known[section]

    def problems(self) -> Iterator[Problem]:
        for where, thing, section in _PLAIN:
            yield from self._each(where, thing, self._names(section))
        yield from self._roles()
        yield from self._ranking()
        yield from self._grounds()
        yield from self._acts()
        yield from self._published()
        for kind in Kind:
            yield from self._lifecycle(kind)
        yield from self._deadlines()

    def _each(self, where: Pattern, thing: str, known: Sequence[str]) -> Iterator[Problem]:
        for path, value in find(self._data, where):
            if isinstance(value, str) and value not in known:  # anything else the schema has refused
                yield unknown(self._document, path, thing, value, known)

    # --- roles --------------------------------------------------------------------------------------------------------

    def _roles(self) -> Iterator[Problem]:
        roles = self._names("roles")
        for role in roles:
            if role in BUILT_IN:
                yield self._document.problem(
                    ("roles", role), f"the role `{role}` is built in", "leave it out, or choose another name", key=True
                )
        people = [*roles, CANDIDATE, *BODIES]
        yield from self._each(pattern("lifecycles.*.states.*.owner"), "role", people)
        yield from self._each(pattern("lifecycles.*.transitions.*.#.by.#"), "role", [*roles, *BUILT_IN])
        yield from self._each(pattern("acts.*.by.#"), "role", people)
        yield from self._each(pattern("documents.*.judged_by.#"), "role", people)
        yield from self._each(pattern("requirements.*.judged_by.#"), "role", people)
        yield from self._each(pattern("notices.*.to"), "role", people)
        yield from self._each(pattern("onboarding.tasks.*.owner"), "role", people)
        yield from self._each(pattern("survey.groups.*.by.#"), "role", people)
        yield from self._each(pattern("publications.*.approval.by.#"), "role", people)

    # --- texts that name values, keys that name acts ------------------------------------------------------------------

    def _grounds(self) -> Iterator[Problem]:
        for path, text in find(self._data, pattern("grounds.*.text.*")):
            for name in _BRACES.findall(text) if isinstance(text, str) else ():
                if name not in GROUND_VALUES:
                    yield unknown(self._document, path, "placeholder", name, GROUND_VALUES)

    def _published(self) -> Iterator[Problem]:
        for path, one in find(self._data, pattern("publications.*.lists.*")):
            of = one.get("of", Kind.APPLICATION.value) if isinstance(one, Mapping) else None
            if of in CAUSES:
                known = self._names(f"lifecycles.{of}.states")
                yield from self._each((*map(str, path), "states", "#"), f"{of} state", known)

    def _ranking(self) -> Iterator[Problem]:
        known = [COMMISSION_DECISION, LOT]
        for assessment in keys(self._data, ("ranking", "total")):
            if assessment not in self._names("assessments"):
                what, remedy = (
                    f"unknown assessment `{assessment}`",
                    did_you_mean(assessment, self._names("assessments")),
                )
                yield self._document.problem(("ranking", "total", assessment), what, remedy, key=True)
        for assessment in self._names("assessments"):
            known.append(assessment)
            known += (f"{assessment}.{c}" for c in keys(self._data, ("assessments", assessment, "criteria")))
            known += (
                f"{assessment}.{c}"
                for c in (RIGHT, WRONG)
                if c in keys(self._data, ("assessments", assessment, "answers"))
            )
            if keys(self._data, ("assessments", assessment, "combine", "trimmed_mean")):
                known.append(f"{DROPPED}.{assessment}")
        known += (f"{REQUIREMENT}.{name}" for name in self._names("requirements"))
        yield from self._each(pattern("ranking.priority.#.requirement"), "requirement", self._names("requirements"))
        yield from self._each(pattern("ranking.priority.#.not_for.#"), "position", self._names("positions"))
        yield from self._each(pattern("ranking.priority.#.when.detail"), "detail", self._names("details"))
        yield from self._each(pattern("ranking.ties.#"), "key of ties", known)

    def _acts(self) -> Iterator[Problem]:
        for act in self._names("acts"):
            if act not in ACTS:
                yield self._document.problem(("acts", act), f"unknown act `{act}`", did_you_mean(act, ACTS), key=True)
                continue
            kind = ACTS[act].value
            yield from self._each(("acts", act, "in", "#"), f"{kind} state", self._names(f"lifecycles.{kind}.states"))

    # --- lifecycles ---------------------------------------------------------------------------------------------------

    def _lifecycle(self, kind: Kind) -> Iterator[Problem]:
        root = ("lifecycles", kind.value)
        states = self._names(f"lifecycles.{kind.value}.states")
        thing = f"{kind.value} state"
        if NEW in states:
            yield self._document.problem(
                (*root, "states", NEW), "`new` is where nothing is yet", "choose another name", key=True
            )
        yield from self._each((*root, "initial"), thing, states)
        yield from self._each((*root, "transitions", "*", "#", "from", "#"), thing, [*states, NEW])
        yield from self._each((*root, "transitions", "*", "#", "to"), thing, states)
        yield from self._each(
            (*root, "transitions", "*", "#", "undoes"),
            f"{kind.value} transition",
            self._names(f"lifecycles.{kind.value}.transitions"),
        )
        acts = [act for act in self._names("acts") if act in FOLLOWED and ACTS[act] is kind]
        yield from self._each((*root, "transitions", "*", "#", "follows"), f"act on {article(kind.value)}", acts)
        yield from self._untils(kind)
        for path, guard in find(self._data, (*root, "transitions", "*", "#", "guards", "#")):
            yield from self._guard(path, guard, kind)
        yield from self._effects((*root, "transitions", "*", "#", "effects", "#"))

    def _effects(self, effect: Pattern) -> Iterator[Problem]:
        for where, moved in _MOVES:
            transitions = self._names(f"lifecycles.{moved}.transitions")
            yield from self._each((*effect, *where), f"{moved} transition", transitions)
        for sorting in ("rank", "shortlist", "call_next", "check_opening_ratio"):
            states = self._names("lifecycles.application.states")
            yield from self._each((*effect, sorting, "in", "#"), "application state", states)
        states = self._names("lifecycles.application.states")
        for where in (("call_next", "counting", "#"), ("call_next", "within", "since", "#")):
            yield from self._each((*effect, *where), "application state", states)
        for path, move in find(self._data, (*effect, "move")):
            kinds = [kind for word, kind in SUBJECTS.items() if isinstance(move, dict) and word in move]
            if len(kinds) == 1:
                states = self._names(f"lifecycles.{kinds[0]}.states")
                for place, value in find(move, ("in", "#"), path):
                    if isinstance(value, str) and value not in states:
                        yield unknown(self._document, place, f"{kinds[0]} state", value, states)

    def _untils(self, kind: Kind) -> Iterator[Problem]:
        above = {
            Kind.PROCEDURE: (),
            Kind.POSITION: CAUSES[:1],
            Kind.APPLICATION: CAUSES[:2],
            Kind.OBJECTION: CAUSES[:3],
        }[kind]
        known = [n for n in self._names("deadlines") if any(self._of(n) == parent for parent in above)]
        yield from self._each(("lifecycles", kind.value, "states", "*", "until"), "deadline above", known)

    def _of(self, deadline: str) -> Any:
        return next((value for _, value in find(self._data, ("deadlines", deadline, "of"))), None)

    def _guard(self, path: Place, written: Any, kind: Kind) -> Iterator[Problem]:
        name, parameters = guard_parts(written)
        if name is None:
            yield self._document.problem(
                path, "a guard is a name, or one name with its parameters", "see definitions/README.md"
            )
            return
        guard = GUARDS.get(name)
        fitting = [n for n, g in GUARDS.items() if kind in g.kinds]
        if guard is None:
            yield unknown(self._document, path, "guard", name, fitting)
            return
        if kind not in guard.kinds:
            kinds = " or ".join(article(k.value) for k in Kind if k in guard.kinds)
            what = f"the guard `{name}` speaks of {kinds}, not of {article(kind.value)}"
            yield self._document.problem(path, what, did_you_mean("", fitting))
            return
        yield from self._parameters((*path, name), guard, parameters)

    def _parameters(self, path: Place, guard: Guard, parameters: list[Any]) -> Iterator[Problem]:
        if guard.takes == "nothing":
            if parameters:
                yield self._document.problem(path, f"`{guard.name}` takes no parameter", f"write `{guard.name}` alone")
            return
        thing, section = _TAKES[guard.takes]
        known = self._names(section)
        if not parameters:
            yield self._document.problem(
                path,
                f"`{guard.name}` needs {article(thing)}",
                f"write {{{guard.name}: ...}}; {did_you_mean('', known)}",
            )
        elif len(parameters) > 1 and guard.takes not in _MANY:
            yield self._document.problem(path, f"`{guard.name}` takes one {thing}", "name only one")
        for index, value in enumerate(parameters):
            if not isinstance(value, str) or value not in known:
                yield unknown(self._document, (*path, index), thing, value, known)

    # --- deadlines ----------------------------------------------------------------------------------------------------

    def _deadlines(self) -> Iterator[Problem]:
        for name in self._names("deadlines"):
            kind = self._of(name)
            if kind not in CAUSES:
                continue  # the schema says so
            lifecycle = f"lifecycles.{kind}"
            yield from self._each(("deadlines", name, "in", "#"), f"{kind} state", self._names(f"{lifecycle}.states"))
            yield from self._each(
                ("deadlines", name, "on_due", "transition"),
                f"{kind} transition",
                self._names(f"{lifecycle}.transitions"),
            )


def guard_parts(written: Any) -> tuple[str | None, list[Any]]:
    """Name and parameters of a guard as written: `name`, `{name: one}` or `{name: [several]}`; None: neither."""
    if isinstance(written, str):
        return written, []
    if isinstance(written, Mapping) and len(written) == 1:
        name, parameters = next(iter(written.items()))
        if parameters is None:
            return name, []
        return name, parameters if isinstance(parameters, list) else [parameters]
    return None, []


def _plain(where: str, thing: str, section: str) -> tuple[Pattern, str, str]:
    return pattern(where), thing, section


# Where -> what is named there -> the section that declares it.
_PLAIN = (
    _plain("positions.*.requires.#", "requirement", "requirements"),
    _plain("ranking.bonus.items.*.requirement", "requirement", "requirements"),
    _plain("positions.*.skips.#", "assessment", "assessments"),
    _plain("documents.*.only_for.#", "position", "positions"),
    _plain("documents.*.proves.#", "requirement", "requirements"),
    _plain("training.parts.*.after.#", "training part", "training.parts"),
    _plain("publications.*.until.at", "date", "dates"),
    _plain("onboarding.tasks.*.after.#", "task", "onboarding.tasks"),
    _plain("onboarding.tasks.*.due.at", "date", "dates"),
    _plain("lifecycles.*.transitions.*.#.notices.#", "notice", "notices"),
    _plain("lifecycles.*.transitions.*.#.effects.#.publish", "publication", "publications"),
    _plain("lifecycles.*.transitions.*.#.effects.#.withdraw", "publication", "publications"),
    _plain("lifecycles.*.transitions.*.#.effects.#.correct", "publication", "publications"),
    _plain("lifecycles.*.transitions.*.#.effects.#.open_sheets", "assessment", "assessments"),
    _plain("lifecycles.*.transitions.*.#.effects.#.shortlist.by", "assessment", "assessments"),
    _plain("lifecycles.*.transitions.*.#.effects.#.call_next.within.of", "date", "dates"),
    _plain("survey.groups.*.invitation", "notice", "notices"),
    _plain("survey.shown_in.#", "procedure state", "lifecycles.procedure.states"),
    _plain("deadlines.*.at", "date", "dates"),
    _plain("deadlines.*.on_due.notice", "notice", "notices"),
    _plain("deadlines.*.reminders.#.notice", "notice", "notices"),
)

# The subjects of the effect `move`, and what they are.
SUBJECTS = {word: kind.value for word, kind in KIND_OF.items()}

# Where an effect names a transition, and whose it is.
_MOVES: tuple[tuple[Pattern, str], ...] = (
    *((("move", word), kind) for word, kind in SUBJECTS.items()),
    (("rank", "selected"), "application"),
    (("rank", "reserve"), "application"),
    (("rank", "not_approved"), "application"),
    (("shortlist", "enter"), "application"),
    (("shortlist", "leave"), "application"),
    (("call_next", "transition"), "application"),
    (("check_opening_ratio", "end"), "position"),
)
