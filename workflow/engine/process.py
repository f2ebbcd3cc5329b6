"""The frozen shape of a process definition: what the catalogue builds and the engine reads.

Why: the engine must never meet YAML, files or the database. Everything here is immutable, so one value can be shared
by every thread and kept for as long as a procedure runs.
Never here: loading, checking, wording, persistence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from workflow.engine.effects import Effect

Words: TypeAlias = Mapping[str, str]
"""One text in several languages: language code -> text."""

NEW = "new"
"""The state before there is a subject: a transition from it creates the subject."""

CLOCK = "clock"
"""The actor of due deadlines, and the role that transitions open to it name."""


class Kind(StrEnum):
    """What has a lifecycle."""

    PROCEDURE = "procedure"
    POSITION = "position"
    APPLICATION = "application"
    OBJECTION = "objection"


class Stage(StrEnum):
    """The stages to which every institution maps its states. Source: design vocabulary, after OJ 2015/C 070 A/01."""

    PREPARATION = "preparation"
    INTAKE = "intake"
    DOCUMENT_CHECK = "document_check"
    ADMISSION = "admission"
    ASSESSMENT = "assessment"
    CHECKS = "checks"
    OUTCOME = "outcome"
    ONBOARDING = "onboarding"


KIND_OF: Mapping[str, Kind] = {
    "applications": Kind.APPLICATION,
    "others_of_candidate": Kind.APPLICATION,
    "application": Kind.APPLICATION,
    "positions": Kind.POSITION,
    "position": Kind.POSITION,
    "procedure": Kind.PROCEDURE,
    "objections": Kind.OBJECTION,
}
"""The words of the effect `move` for whom it moves, and their kind."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Why a clause stands as it does: fact ids of `sources.yaml`, or an assumption with its reason. Exactly one."""

    sources: tuple[str, ...] = ()
    assumption: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A length of legal time, in exactly one unit."""

    amount: int
    unit: str  # days | working_days | weeks | months | hours


@dataclass(frozen=True, slots=True)
class GuardCall:
    """A named guard with its parameters: `assessment_passed: interview` -> ("assessment_passed", ("interview",))."""

    name: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """Where a subject stands.

    `owner` is the role that must act, `until` the deadline of the procedure or position that ends the wait when the
    state has none of its own, `final` the outcome (a short code) of a state that ends the lifecycle, `holds_seat`
    says that an application in it counts against the seats of its position.
    """

    name: str
    stage: Stage
    label: Words
    public: Words
    next: Words
    basis: Basis
    owner: str | None = None
    until: str | None = None
    final: str | None = None
    holds_seat: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """One permitted move. Several may share a name: the first in order whose guards pass is taken.

    `key` is its place in the lifecycle (unique), `by` the roles that may make it, `silent` the reason why nobody is
    told, `backdated` whether an earlier effective instant is accepted, `undoes` the transition that it takes back,
    `follows` the act after which it is made by itself as soon as its guards pass.
    """

    key: str
    name: str
    sources: tuple[str, ...]
    target: str
    by: tuple[str, ...]
    guards: tuple[GuardCall, ...]
    effects: tuple[Effect, ...]
    notices: tuple[str, ...]
    silent: str | None
    label: Words
    basis: Basis
    backdated: bool = False
    undoes: str | None = None
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """One state machine: the states and moves of one kind of subject."""

    kind: Kind
    initial: str
    states: Mapping[str, State]
    transitions: tuple[Transition, ...]

    def named(self, name: str) -> tuple[Transition, ...]:
        """Every transition of that name, in order."""
        return tuple(t for t in self.transitions if t.name == name)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A notice sent `before` a due instant, once."""

    before: Span
    notice: str


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """When something must have happened, and what happens by itself when it has not.

    Armed when the subject enters one of `states` from outside them, cancelled when it leaves them all.
    Either `at` (a date of the procedure) or `after` (a span from the day the state was entered; the day itself is
    not counted). `ends` is `end_of_day`, `office_hours` (closing time) or `exact`; `roll` moves a last day that is
    not a working day to the next one. `transition` is made by the clock when due; `notice` is sent when due.
    """

    name: str
    of: Kind
    states: tuple[str, ...]
    basis: Basis
    label: Words
    at: str | None = None
    after: Span | None = None
    ends: str = "end_of_day"
    roll: bool = True
    transition: str | None = None
    notice: str | None = None
    reminders: tuple[Reminder, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of document. `kind`: original | copy | shown | declaration. `per`: dossier | position.

    `text` is what a declaration declares, word for word; `judged_by` the roles that may judge it (empty: whoever may
    give verdicts).
    """

    name: str
    kind: str
    per: str
    label: Words
    basis: Basis
    only_for: tuple[str, ...] = ()
    optional: bool = False
    proves: tuple[str, ...] = ()
    judged_by: tuple[str, ...] = ()
    text: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Channel:
    """A way in which applications come: `in_person`, `by_post`, `by_email` or `online`.

    `counts`: what decides whether it is in time: `arrival`, or the `postmark` of a letter.
    """

    name: str
    label: Words
    basis: Basis
    counts: str = "arrival"


@dataclass(frozen=True, slots=True)
class Ground:
    """A coded reason of a rejection; `text` may hold `{document}`, `{requirement}`, `{detail}` ... placeholders."""

    name: str
    text: Words
    basis: Basis


@dataclass(frozen=True, slots=True)
class ChangeReason:
    """A coded reason for which a signed score sheet may be changed."""

    name: str
    text: Words
    basis: Basis


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a person must prove to be admitted (necessary) or what counts in favour (not necessary).

    `judged_by`: the roles that may judge it (empty: whoever may give verdicts).
    """

    name: str
    label: Words
    basis: Basis
    necessary: bool = True
    judged_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """A post as the definition announces it. `skips` names the assessments not held for it."""

    name: str
    label: Words
    seats: int
    basis: Basis
    requires: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is judged, on a scale from `min` to `max` in steps (exact decimals).

    `threshold` (inclusive) is a floor of its own under the members' combined mark. `missing` is what counts for a
    member who leaves the criterion empty; None: every member must fill it in.
    """

    name: str
    label: Words
    min: Decimal
    max: Decimal
    step: Decimal
    basis: Basis
    weight: Decimal = Decimal(1)
    threshold: Decimal | None = None
    threshold_basis: Basis | None = None
    missing: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rounding:
    """How a result is rounded and whether it is compared before (`exact`) or after (`rounded`) that.

    `parts` is the number of places to which what the result is made of is rounded first: each member's total, or in a
    ranking each assessment's result. None: the parts stay exact.
    """

    places: int = 2
    mode: str = "half_up"  # half_up | half_even | down
    compare: str = "exact"  # exact | rounded
    parts: int | None = None


@dataclass(frozen=True, slots=True)
class Combine:
    """How the members' totals become the result, and their marks the combined mark of a criterion.

    `drop` (of `trimmed_mean`): so many highest and so many lowest are left out when at least `at_least` sheets are
    signed. `weights` (of `weighted_mean`): how much a sheet counts by the function of its member.
    """

    rule: str = "mean"  # mean | median | trimmed_mean | weighted_mean
    drop: int = 0
    at_least: int = 0
    weights: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """A test that is marked by counting: what a right, a wrong and a blank answer count, in points.

    The criteria of such an assessment are the counts `right` and, where wrong answers are asked for, `wrong`. `start`
    is what an empty sheet begins with (a published table such as 35 right = 4.00, each further one 0.10, is a straight
    line); `floor` is what nobody falls below, None: there is no such limit.
    """

    questions: int
    right: Decimal
    wrong: Decimal = Decimal(0)
    blank: Decimal = Decimal(0)
    start: Decimal = Decimal(0)
    floor: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Fixing:
    """A pass mark that the commission fixes: one of `low`, `low + step` ... `high`, once the sheets are opened.

    `optional`: as long as none is fixed there is none; otherwise nobody is ranked or shortlisted before.
    """

    low: Decimal
    high: Decimal
    step: Decimal
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """One scored exercise. A member's total is the weighted sum of the criteria; `combine` makes the result of them.

    With `answers` the criteria are counts, and the total follows from them by that rule. `quorum` is the number of
    members who must have signed before the sheets open; `threshold` is inclusive. `fixing`: the definition leaves the
    threshold to the commission; in the rules of a procedure it is there once it was fixed. `for_ties`: an extra one,
    held only for those whom no earlier key of the tie chain separates.
    """

    name: str
    label: Words
    criteria: Mapping[str, Criterion]
    quorum: int
    basis: Basis
    rounding: Rounding = field(default_factory=Rounding)
    threshold: Decimal | None = None
    threshold_basis: Basis | None = None
    combine: Combine = field(default_factory=Combine)
    answers: Answers | None = None
    fixing: Fixing | None = None
    for_ties: bool = False

    @property
    def is_unfixed(self) -> bool:
        """Whether its threshold must be fixed, and is not yet."""
        return self.fixing is not None and not self.fixing.optional and self.threshold is None

    @property
    def required(self) -> tuple[str, ...]:
        """The criteria that every member must fill in."""
        return tuple(name for name, criterion in self.criteria.items() if criterion.missing is None)

    @property
    def has_floor(self) -> bool:
        """Whether it can be missed: it has a threshold, or one of its criteria has."""
        return self.threshold is not None or any(c.threshold is not None for c in self.criteria.values())


@dataclass(frozen=True, slots=True)
class BonusItem:
    """Points for what is proved: the requirement whose verdict says so, and how many."""

    name: str
    requirement: str
    points: Decimal
    label: Words
    basis: Basis


@dataclass(frozen=True, slots=True)
class Bonus:
    """Points that are added to the total of a ranking.

    `together`: several items are summed, or only the highest counts; `cap` is the most that is added. With
    `counts_for_threshold` the threshold of the total is held against the total with the bonus.
    """

    items: Mapping[str, BonusItem]
    basis: Basis
    together: str = "sum"  # sum | highest
    cap: Decimal | None = None
    counts_for_threshold: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """A detail of the procedure that must say this word; case and blanks around it are nothing."""

    detail: str
    says: str


@dataclass(frozen=True, slots=True)
class Priority:
    """A legal priority: who has proved the requirement and is `among` the so many best goes first for the seats.

    Not for the positions in `not_for`. `when`: what a detail of the procedure must say; None: always.
    """

    requirement: str
    among: int
    basis: Basis
    not_for: tuple[str, ...] = ()
    when: Saying | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """How totals become an order per position.

    `total` maps assessments to weights; `ties` is the chain of keys that separates equal totals: an assessment, or
    `assessment.criterion` (its combined mark), `dropped.assessment` (the mean of the totals that a trimmed mean left
    out), `requirement.name` (who has proved it comes before who has not), `lot` (a drawn order), or
    `commission_decision` (a recorded order), in order.
    `threshold` on the total is inclusive.
    """

    total: Mapping[str, Decimal]
    ties: tuple[str, ...]
    basis: Basis
    rounding: Rounding = field(default_factory=Rounding)
    threshold: Decimal | None = None
    bonus: Bonus | None = None
    priority: tuple[Priority, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One line of a check's list; the check is passed when every required one is."""

    name: str
    label: Words
    required: bool = True


@dataclass(frozen=True, slots=True)
class ReExamination:
    """How a failed check may be looked at again: asked for `within` a time from its result, so many `times`.

    `roll`: whether a last day that is not worked moves on.
    """

    within: Span
    times: int
    basis: Basis
    roll: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """A medical or background check: a verdict with a validity.

    `items`: the list of which the verdict is made (empty: the verdict is given as a whole). `valid_for`: how long it
    holds when it was passed (None: as was recorded).
    """

    name: str
    label: Words
    basis: Basis
    items: Mapping[str, CheckItem] = field(default_factory=dict)
    valid_for: Span | None = None
    re_examination: ReExamination | None = None


@dataclass(frozen=True, slots=True)
class TrainingPart:
    """One part of the training plan; `after` names the parts that must be complete before it.

    `form`: in_person | remote | self_study.
    """

    name: str
    kind: str
    hours: Decimal
    label: Words
    basis: Basis
    after: tuple[str, ...] = ()
    form: str = "in_person"


@dataclass(frozen=True, slots=True)
class Training:
    """The onboarding programme and the papers at its end.

    `certificate` and `statement` are the prefixes of the numbers: of the paper for who completed it, and of the
    statement of hours for who did not (None: no such paper).
    """

    title: Words
    hours: Decimal
    parts: Mapping[str, TrainingPart]
    basis: Basis
    certificate: str | None = None
    statement: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done when somebody begins, by the role `owner`; `due` at a date, or a span after it was given.

    `after_tasks`: the tasks that come first. `required`: the guard `tasks_done` waits for it.
    """

    name: str
    label: Words
    owner: str
    due: DeadlineRule
    basis: Basis
    after_tasks: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class SurveyGroup:
    """One of the groups that are asked. `by`: the roles that may hand in an answer of it; `invitation`: the notice with
    which each is asked, from which the share of those who answered is known (None: it is not known)."""

    name: str
    label: Words
    by: tuple[str, ...]
    invitation: str | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """The satisfaction survey: questions on a scale from 1 to `scale`; fewer than `hide_below` answers are not shown,
    and none before the procedure stands in one of `shown_in`: nobody's result may hang on what they answered."""

    questions: Mapping[str, Words]
    scale: int
    hide_below: int
    groups: Mapping[str, SurveyGroup]
    shown_in: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """A message by meaning. `to`: candidate, or the name of a role. `hold`: waits for a person's release."""

    name: str
    to: str
    basis: Basis
    hold: bool = False


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The text of one notice in one language, as in its file: Jinja templates."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Publication:
    """Lists shown to the public under one number.

    `approved_by`: roles of which a second person must approve it before it is shown (empty: shown at once). `until`:
    how long it is shown, counted from the day on which it is put up.
    """

    name: str
    title: Words
    lists: Mapping[str, PublishedList]
    basis: Basis
    approved_by: tuple[str, ...] = ()
    approval_basis: Basis | None = None
    until: DeadlineRule | None = None


@dataclass(frozen=True, slots=True)
class PublishedList:
    """One list of a publication: a line for each application, or each position, that stands in one of the states.

    `shows`: of applications a choice of register_number, name, initials, town, grounds, place, total, position; of
    positions of position, outcome (its state as the public may know it) and reason (the last that a move of it gave).
    """

    title: Words
    states: tuple[str, ...]
    shows: tuple[str, ...]
    of: Kind = Kind.APPLICATION


@dataclass(frozen=True, slots=True)
class Protocol:
    """The signed record of the whole procedure: its title, the functions in the commission that sign it, and of how
    many of the best it says who they are (None: of everybody who was ranked)."""

    title: Words
    signed_by: tuple[str, ...]
    basis: Basis
    best: int | None = None


@dataclass(frozen=True, slots=True)
class ActRule:
    """Who may record an act that moves no state, and while the subject is in which states (empty: any)."""

    name: str
    of: Kind
    by: tuple[str, ...]
    states: tuple[str, ...]
    basis: Basis
    backdated: bool = False


@dataclass(frozen=True, slots=True)
class NamedDate:
    """A date of the procedure; `default` is local `YYYY-MM-DD` or `YYYY-MM-DD HH:MM`, as announced."""

    name: str
    label: Words
    basis: Basis
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """A short fact of the procedure that notices name: a room, an order number."""

    name: str
    label: Words
    basis: Basis
    default: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Role:
    """Who acts. Built in: `clock`, `candidate`, `commission` and the causes: every kind of subject."""

    name: str
    label: Words


@dataclass(frozen=True, slots=True)
class Institution:
    """The public body: its languages (the first is its own), zone, calendar and office hours."""

    name: str
    title: Words
    languages: tuple[str, ...]
    applicant_languages: tuple[str, ...]
    zone: str
    calendar: str
    opens: time
    closes: time
    email: str
    address: Words
    basis: Basis


@dataclass(frozen=True, slots=True)
class ProcessDefinition:
    """The written rules of one kind of procedure, with everything that its people read."""

    format: int
    name: str
    institution: Institution
    title: Words
    basis: Basis
    roles: Mapping[str, Role]
    dates: Mapping[str, NamedDate]
    details: Mapping[str, Detail]
    positions: Mapping[str, Position]
    requirements: Mapping[str, Requirement]
    documents: Mapping[str, Document]
    grounds: Mapping[str, Ground]
    assessments: Mapping[str, Assessment]
    ranking: Ranking | None
    checks: Mapping[str, Check]
    training: Training | None
    survey: Survey | None
    notices: Mapping[str, NoticeRule]
    texts: Mapping[str, Mapping[str, NoticeText]]  # notice -> language -> text
    publications: Mapping[str, Publication]
    acts: Mapping[str, ActRule]
    lifecycles: Mapping[Kind, Lifecycle]
    deadlines: Mapping[str, DeadlineRule]
    protocol: Protocol | None = None
    channels: Mapping[str, Channel] = field(default_factory=dict)
    tasks: Mapping[str, Task] = field(default_factory=dict)
    change_reasons: Mapping[str, ChangeReason] = field(default_factory=dict)

    def required_documents(self, position: str) -> tuple[str, ...]:
        """Names of the documents that an application for the position must have."""
        return tuple(
            d.name for d in self.documents.values() if not d.optional and (not d.only_for or position in d.only_for)
        )

    def publishes(self, column: str) -> bool:
        """Whether some list shows that column, so that it must be known."""
        return any(column in one.shows for rule in self.publications.values() for one in rule.lists.values())

    def judged_by(self, item: str) -> tuple[str, ...]:
        """The roles that alone may judge that document or requirement; none: whoever may give verdicts."""
        known = self.documents.get(item) or self.requirements.get(item)
        return known.judged_by if known is not None else ()

    def necessary_requirements(self, position: str) -> tuple[str, ...]:
        """Names of the requirements that an application for the position must prove."""
        return tuple(r for r in self.positions[position].requires if self.requirements[r].necessary)
