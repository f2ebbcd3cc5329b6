"""Papers of a procedure: publications as they were shown, with approval and correction, and the protocol; as files too.

Why: what people were told, and what the commission signed, must be found again word for word, printed and checked.
Never here: what a paper says (services), how it is laid out (documents).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response

from workflow.documents import docx, pdf
from workflow.engine.process import ProcessDefinition
from workflow.engine.request import Reason, Refused
from workflow.services import procedures, protocol, recusals
from workflow.services.acts import Act, ApprovePublication, CorrectPublication, DrawUpProtocol, Recording, SignProtocol
from workflow.services.appointing import allowed
from workflow.services.case import Case
from workflow.services.paper_words import PaperWords
from workflow.services.publication_paper import cell, columns, heads, is_number, publication_paper
from workflow.services.publications import Shown, lists_of, publication, without
from workflow.services.records import record
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.exporting import harmless
from workflow.web.form import Typed
from workflow.web.pages import Pages
from workflow.web.procedures import function_label
from workflow.web.refusals import NotFound

pages = Pages()

_MOST_DIGITS = 6
_PUBLICATION = "/{institution}/procedures/{procedure}/publications/{number}"
_PROTOCOL = "/{institution}/procedures/{procedure}/protocol"


# --- publications -----------------------------------------------------------------------------------------------------


@pages.get(_PUBLICATION, may=Access.CASE_READ)
def show_publication(desk: Here, procedure: str, number: str, version: str = "") -> Response:
    """One version of a publication exactly as it was shown, in every language of the institution."""
    return _publication(desk, procedure, number, version)


@pages.post(_PUBLICATION + "/approve", may=Access.CASE_ACT)
def approves_publication(desk: Here, procedure: str, number: str, form: Typed) -> Response:
    """A second person approves a draft; from now on it is shown."""
    case, versions = _versions(desk, procedure, number)
    act = ApprovePublication(number=versions[-1].line.number, version=_number(form.text("version")))
    said = desk.say("Approved. It is shown from now on.")
    return _publication_act(desk, case, number, act, "approve", said, None)


@pages.post(_PUBLICATION + "/correct", may=Access.CASE_ACT)
def corrects_publication(desk: Here, procedure: str, number: str, form: Typed) -> Response:
    """Makes the next version, with a reason; the one before it stays on record."""
    case, versions = _versions(desk, procedure, number)
    act = CorrectPublication(number=versions[-1].line.number)
    said = desk.say("The corrected version is made. The one before it stays on record.")
    return _publication_act(desk, case, number, act, "reason", said, form.text("reason")[:4000] or None)


@pages.get(_PUBLICATION + "/file.pdf", may=Access.CASE_READ)
def publication_pdf(desk: Here, procedure: str, number: str, version: str = "", language: str = "") -> Response:
    """A version as PDF, in one language of the institution."""
    case, shown, language = _asked(desk, procedure, number, version, language)
    paper = publication_paper(case.book.process, case.facts.number, shown.line, shown.content, language)
    return _file(pdf.pdf(paper), pdf.MEDIA_TYPE, f"{_named(shown)}-{language}.pdf")


@pages.get(_PUBLICATION + "/file.csv", may=Access.CASE_READ)
def publication_csv(desk: Here, procedure: str, number: str, version: str = "", language: str = "") -> Response:
    """A version as CSV in UTF-8, with the mark by which Excel knows it."""
    case, shown, language = _asked(desk, procedure, number, version, language)
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    for row in _rows(case.book.process, shown.content, language):
        writer.writerow([harmless(one) for one in row])
    return _file(text.getvalue().encode(), "text/csv; charset=utf-8", f"{_named(shown)}-{language}.csv")


def _rows(process: ProcessDefinition, content: Mapping[str, Any], language: str) -> Iterator[list[str]]:
    said = PaperWords(process, language)
    for one in lists_of(content):
        names = columns(one["shows"])
        yield [said.words(one["title"])]
        yield [*heads(said, names)]
        for number, row in enumerate(one["rows"], 1):
            yield [str(number), *(cell(process, said, row, name) for name in names)]


def _publication(
    desk: Desk, procedure: str, number: str, version: str, *, status: int = 200, typed: Mapping[str, str] | None = None
) -> Response:
    case, versions = _versions(desk, procedure, number)
    shown = _chosen(versions, version)
    process, line = case.book.process, shown.line
    rule = process.publications.get(line.name)
    actor = desk.actor(procedure)
    newest = versions[-1].line
    waits = newest.is_draft and line == newest
    may_approve = (
        waits
        and rule is not None
        and allowed(desk.house, case, "approve_publication", actor) is None
        and bool(actor.roles.intersection(rule.approved_by))
    )
    return desk.page(
        "publication.html",
        status=status,
        case=case,
        publication=line,
        title=desk.words(rule.title, process) if rule is not None else line.name,
        holds=shown.holds,
        erased=not shown.content.get("lists"),
        reason=shown.content.get("reason", ""),
        others=[one.line for one in versions if one.line != line],
        versions=[_version(process, shown.content, language) for language in process.institution.languages],
        waits=waits,
        approvers=[desk.words(process.roles[r].label, process) for r in rule.approved_by if r in process.roles]
        if rule is not None
        else [],
        may_approve=may_approve,
        may_correct=line == newest
        and (waits or line.is_up)
        and allowed(desk.house, case, "correct_publication", actor) is None,
        typed=typed or {},
    )


def _version(process: ProcessDefinition, content: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A publication in one language of the institution, ready to be laid out."""
    said = PaperWords(process, language)
    lists = []
    for one in lists_of(content):
        names = columns(one["shows"])
        lists.append(
            {
                "title": said.words(one["title"]),
                "heads": [(head, is_number(n)) for head, n in zip(heads(said, names)[1:], names, strict=True)],
                "rows": [[(cell(process, said, r, n), is_number(n)) for n in names] for r in one["rows"]],
            }
        )
    return {"language": language, "title": said.words(content["title"]) if content.get("title") else "", "lists": lists}


