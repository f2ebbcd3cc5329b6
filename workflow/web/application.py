"""The page of one application: where it stands, what must be decided now, what happened.

Why: whoever decides must see the papers, the rules' answer and the story on one page, and nothing that is not theirs.
Never here: reading (services/dossier.py), making moves and recording acts (application_moves.py, application_acts.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import Response

from workflow.engine.decide import MoveOption, arms_on_entry
from workflow.engine.process import Kind
from workflow.engine.request import Reason
from workflow.services import dossier, rankings, timeline
from workflow.services.dossier import Dossier, Item
from workflow.web import application_words as said
from workflow.web import local
from workflow.web.access import Access
from workflow.web.desk import Desk, Here
from workflow.web.foreseen import act_label, explained, move_label, recipient, state_label
from workflow.web.form import Form
from workflow.web.pages import Pages
from workflow.web.refusals import NotYours

CASE = "/{institution}/procedures/{procedure}/applications/{application}"

pages = Pages()


@dataclass(frozen=True, slots=True)
class Race:
    """Somebody was faster: what they did since the reader's page was made, and what the reader had typed."""

    lines: list[said.Line]
    typed: list[tuple[str, str]]


@pages.get(CASE, may=Access.CASE_READ)
def application(desk: Here, procedure: str, application: str, before: str = "", why: str = "") -> Response:
    """The page. `before`: the journal from before that entry; `why`: with what explains the place on the list."""
    return show(desk, opened(desk, procedure, application, before=number(before)), is_explained=bool(why))


def opened(desk: Desk, procedure: str, application: str, *, before: int | None = None) -> Dossier:
    """The file of the application in the address, as the person may see it. Raises UnknownSubject, NotYours."""
    file = dossier.view(desk.house, desk.at, procedure, application, desk.actor(procedure), before=before)
    if not file.sight.person:
        raise NotYours
    return file


def show(
    desk: Desk,
    file: Dossier,
    *,
    status: int = 200,
    typed: dict[str, str] | None = None,
    race: Race | None = None,
    is_explained: bool = False,
) -> Response:
    """The page of that file, with what was typed and what is wrong with it."""
    case, process = file.case, file.process
    return desk.page(
        "application.html",
        status=status,
        file=file,
        case=case,
        process=process,
        home=address(desk, file),
        position=desk.words(process.positions[case.facts.position].label, process),
        moves=[_move(desk, file, option) for option in sorted(file.moves, key=lambda o: not o.allowed)],
        lines=[said.line(desk, case, entry) for entry in file.entries],
        typed=typed or {},
        race=race,
        words=Words(desk, file),
        asked_why=is_explained,
        why=_why(desk, file) if is_explained else [],
    )


def _why(desk: Desk, file: Dossier) -> list[str]:
    """What explains the place on the list. Only when it is asked for, because the whole list must be read."""
    listed = rankings.rankings(desk.house, desk.at, file.process, [file.case.facts.position_id])
    own = [one for placed in listed.values() for one in placed if one.application == file.case.id]
    return [explained(desk, file.process, line) for one in own for line in one.why]


