"""A preview and its refusals in the words of the definition, ready for a template.

Never here: deciding what happens (services/preview.py), a route.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from workflow.engine.errors import CalendarGap, DefinitionError
from workflow.engine.process import Kind, ProcessDefinition, Transition
from workflow.engine.request import Actor, Request
from workflow.engine.rulebook import Rulebook
from workflow.engine.scoring import Line
from workflow.services import calls, recusals
from workflow.services.line_words import sentence
from workflow.services.notices import PERSONAL_LINK
from workflow.services.preview import Foreseen, Preview, foresee
from workflow.services.procedures import JournalLine
from workflow.web import local
from workflow.web.asking import Given
from workflow.web.desk import Desk


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a template shows of a preview. `broken`: why the move cannot be made at all, which no person here can mend
    in the page; then there is nothing else."""

    preview: Preview | None
    shifts: list[dict[str, Any]]
    mails: list[dict[str, Any]]
    deadlines: list[dict[str, Any]]
    published: list[str]
    withdrawn: tuple[int, ...]
    broken: Sequence[str] = ()


def requests_for(
    desk: Desk, transition: str, subjects: list[tuple[str, int | None]], actor: Actor, given: Given
) -> list[Request]:
    """One request for each (subject, version that was seen)."""
    return [
        Request(
            institution=desk.at,
            subject=subject,
            transition=transition,
            actor=actor,
            expected_version=version,
            reason=given.reason,
            grounds=given.grounds,
            effective_at=given.effective_at,
            register_entry=given.register_entry,
        )
        for subject, version in subjects
    ]


def sheet(desk: Desk, requests: list[Request], *, words: bool) -> Sheet:
    """What these moves would come to. `words`: whether the texts of the mails are exact already."""
    try:
        preview = foresee(desk.house, requests)
    except DefinitionError as error:
        said = desk.say("The texts or rules of this process are broken. Tell your administrator:")
        return Sheet(None, [], [], [], [], (), broken=[said, *map(str, error.problems)])
    except CalendarGap as gap:
        return Sheet(None, [], [], [], [], (), broken=[no_calendar(desk, gap)])
    process = preview.process
    # The text of the first mail may tell the result of a candidate from whom the reader is recused.
    words = words and not (desk.procedure and recusals.hidden_from(desk.house, desk.at, desk.procedure, desk.who.user))
    return Sheet(
        preview,
        shifts=[
            {
                "kind": shift.kind.value,
                "move": move_label(desk, process, shift.kind, shift.transition, shift.to_state),
                "from": state_label(desk, process, shift.kind, shift.from_state),
                "to": state_label(desk, process, shift.kind, shift.to_state),
                "count": shift.count,
                "asked": shift.asked,
            }
            for shift in preview.shifts
        ],
        mails=[
            {
                "to": recipient(desk, process, mail.notice),
                "channel": mail.channel,
                "count": mail.count,
                "held": mail.held,
                "name": mail.name,
                "language": mail.language,
                "subject": mail.subject,
                "body": mail.body.replace(PERSONAL_LINK, desk.say("[the candidate's own link]")) if words else "",
            }
            for mail in preview.mails
        ],
        deadlines=[
            {
                "label": desk.words(process.deadlines[due.rule].label, process),
                "count": due.count,
                "first": due.first,
                "last": due.last,
            }
            for due in preview.deadlines
        ],
        published=[desk.words(process.publications[name].title, process) for name in preview.published],
        withdrawn=preview.withdrawn,
    )


def no_calendar(desk: Desk, gap: CalendarGap) -> str:
    """What stands in the way when a deadline leads into a year without a calendar of public holidays."""
    return desk.say(
        "A deadline would lead into a year for which the calendar of public holidays is missing. "
        "Give an earlier day, or ask your administrator to add the calendar of %(country)s for %(year)s.",
        country=gap.country,
        year=gap.year,
    )


def state_label(desk: Desk, process: ProcessDefinition, kind: Kind, state: str | None) -> str:
    """A state as the office calls it."""
    states = process.lifecycles[kind].states
    return desk.words(states[state].label, process) if state and state in states else desk.say("nothing yet")