def _publication_act(
    desk: Desk, case: Case, number: str, act: Act, field: str, said: str, reason: str | None
) -> Response:
    done = _record(desk, case, act, reason)
    if isinstance(done, Refused):
        desk.errors[field] = _why(desk, case, done)
        return _publication(desk, case.id, number, "", status=409, typed={"reason": reason or ""})
    return desk.go(desk.url("procedures", case.id, "publications", number), said)


def _versions(desk: Desk, procedure: str, number: str) -> tuple[Case, tuple[Shown, ...]]:
    case = procedures.procedure_of(desk.house, desk.at, procedure)
    found = publication(desk.house, desk.at, procedure, _number(number))
    if not found:
        raise NotFound
    if any(one.line.published_at is None for one in found):
        hidden = recusals.hidden_from(desk.house, desk.at, procedure, desk.who.user)
        found = tuple(without(one, hidden) if one.line.published_at is None else one for one in found)
    return case, found


def _chosen(versions: tuple[Shown, ...], version: str) -> Shown:
    if not version:
        return versions[-1]
    wanted = _number(version)
    for one in versions:
        if one.line.version == wanted:
            return one
    raise NotFound


def _asked(desk: Desk, procedure: str, number: str, version: str, language: str) -> tuple[Case, Shown, str]:
    case, versions = _versions(desk, procedure, number)
    languages = case.book.process.institution.languages
    if language and language not in languages:
        raise NotFound
    return case, _chosen(versions, version), language or languages[0]


def _named(shown: Shown) -> str:
    version = "" if shown.line.version == 1 else f"-v{shown.line.version}"
    return f"{shown.line.name}-{shown.line.number}{version}"


# --- the protocol -----------------------------------------------------------------------------------------------------


@pages.get(_PROTOCOL, may=Access.CASE_READ)
def show_protocol(desk: Here, procedure: str) -> Response:
    """The versions of the protocol, who has signed the newest, and what can be done now."""
    return _protocol(desk, procedure)


@pages.post(_PROTOCOL + "/draw-up", may=Access.CASE_ACT)
def draws_up_protocol(desk: Here, procedure: str, form: Typed) -> Response:
    """Freezes what the journal says now, to be signed."""
    case = _with_protocol(desk, procedure)
    reason = form.text("reason")[:4000] or None
    done = _record(desk, case, DrawUpProtocol(), reason)
    if isinstance(done, Refused):
        desk.errors["reason"] = _why(desk, case, done)
        return _protocol(desk, procedure, status=409, typed=form.typed())
    return desk.go(
        desk.url("procedures", procedure, "protocol"), desk.say("The protocol is drawn up. It can be signed.")
    )


