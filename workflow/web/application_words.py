"""What happened to an application and what its file holds, in words: entries, roles, grounds, why a file is refused.

Why: the page, the document check and the message after a lost race say the same thing in the same words.
Never here: reading, deciding, a route.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from workflow.engine.file_kind import NotAccepted
from workflow.engine.process import Kind, ProcessDefinition
from workflow.engine.request import GivenGround
from workflow.engine.scoring import Line as Explained
from workflow.services.case import Case
from workflow.services.dossier import Dossier
from workflow.services.grounds import ground_words
from workflow.services.notices import PERSONAL_LINK
from workflow.services.timeline import Happened
from workflow.web import local
from workflow.web.desk import Desk
from workflow.web.foreseen import act_label, explained, move_label, recipient, state_label
from workflow.wording import built_in_roles

KILO = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the timeline as a person reads it."""

    seq: int
    title: str
    leads: str
    who: str
    role: str
    by_clock: bool
    effective_at: datetime
    recorded_at: datetime
    said: list[tuple[str, str]]
    deadlines: list[tuple[str, datetime]]
    mails: list[dict[str, Any]]

    @property
    def is_backdated(self) -> bool:
        """Whether it counts from another minute than it was written."""
        return abs((self.recorded_at - self.effective_at).total_seconds()) >= 60


def line(desk: Desk, case: Case, entry: Happened) -> Line:
    """An entry in the reader's language."""
    process, seen = case.book.process, entry.parameters
    if entry.is_move:
        title = move_label(desk, process, Kind.APPLICATION, entry.act, entry.to_state)
    else:
        title = act_label(desk, entry.act)
    by_clock = entry.actor == "clock"
    armed = [
        (desk.words(process.deadlines[one["rule"]].label, process), datetime.fromisoformat(one["due"]))
        for one in entry.effects.get("armed", ())
        if one["rule"] in process.deadlines
    ]
    return Line(
        seq=entry.seq,
        title=title,
        leads=state_label(desk, process, Kind.APPLICATION, entry.to_state) if entry.to_state else "",
        who=desk.say("The clock") if by_clock else entry.name or entry.actor,
        role="" if by_clock else role_label(desk, case, entry.role),
        by_clock=by_clock,
        effective_at=entry.effective_at,
        recorded_at=entry.recorded_at,
        said=[
            *_about(desk, case, entry),
            *_left_free(desk, process, entry),
            *_grounds(desk, case, entry),
            *_texts(desk, entry),
            *_entered(desk, seen),
        ],
        deadlines=armed,
        mails=[
            {
                "mail": mail,
                "to": recipient(desk, process, mail.notice) if mail.notice in process.notices else mail.name,
                "body": mail.body.replace(PERSONAL_LINK, desk.say("[the candidate's own link]")),
            }
            for mail in entry.mails
        ],
    )


def _about(desk: Desk, case: Case, entry: Happened) -> list[tuple[str, str]]:
    process, seen = case.book.process, entry.parameters
    match entry.act:
        case "hand_in_document":
            said = [(desk.say("Document"), item_label(desk, case, str(seen.get("document", ""))))]
            if seen.get("pages"):
                said.append((desk.say("Pages"), str(seen["pages"])))
            if seen.get("file"):
                file = seen["file"]
                said.append((desk.say("File"), f"{size(desk, file['size'])}, SHA-256 {file['sha256'][:16]}…"))
            return said
        case "give_verdict":
            verdict = desk.say("in order") if seen.get("ok") else desk.say("not in order")
            said = [(item_label(desk, case, str(seen.get("item", ""))), verdict)]
            if seen.get("ground") in process.grounds:
                values = {**(seen.get("values") or {}), **{k: v for k, v in entry.texts.items() if k == "detail"}}
                ground = GivenGround(code=seen["ground"], values=values)
                said.append((desk.say("Ground"), ground_text(desk, case, ground)))
            return said
        case "record_check" if seen.get("check") in process.checks:
            verdict = desk.say("passed") if seen.get("passed") else desk.say("not passed")
            rule = process.checks[seen["check"]]
            said = [(desk.words(rule.label, process), verdict)]
            for name, good in (seen.get("items") or {}).items():
                line = desk.say("in order") if good else desk.say("not in order")
                words = entry.texts.get(f"note_{name}")
                label = desk.words(rule.items[name].label, process) if name in rule.items else name
                said.append((label, f"{line}: {words}" if words else line))
            return said
        case "request_re_examination" if seen.get("check") in process.checks:
            return [(desk.say("Check"), desk.words(process.checks[seen["check"]].label, process))]
        case "complete_task" if seen.get("task") in process.tasks:
            return [(desk.words(process.tasks[seen["task"]].label, process), str(seen.get("day", "")))]
        case "record_attendance" if process.training and seen.get("part") in process.training.parts:
            label = desk.words(process.training.parts[seen["part"]].label, process)
            return [(label, f"{seen.get('day', '')}: {desk.say('%(n)s hours', n=seen.get('hours', ''))}")]
        case "complete_part" if process.training and seen.get("part") in process.training.parts:
            part = process.training.parts[seen["part"]]
            return [(desk.words(part.label, process), desk.say("%(n)s hours", n=seen.get("hours", "")))]
        case "save_sheet" | "sign_sheet" | "change_sheet" if seen.get("assessment") in process.assessments:
            return [(desk.say("Assessment"), desk.words(process.assessments[seen["assessment"]].label, process))]
        case "correct_candidate":
            fields = [value_label(desk, name) for name in seen.get("corrected", ())]
            return [(desk.say("Corrected"), ", ".join(fields))]
    if entry.is_move and "why" in seen:
        why = Explained(seen["why"], {k: str(v) for k, v in seen.items() if k != "why"})
        return [(desk.say("Explanation"), explained(desk, process, why))]
    return []


