"""The protocol of a procedure: composed from the journal at any time as a draft, drawn up and frozen, signed, final.

Why: a court looks at the protocol. Nobody types it: every line is what the journal and the pinned rules say, and what
the members have signed no longer changes. A correction is a further version with a reason.
Never here: what its parts say (protocol_parts.py), how it is laid out (documents).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow.documents.paper import Block, Heading, Paper, Signatures, blocks_of
from workflow.engine import journal
from workflow.engine.errors import UnknownSubject
from workflow.engine.process import Kind, ProcessDefinition
from workflow.engine.request import Reason, Refused
from workflow.engine.scoring import Line
from workflow.identifiers import uuid7
from workflow.persistence import oversight_reads, procedure_reads, statements
from workflow.persistence import paper_reads as sql
from workflow.persistence.tables import Protocol, ProtocolSignature
from workflow.persistence.unit_of_work import Unit, instant
from workflow.services import protocol_parts as parts
from workflow.services import recusals
from workflow.services.acts import DrawUpProtocol, Outcome, Recording, SignProtocol, known_as, unknown
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.paper_words import PaperWords, in_utc
from workflow.services.rankings import stored_accounts


@dataclass(frozen=True, slots=True)
class Signatory:
    """Somebody who must sign, and when that was done (None: not yet)."""

    user: str
    name: str
    function: str
    signed_at: datetime | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ProtocolLine:
    """One version of a protocol without what it says."""

    version: int
    id: str
    digest: str
    entry_seq: int
    drawn_up_by: str
    drawn_up_at: datetime
    final_at: datetime | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """One version of a protocol. `text`: its content as it was frozen, byte for byte. `holds`: it still has the digest
    that the table and the journal recorded."""

    line: ProtocolLine
    text: str
    signatories: tuple[Signatory, ...]
    holds: bool

    @property
    def content(self) -> Mapping[str, Any]:
        """What it says."""
        found: Mapping[str, Any] = json.loads(self.text)
        return found


# --- acts -------------------------------------------------------------------------------------------------------------


def draw_up_protocol(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """Composes the protocol from everything up to now and freezes it. A further version needs a reason."""
    known_as(r.act, DrawUpProtocol)
    if case.book.process.protocol is None:
        return unknown("protocol")
    versions = docket.unit.read(sql.protocols, institution=docket.institution, procedure=case.id)
    reason = (r.reason or "").strip()
    if versions and not reason:
        return Refused((Reason("reason_missing"),))
    content = _composed(docket, case)
    if not content["signatories"]:
        return Refused((Reason("nobody_to_sign", {"functions": ", ".join(case.book.process.protocol.signed_by)}),))
    if reason:
        content["reason"] = reason
    # The salt lies within the content: the digest stays in the chain when the names are erased, and tells nothing.
    text = journal.canonical({**content, "version": len(versions) + 1, "salt": journal.new_salt()})
    row = {
        "institution": docket.institution,
        "id": uuid7(),
        "procedure_id": case.id,
        "version": len(versions) + 1,
        "content": text,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
        "entry_seq": case.seq + 1,
        "drawn_up_by": r.actor.user,
        "drawn_up_at": docket.now,
        "final_at": None,
    }
    return Outcome([("insert", Protocol, row)], {"version": row["version"], "digest": row["digest"]})


def sign_protocol(docket: Docket, case: Case, r: Recording) -> Outcome | Refused:
    """The actor signs the newest version, once. It is final when the last who must sign has signed."""
    act = known_as(r.act, SignProtocol)
    versions = docket.unit.read(sql.protocols, institution=docket.institution, procedure=case.id)
    if not versions or act.version > len(versions):
        return unknown(str(act.version))
    newest = dict(zip(sql.protocols.columns, versions[-1], strict=True))
    if newest["version"] != act.version:
        return Refused((Reason("protocol_replaced", {"version": str(newest["version"])}),))
    here = {"institution": docket.institution, "id": newest["id"]}
    content = json.loads(docket.unit.read(sql.protocol_content, **here)[0][0])
    owed = {one["user"] for one in content.get("signatories", ())}
    signed = {row[0] for row in docket.unit.read(sql.signatures, **here)}
    if r.actor.user not in owed:
        return Refused((Reason("not_a_signatory", {"version": str(act.version)}),))
    if r.actor.user in signed:
        return Refused((Reason("protocol_signed", {"version": str(act.version)}),))
    row = {
        "institution": docket.institution,
        "protocol_id": newest["id"],
        "user_id": r.actor.user,
        "signed_at": docket.now,
        "remark": act.remark.strip(),
    }
    said = {"version": act.version, "digest": newest["digest"]}
    outcome = Outcome([("insert", ProtocolSignature, row)], said)
    if act.remark.strip():
        outcome.texts["remark"] = act.remark.strip()
    if owed <= signed | {r.actor.user}:
        key = {"institution": docket.institution, "id": newest["id"]}
        outcome.rows.append(("update", Protocol, {**key, "final_at": docket.now}))
        outcome.effects["final"] = said
    return outcome


# --- looking ----------------------------------------------------------------------------------------------------------


def protocols(house: House, institution: str, procedure: str) -> tuple[ProtocolLine, ...]:
    """Every version of the protocol of a procedure, in order."""
    found = []
    for row in house.database.read(sql.protocols, institution=institution, procedure=procedure):
        r = dict(zip(sql.protocols.columns, row, strict=True))
        final = None if r["final_at"] is None else instant(r["final_at"])
        by = r["name"] or r["drawn_up_by"]
        at = instant(r["drawn_up_at"])
        found.append(ProtocolLine(r["version"], r["id"], r["digest"], r["entry_seq"], by, at, final))
    return tuple(found)


def drawn(house: House, institution: str, procedure: str, version: int) -> Drawn | None:
    """One version with what it says; None when there is none of that number."""
    line = next((one for one in protocols(house, institution, procedure) if one.version == version), None)
    if line is None:
        return None
    here = {"institution": institution, "id": line.id}
    text = house.database.read(sql.protocol_content, **here)[0][0]
    signed = {row[0]: (instant(row[1]), row[2]) for row in house.database.read(sql.signatures, **here)}
    entries = house.database.read(sql.entry, institution=institution, subject=procedure, seq=line.entry_seq)
    recorded = [house.parsed(parameters).get("digest") for _, parameters in entries]
    computed = hashlib.sha256(text.encode()).hexdigest()
    return Drawn(
        line,
        text,
        tuple(
            Signatory(one["user"], one["name"], one["function"], *signed.get(one["user"], (None, "")))
            for one in json.loads(text).get("signatories", ())
        ),
        holds=[line.digest] == recorded and computed == line.digest,
    )


def protocol_paper(process: ProcessDefinition, found: Drawn) -> Paper:
    """A version that was drawn up as a paper, with the signatures that it has."""
    content = found.content
    said = PaperWords(process, content.get("language", process.institution.languages[0]))
    signatures = tuple(
        (
            one.name,
            said.say(f"function_{one.function}"),
            "" if one.signed_at is None else said.say("signed_at", at=said.moment(one.signed_at)),
            said.say("remark", remark=one.remark) if one.remark else "",
        )
        for one in found.signatories
    )
    at = found.line.final_at or found.line.drawn_up_at
    lines = list(content.get("lines", ()))
    if content.get("reason"):
        lines.append(said.say("corrected", version=found.line.version, reason=content["reason"]))
    institution = content.get("institution", said.words(process.institution.title))
    number = f"{content.get('number', '')}/{found.line.version}"
    return Paper(
        language=said.language,
        institution=institution,
        title=content.get("title", said.say("protocol")),
        lines=tuple(lines),
        blocks=(*blocks_of(content.get("blocks", [])), Heading(said.say("part_signatures")), Signatures(signatures)),
        foot=(
            f"{institution} · {said.say('number', number=number)} · {said.moment(found.line.drawn_up_at)}",
            f"SHA-256 {found.line.digest}",
        ),
        dated=in_utc(at),
    )


def draft_paper(house: House, institution: str, procedure: str, reader: str = "") -> Paper:
    """What the protocol would say now, marked as a draft. Raises UnknownSubject for what is no procedure.

    A reader who is recused from candidates finds none of their results in the draft. A protocol that was drawn up is
    whole, for every reader: it is one paper, and who signs it must see what is signed.
    """
    hidden = recusals.hidden_from(house, institution, procedure, reader) if reader else frozenset[str]()

    def work(unit: Unit) -> tuple[ProcessDefinition, dict[str, Any], datetime]:
        docket = Docket(house, unit, institution, house.clock.now())
        case = docket.case(procedure)
        if case.facts.kind is not Kind.PROCEDURE or case.book.process.protocol is None:
            raise UnknownSubject(procedure)
        return case.book.process, _composed(docket, case, hidden), docket.now

    process, content, now = house.glance(work)
    said = PaperWords(process, content["language"])
    draft = said.say("draft")
    return Paper(
        language=content["language"],
        institution=content["institution"],
        title=content["title"],
        lines=tuple(content["lines"]),
        blocks=(
            *blocks_of(json.loads(json.dumps(content["blocks"]))),
            Heading(said.say("part_signatures")),
            Signatures(
                tuple((s["name"], said.say(f"function_{s['function']}"), "", "") for s in content["signatories"])
            ),
        ),
        foot=(f"{content['institution']} · {content['number']} · {draft} · {said.moment(now)}",),
        dated=in_utc(now),
        mark=draft.upper(),
    )


# --- composing --------------------------------------------------------------------------------------------------------


def _composed(docket: Docket, case: Case, hidden: Collection[str] = ()) -> dict[str, Any]:
    """The content: everything in words of the institution's own language, and who must sign."""
    process = case.book.process
    rule = process.protocol
    if rule is None:
        raise AssertionError("the loader accepts acts of the protocol only beside a `protocol`")
    record = parts.without_results(_record(docket, case), hidden)
    said = PaperWords(process, process.institution.languages[0])
    blocks: Sequence[Block] = parts.compose(record, said)
    signatories = [
        {"user": m.user, "name": m.name, "function": m.function}
        for m in record.commission
        if m.function in rule.signed_by
    ]
    paper = Paper(
        language=said.language,
        institution=said.words(process.institution.title),
        title=said.words(rule.title),
        lines=(said.say("procedure_no", number=case.facts.number), said.words(process.title)),
        blocks=tuple(blocks),
        foot=(),
        dated=docket.now,
    )
    return {**paper.as_data(), "number": case.facts.number, "signatories": signatories}


