"""The grammar of definition files, as models: which keys there are, and the shape of what stands behind them.

Why: one closed vocabulary. A key that is not here is a mistake, and editors complete from the same models
(`python -m workflow.catalogue.schema` writes the JSON Schemas).
Never here: whether a name resolves (references), what must stand together (clauses), engine values (build).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, StringConstraints

from workflow.catalogue.shapes import (
    Clause,
    Exact,
    Hours,
    Language,
    Model,
    Moment,
    Name,
    Names,
    OneOrMore,
    OrName,
    SourceId,
    States,
    Text,
    Texts,
    listed,
    named,
)

FORMAT = 1
"""The grammar that this program writes. Earlier ones are brought up to it in `snapshot.restore`."""


class DateModel(Clause):
    label: Texts
    default: Moment | None = Field(None, description="As announced: local YYYY-MM-DD or YYYY-MM-DD HH:MM.")


class DetailModel(Clause):
    label: Texts
    default: Texts | None = None


class RequirementModel(Clause):
    label: Texts
    necessary: bool = Field(True, description="false: it counts in favour and never excludes.")
    judged_by: Names = Field([], description="Roles that alone may judge it; empty: whoever may give verdicts.")


class PositionModel(Clause):
    label: Texts
    seats: Annotated[int, Field(ge=1, le=10_000)]
    requires: Names = Field([], description="Requirements of the position.")
    skips: Names = Field([], description="Assessments that are not held for it.")


class DocumentModel(Clause):
    label: Texts
    kind: Literal["original", "copy", "shown", "declaration"]
    per: Literal["dossier", "position"] = "dossier"
    only_for: Names = Field([], description="Positions that need it; empty: all.")
    optional: bool = False
    proves: Names = Field([], description="Requirements that it proves.")
    judged_by: Names = Field([], description="Roles that alone may judge it; empty: whoever may give verdicts.")
    text: Texts | None = Field(None, description="Of a declaration: what is declared, word for word.")


class ChannelModel(Clause):
    label: Texts
    counts: Literal["arrival", "postmark"] = Field("arrival", description="What decides whether it is in time.")


Way: TypeAlias = Literal["in_person", "by_post", "by_email", "online"]


class GroundModel(Clause):
    text: Texts = Field(description="May name {document}, {requirement}, {detail}, {deadline}.")


class ChangeReasonModel(Clause):
    text: Texts


class RoundingModel(Model):
    places: Annotated[int, Field(ge=0, le=6)] = 2
    mode: Literal["half_up", "half_even", "down"] = "half_up"
    compare: Literal["exact", "rounded"] = "exact"
    parts: Annotated[int, Field(ge=0, le=6)] | None = Field(
        default=None, description="Places to which each member's total, or each assessment's result, is rounded first."
    )


class ThresholdModel(Clause):
    at_least: Exact


class BetweenModel(Model):
    min: Exact
    max: Exact
    step: Exact = Decimal(1)


class AssessmentThresholdModel(Clause):
    """Given by the definition, or left to the commission."""

    at_least: Exact | None = None
    between: BetweenModel | None = Field(None, description="The commission fixes it, once the sheets are opened.")
    optional: bool = Field(False, description="With `between`: until one is fixed there is none.")


class CriterionModel(Clause):
    label: Texts
    min: Exact
    max: Exact
    step: Exact
    weight: Exact = Decimal(1)
    threshold: ThresholdModel | None = Field(None, description="On the combined mark, inclusive.")
    optional: bool = Field(False, description="true: a member may leave it empty.")
    missing: Exact | None = Field(None, description="What an empty mark counts.")


class Nothing(Model):
    """What has no parameters: its bare name is written."""


class TrimmedMeanModel(Model):
    drop: Annotated[int, Field(ge=1, le=10, description="So many highest and so many lowest totals are left out.")]
    at_least: Annotated[int, Field(ge=3, le=100, description="From so many signed sheets on; with fewer: all count.")]


class WeightedMeanModel(Model):
    chair: Exact
    member: Exact


class CombineModel(Model):
    mean: Nothing | None = None
    median: Nothing | None = None
    trimmed_mean: TrimmedMeanModel | None = None
    weighted_mean: WeightedMeanModel | None = None


CombineField: TypeAlias = Annotated[CombineModel, BeforeValidator(named), OrName("mean", "median")]


class AnswersModel(Model):
    questions: Annotated[int, Field(ge=1, le=1_000)]
    right: Exact = Field(description="Points of a right answer.")
    wrong: Exact | None = Field(
        None, description="Points of a wrong answer, mostly below 0; none: they are not counted."
    )
    blank: Exact = Field(Decimal(0), description="Points of a question without an answer.")
    start: Exact = Field(Decimal(0), description="Points that everybody begins with.")
    floor: Exact | None = Field(None, description="Nobody has fewer points.")


class AssessmentModel(Clause):
    label: Texts
    quorum: Annotated[int, Field(ge=1, le=100, description="How many members must have signed.")]
    criteria: Annotated[dict[Name, CriterionModel], Field(min_length=1)] | None = None
    answers: AnswersModel | None = Field(
        None, description="In place of criteria: the sheet counts right and wrong answers."
    )
    rounding: RoundingModel = RoundingModel()
    threshold: AssessmentThresholdModel | None = None
    combine: CombineField = Field(
        default_factory=lambda: CombineModel(mean=Nothing()), description="How the members' totals become the result."
    )
    for_: Literal["ties"] | None = Field(
        None, alias="for", description="ties: held only for those whom the keys before it leave equal."
    )


class SayingModel(Model):
    detail: Name
    says: Text


class PriorityModel(Clause):
    requirement: Name
    among: Annotated[int, Field(ge=1, le=1_000, description="Only who is among so many best.")]
    not_for: Names = Field([], description="Positions that it is not for.")
    when: Literal["always"] | SayingModel = Field(
        "always", description="What a detail of the procedure must say for it to hold."
    )


class BonusItemModel(Clause):
    label: Texts
    requirement: Name = Field(description="Added when the verdict on it says that it is proved.")
    points: Exact


class BonusModel(Clause):
    items: Annotated[dict[Name, BonusItemModel], Field(min_length=1)]
    together: Literal["sum", "highest"] = Field(description="highest: several items are not added up.")
    cap: Exact | None = Field(None, description="The most that is added.")
    counts_for_threshold: bool | None = Field(
        None, description="Whether the threshold of the total is held against the total with the bonus."
    )


class RankingModel(Clause):
    total: Annotated[dict[Name, Exact], Field(min_length=1, description="Assessment -> weight.")]
    threshold: Exact | None = Field(None, description="On the total, inclusive.")
    ties: list[str] = Field(
        [],
        description="assessment, assessment.criterion, dropped.assessment, requirement.name, lot or "
        "commission_decision, in the order they settle.",
    )
    priority: list[PriorityModel] = Field([], description="Who goes first for the seats by law.")
    rounding: RoundingModel = RoundingModel()
    bonus: BonusModel | None = Field(None, description="Points added to the total for what is proved.")


class SpanModel(Model):
    """A length of time in exactly one unit."""

    days: int | None = None
    working_days: int | None = None
    weeks: int | None = None
    months: int | None = None
    hours: int | None = None


class CheckItemModel(Model):
    label: Texts
    required: bool = Field(True, description="false: it is noted, and does not fail the check.")


class ReExaminationModel(Clause):
    within: SpanModel = Field(description="From the day of the result, which is not counted.")
    times: Annotated[int, Field(ge=1, le=10)] = 1
    roll: bool = Field(True, description="A last day that is not worked moves to the next working day.")


class CheckModel(Clause):
    label: Texts
    items: dict[Name, CheckItemModel] = Field(
        {}, description="The list of which the verdict is made; none: one verdict."
    )
    valid_for: SpanModel | None = Field(
        None, description="How long a passed check holds, from the day it was recorded."
    )
    re_examination: ReExaminationModel | None = Field(None, description="A failed check may be looked at again.")


class PartModel(Clause):
    label: Texts
    kind: Literal["theory", "practice", "quiz", "case", "game", "internship", "hackathon", "consultation"]
    hours: Exact
    after: Names = Field([], description="Parts that must be complete before.")
    form: Literal["in_person", "remote", "self_study"] = "in_person"


class TrainingModel(Clause):
    title: Texts
    hours: Exact
    certificate: Text | None = Field(None, description="Prefix of the certificate's number; none: no certificate.")
    statement: Text | None = Field(None, description="Prefix of the statement of hours' number; none: no statement.")
    parts: Annotated[dict[Name, PartModel], Field(min_length=1)]


class TaskDueModel(Model):
    at: Name | None = Field(None, description="A date of the procedure.")
    after: SpanModel | None = Field(None, description="From the day the task was given; that day is not counted.")


class TaskModel(Clause):
    label: Texts
    owner: str = Field(description="The role that does it.")
    due: TaskDueModel
    after: Names = Field([], description="Tasks that come first.")
    required: bool = Field(True, description="false: `tasks_done` does not wait for it.")


class OnboardingModel(Model):
    tasks: Annotated[dict[Name, TaskModel], Field(min_length=1)]


class SurveyGroupModel(Model):
    label: Texts
    by: Annotated[Names, Field(min_length=1, description="Roles that may hand in an answer of this group.")]
    invitation: Name | None = Field(None, description="The notice with which each of them is asked.")


class SurveyModel(Clause):
    scale: Annotated[int, Field(ge=2, le=10)]
    hide_below: Annotated[int, Field(ge=1, le=1_000, description="Groups with fewer answers are not shown.")]
    groups: Annotated[dict[Name, SurveyGroupModel], Field(min_length=1)] | None = Field(
        None, description="Who is asked; left out: one group, of everybody who may answer."
    )
    shown_in: States | None = Field(
        None, description="States of the procedure in which the report may be seen; left out: the final ones."
    )
    questions: Annotated[dict[Name, Texts], Field(min_length=1)]


class NoticeModel(Clause):
    to: str = Field(description="candidate, commission, chair, or a role.")
    hold: bool = Field(False, description="Waits for a person's release.")


class ListModel(Model):
    title: Texts
    of: Literal["application", "position"] = Field("application", description="Whose states, and what a line is.")
    states: States
    shows: Annotated[
        list[
            Literal[
                "register_number",
                "name",
                "initials",
                "town",
                "grounds",
                "place",
                "total",
                "position",
                "outcome",
                "reason",
            ]
        ],
        Field(min_length=1),
    ]


class ApprovalModel(Clause):
    by: Annotated[Names, Field(min_length=1, description="Roles; never the person who made the list.")]


class ShownModel(Clause):
    at: Name | None = Field(None, description="A date of the procedure.")
    after: SpanModel | None = Field(None, description="From the day it is put up; that day is not counted.")


class ProtocolModel(Clause):
    title: Texts
    signed_by: Annotated[list[Literal["chair", "member"]], Field(min_length=1)]
    best: Annotated[int, Field(ge=1, le=1_000)] | None = Field(None, description="It names so many of the best.")


class PublicationModel(Clause):
    title: Texts
    approval: ApprovalModel | None = Field(None, description="A second person approves it before it is shown.")
    until: ShownModel | None = Field(None, description="How long it is shown; none: until it is taken down.")
    lists: Annotated[dict[Name, ListModel], Field(min_length=1)]


class ActModel(Clause):
    by: Annotated[Names, Field(min_length=1)]
    in_: States | None = Field(None, alias="in", description="States in which it may be recorded; none given: any.")
    backdated: bool = False


class StateModel(Clause):
    stage: Literal[
        "preparation", "intake", "document_check", "admission", "assessment", "checks", "outcome", "onboarding"
    ]
    label: Texts = Field(description="For staff.")
    public: Texts = Field(description="For the public and the candidate.")
    next: Texts = Field(description="What comes next, in plain words.")
    owner: str | None = Field(None, description="The role that must act. Only final states have none.")
    until: Name | None = Field(None, description="A deadline of the procedure or position that ends this wait.")
    final: Name | None = Field(None, description="The outcome, in a state that ends the lifecycle.")
    holds_seat: bool = Field(False, description="An application in it counts against the seats of its position.")


class MoveModel(Model):
    applications: Name | None = None
    others_of_candidate: Name | None = Field(
        None, description="The same person's further applications in the procedure."
    )
    positions: Name | None = None
    position: Name | None = None
    procedure: Name | None = None
    application: Name | None = Field(None, description="The application that an objection is about.")
    objections: Name | None = None
    in_: States | None = Field(None, alias="in")


class RankModel(Model):
    in_: States = Field(alias="in")
    selected: Name
    reserve: Name
    not_approved: Name


class ShortlistModel(Model):
    in_: States = Field(alias="in")
    by: Name
    ratio: Exact | None = Field(None, description="People for each seat. Exactly one of ratio and at_most.")
    at_most: Annotated[int, Field(ge=1, le=100_000)] | None = Field(None, description="People for each position.")
    round: Literal["up", "down", "half_up"] = Field("up", description="What becomes of a part of a person.")
    last_mark: Literal["all_enter", "none_enter"] = Field(
        "all_enter", description="What becomes of those who share the last mark and do not all fit."
    )
    enter: Name
    leave: Name


class CallTermModel(Model):
    """How long a freed seat may be given to the next. Exactly one of since and of."""

    after: SpanModel
    since: States | None = Field(None, description="From the day the application that frees the seat came into one.")
    of: Name | None = Field(None, description="From a date of the procedure.")


class CallNextModel(Model):
    in_: States = Field(alias="in")
    transition: Name
    until: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        None, description="As many are called as it takes until so many stand in `counting`; left out: one is called."
    )
    counting: States | None = Field(None, description="The states in which `until` counts. Stands beside it.")
    within: CallTermModel | None = Field(None, description="Later nobody is called and the seat stays free.")
    forbidden: bool = Field(False, description="Nobody is called; that the seat stays free is recorded.")


class OpeningRatioModel(Model):
    in_: States = Field(alias="in")
    ratio: Exact = Field(description="Applications for each seat.")
    on_miss: Literal["cut", "keep", "cancel"] = Field(
        description="What becomes of the seats for which they do not suffice."
    )
    end: Name | None = Field(None, description="The transition that ends a position without a seat; not with `keep`.")


class EffectModel(Model):
    pin: Nothing | None = None
    certify: Nothing | None = None
    attest_hours: Nothing | None = None
    give_tasks: Nothing | None = None
    publish: Name | None = None
    withdraw: Name | None = None
    correct: Name | None = Field(None, description="A publication of which the next version is made.")
    open_sheets: Name | None = None
    move: MoveModel | None = None
    rank: RankModel | None = None
    shortlist: ShortlistModel | None = None
    call_next: CallNextModel | None = None
    check_opening_ratio: OpeningRatioModel | None = None


EffectField: TypeAlias = Annotated[
    EffectModel, BeforeValidator(named), OrName("pin", "certify", "attest_hours", "give_tasks")
]
# What a guard may be is known to the engine's registry; references.py checks it there, editor.py describes it.
GuardField: TypeAlias = Any


class TransitionModel(Clause):
    from_: States = Field(alias="from", description="`new` creates the subject.")
    to: Name
    by: Annotated[
        Names, Field(min_length=1, description="Roles; or clock, procedure, position, application, objection.")
    ]
    label: Texts
    guards: list[GuardField] = Field([])
    effects: list[EffectField] = Field([])
    notices: Names | None = Field(None, description="Who is told. Exactly one of notices and silent.")
    silent: Text | None = Field(None, description="Why nobody is told.")
    backdated: bool = Field(False, description="An earlier instant is accepted, with a register entry or a reason.")
    undoes: Name | None = Field(None, description="The transition that this one takes back.")
    follows: Name | None = Field(
        None, description="An act on the application after which this is made by itself, once its guards pass."
    )


TransitionField: TypeAlias = Annotated[list[TransitionModel], BeforeValidator(listed), Field(min_length=1), OneOrMore()]


class LifecycleModel(Model):
    initial: Name
    states: Annotated[dict[Name, StateModel], Field(min_length=1)]
    transitions: dict[Name, TransitionField]


class LifecyclesModel(Model):
    procedure: LifecycleModel
    position: LifecycleModel
    application: LifecycleModel
    objection: LifecycleModel | None = Field(None, description="None: nobody can object.")


class DueModel(Model):
    transition: Name | None = None
    notice: Name | None = None


class ReminderModel(Model):
    before: SpanModel
    notice: Name


class DeadlineModel(Clause):
    label: Texts
    of: Literal["procedure", "position", "application", "objection"]
    in_: States = Field(alias="in", description="States in which it runs.")
    at: Name | None = Field(None, description="A date of the procedure.")
    after: SpanModel | None = Field(None, description="From the day the state was entered; that day is not counted.")
    ends: Literal["end_of_day", "office_hours", "exact"] = "end_of_day"
    roll: bool = Field(True, description="A last day that is not worked moves to the next working day.")
    on_due: DueModel
    reminders: list[ReminderModel] = Field([])


class ProcessFile(Clause):
    """<process>.yaml: the rules of one kind of procedure."""

    format: Literal[1]
    process: Name
    title: Texts
    roles: Annotated[dict[Name, Texts], Field(min_length=1)]
    dates: dict[Name, DateModel] = Field({})
    details: dict[Name, DetailModel] = Field({})
    requirements: dict[Name, RequirementModel] = Field({})
    positions: Annotated[dict[Name, PositionModel], Field(min_length=1)]
    channels: dict[Way, ChannelModel] = Field({}, description="How applications come; the first is the usual way.")
    documents: dict[Name, DocumentModel] = Field({})
    grounds: dict[Name, GroundModel] = Field({})
    assessments: dict[Name, AssessmentModel] = Field({})
    change_reasons: dict[Name, ChangeReasonModel] = Field(
        {}, description="Why a signed score sheet may be changed; needs the act `change_sheet`."
    )
    ranking: RankingModel | None = None
    checks: dict[Name, CheckModel] = Field({})
    training: TrainingModel | None = None
    onboarding: OnboardingModel | None = None
    survey: SurveyModel | None = None
    notices: dict[Name, NoticeModel] = Field({})
    publications: dict[Name, PublicationModel] = Field({})
    protocol: ProtocolModel | None = None
    acts: dict[Name, ActModel] = Field({})
    lifecycles: LifecyclesModel
    deadlines: dict[Name, DeadlineModel] = Field({})


class InstitutionFile(Clause):
    """institution.yaml: who recruits, in which languages, by which clock and calendar."""

    format: Literal[1]
    institution: Name
    title: Texts
    languages: Annotated[list[Language], Field(min_length=1, description="The first is the institution's own.")]
    applicant_languages: Annotated[list[Language], Field(min_length=1)] | None = None
    zone: str = Field(description="A name of the IANA time zone database.", examples=["Europe/Sofia"])
    calendar: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    office_hours: Hours
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]
    address: Texts


class SourceModel(Model):
    seed: Text = Field(description="The file in which the words stand.")
    words: Text = Field(description="The exact words.")


class SourcesFile(Model):
    """sources.yaml: on what the clauses stand, word for word."""

    format: Literal[1]
    sources: Annotated[dict[SourceId, SourceModel], Field(min_length=1)]


class DayModel(Model):
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
    name: Texts | None = None
    source: Text


class YearModel(Model):
    source: Text
    days_off: list[DayModel]
    working_days: list[DayModel] = Field([])


class CalendarFile(Model):
    """_calendars/<COUNTRY>.yaml: the working days of a country."""

    format: Literal[1]
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    weekend: list[Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]]
    years: Annotated[dict[Annotated[str, StringConstraints(pattern=r"^\d{4}$")], YearModel], Field(min_length=1)]


def main(arguments: Iterable[str] = ()) -> None:
    """Writes the JSON Schemas into the definitions folder (or the folder given)."""
    from workflow.catalogue import editor

    editor.write(*arguments)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
