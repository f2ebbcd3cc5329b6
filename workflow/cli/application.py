"""`nabor application`: registering, importing, looking at applications and moving them.

Never here: rules, acts that move no state (application_acts), how an application looks (application_views).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workflow.cli import application_acts, application_onboarding, procedure_views
from workflow.cli import application_views as views
from workflow.cli.naming import (
    find_application,
    find_position,
    find_procedure,
    grounds,
    instant,
    one_of,
    refuse,
    sentences,
)
from workflow.cli.output import acting, open_house, settings
from workflow.cli.parameters import (
    As,
    AsJson,
    Effective,
    Entry,
    Grounds,
    Institution,
    Number,
    OfProcedure,
    Reader,
    Reason,
    Reference,
)

app = typer.Typer(help="Applications: from the desk to the last day of onboarding.", no_args_is_help=True)

application_acts.attach(app)
application_onboarding.attach(app)


@app.command("register")
def register_(
    institution: Institution,
    procedure: Number,
    position: Annotated[str, typer.Argument(help="The position that is applied for.")],
    user: As,
    name: Annotated[str, typer.Option(help="The person's name.")],
    language: Annotated[str | None, typer.Option(help="In which to write (default: the institution's first).")] = None,
    email: Annotated[str | None, typer.Option(help="Without one, letters are written.")] = None,
    phone: Annotated[str | None, typer.Option(help="For calls; nothing is sent there.")] = None,
    address: Annotated[str | None, typer.Option(help="For letters.")] = None,
    town: Annotated[str | None, typer.Option(help="Where the person lives, if a list must say so.")] = None,
    channel: Annotated[str | None, typer.Option(help="How it came (default: the usual way).")] = None,
    posted_on: Annotated[str | None, typer.Option(help="Day of the postmark, 2022-03-31, where that counts.")] = None,
    received: Annotated[str | None, typer.Option(help='When it came, if not now: local "2022-03-31 17:29".')] = None,
    entry: Entry = None,
    reason: Reason = None,
    without: Annotated[list[str] | None, typer.Option(help="A required document that was not handed in.")] = None,
    with_: Annotated[list[str] | None, typer.Option("--with", help="A further document that was handed in.")] = None,
    number: Annotated[str | None, typer.Option(help="The register number (default: the next free one).")] = None,
    same_person_as: Annotated[
        str | None, typer.Option(help="An application of the same person: one document set, one set of data.")
    ] = None,
    transition: Annotated[str, typer.Option(help="The transition from `new`, where there are several.")] = "register",
    as_json: AsJson = False,
) -> None:
    """Registers an application with the documents handed in (default: all that the position requires)."""
    from pydantic import ValidationError

    from workflow.engine.request import Refused
    from workflow.persistence import reads
    from workflow.services.cases import look
    from workflow.services.registration import NewApplication, Person, register

    house = open_house()
    subject = find_procedure(house, institution, procedure)
    find_position(house, institution, subject, position)
    process = look(house, institution, subject).book.process
    documents = dict.fromkeys(process.required_documents(position))
    documents |= dict.fromkeys(one_of(d, process.documents, "document", "--with") for d in with_ or ())
    for document in without or ():
        documents.pop(one_of(document, process.documents, "document", "--without"), None)
    written = process.institution.applicant_languages
    spoken = one_of(language or written[0], written, "language for applicants", "--language")
    candidate: str | Person
    try:
        candidate = Person(name=name, email=email, phone=phone, address=address, town=town, language=spoken)
        if same_person_as is not None:
            other = find_application(house, institution, same_person_as, subject)
            candidate = str(house.database.read(reads.candidate_of, institution=institution, id=other)[0][0])
        new = NewApplication(
            institution=institution,
            procedure=subject,
            position=position,
            actor=acting(house, institution, user, subject),
            candidate=candidate,
            transition=transition,
            documents=documents,
            register_number=number,
            received_at=None if received is None else instant(received, process.institution.zone, "--received"),
            register_entry=entry,
            reason=reason,
            channel=None if channel is None else one_of(channel, process.channels, "way of coming", "--channel"),
            posted_on=posted_on,
        )
    except ValidationError as error:
        raise _misuse(error) from None
    done = register(house, new)
    if isinstance(done, Refused):
        refuse(done, process, as_json=as_json)
    facts = look(house, institution, done.subject).facts
    procedure_views.done([(facts.register_number, done)], process, facts.kind, as_json=as_json)


@app.command("import")
def import_(
    institution: Institution,
    procedure: Number,
    file: Annotated[Path, typer.Argument(help="A .csv (UTF-8) or .xlsx file.", metavar="FILE")],
    user: As,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try everything, save nothing.")] = False,
    columns: Annotated[
        Path | None, typer.Option(help="How to read the file (default: columns.yaml beside it, if there is one).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Registers every row of an office's file in one transaction: all of them, or none and every mistake is listed.

    Columns: position (several are separated by commas), name, documents (* = all required); register_number,
    received_at, email, phone, address, town, language, dossier, channel, posted_on, entry, remark. Other headers: see
    --columns.
    """
    from rich.console import Console
    from rich.progress import Progress

    from workflow.services.importing import import_file

    house = open_house()
    subject = find_procedure(house, institution, procedure)
    actor = acting(house, institution, user, subject)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("registering", total=None)
        done = import_file(
            house,
            institution=institution,
            procedure=subject,
            path=file,
            actor=actor,
            columns=columns,
            dry_run=dry_run,
            language=settings().language,
            progress=lambda n, of: bar.update(task, completed=n, total=of),
        )
    views.imported(house, institution, subject, done, dry_run=dry_run, as_json=as_json)