def _record(docket: Docket, case: Case) -> parts.Record:
    """Everything that the protocol is made of, in a fixed number of statements."""
    positions = docket.children(case, Kind.POSITION, None)
    applications = docket.children(case, Kind.APPLICATION, None)
    docket.load(applications, {"results", "places", "grounds"})
    ids = [case.id, *(one.id for one in (*positions, *applications))]
    here = {"institution": docket.institution, "ids": ids}
    entries: dict[str, list[parts.Happened]] = {i: [] for i in ids}
    texts: dict[tuple[str, int], dict[str, str]] = {}
    for row in docket.unit.read(statements.texts, **here):
        t = dict(zip(statements.texts.columns, row, strict=True))
        if t["text"]:  # empty once erased
            texts.setdefault((t["subject_id"], t["seq"]), {})[t["field"]] = t["text"]
    for row in docket.unit.read(statements.history, **here):
        e = dict(zip(statements.history.columns, row, strict=True))
        entries[e["subject_id"]].append(
            parts.Happened(
                seq=e["seq"],
                act=e["act"],
                from_state=e["from_state"],
                to_state=e["to_state"],
                effective_at=instant(e["effective_at"]),
                actor=e["actor"],
                rule=e["rule"],
                parameters=docket.house.parsed(e["parameters"]),
                effects=docket.house.parsed(e["effects"]),
                texts=texts.get((e["subject_id"], e["seq"]), {}),
            )
        )
    commission = [
        parts.Member(user, name or user, function, order)
        for user, name, function, order in docket.unit.read(
            sql.commission, institution=docket.institution, procedure=case.id
        )
    ]
    actors = {one.actor for happened in entries.values() for one in happened}
    actors |= {str(one.parameters["user"]) for h in entries.values() for one in h if "user" in one.parameters}
    actors |= {str(one.parameters["leaving"]) for h in entries.values() for one in h if "leaving" in one.parameters}
    actors |= {user for h in entries.values() for one in h for user in one.parameters.get("marks") or ()}
    names: dict[str, str] = dict(docket.unit.read(oversight_reads.actors, ids=sorted(actors)))
    published = [
        dict(zip(sql.publications.columns, row, strict=True))
        for row in docket.unit.read(sql.publications, institution=docket.institution, procedure=case.id)
    ]
    order = {member: place for place, member in enumerate(parts.FUNCTIONS)}
    return parts.Record(
        process=case.book.process,
        definition_hash=case.book.hash,
        calendar=case.book.calendar.version,
        procedure=case,
        positions=tuple(positions),
        applications=tuple(sorted(applications, key=lambda a: a.facts.register_number)),
        entries=entries,
        commission=tuple(sorted(commission, key=lambda m: (order.get(m.function, 9), m.name))),
        names=names,
        published=tuple(published),
        book=case.book,
        why=_why(docket, case.book.process, [one.id for one in positions]),
    )


def _why(docket: Docket, process: ProcessDefinition, positions: Sequence[str]) -> dict[str, Sequence[Line]]:
    """The explanation of every place on the lists of those positions."""
    rows = docket.unit.read(procedure_reads.rankings, institution=docket.institution, ids=positions)
    accounts = stored_accounts(docket.unit.read, docket.house.parsed, docket.institution, process, rows)
    return {row[1]: accounts[row[0]].lines(row[1]) for row in rows if row[0] in accounts}
