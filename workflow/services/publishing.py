"""Publications: numbered lists for the public, made from where the applications stand, with their content frozen.

Why: what was shown, when and to whom must be provable later, also after the page was taken down.
Never here: pages, layouts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from workflow.engine import journal
from workflow.engine.process import Kind, PublishedList
from workflow.engine.request import GivenGround, Refused
from workflow.engine.rulebook import Rulebook
from workflow.identifiers import uuid7
from workflow.persistence import reads
from workflow.persistence.tables import Publication
from workflow.services.case import Case, Entry, Rows
from workflow.services.docket import Docket


def publish(docket: Docket, case: Case, name: str, entry: Entry) -> Rows | Refused:
    """The row of a new publication of the procedure; the journal holds its number and the digest of its content."""
    rule = case.book.process.publications[name]
    lists = {key: _list(docket, case, one) for key, one in rule.lists.items()}
    # The salt lies within the content: the digest stays in the chain when the names are erased, and tells nothing.
    content = journal.canonical({"title": dict(rule.title), "lists": lists, "salt": journal.new_salt()})
    number = docket.next_number("publication", reads.last_publication, id=case.facts.procedure)
    digest = hashlib.sha256(content.encode()).hexdigest()
    entry.effects.setdefault("published", []).append({"publication": name, "number": number, "digest": digest})
    row = {
        "institution": docket.institution,
        "id": uuid7(),
        "procedure_id": case.facts.procedure,
        "name": name,
        "number": number,
        "content": content,
        "digest": digest,
        "published_at": docket.now,
        "withdrawn_at": None,
    }
    return [("insert", Publication, row)]


def withdraw(docket: Docket, case: Case, name: str, entry: Entry) -> Rows | Refused:
    """Takes down every publication of that name which is still up."""
    rows = docket.unit.read(reads.published, institution=docket.institution, procedure=case.facts.procedure, name=name)
    entry.effects.setdefault("withdrawn", []).extend(row[1] for row in rows)
    key = {"institution": docket.institution, "withdrawn_at": docket.now}
    return [("update", Publication, {**key, "id": row[0]}) for row in rows]


def _list(docket: Docket, case: Case, one: PublishedList) -> dict[str, Any]:
    applications = docket.children(case, Kind.APPLICATION, one.states)
    if {"place", "total"} & set(one.shows):
        docket.load(applications, {"places"})
    if "grounds" in one.shows:
        docket.load(applications, {"grounds"})
    ordered = sorted(
        applications,
        key=lambda a: (a.facts.position, a.place[0] if a.place else 1 << 30, a.facts.register_number),
    )
    return {"title": dict(one.title), "shows": list(one.shows), "rows": [_row(a, one.shows) for a in ordered]}


def _row(case: Case, shows: Sequence[str]) -> dict[str, Any]:
    facts = case.facts
    row: dict[str, Any] = {"position": facts.position}
    if "register_number" in shows:
        row["register_number"] = facts.register_number
    if "name" in shows:
        row["name"] = facts.candidate
    if "grounds" in shows:
        languages = case.book.process.institution.languages
        row["grounds"] = {lang: ground_words(case.book, case.grounds or (), lang) for lang in languages}
    if "place" in shows:
        row["place"] = case.place[0] if case.place else None
    if "total" in shows:
        row["total"] = case.place[1] if case.place else None
    return row


def ground_words(book: Rulebook, grounds: Sequence[GivenGround], language: str) -> list[str]:
    """Each ground as a sentence in a language (else in the institution's own), names in that language too."""
    own = book.process.institution.languages[0]
    texts = [(g, book.process.grounds[g.code].text) for g in grounds]
    return [
        (text.get(language) or text[own]).format_map(_Values(book, g.values, language if language in text else own))
        for g, text in texts
    ]


class _Values(dict[str, str]):
    """The values of a ground as words; what was erased or not given shows as a dash."""

    def __init__(self, book: Rulebook, values: Mapping[str, str], language: str) -> None:
        super().__init__(values)
        own = book.process.institution.languages[0]
        labels = {name: d.label for name, d in book.process.documents.items()}
        for key, known in (
            ("document", labels),
            ("requirement", {name: r.label for name, r in book.process.requirements.items()}),
        ):
            if key in values and values[key] in known:
                label = known[values[key]]
                self[key] = label.get(language) or label[own]

    def __missing__(self, key: str) -> str:
        return "-"
