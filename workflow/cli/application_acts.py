"""`nabor application`: the acts that move no state: documents, verdicts, score sheets, checks, training, corrections.

Never here: rules, moves (application).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from workflow.cli.naming import find_application, find_procedure, grounds, instant, one_of, pairs, refuse
from workflow.cli.output import acting, open_house, print_json
from workflow.cli.parameters import As, AsJson, Effective, Entry, Grounds, Institution, OfProcedure, Reason, Reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflow.services.acts import Act
    from workflow.services.case import Case
    from workflow.services.house import House

EMPTY = "-"
"""Written for a mark that is left empty."""


def hand_in(
    institution: Institution,
    reference: Reference,
    documents: Annotated[list[str], typer.Argument(help="The documents, as the definition calls them.")],
    user: As,
    pages: Annotated[int | None, typer.Option(min=1, help="Pages of each.")] = None,
    effective: Effective = None,
    entry: Entry = None,
    reason: Reason = None,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """Records documents that were handed in."""
    from workflow.services.acts import HandInDocument

    house, case = found(institution, reference, procedure)
    known = case.book.process.documents
    acts = [HandInDocument(document=one_of(d, known, "document", "DOCUMENTS"), pages=pages) for d in documents]
    record_acts(house, case, user, acts, as_json, effective=effective, entry=entry, reason=reason)


def verdict(
    institution: Institution,
    reference: Reference,
    item: Annotated[str, typer.Argument(help="A document or a requirement; * = everything that is required.")],
    judgement: Annotated[str, typer.Argument(help="ok or not_ok.")],
    user: As,
    ground: Grounds = None,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """Records the commission's judgement of a document or requirement; what is not in order needs a ground."""
    from workflow.services.acts import GiveVerdict

    one_of(judgement, ("ok", "not_ok"), "judgement", "JUDGEMENT")
    given = grounds(ground)
    if len(given) > 1:
        raise typer.BadParameter("a verdict has one ground", param_hint="--ground")
    house, case = found(institution, reference, procedure)
    process, position = case.book.process, case.facts.position
    if item == "*":
        items = [*process.required_documents(position), *process.necessary_requirements(position)]
    else:
        items = [one_of(item, [*process.documents, *process.requirements], "document or requirement", "ITEM")]
    ok = judgement == "ok"
    acts = [GiveVerdict(item=name, ok=ok, ground=given[0] if given else None) for name in items]
    record_acts(house, case, user, acts, as_json)