class Words:
    """What templates of an application call: labels and sentences about its file."""

    def __init__(self, desk: Desk, file: Dossier) -> None:
        self._desk, self._file = desk, file

    def item(self, name: str) -> str:
        """A document or requirement."""
        return said.item_label(self._desk, self._file.case, name)

    def ground(self, ground: Any) -> str:
        """A ground that was given."""
        return said.ground_text(self._desk, self._file.case, ground)

    def grounds(self, item: str) -> list[tuple[str, str]]:
        """The grounds to choose from for an item."""
        return said.grounds_for(self._desk, self._file, item)

    def roles(self, names: Iterable[str]) -> str:
        """Roles, as the office calls them."""
        return ", ".join(said.role_label(self._desk, self._file.case, name) for name in names)

    def declared(self, item: Item) -> str:
        """What a declaration declares, when its wording is still the one that was signed."""
        document = self._file.process.documents[item.name]
        if item.wording != self._file.case.book.wordings.get(item.name):
            return self._desk.say("In an earlier wording than that of the rules in force.")
        return self._desk.words(document.text or document.label, self._file.process)

    def asks_detail(self) -> bool:
        """Whether any ground needs free words."""
        return any("detail" in values for values in self._file.case.book.ground_values.values())

    def size(self, n: int) -> str:
        """A number of bytes."""
        return said.size(self._desk, n)

    def day(self, text: str) -> str:
        """A local day."""
        return local.day(date.fromisoformat(text), self._desk.language)

    def deadline(self, rule: str) -> str:
        """A deadline."""
        known = self._file.process.deadlines.get(rule)
        return self._desk.words(known.label, self._file.process) if known else rule

    def value(self, name: str) -> str:
        """What is known of a candidate."""
        return said.value_label(self._desk, name)

    def against(self, act: str) -> list[str]:
        """Why an act is not open to the reader now."""
        return against(self._desk, self._file, act)


def against(desk: Desk, file: Dossier, act: str) -> list[str]:
    """Why an act is not open to the person now, in sentences; nothing when it is."""
    refused = file.acts.get(act)
    reasons = refused.reasons if refused else ()
    named = tuple(
        Reason(r.code, {**r.data, "act": act_label(desk, act)} if "act" in r.data else r.data) for r in reasons
    )
    return desk.reasons(named, file.process)


def address(desk: Desk, file: Dossier, *parts: str) -> str:
    """The address of the application's page, or of one below it."""
    return desk.url("procedures", file.case.facts.procedure, "applications", file.case.id, *parts)


def number(text: str) -> int | None:
    """A small whole number of an address or a form; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def seen_version(form: Form) -> int | None:
    """The version of the application that the person saw."""
    return number(form.text("version"))


def race(desk: Desk, file: Dossier, seen: int | None, form: Form) -> Race:
    """What happened to the application since the version that the person saw, and what they had typed."""
    entries = timeline.since(desk.house, file.case, file.case.facts.version - 1 if seen is None else seen, file.sight)
    hidden = ("version", "item", "document", "check", "part", "at", "ok", "all", "look")
    typed = [(name, value) for name, value in form.typed().items() if value and name not in hidden]
    return Race([said.line(desk, file.case, entry) for entry in entries], typed)


def _move(desk: Desk, file: Dossier, option: MoveOption) -> dict[str, Any]:
    """A move as a button says it."""
    case, process = file.case, file.process
    alternatives = case.book.starting[Kind.APPLICATION, case.facts.state, option.name]
    undoes = next((t.undoes for t in alternatives if t.undoes), None)
    terms = []
    if option.allowed and len(option.targets) == 1 and option.targets[0] != case.facts.state:
        terms = [
            (desk.words(armed.rule.label, process), armed.due.at)
            for armed in arms_on_entry(case.book, case.facts, option.targets[0], desk.now)
            if case.facts.state not in armed.rule.states
        ]
    return {
        "name": option.name,
        "label": desk.words(option.label, process),
        "targets": [state_label(desk, process, Kind.APPLICATION, target) for target in option.targets],
        "stays": option.targets == (case.facts.state,),
        "mails": [recipient(desk, process, notice) for notice in option.notices],
        "terms": terms,
        "allowed": option.allowed,
        "asks": bool(option.asks),
        "backdated": any(t.backdated for t in alternatives),
        "reasons": desk.reasons(option.reasons, process),
        "undoes": move_label(desk, process, Kind.APPLICATION, undoes) if undoes else "",
        "by_nature": all(set(t.by) <= _BY_ITSELF for t in alternatives),
    }


_BY_ITSELF = frozenset({"clock", "procedure", "position", "application"})
"""Roles that no person holds: such a move happens by itself."""
