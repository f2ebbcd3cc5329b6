"""`nabor procedure publication` and `protocol`: papers on the terminal and as files, approved, corrected and signed.

Never here: what a paper says, its layout.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workflow.cli import result_views as results
from workflow.cli.naming import find_procedure, local, refuse
from workflow.cli.output import acting, open_house, print_json
from workflow.cli.parameters import As, AsJson, Institution, Number, Reader, Reason

if TYPE_CHECKING:
    from workflow.documents.paper import Paper
    from workflow.services.acts import Act

Which = Annotated[int, typer.Argument(help="The publication's number; `show` lists them.", min=1, metavar="N")]
Version = Annotated[int | None, typer.Option(help="This version (default: the newest).", min=1)]
Pdf = Annotated[Path | None, typer.Option(help="Write it into this file as PDF.", dir_okay=False, writable=True)]
Docx = Annotated[Path | None, typer.Option(help="Write it into this file as DOCX.", dir_okay=False, writable=True)]


def publication(
    institution: Institution,
    number: Number,
    which: Which,
    version: Version = None,
    pdf: Pdf = None,
    language: Annotated[str | None, typer.Option(help="Of the file (default: the institution's own).")] = None,
    as_json: AsJson = False,
) -> None:
    """One publication, with exactly the content that was shown; or a file of it."""
    from workflow.services.publication_paper import publication_paper

    house = open_house()
    subject = find_procedure(house, institution, number)
    if pdf is None:
        results.publication(house, institution, subject, which, version, as_json=as_json)
        return
    process, shown = results.find_publication(house, institution, subject, which, version)
    languages = process.institution.languages
    if language is not None and language not in languages:
        raise typer.BadParameter(f"it is in {', '.join(languages)}", param_hint="--language")
    _write(publication_paper(process, number, shown.line, shown.content, language or languages[0]), pdf, None)


def approve(
    institution: Institution,
    number: Number,
    which: Which,
    version: Version = None,
    *,
    user: As,
    as_json: AsJson = False,
) -> None:
    """Approves a drafted publication as a second person; from now on it is shown."""
    from workflow.services.acts import ApprovePublication

    house = open_house()
    subject = find_procedure(house, institution, number)
    _, shown = results.find_publication(house, institution, subject, which, version)
    _record(institution, number, user, ApprovePublication(number=which, version=shown.line.version), None, as_json)


def correct(
    institution: Institution, number: Number, which: Which, user: As, reason: Reason = None, as_json: AsJson = False
) -> None:
    """Makes the next version of a publication, with a reason; the one before it stays on record."""
    from workflow.services.acts import CorrectPublication

    _record(institution, number, user, CorrectPublication(number=which), reason, as_json)


def protocol(
    institution: Institution,
    number: Number,
    version: Version = None,
    pdf: Pdf = None,
    docx: Docx = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="What it would say now, instead of a drawn-up version.")
    ] = False,
    reader: Reader = "",
    as_json: AsJson = False,
) -> None:
    """The protocol: its versions and signatures; with --pdf or --docx the file, else a draft of it, is written."""
    from workflow.services import protocol as service
    from workflow.services.cases import look

    house = open_house()
    subject = find_procedure(house, institution, number)
    process = look(house, institution, subject).book.process
    if process.protocol is None:
        raise typer.BadParameter("this process has no protocol", param_hint="NUMBER")
    lines = service.protocols(house, institution, subject)
    if version is not None and version > len(lines):
        raise typer.BadParameter(f"there are {len(lines)} versions", param_hint="--version")
    wanted = version or len(lines)
    if pdf is not None or docx is not None:
        found = service.drawn(house, institution, subject, wanted) if wanted and not draft else None
        paper = (
            service.draft_paper(house, institution, subject, reader)
            if found is None
            else service.protocol_paper(process, found)
        )
        _write(paper, pdf, docx)
        return
    told: list[dict[str, Any]] = []
    for line in lines:
        found = service.drawn(house, institution, subject, line.version)
        if found is None:
            continue
        signed = [
            {"name": one.name, "function": one.function, "signed_at": one.signed_at, "remark": one.remark}
            for one in found.signatories
        ]
        told.append(
            {
                "version": line.version,
                "digest": line.digest,
                "digest_holds": found.holds,
                "drawn_up_at": line.drawn_up_at,
                "final_at": line.final_at,
                "signatures": signed,
            }
        )
    if as_json:
        print_json(told)
        return
    if not told:
        typer.echo("Nothing was drawn up yet. Write a draft with --pdf FILE.")
    zone = process.institution.zone
    for one in told:
        done = f"final since {local(one['final_at'], zone)}" if one["final_at"] else "waits for signatures"
        typer.secho(f"Version {one['version']}, {local(one['drawn_up_at'], zone)}: {done}", bold=True)
        typer.echo(f"  digest {one['digest']}{'' if one['digest_holds'] else ', WHICH THE CONTENT NO LONGER HAS'}")
        for who in one["signatures"]:
            at = local(who["signed_at"], zone) if who["signed_at"] else "not yet"
            typer.echo(f"  {who['name']} ({who['function']}): {at}")


def draw_up(institution: Institution, number: Number, user: As, reason: Reason = None, as_json: AsJson = False) -> None:
    """Draws up the protocol: what the journal says now is frozen, to be signed. A further version needs a reason."""
    from workflow.services.acts import DrawUpProtocol

    _record(institution, number, user, DrawUpProtocol(), reason, as_json)


def sign(
    institution: Institution,
    number: Number,
    version: Annotated[int, typer.Argument(help="The version that was read.", min=1)],
    user: As,
    remark: Annotated[str, typer.Option(help="The signer's own opinion.")] = "",
    as_json: AsJson = False,
) -> None:
    """Signs a version of the protocol as a member of the commission."""
    from workflow.services.acts import SignProtocol

    _record(institution, number, user, SignProtocol(version=version, remark=remark), None, as_json)


def attach(app: typer.Typer) -> None:
    """Adds the commands to the group of procedures."""
    app.command("publication")(publication)
    app.command("approve")(approve)
    app.command("correct")(correct)
    app.command("protocol")(protocol)
    app.command("draw-up")(draw_up)
    app.command("sign")(sign)


def _record(institution: str, number: str, user: str, act: Act, reason: str | None, as_json: bool) -> None:
    from workflow.engine.request import Refused
    from workflow.services.acts import Recording
    from workflow.services.cases import look
    from workflow.services.records import record

    house = open_house()
    subject = find_procedure(house, institution, number)
    actor = acting(house, institution, user, subject)
    done = record(house, Recording(institution=institution, subject=subject, actor=actor, act=act, reason=reason))
    if isinstance(done, Refused):
        refuse(done, look(house, institution, subject).book.process, as_json=as_json)
    if as_json:
        print_json(done)
    else:
        typer.echo(f"Recorded: {done.act}, entry {done.seq}.")


def _write(paper: Paper, pdf: Path | None, docx: Path | None) -> None:
    from workflow.documents import docx as word
    from workflow.documents import pdf as portable

    for path, made in ((pdf, portable.pdf), (docx, word.docx)):
        if path is not None:
            path.write_bytes(made(paper))
            typer.echo(f"Wrote {path}")
