"""Acts that move no state, as frozen values: what is asked for, checked before anything is read.

Never here: carrying them out (records.py, score_sheets.py, procedure_dates.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from workflow.engine import deadlines
from workflow.engine.request import Actor, GivenGround, Reason, Refused
from workflow.services.case import Rows
from workflow.services.registration import Person

_T = TypeVar("_T")
_FROZEN = ConfigDict(frozen=True, extra="forbid")
CORRECTABLE = ("name", "email", "phone", "address", "town", "language")


class HandedFile(BaseModel):
    """The file of a document: the digest and size of its bytes, its media type by content, what its owner called it."""

    model_config = _FROZEN
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(ge=1)
    type: str
    name: str = Field(min_length=1, max_length=200)


class HandInDocument(BaseModel):
    """A document was handed in. `pages`: of paper, None when not counted. `file`: its bytes, stored already."""

    model_config = _FROZEN
    document: str
    pages: int | None = Field(default=None, ge=1, le=100_000)
    file: HandedFile | None = None


class GiveVerdict(BaseModel):
    """The judgement of one document or requirement; what is not in order needs a ground."""

    model_config = _FROZEN
    item: str
    ok: bool
    ground: GivenGround | None = None


class SaveSheet(BaseModel):
    """Marks of the actor's own sheet, criterion -> mark; not signed yet, and seen by nobody else.

    A mark of None takes back the one that stands there. `note`: the member's own words, '' = none, None = as it is.
    """

    model_config = _FROZEN
    assessment: str
    marks: Mapping[str, Decimal | None]
    note: str | None = Field(default=None, max_length=4000)


class SignSheet(BaseModel):
    """The actor signs the own sheet: from now on it is sealed and cannot be changed.

    `seen`: the marks that the actor was shown; others than these are not signed. None = whatever stands there.
    """

    model_config = _FROZEN
    assessment: str
    seen: Mapping[str, Decimal] | None = None


def _a_day(value: str | None) -> str | None:
    if value is not None and date.fromisoformat(value).isoformat() != value:
        raise ValueError("write the day as YYYY-MM-DD")
    return value


class ChangeSheet(BaseModel):
    """Other marks on a sheet that `member` (a user id) has signed. `code`: the coded reason, beside the words of the
    recording. `marks`: the criteria that change, the others stay; None takes one back."""

    model_config = _FROZEN
    assessment: str
    member: str
    marks: Mapping[str, Decimal | None] = Field(min_length=1)
    code: str


class RecordCheck(BaseModel):
    """The verdict of a medical or background check. `valid_until`: local date.

    `items`: line of the check's list -> whether it is in order; `notes`: words on a line. `passed` None: as the list
    comes to.
    """

    model_config = _FROZEN
    check: str
    passed: bool | None = None
    valid_until: str | None = None
    items: Mapping[str, bool] = Field(default_factory=dict)
    notes: Mapping[str, Annotated[str, Field(max_length=2000)]] = Field(default_factory=dict)

    _day = field_validator("valid_until")(_a_day)


class RequestReExamination(BaseModel):
    """A failed check is to be looked at again: asked for by the candidate, or recorded for the candidate."""

    model_config = _FROZEN
    check: str


class RecordAttendance(BaseModel):
    """Hours of a part of the training attended on a local day. 0 takes back what was recorded for it."""

    model_config = _FROZEN
    part: str
    day: str
    hours: Decimal = Field(ge=0, le=10_000)

    _day = field_validator("day")(_a_day)


class SetPart(BaseModel):
    """When and where a part of the training is held, who receives the participants and who leads them."""

    model_config = _FROZEN
    part: str
    day: str | None = None
    place: str = Field(default="", max_length=400)
    host: str = Field(default="", max_length=200)
    mentor: str = Field(default="", max_length=200)

    _day = field_validator("day")(_a_day)


class CompleteTask(BaseModel):
    """A task of the onboarding was done. `day`: local; None: today."""

    model_config = _FROZEN
    task: str
    day: str | None = None

    _day = field_validator("day")(_a_day)


class CompletePart(BaseModel):
    """A part of the training plan was completed with so many hours."""

    model_config = _FROZEN
    part: str
    hours: Decimal = Field(ge=0, le=10_000)


class CorrectCandidate(BaseModel):
    """Corrected data of the candidate: name, email, phone, address, language."""

    model_config = _FROZEN
    values: Mapping[str, str | None]

    @field_validator("values")
    @classmethod
    def _are_possible(cls, values: Mapping[str, str | None]) -> Mapping[str, str | None]:
        known = {key: value for key, value in values.items() if key in CORRECTABLE}
        Person.model_validate({"name": "-", "language": "-", **known})
        return values


class MergeCandidate(BaseModel):
    """The candidate of the application and the one with the id `into` are one person: `into` stays."""

    model_config = _FROZEN
    into: str = Field(min_length=36, max_length=36)


class DecideTie(BaseModel):
    """The commission's order of equal applications of a position: ids, best first."""

    model_config = _FROZEN
    order: tuple[str, ...] = Field(min_length=2)

    @field_validator("order")
    @classmethod
    def _each_once(cls, order: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(order)) < len(order):
            raise ValueError("an application stands in the order twice")
        return order


class DrawLot(BaseModel):
    """Lots for the order of equal applications of a position, all of one open tie.

    `by_hand`: they were drawn on paper and `applications` stand in the order drawn, best first; the reason says how and
    before whom. Otherwise the system draws, and the order in which they are named means nothing.
    """

    model_config = _FROZEN
    applications: tuple[str, ...] = Field(min_length=2)
    by_hand: bool = False

    @field_validator("applications")
    @classmethod
    def _each_once(cls, applications: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(applications)) < len(applications):
            raise ValueError("an application stands in the draw twice")
        return applications


