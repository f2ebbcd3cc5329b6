"""`nabor procedure`: opening procedures, looking at them, moving them and recording what belongs to them.

Never here: rules, what a procedure looks like on the terminal in detail (procedure_views).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from workflow.cli import procedure_views as views
from workflow.cli import result_views as results
from workflow.cli.naming import (
    date_of_procedure,
    find_application,
    find_position,
    find_procedure,
    grounds,
    instant,
    local,
    one_of,
    pairs,
    refuse,
)
from workflow.cli.output import acting, open_house, print_json, table
from workflow.cli.parameters import As, AsJson, Effective, Entry, Grounds, Institution, Number, Reader, Reason

if TYPE_CHECKING:
    from workflow.engine.process import ProcessDefinition
    from workflow.services.acts import Act
    from workflow.services.house import House

app = typer.Typer(help="Procedures: from the announcement to the last seat.", no_args_is_help=True)


@app.command("open")
def open_(
    institution: Institution,
    process: Annotated[str, typer.Argument(help="The process of the institution, as its file is called.")],
    number: Annotated[str, typer.Option(help="The number the office gives it.")],
    user: As,
    seats: Annotated[
        list[str] | None, typer.Option(help="position=seats; may be repeated (default: all positions as defined).")
    ] = None,
    date: Annotated[list[str] | None, typer.Option(help='name="2022-03-31 17:30" in local time; repeatable.')] = None,
    detail: Annotated[list[str] | None, typer.Option(help="name=text; may be repeated.")] = None,
    rerun_of: Annotated[str | None, typer.Option(help="The number of the procedure that is run again.")] = None,
    as_json: AsJson = False,
) -> None:
    """Opens a procedure in its first state, with its positions; prints its id."""
    from workflow.engine.errors import UnknownProcess
    from workflow.engine.request import Refused
    from workflow.persistence import reads
    from workflow.services import staff
    from workflow.services.registration import NewProcedure, open_procedure

    house = open_house()
    house.catalogue.institution(institution)
    known = list(house.catalogue.processes(institution))
    if process not in known:
        raise UnknownProcess(process, known)
    definition = house.catalogue.snapshot(institution, process).process
    positions = {}
    for name, text in pairs(seats or (), "--seats").items():
        one_of(name, definition.positions, "position", "--seats")
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10_000:
            raise typer.BadParameter(f"{text!r} is no number of seats; write {name}=1", param_hint="--seats")
        positions[name] = int(text)
    dates = pairs(date or (), "--date")
    for name, text in dates.items():
        date_of_procedure(text, one_of(name, definition.dates, "date", "--date"))
    details = pairs(detail or (), "--detail")
    for name in details:
        one_of(name, definition.details, "detail", "--detail")
    if any(row[1] == number for row in house.database.read(reads.procedures, institution=institution)):
        raise typer.BadParameter(f"there is a procedure {number!r} already; give another number", param_hint="--number")
    predecessor = find_procedure(house, institution, rerun_of) if rerun_of else None
    staff.ensure_institution(house, institution)
    opened = open_procedure(
        house,
        NewProcedure(
            institution=institution,
            process=process,
            number=number,
            actor=acting(house, institution, user),
            positions=positions,
            dates=dates,
            details=details,
            predecessor=predecessor,
        ),
    )
    if isinstance(opened, Refused):
        refuse(opened, definition, as_json=as_json)
    if as_json:
        print_json({"procedure": opened, "number": number})
    else:
        typer.echo(f"Opened {number}: {opened}")


@app.command("list")
def list_(institution: Institution, as_json: AsJson = False) -> None:
    """Every procedure of an institution, oldest first."""
    views.listing(open_house(), institution, as_json=as_json)


@app.command("show")
def show(institution: Institution, number: Number, as_json: AsJson = False) -> None:
    """State, dates, positions with seats, counts by state, armed deadlines, publications."""
    house = open_house()
    views.procedure(house, institution, find_procedure(house, institution, number), as_json=as_json)


@app.command("moves")
def moves(
    institution: Institution,
    number: Number,
    user: As,
    position: Annotated[str | None, typer.Option(help="Of this position instead.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every move from here: whether the user may make it, what it asks for, and why not the rest."""
    from workflow.services.cases import allowed_moves, look

    house = open_house()
    procedure = find_procedure(house, institution, number)
    subject = find_position(house, institution, procedure, position) if position else procedure
    process = look(house, institution, subject).book.process
    options = allowed_moves(house, institution, subject, acting(house, institution, user, procedure))
    views.moves(options, process, as_json=as_json)