@pages.post(_PROTOCOL + "/sign", may=Access.CASE_ACT)
def signs_protocol(desk: Here, procedure: str, form: Typed) -> Response:
    """The actor signs the version that was on the page."""
    case = _with_protocol(desk, procedure)
    act = SignProtocol(version=_number(form.text("version")), remark=form.text("remark")[:4000])
    done = _record(desk, case, act, None)
    if isinstance(done, Refused):
        desk.errors["remark"] = _why(desk, case, done)
        return _protocol(desk, procedure, status=409, typed=form.typed())
    return desk.go(desk.url("procedures", procedure, "protocol"), desk.say("You have signed the protocol."))


@pages.get(_PROTOCOL + "/file.pdf", may=Access.CASE_READ)
def protocol_pdf(desk: Here, procedure: str, version: str = "") -> Response:
    """A version as PDF; without a version, the draft of what it would say now."""
    paper = _paper(desk, procedure, version)
    return _file(pdf.pdf(paper), pdf.MEDIA_TYPE, _protocol_name(version, "pdf"))


@pages.get(_PROTOCOL + "/file.docx", may=Access.CASE_READ)
def protocol_docx(desk: Here, procedure: str, version: str = "") -> Response:
    """As the PDF, to be written on in a word processor."""
    paper = _paper(desk, procedure, version)
    return _file(docx.docx(paper), docx.MEDIA_TYPE, _protocol_name(version, "docx"))


@pages.get(_PROTOCOL + "/file.json", may=Access.CASE_READ)
def protocol_content(desk: Here, procedure: str, version: str = "") -> Response:
    """The frozen content of a version, byte for byte: its SHA-256 is the digest in the journal."""
    _with_protocol(desk, procedure)
    found = protocol.drawn(desk.house, desk.at, procedure, _number(version))
    if found is None:
        raise NotFound
    return _file(found.text.encode(), "application/json", _protocol_name(version, "json"))


def _protocol(desk: Desk, procedure: str, *, status: int = 200, typed: Mapping[str, str] | None = None) -> Response:
    case = _with_protocol(desk, procedure)
    lines = protocol.protocols(desk.house, desk.at, procedure)
    newest = protocol.drawn(desk.house, desk.at, procedure, lines[-1].version) if lines else None
    actor = desk.actor(procedure)
    rule = case.book.process.protocol
    open_ = newest is not None and newest.line.final_at is None
    return desk.page(
        "protocol.html",
        status=status,
        case=case,
        title=desk.words(rule.title, case.book.process) if rule else "",
        lines=lines,
        newest=newest,
        signatories=[(one, function_label(desk, one.function)) for one in newest.signatories] if newest else [],
        may_draw_up=allowed(desk.house, case, "draw_up_protocol", actor) is None,
        may_sign=open_
        and newest is not None
        and any(one.user == actor.user and one.signed_at is None for one in newest.signatories)
        and allowed(desk.house, case, "sign_protocol", actor) is None,
        typed=typed or {},
    )


def _with_protocol(desk: Desk, procedure: str) -> Case:
    case = procedures.procedure_of(desk.house, desk.at, procedure)
    if case.book.process.protocol is None:
        raise NotFound
    return case


def _paper(desk: Desk, procedure: str, version: str) -> Any:
    case = _with_protocol(desk, procedure)
    if not version:
        return protocol.draft_paper(desk.house, desk.at, procedure, desk.who.user)
    found = protocol.drawn(desk.house, desk.at, procedure, _number(version))
    if found is None:
        raise NotFound
    return protocol.protocol_paper(case.book.process, found)


def _protocol_name(version: str, kind: str) -> str:
    return f"protocol-{version or 'draft'}.{kind}"


# --- both -------------------------------------------------------------------------------------------------------------


def _record(desk: Desk, case: Case, act: Act, reason: str | None) -> Any:
    actor = desk.actor(case.id)
    return record(desk.house, Recording(institution=desk.at, subject=case.id, actor=actor, act=act, reason=reason))


def _why(desk: Desk, case: Case, refused: Refused) -> str:
    process = case.book.process
    reasons = tuple(_in_words(desk, process, one) for one in refused.reasons)
    return " ".join(desk.reasons(reasons, process))


def _in_words(desk: Desk, process: ProcessDefinition, reason: Reason) -> Reason:
    if reason.code != "nobody_to_sign":
        return reason
    named = ", ".join(function_label(desk, one) for one in reason.data["functions"].split(", "))
    return Reason("nobody_to_sign", {"functions": named})


def _number(text: str) -> int:
    """A number of an address or a form. Raises NotFound for anything else."""
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS or int(text) < 1:
        raise NotFound
    return int(text)


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