class AppointMember(BaseModel):
    """A user becomes chair, member, secretary or substitute of the commission."""

    model_config = _FROZEN
    user: str
    function: str = Field(pattern="^(chair|member|secretary|substitute)$")
    order_number: str | None = None


class ReplaceMember(BaseModel):
    """`leaving` leaves the commission; `user`, a substitute or somebody newly appointed, takes over the function.

    The recording says why, `order_number` by which order.
    """

    model_config = _FROZEN
    leaving: str
    user: str
    order_number: str = Field(min_length=1, max_length=100)


class DeclareConflict(BaseModel):
    """The actor is recused from an application."""

    model_config = _FROZEN
    application: str


class SetDate(BaseModel):
    """A date of the procedure: local `YYYY-MM-DD` or `YYYY-MM-DD HH:MM`."""

    model_config = _FROZEN
    date: str
    value: str

    @field_validator("value")
    @classmethod
    def _is_a_date(cls, value: str) -> str:
        deadlines.parse_date(value)
        return value


class FixThreshold(BaseModel):
    """The pass mark of an assessment that the definition leaves to the commission."""

    model_config = _FROZEN
    assessment: str
    value: Decimal


class SetDetail(BaseModel):
    """A short fact of the procedure that notices name."""

    model_config = _FROZEN
    detail: str
    value: str = Field(min_length=1, max_length=400)


class MoveSeats(BaseModel):
    """So many seats go from one position of the procedure to another; the recording says why. `source` and `target`:
    names of positions."""

    model_config = _FROZEN
    source: str = Field(min_length=1)
    target: str = Field(min_length=1)
    seats: int = Field(ge=1, le=100_000)


class AnswerSurvey(BaseModel):
    """One anonymous answer: question -> mark. Nothing ties it to a person or an application.

    `group`: whose answer it is; None: of the first group that the actor's roles may answer for.
    """

    model_config = _FROZEN
    group: str | None = None
    ratings: Mapping[str, int] = Field(min_length=1)


class AdoptWording(BaseModel):
    """The corrected wording of the definition's files is adopted for the running procedure. Rules never are."""

    model_config = _FROZEN


class ApprovePublication(BaseModel):
    """A draft of a publication may be shown. Not by who made it."""

    model_config = _FROZEN
    number: int = Field(ge=1, le=1_000_000)
    version: int = Field(ge=1, le=1_000_000)


class CorrectPublication(BaseModel):
    """A further version of a publication, from where the applications stand now; the recording says why."""

    model_config = _FROZEN
    number: int = Field(ge=1, le=1_000_000)


class DrawUpProtocol(BaseModel):
    """The protocol of the procedure is composed from the journal and frozen, to be signed."""

    model_config = _FROZEN


class SignProtocol(BaseModel):
    """The actor signs that version of the protocol. `remark`: the signer's own opinion, '' = none."""

    model_config = _FROZEN
    version: int = Field(ge=1, le=1_000_000)
    remark: str = Field(default="", max_length=4000)


Act = (
    HandInDocument
    | GiveVerdict
    | SaveSheet
    | SignSheet
    | ChangeSheet
    | RecordCheck
    | CompletePart
    | RequestReExamination
    | RecordAttendance
    | SetPart
    | CompleteTask
    | CorrectCandidate
    | MergeCandidate
    | DecideTie
    | DrawLot
    | AppointMember
    | ReplaceMember
    | DeclareConflict
    | SetDate
    | SetDetail
    | FixThreshold
    | MoveSeats
    | AnswerSurvey
    | AdoptWording
    | ApprovePublication
    | CorrectPublication
    | DrawUpProtocol
    | SignProtocol
)


class Recording(BaseModel):
    """An act to be recorded on a subject by an actor."""

    model_config = _FROZEN
    institution: str = Field(min_length=1)
    subject: str = Field(min_length=1)
    actor: Actor
    act: Act
    effective_at: AwareDatetime | None = None
    expected_version: int | None = None
    reason: str | None = Field(default=None, max_length=4000)
    register_entry: str | None = None


@dataclass(slots=True)
class Outcome:
    """What an act comes to: rows, and what the journal says of it."""

    rows: Rows = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    effects: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def name_of(act: Act) -> str:
    """The name under which definitions know the act."""
    return _NAMES[type(act)]


_NAMES: Mapping[type, str] = {
    HandInDocument: "hand_in_document",
    GiveVerdict: "give_verdict",
    SaveSheet: "save_sheet",
    SignSheet: "sign_sheet",
    ChangeSheet: "change_sheet",
    RecordCheck: "record_check",
    CompletePart: "complete_part",
    RequestReExamination: "request_re_examination",
    RecordAttendance: "record_attendance",
    SetPart: "set_part",
    CompleteTask: "complete_task",
    CorrectCandidate: "correct_candidate",
    MergeCandidate: "merge_candidate",
    DecideTie: "decide_tie",
    DrawLot: "draw_lot",
    AppointMember: "appoint_member",
    ReplaceMember: "replace_member",
    DeclareConflict: "declare_conflict",
    SetDate: "set_date",
    SetDetail: "set_detail",
    FixThreshold: "fix_threshold",
    MoveSeats: "move_seats",
    AnswerSurvey: "answer_survey",
    AdoptWording: "adopt_wording",
    ApprovePublication: "approve_publication",
    CorrectPublication: "correct_publication",
    DrawUpProtocol: "draw_up_protocol",
    SignProtocol: "sign_protocol",
}


def known_as(act: object, kind: type[_T]) -> _T:
    if not isinstance(act, kind):
        raise TypeError(f"{type(act).__name__} is not {kind.__name__}")
    return act


def unknown(item: str) -> Refused:
    return Refused((Reason("unknown_item", {"item": item}),))