def _left_free(desk: Desk, process: ProcessDefinition, entry: Happened) -> list[tuple[str, str]]:
    left = entry.effects.get("seat_left_free")
    if not left:
        return []
    why = Explained(left["why"], {k: str(v) for k, v in left.items() if k != "why"})
    return [(desk.say("Free place"), explained(desk, process, why))]


def _grounds(desk: Desk, case: Case, entry: Happened) -> list[tuple[str, str]]:
    given = [
        GivenGround(
            code=g["code"],
            values={**g["values"], **({"detail": entry.texts[f"detail_{i}"]} if f"detail_{i}" in entry.texts else {})},
        )
        for i, g in enumerate(entry.parameters.get("grounds") or ())
        if g["code"] in case.book.process.grounds
    ]
    return [(desk.say("Ground"), ground_text(desk, case, ground)) for ground in given]


def _texts(desk: Desk, entry: Happened) -> list[tuple[str, str]]:
    said = [(desk.say("Reason"), entry.texts["reason"])] if "reason" in entry.texts else []
    for name, text in entry.texts.items():
        if name.startswith("new_"):
            said.append((value_label(desk, name.removeprefix("new_")), text))
    return said


def _entered(desk: Desk, seen: Any) -> list[tuple[str, str]]:
    entry = seen.get("register_entry")
    return [(desk.say("Register entry"), str(entry))] if entry else []


def role_label(desk: Desk, case: Case, role: str) -> str:
    """A role in words: as the definition calls it, else as everybody does."""
    known = case.book.process.roles.get(role)
    return desk.words(known.label, case.book.process) if known else built_in_roles(desk.language).get(role, role)


def item_label(desk: Desk, case: Case, name: str) -> str:
    """A document or a requirement as the office calls it."""
    process = case.book.process
    known = process.documents.get(name) or process.requirements.get(name)
    return desk.words(known.label, process) if known else name


def ground_text(desk: Desk, case: Case, ground: GivenGround) -> str:
    """A ground as it will be read in a decision."""
    return ground_words(case.book, [ground], desk.language)[0]


def value_label(desk: Desk, name: str) -> str:
    """What is known of a candidate, by name."""
    known = {
        "name": desk.say("Name"),
        "email": desk.say("E-mail"),
        "phone": desk.say("Telephone"),
        "address": desk.say("Address"),
        "town": desk.say("Place of residence"),
        "language": desk.say("Language"),
    }
    return known.get(name, name)


def size(desk: Desk, n: int) -> str:
    """A number of bytes as people say it."""
    if n < KILO:
        return desk.say("%(n)s bytes", n=n)
    if n < KILO * KILO:
        return desk.say("%(n)s kB", n=round(n / KILO))
    return desk.say("%(n)s MB", n=local.number(Decimal(f"{n / KILO / KILO:.1f}"), desk.language))


def grounds_for(desk: Desk, file: Dossier, item: str) -> list[tuple[str, str]]:
    """The grounds on which an item may be found not in order: those whose text needs nothing that the item lacks."""
    known = {"detail", "deadline", *ground_values(file, item)}
    process = file.process
    return [
        (code, desk.words(ground.text, process))
        for code, ground in process.grounds.items()
        if file.case.book.ground_values[code] <= known
    ]


def ground_values(file: Dossier, item: str) -> dict[str, str]:
    """What an item says of itself in the text of a ground."""
    document = file.process.documents.get(item)
    if document is None:
        return {"requirement": item}
    return {"document": item} | ({"requirement": document.proves[0]} if document.proves else {})


def why_not(desk: Desk, why: NotAccepted) -> str:
    """Why a file is not accepted, and what to do."""
    kinds = desk.say("Accepted are PDF, PNG, JPEG, DOCX and ODT.")
    match why.code:
        case "empty":
            return desk.say("The file is empty. Choose another, or scan it again.")
        case "too_large":
            return desk.say(
                "The file is larger than %(most)s MB. Scan it with a lower resolution.", most=why.data["most"]
            )
        case "two_kinds":
            return desk.say("The file is two kinds of file at once, and is not safe to open. Ask for another.")
        case "damaged":
            return desk.say("The file is damaged or cut short. Send it again, or ask for another.")
        case "encrypted":
            return desk.say("The file is locked with a password. Ask for one that is not.")
        case "programs":
            return desk.say("The file holds a program or another file. Ask for it without, best as a plain PDF.")
        case "bomb":
            return desk.say("The file would unpack to far more than it seems. It is not accepted.")
        case "infected":
            return desk.say("The scanner of this office found something harmful in the file. Nothing was kept.")
        case "not_scanned":
            return desk.say(
                "The file could not be scanned at the moment. Nothing was kept. Try again, or tell the administrator."
            )
        case "misnamed":
            return desk.say(
                "The file is a %(kind)s by its content, but its name does not end so. It may have been renamed: "
                "check where it comes from.",
                kind=why.data["kind"],
            )
        case _:
            return desk.say("This kind of file is not accepted.") + " " + kinds