@app.command("advance")
def advance(
    institution: Institution,
    number: Number,
    transition: Annotated[str, typer.Argument(help="The move, as `moves` names it.")],
    user: As,
    reason: Reason = None,
    ground: Grounds = None,
    position: Annotated[str | None, typer.Option(help="Move this position instead of the procedure.")] = None,
    effective: Effective = None,
    entry: Entry = None,
    as_json: AsJson = False,
) -> None:
    """Makes a move of the procedure, or of one of its positions."""
    from workflow.engine.request import Refused, Request
    from workflow.services.cases import look
    from workflow.services.transitions import perform

    house = open_house()
    procedure = find_procedure(house, institution, number)
    subject = find_position(house, institution, procedure, position) if position else procedure
    case = look(house, institution, subject)
    process = case.book.process
    at = None if effective is None else instant(effective, process.institution.zone, "--effective")
    done = perform(
        house,
        Request(
            institution=institution,
            subject=subject,
            transition=transition,
            actor=acting(house, institution, user, procedure),
            reason=reason,
            grounds=grounds(ground),
            effective_at=at,
            register_entry=entry,
        ),
    )
    if isinstance(done, Refused):
        refuse(done, process, as_json=as_json)
    views.done([(position or number, done)], process, case.facts.kind, as_json=as_json)