@app.command("list")
def list_(
    institution: Institution,
    procedure: Number,
    state: Annotated[str | None, typer.Option(help="Only those that stand here.")] = None,
    position: Annotated[str | None, typer.Option(help="Only those for this position.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many rows.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """The applications of a procedure by register number."""
    house = open_house()
    subject = find_procedure(house, institution, procedure)
    views.listing(house, institution, subject, state, position, limit, as_json=as_json)


@app.command("show")
def show(
    institution: Institution,
    reference: Reference,
    history: Annotated[bool, typer.Option("--history", help="The whole journal, newest last.")] = False,
    reader: Reader = "",
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """State for staff and for the public, what comes next, deadlines, mails, and with --history the journal."""
    house = open_house()
    within = find_procedure(house, institution, procedure) if procedure else None
    subject = find_application(house, institution, reference, within)
    views.application(house, institution, subject, reader, history=history, as_json=as_json)


@app.command("moves")
def moves(
    institution: Institution, reference: Reference, user: As, procedure: OfProcedure = None, as_json: AsJson = False
) -> None:
    """Every move from here: open to the user, what it asks for, or why not; and the notices that would go."""
    from workflow.services.cases import allowed_moves, look

    house = open_house()
    within = find_procedure(house, institution, procedure) if procedure else None
    subject = find_application(house, institution, reference, within)
    case = look(house, institution, subject)
    actor = acting(house, institution, user, case.facts.procedure)
    options = allowed_moves(house, institution, subject, actor)
    procedure_views.moves(options, case.book.process, as_json=as_json)


@app.command("advance")
def advance(
    institution: Institution,
    references: Annotated[list[str], typer.Argument(help="Register numbers or ids.", metavar="REFERENCE...")],
    transition: Annotated[str, typer.Argument(help="The move, as `moves` names it.", metavar="TRANSITION")],
    user: As,
    reason: Reason = None,
    ground: Grounds = None,
    effective: Effective = None,
    entry: Entry = None,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """Makes a move of one application or of many; each is moved or refused for itself, and every refusal is told."""
    from workflow.engine.request import Refused, Request
    from workflow.services.cases import look
    from workflow.services.transitions import perform_many

    house = open_house()
    within = find_procedure(house, institution, procedure) if procedure else None
    subjects = [find_application(house, institution, reference, within) for reference in references]
    if len(set(subjects)) < len(subjects):
        raise typer.BadParameter("an application is named twice", param_hint="REFERENCE")
    cases = [look(house, institution, subject) for subject in subjects]
    given = grounds(ground)
    actors = {p: acting(house, institution, user, p) for p in {case.facts.procedure for case in cases}}
    requests = [
        Request(
            institution=institution,
            subject=case.id,
            transition=transition,
            actor=actors[case.facts.procedure],
            reason=reason,
            grounds=given,
            effective_at=None
            if effective is None
            else instant(effective, case.book.process.institution.zone, "--effective"),
            register_entry=entry,
        )
        for case in cases
    ]
    outcomes = perform_many(house, requests)
    refused = [(c, o) for c, o in zip(cases, outcomes, strict=True) if isinstance(o, Refused)]
    if len(cases) == 1 and refused:
        refuse(refused[0][1], cases[0].book.process, as_json=as_json)
    done = [(c, o) for c, o in zip(cases, outcomes, strict=True) if not isinstance(o, Refused)]
    if as_json:
        views.bulk_json(done, refused)
    else:
        for case, one in done:
            procedure_views.done([(case.facts.register_number, one)], case.book.process, case.facts.kind, as_json=False)
        for case, why in refused:
            typer.secho(f"{case.facts.register_number}: refused", fg="red", err=True)
            for sentence in sentences(why.reasons, case.book.process):
                typer.echo(f"  - {sentence}", err=True)
        if refused:
            typer.echo(f"{len(done)} moved, {len(refused)} refused.")
    if refused:
        raise typer.Exit(1)


def _misuse(error: Exception) -> typer.BadParameter:
    """What pydantic refused, as a mistake of the command line."""
    from pydantic import ValidationError

    assert isinstance(error, ValidationError)
    told = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
    return typer.BadParameter(told)