def score(
    institution: Institution,
    reference: Reference,
    assessment: Annotated[str, typer.Argument(help="The assessment, as the definition calls it.")],
    marks: Annotated[
        list[str],
        typer.Argument(
            help="A mark for each criterion in order (- leaves one empty), or criterion=mark.", metavar="MARK..."
        ),
    ],
    user: As,
    save_only: Annotated[bool, typer.Option("--save-only", help="Do not sign the sheet yet.")] = False,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """Enters the user's own marks and signs the sheet: from then on it is sealed."""
    from workflow.services.acts import SaveSheet, SignSheet

    house, case = found(institution, reference, procedure)
    values = _marks(case, assessment, marks)
    record_acts(
        house, case, user, [SaveSheet(assessment=assessment, marks=values)], as_json and save_only, quiet=not save_only
    )
    if not save_only:
        record_acts(house, case, user, [SignSheet(assessment=assessment)], as_json)


def change(
    institution: Institution,
    reference: Reference,
    assessment: Annotated[str, typer.Argument(help="The assessment, as the definition calls it.")],
    member: Annotated[str, typer.Argument(help="The id of the user whose sheet it is.", metavar="MEMBER")],
    marks: Annotated[
        list[str],
        typer.Argument(
            help="A mark for each criterion in order (- leaves one empty), or criterion=mark.", metavar="MARK..."
        ),
    ],
    user: As,
    code: Annotated[str, typer.Option(help="The coded reason, as the definition calls it.")],
    reason: Reason = None,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """Changes a signed sheet, one's own, or any as the chair once the sheets are opened."""
    from workflow.services.acts import ChangeSheet

    house, case = found(institution, reference, procedure)
    act = ChangeSheet(assessment=assessment, member=member, marks=_marks(case, assessment, marks), code=code)
    record_acts(house, case, user, [act], as_json, reason=reason)


def _marks(case: Case, assessment: str, marks: Sequence[str]) -> dict[str, Decimal | None]:
    """The marks of a command line by criterion."""
    known = case.book.process.assessments
    criteria = known[one_of(assessment, known, "assessment", "ASSESSMENT")].criteria
    if any("=" in mark for mark in marks):
        given = pairs(list(marks), "MARK")
        for name in given:
            one_of(name, criteria, "criterion", "MARK")
    elif len(marks) == len(criteria):
        given = dict(zip(criteria, marks, strict=True))
    else:
        raise typer.BadParameter(f"give one mark for each of {', '.join(criteria)}", param_hint="MARK")
    return {name: None if text == EMPTY else decimal(text, "MARK") for name, text in given.items()}


def check(
    institution: Institution,
    reference: Reference,
    name: Annotated[str, typer.Argument(help="The check, as the definition calls it.", metavar="CHECK")],
    result: Annotated[str, typer.Argument(help="passed or failed.")],
    user: As,
    valid_until: Annotated[str | None, typer.Option(help="Until which local day: 2022-12-31.")] = None,
    item: Annotated[
        list[str] | None, typer.Option(help="A line of the check's list: NAME=passed or 'NAME=failed:why'.")
    ] = None,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """Records the result of a medical or background check."""
    from workflow.cli.naming import date_of_procedure
    from workflow.services.acts import RecordCheck

    one_of(result, ("passed", "failed"), "result", "RESULT")
    if valid_until is not None and len(date_of_procedure(valid_until, "--valid-until")) != len("2022-12-31"):
        raise typer.BadParameter("a day without a time", param_hint="--valid-until")
    house, case = found(institution, reference, procedure)
    one_of(name, case.book.process.checks, "check", "CHECK")
    lines = {key: value.partition(":") for key, value in pairs(item or [], "--item").items()}
    for key, (verdict, _, _) in lines.items():
        one_of(key, case.book.process.checks[name].items, "line of the check", "--item")
        one_of(verdict, ("passed", "failed"), "verdict", "--item")
    act = RecordCheck(
        check=name,
        passed=result == "passed",
        valid_until=valid_until,
        items={key: verdict == "passed" for key, (verdict, _, _) in lines.items()},
        notes={key: note.strip() for key, (_, _, note) in lines.items()},
    )
    record_acts(house, case, user, [act], as_json)


def complete(
    institution: Institution,
    reference: Reference,
    part: Annotated[str, typer.Argument(help="The part of the training plan.")],
    user: As,
    hours: Annotated[str | None, typer.Option(help="Hours done (default: those of the plan).")] = None,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """Records a completed part of the training plan."""
    from workflow.services.acts import CompletePart

    house, case = found(institution, reference, procedure)
    plan = case.book.process.training
    parts = plan.parts if plan else {}
    planned = parts[one_of(part, parts, "part of a training plan", "PART")].hours
    act = CompletePart(part=part, hours=planned if hours is None else decimal(hours, "--hours"))
    record_acts(house, case, user, [act], as_json)


def correct(
    institution: Institution,
    reference: Reference,
    values: Annotated[
        list[str],
        typer.Argument(
            help="name=, email=, phone=, address=, town=, language=; empty removes it.", metavar="KEY=VALUE..."
        ),
    ],
    user: As,
    reason: Reason = None,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """Corrects the candidate's data."""
    from workflow.services.acts import CorrectCandidate

    given = pairs(values, "KEY=VALUE")
    for key in given:
        one_of(key, ("name", "email", "phone", "address", "town", "language"), "value to correct", "KEY=VALUE")
        if key in ("name", "language") and not given[key]:
            raise typer.BadParameter(f"{key} cannot be empty", param_hint="KEY=VALUE")
    house, case = found(institution, reference, procedure)
    act = CorrectCandidate(values={key: value or None for key, value in given.items()})
    record_acts(house, case, user, [act], as_json, reason=reason)


def merge(
    institution: Institution,
    reference: Reference,
    into: Annotated[str, typer.Argument(help="An application of the record that stays.")],
    user: As,
    reason: Reason = None,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """Two records are one person: all applications of this one go over to the other. Needs a reason."""
    from workflow.persistence import reads
    from workflow.services.acts import MergeCandidate

    house, case = found(institution, reference, procedure)
    within = find_procedure(house, institution, procedure) if procedure else None
    other = find_application(house, institution, into, within)
    stays = str(house.database.read(reads.candidate_of, institution=institution, id=other)[0][0])
    record_acts(house, case, user, [MergeCandidate(into=stays)], as_json, reason=reason)


def conflict(
    institution: Institution,
    reference: Reference,
    user: As,
    reason: Reason = None,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """The user, a member of the commission, declares a conflict and is recused from the application."""
    from workflow.services.acts import DeclareConflict
    from workflow.services.cases import look

    house, case = found(institution, reference, procedure)
    act = DeclareConflict(application=case.id)
    above = look(house, institution, case.facts.procedure)
    record_acts(house, above, user, [act], as_json, reason=reason)


def attach(app: typer.Typer) -> None:
    """Adds the acts to a command group."""
    for name, command in (
        ("hand-in", hand_in),
        ("verdict", verdict),
        ("score", score),
        ("change", change),
        ("check", check),
        ("complete", complete),
        ("correct", correct),
        ("merge", merge),
        ("conflict", conflict),
    ):
        app.command(name)(command)


def found(institution: str, reference: str, procedure: str | None) -> tuple[House, Case]:
    """The open house, and the application that the reference names."""
    from workflow.services.cases import look

    house = open_house()
    within = find_procedure(house, institution, procedure) if procedure else None
    return house, look(house, institution, find_application(house, institution, reference, within))


def record_acts(
    house: House,
    case: Case,
    user: str,
    acts: Sequence[Act],
    as_json: bool,
    *,
    effective: str | None = None,
    entry: str | None = None,
    reason: str | None = None,
    quiet: bool = False,
) -> None:
    """Records the acts in one transaction; each refusal is told, and the exit code is 1 if there is any."""
    from workflow.engine.request import Refused
    from workflow.services.acts import Recording
    from workflow.services.records import record_many

    process, institution = case.book.process, case.facts.institution
    actor = acting(house, institution, user, case.facts.procedure)
    at = None if effective is None else instant(effective, process.institution.zone, "--effective")
    recordings = [
        Recording(
            institution=institution,
            subject=case.id,
            actor=actor,
            act=act,
            effective_at=at,
            reason=reason,
            register_entry=entry,
        )
        for act in acts
    ]
    outcomes = record_many(house, recordings)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    done = [outcome for outcome in outcomes if not isinstance(outcome, Refused)]
    if refused:
        reasons = tuple(dict.fromkeys((r.code, tuple(r.data.items())) for one in refused for r in one.reasons))
        from workflow.engine.request import Reason as Said

        if done and not as_json:
            typer.echo(f"{len(done)} recorded, {len(refused)} refused.")
        refuse(Refused(tuple(Said(code, dict(data)) for code, data in reasons)), process, as_json=as_json)
    if as_json:
        print_json(done)
    elif not quiet:
        for one in done:
            typer.echo(f"Recorded: {one.act}, entry {one.seq}.")


def decimal(text: str, hint: str) -> Decimal:
    """A number as written. Raises BadParameter."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise typer.BadParameter(f"{text!r} is no number", param_hint=hint)
    return value