@app.command("date")
def date_(
    institution: Institution,
    number: Number,
    name: Annotated[str, typer.Argument(help="The date, as the definition calls it.")],
    value: Annotated[str, typer.Argument(help="Local 2022-04-20 or 2022-04-20 09:00.")],
    user: As,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Sets a date of the procedure; the deadlines that hang on it follow."""
    from workflow.services.acts import SetDate

    house = open_house()
    procedure, process = _procedure(house, institution, number)
    one_of(name, process.dates, "date", "NAME")
    act = SetDate(date=name, value=date_of_procedure(value, "VALUE"))
    _record(house, institution, procedure, user, act, reason, as_json)


@app.command("detail")
def detail_(
    institution: Institution,
    number: Number,
    name: Annotated[str, typer.Argument(help="The detail, as the definition calls it.")],
    value: Annotated[str, typer.Argument(help="The text that notices will show.")],
    user: As,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Sets a short fact of the procedure that notices name: a room, an order number."""
    from workflow.services.acts import SetDetail

    house = open_house()
    procedure, process = _procedure(house, institution, number)
    one_of(name, process.details, "detail", "NAME")
    _record(house, institution, procedure, user, SetDetail(detail=name, value=value), reason, as_json)


@app.command("part")
def part_(
    institution: Institution,
    number: Number,
    name: Annotated[str, typer.Argument(help="The part of the training, as the definition calls it.", metavar="PART")],
    user: As,
    day: Annotated[str | None, typer.Option(help="The first local day: 2022-04-20.")] = None,
    place: Annotated[str, typer.Option(help="Where it is held.")] = "",
    host: Annotated[str, typer.Option(help="Who receives the participants.")] = "",
    mentor: Annotated[str, typer.Option(help="Who leads them.")] = "",
    as_json: AsJson = False,
) -> None:
    """Says when and where a part of the training is held, and who leads it."""
    from workflow.cli.application_onboarding import a_day
    from workflow.services.acts import SetPart

    house = open_house()
    procedure, process = _procedure(house, institution, number)
    one_of(name, process.training.parts if process.training else {}, "part of a training plan", "PART")
    act = SetPart(part=name, day=None if day is None else a_day(day, "--day"), place=place, host=host, mentor=mentor)
    _record(house, institution, procedure, user, act, None, as_json)


@app.command("appoint")
def appoint(
    institution: Institution,
    number: Number,
    member: Annotated[str, typer.Argument(help="The id of the user to be appointed.", metavar="USER")],
    function: Annotated[str, typer.Argument(help="chair, member, secretary or substitute.")],
    user: As,
    order: Annotated[str | None, typer.Option(help="The number of the order that appoints.")] = None,
    as_json: AsJson = False,
) -> None:
    """Appoints a user to the procedure's commission."""
    from workflow.engine.errors import UnknownUser
    from workflow.persistence import reads
    from workflow.services.acts import AppointMember

    one_of(function, ("chair", "member", "secretary", "substitute"), "function", "FUNCTION")
    house = open_house()
    procedure, _ = _procedure(house, institution, number)
    if not house.database.read(reads.user, user=member):
        raise UnknownUser(member)
    act = AppointMember(user=member, function=function, order_number=order)
    _record(house, institution, procedure, user, act, None, as_json)


@app.command("replace")
def replace(
    institution: Institution,
    number: Number,
    leaving: Annotated[str, typer.Argument(help="The id of the member who leaves.", metavar="LEAVING")],
    successor: Annotated[str, typer.Argument(help="The id of the user who takes the place.", metavar="SUCCESSOR")],
    order: Annotated[str, typer.Option(help="The number of the order that replaces.")],
    user: As,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Replaces a member of the commission. Sealed sheets of who leaves no longer count; opened ones stay."""
    from workflow.services.acts import ReplaceMember

    house = open_house()
    procedure, _ = _procedure(house, institution, number)
    act = ReplaceMember(leaving=leaving, user=successor, order_number=order)
    _record(house, institution, procedure, user, act, reason, as_json)


@app.command("adopt")
def adopt(institution: Institution, number: Number, user: As, reason: Reason = None, as_json: AsJson = False) -> None:
    """Takes the corrected wording of the definition's files over into the running procedure. Rules never are."""
    from workflow.services.acts import AdoptWording

    house = open_house()
    procedure, _ = _procedure(house, institution, number)
    _record(house, institution, procedure, user, AdoptWording(), reason, as_json)


@app.command("recompute")
def recompute(institution: Institution, number: Number, as_json: AsJson = False) -> None:
    """Computes the ranking lists anew from the journal alone; exit code 1 when they are not those that are stored."""
    house = open_house()
    results.recomputed(house, institution, find_procedure(house, institution, number), as_json=as_json)


@app.command("ranking")
def ranking(
    institution: Institution,
    number: Number,
    position: Annotated[str, typer.Argument(help="Only this position.")] = "",
    reader: Reader = "",
    as_json: AsJson = False,
) -> None:
    """The ranking list of each position: selected, reserve, not approved."""
    house = open_house()
    subject = find_procedure(house, institution, number)
    results.ranking(house, institution, subject, position, reader, as_json=as_json)


@app.command("survey")
def survey(
    institution: Institution,
    number: Number,
    answer: Annotated[list[str] | None, typer.Option(help="question=mark: enters one anonymous answer.")] = None,
    group: Annotated[
        str | None, typer.Option(help="Whose answer it is; left out: the first group open to you.")
    ] = None,
    user: Annotated[str | None, typer.Option("--as", help="The user who enters the answer.")] = None,
    as_json: AsJson = False,
) -> None:
    """The satisfaction survey: mean and share of the two best marks for each question; small groups stay hidden."""
    from workflow.services.acts import AnswerSurvey

    house = open_house()
    procedure, process = _procedure(house, institution, number)
    if not answer:
        results.survey(house, institution, procedure, as_json=as_json)
        return
    if user is None:
        raise typer.BadParameter("say who enters the answer", param_hint="--as")
    if group is not None:
        one_of(group, process.survey.groups if process.survey else (), "group", "--group")
    ratings = {}
    for question, mark in pairs(answer, "--answer").items():
        one_of(question, process.survey.questions if process.survey else (), "question", "--answer")
        if not mark.isascii() or not mark.isdigit():
            raise typer.BadParameter(f"{mark!r} is no mark; write {question}=5", param_hint="--answer")
        ratings[question] = int(mark)
    _record(house, institution, procedure, user, AnswerSurvey(group=group, ratings=ratings), None, as_json)


@app.command("tie")
def tie(
    institution: Institution,
    number: Number,
    position: Annotated[str, typer.Argument(help="The position.")],
    order: Annotated[list[str], typer.Argument(help="The equal applications, best first.", metavar="REFERENCE...")],
    user: As,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Records the commission's order of equal applications of a position."""
    from workflow.services.acts import DecideTie

    house = open_house()
    procedure = find_procedure(house, institution, number)
    subject = find_position(house, institution, procedure, position)
    ids = tuple(find_application(house, institution, reference, procedure) for reference in order)
    if len(ids) < 2 or len(set(ids)) < len(ids):
        raise typer.BadParameter("name at least two applications, each once", param_hint="REFERENCE")
    _record(house, institution, subject, user, DecideTie(order=ids), reason, as_json, procedure=procedure)


@app.command("threshold")
def threshold(
    institution: Institution,
    number: Number,
    assessment: Annotated[str, typer.Argument(help="The assessment whose pass mark the rules leave open.")],
    fix: Annotated[str | None, typer.Option(help="Fix this mark; without it, what each would mean is shown.")] = None,
    user: Annotated[str | None, typer.Option("--as", help="The user who fixes it.")] = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """How many would pass by each possible pass mark of an assessment; with --fix, fixes one: once, with a reason."""
    from workflow.services.acts import FixThreshold

    house = open_house()
    procedure = find_procedure(house, institution, number)
    if fix is None:
        results.threshold(house, institution, procedure, assessment, as_json=as_json)
        return
    if user is None:
        raise typer.BadParameter("say who fixes it", param_hint="--as")
    try:
        value = Decimal(fix)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise typer.BadParameter(f"{fix!r} is no number", param_hint="--fix")
    _record(house, institution, procedure, user, FixThreshold(assessment=assessment, value=value), reason, as_json)


@app.command("lot")
def lot(
    institution: Institution,
    number: Number,
    position: Annotated[str, typer.Argument(help="The position.")],
    applications: Annotated[
        list[str],
        typer.Argument(help="All the equal applications; drawn on paper: best first.", metavar="REFERENCE..."),
    ],
    user: As,
    on_paper: Annotated[
        bool, typer.Option("--on-paper", help="They were drawn already; the reason says how and before whom.")
    ] = False,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Draws lots among equal applications of a position, or records lots drawn on paper."""
    from workflow.services.acts import DrawLot

    house = open_house()
    procedure = find_procedure(house, institution, number)
    subject = find_position(house, institution, procedure, position)
    ids = tuple(find_application(house, institution, reference, procedure) for reference in applications)
    if len(ids) < 2 or len(set(ids)) < len(ids):
        raise typer.BadParameter("name at least two applications, each once", param_hint="REFERENCE")
    act = DrawLot(applications=ids, by_hand=on_paper)
    _record(house, institution, subject, user, act, reason, as_json, procedure=procedure)


@app.command("seats")
def seats(
    institution: Institution,
    number: Number,
    source: Annotated[str, typer.Argument(help="The position from which seats are taken.")],
    target: Annotated[str, typer.Argument(help="The position to which they go.")],
    count: Annotated[int, typer.Argument(help="How many.", min=1)],
    user: As,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Moves seats from one position of a procedure to another, with the reason."""
    from workflow.services.acts import MoveSeats

    house = open_house()
    procedure = find_procedure(house, institution, number)
    act = MoveSeats(source=source, target=target, seats=count)
    _record(house, institution, procedure, user, act, reason, as_json)


@app.command("calls")
def calls(
    institution: Institution,
    number: Number,
    position: Annotated[str, typer.Argument(help="The position.")],
    as_json: AsJson = False,
) -> None:
    """Who was called for seats that became free, why, and which calls wait for a second person's approval."""
    from workflow.services.called import of_position
    from workflow.services.calls import sentence
    from workflow.services.cases import look

    house = open_house()
    procedure = find_procedure(house, institution, number)
    case = look(house, institution, find_position(house, institution, procedure, position))
    found = of_position(house, institution, case)
    if as_json:
        print_json(found)
        return
    process = case.book.process
    rows = [
        (
            local(one.at, process.institution.zone),
            one.register_number,
            one.state,
            sentence(process, one.why, "en"),
            one.approval or "",
        )
        for one in found
    ]
    table("Calls", ("when", "application", "state", "why", "to approve"), rows)


def _procedure(house: House, institution: str, number: str) -> tuple[str, ProcessDefinition]:
    """The id of the procedure, and the definition it runs by."""
    from workflow.services.cases import look

    procedure = find_procedure(house, institution, number)
    return procedure, look(house, institution, procedure).book.process


def _record(
    house: House,
    institution: str,
    subject: str,
    user: str,
    act: Act,
    reason: str | None,
    as_json: bool,
    *,
    procedure: str | None = None,
) -> None:
    from workflow.engine.request import Refused
    from workflow.services.acts import Recording
    from workflow.services.cases import look
    from workflow.services.records import record

    actor = acting(house, institution, user, procedure or subject)
    done = record(house, Recording(institution=institution, subject=subject, actor=actor, act=act, reason=reason))
    process = look(house, institution, subject).book.process
    if isinstance(done, Refused):
        refuse(done, process, as_json=as_json)
    if as_json:
        print_json(done)
    else:
        typer.echo(f"Recorded: {done.act}, entry {done.seq}.")