def move_label(desk: Desk, process: ProcessDefinition, kind: Kind, transition: str, target: str | None = None) -> str:
    """A move as the office calls it; of alternatives, the one that leads there."""
    named = process.lifecycles[kind].named(transition)
    chosen = next((t for t in named if t.target == target), named[0] if named else None)
    return act_label(desk, transition) if chosen is None else desk.words(chosen.label, process)


def recipient(desk: Desk, process: ProcessDefinition, notice: str) -> str:
    """Whom a notice tells, in words."""
    to = process.notices[notice].to
    if to in process.roles:
        return desk.words(process.roles[to].label, process)
    known = {
        "candidate": desk.say("the candidate"),
        "commission": desk.say("the commission"),
        "chair": desk.say("the chair of the commission"),
    }
    return known.get(to, to)


def alternatives(book: Rulebook, kind: Kind, state: str, transition: str) -> tuple[Transition, ...]:
    """The transitions of that name from that state, in order."""
    return book.starting.get((kind, state, transition), ())


def undoing(process: ProcessDefinition, kind: Kind, transition: str, state: str, actor: Actor) -> Transition | None:
    """The declared move that takes another one back from where it led, if the actor may make it."""
    for t in process.lifecycles[kind].transitions:
        if t.undoes == transition and state in t.sources and actor.roles.intersection(t.by):
            return t
    return None


def reasons(desk: Desk, one: Foreseen, process: ProcessDefinition) -> list[str]:
    """Why one of the moves is refused, in sentences."""
    return desk.reasons(one.reasons, process)


def faster(desk: Desk, process: ProcessDefinition, kind: Kind, line: JournalLine) -> dict[str, Any]:
    """Who was faster, when, and what they did."""
    what = (
        move_label(desk, process, kind, line.act, line.to_state)
        if line.kind == "transition"
        else act_label(desk, line.act)
    )
    return {
        "who": desk.say("The clock") if line.actor == "clock" else line.name,
        "when": line.recorded_at,
        "what": what,
        "state": state_label(desk, process, kind, line.to_state) if line.to_state else "",
    }


def act_label(desk: Desk, act: str) -> str:
    """An act that moves no state, in words."""
    known = {
        "open": desk.say("Opened"),
        "fix_threshold": desk.say("Pass mark fixed"),
        "set_date": desk.say("Date set"),
        "set_detail": desk.say("Detail set"),
        "appoint_member": desk.say("Commission member appointed"),
        "replace_member": desk.say("Member of the commission replaced"),
        "declare_conflict": desk.say("Conflict declared"),
        "decide_tie": desk.say("Tie decided"),
        "draw_lot": desk.say("Lots drawn"),
        "move_seats": desk.say("Seats moved between positions"),
        "seats_changed": desk.say("Number of seats changed"),
        "adopt_wording": desk.say("Corrected wording adopted"),
        "approve_publication": desk.say("Publication approved"),
        "correct_publication": desk.say("Publication corrected"),
        "draw_up_protocol": desk.say("Protocol drawn up"),
        "sign_protocol": desk.say("Protocol signed"),
        "answer_survey": desk.say("Survey answered"),
        "hand_in_document": desk.say("Document handed in"),
        "give_verdict": desk.say("Verdict given"),
        "save_sheet": desk.say("Score sheet saved"),
        "sign_sheet": desk.say("Score sheet signed"),
        "change_sheet": desk.say("Signed score sheet changed"),
        "record_check": desk.say("Check recorded"),
        "complete_part": desk.say("Part of the training completed"),
        "request_re_examination": desk.say("Re-examination asked for"),
        "record_attendance": desk.say("Attendance recorded"),
        "complete_task": desk.say("Task done"),
        "set_part": desk.say("Part of the training planned"),
        "correct_candidate": desk.say("Candidate's data corrected"),
        "merge_candidate": desk.say("Two records of one person made one"),
        "remind": desk.say("Reminder sent"),
        "deadline_refused": desk.say("A deadline fell due and could not act"),
        "follow_date": desk.say("Deadline moved with its date"),
    }
    return known.get(act, act)


def explained(desk: Desk, process: ProcessDefinition, line: Line) -> str:
    """A line of an explanation as a sentence, with the names of the definition."""
    data = calls.named(process, line, desk.language) if "transition" in line.data else dict(line.data)
    if "until" in data:
        data["until"] = local.day(date.fromisoformat(data["until"]), desk.language)
    return sentence(replace(line, data=data), process, desk.language, lambda label: desk.words(label, process))
