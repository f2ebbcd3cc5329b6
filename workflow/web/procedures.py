"""Procedures: the list of them, and one with its dates, positions, commission, journal and the moves from here.

Never here: what changes a procedure (procedure_acts.py, moves.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from starlette.responses import Response

from workflow.engine.decide import MoveOption
from workflow.engine.process import Kind, ProcessDefinition
from workflow.engine.request import Reason
from workflow.engine.scoring import Line as Explained
from workflow.services import figures, procedures
from workflow.services.appointing import allowed
from workflow.services.case import Case
from workflow.services.consequences import Consequence, by_stage, consequences
from workflow.services.corrected_wording import current_text
from workflow.services.procedures import JournalLine, Member, PositionLine
from workflow.web import charts, foreseen, local, marks
from workflow.web.access import Access
from workflow.web.charts import Bar
from workflow.web.desk import Desk, Here
from workflow.web.pages import Pages
from workflow.wording import built_in_roles

pages = Pages()

FUNCTIONS = ("chair", "member", "secretary", "substitute")


@pages.get("/{institution}/procedures", may=Access.READ)
def list_procedures(desk: Here, before: str = "") -> Response:
    """Every procedure, newest first."""
    lines, further = procedures.listing(desk.house, desk.at, before)
    shown = [
        {
            "line": line,
            "title": desk.words(line.process.title, line.process),
            "state": foreseen.state_label(desk, line.process, Kind.PROCEDURE, line.state),
            "kind": state_kind(line.process, line.state),
            "closes": figures.closing_day(line.process, line.dates),
        }
        for line in lines
    ]
    return desk.page("procedures.html", lines=shown, further=further, before=before)


@pages.get("/{institution}/procedures/{procedure}", may=Access.CASE_READ)
def show_procedure(desk: Here, procedure: str, upto: str = "") -> Response:
    """One procedure with everything that belongs to it."""
    return show(desk, procedure, upto=int(upto) if upto.isascii() and upto.isdigit() and len(upto) < 10 else None)


def show(
    desk: Desk,
    procedure: str,
    *,
    upto: int | None = None,
    typed: Mapping[str, str] | None = None,
    made_link: str | None = None,
    status: int = 200,
) -> Response:
    """The page of a procedure, with what was typed into one of its forms."""
    actor = desk.actor(procedure)
    view = procedures.view(desk.house, desk.at, procedure, actor, upto)
    case, process = view.case, view.case.book.process
    may = {
        act: allowed(desk.house, case, act, actor) is None
        for act in ("set_date", "set_detail", "move_seats", "appoint_member", "replace_member", "adopt_wording")
    }
    current = current_text(desk.house, desk.at, case.process)
    differs = case.calendar_version is not None and current is not None and current.hash != case.book.hash
    options = [move_option(desk, case, view.counts, option) for option in view.options]
    state = process.lifecycles[Kind.PROCEDURE].states[case.facts.state]
    return desk.page(
        "procedure.html",
        status=status,
        view=view,
        case=case,
        process_title=desk.words(process.title, process),
        state={
            "label": desk.words(state.label, process),
            "kind": state_kind(process, state.name),
            "next": desk.words(state.next, process),
            "owner": role_label(desk, process, state.owner) if state.owner else "",
        },
        dates=[
            (d.name, desk.words(d.label, process), value := case.facts.dates.get(d.name), local_date(desk, value))
            for d in process.dates.values()
        ],
        details=[
            (d.name, desk.words(d.label, process), detail_text(desk, process, d.name, case.facts.details))
            for d in process.details.values()
        ],
        positions=[_position(desk, process, p) for p in view.positions],
        ahead=[
            {
                "label": desk.words(process.deadlines[one.rule].label, process),
                "due": one.due_at,
                "position": position_label(desk, process, one.position) if one.position else "",
                "does": _does(desk, process, one.rule),
            }
            for one in view.ahead
        ],
        open_moves=[o for o in options if o["allowed"]],
        shut_moves=[o for o in options if not o["allowed"]],
        commission=view.commission,
        functions=[(name, function_label(desk, name)) for name in FUNCTIONS],
        function_words={name: function_label(desk, name) for name in FUNCTIONS},
        leaving=[(m.user, m.name) for m in view.commission if m.function != "substitute"],
        successors=_successors(desk, view.commission) if may["replace_member"] else [],
        staff=procedures.staff_names(desk.house, desk.at) if may["appoint_member"] else [],
        # The newest version of each: the others stand on its page.
        publications=[
            (p, desk.words(process.publications[p.name].title, process) if p.name in process.publications else p.name)
            for p in {p.number: p for p in view.publications}.values()
        ],
        has_protocol=process.protocol is not None,
        timeline=[
            entry(desk, process, Kind.PROCEDURE, line, {m.user: m.name for m in view.commission})
            for line in view.timeline
        ],
        older=view.timeline[-1].seq - 1 if view.timeline and view.timeline[-1].seq > 1 else None,
        funnel=funnel(desk, process, view.counts),
        seats=seats(desk, process, view.positions),
        standing=[
            (name, desk.words(s.label, process), view.counts[name])
            for name, s in process.lifecycles[Kind.APPLICATION].states.items()
            if view.counts[name]
        ],
        may=may,
        differs=differs,
        typed=typed or {},
        made_link=made_link,
    )


def move_option(desk: Desk, case: Case, counts: Mapping[str, int], option: MoveOption) -> dict[str, Any]:
    """A move from where a procedure or position stands, with what it does, or why it is not open."""
    process, facts = case.book.process, case.facts
    there = [
        t
        for t in case.book.starting[facts.kind, facts.state, option.name]
        if t.target in option.targets and (not option.allowed or t.label == option.label)
    ]
    notices = dict.fromkeys(n for t in there for n in t.notices)
    return {
        "name": option.name,
        "label": desk.words(option.label, process),
        "targets": [foreseen.state_label(desk, process, facts.kind, target) for target in option.targets],
        "allowed": option.allowed,
        "reasons": desk.reasons(option.reasons, process),
        "asks_reason": "reason_missing" in option.asks,
        "does": [
            *(_words(desk, process, one) for one in consequences(process, there, counts)),
            *(desk.say("A message goes to: %(whom)s", whom=foreseen.recipient(desk, process, n)) for n in notices),
        ],
    }


def _words(desk: Desk, process: ProcessDefinition, one: Consequence) -> str:
    match one.act, one.subjects:
        case "publish", _ if process.publications[one.name].approved_by:
            return desk.say(
                "Drafts, to be approved by a second person: %(title)s",
                title=desk.words(process.publications[one.name].title, process),
            )
        case "publish", _:
            return desk.say("Publishes: %(title)s", title=desk.words(process.publications[one.name].title, process))
        case "withdraw", _:
            return desk.say("Takes down: %(title)s", title=desk.words(process.publications[one.name].title, process))
        case "rank", _:
            n = one.count or 0
            return desk.count("Ranks %(n)s application", "Ranks %(n)s applications", n)
        case _, "applications":
            label = foreseen.move_label(desk, process, Kind.APPLICATION, one.name)
            n = one.count or 0
            return desk.count("%(move)s: %(n)s application", "%(move)s: %(n)s applications", n, move=label)
        case _, "procedure":
            return desk.say(
                "%(move)s: the procedure", move=foreseen.move_label(desk, process, Kind.PROCEDURE, one.name)
            )
        case _:
            return desk.say("%(move)s: positions", move=foreseen.move_label(desk, process, Kind.POSITION, one.name))


def _position(desk: Desk, process: ProcessDefinition, line: PositionLine) -> dict[str, Any]:
    return {
        "line": line,
        "label": position_label(desk, process, line.name),
        "state": foreseen.state_label(desk, process, Kind.POSITION, line.state),
        "final": process.lifecycles[Kind.POSITION].states[line.state].final is not None,
    }


def _does(desk: Desk, process: ProcessDefinition, rule: str) -> str:
    deadline = process.deadlines[rule]
    if deadline.transition is None:
        return ""
    return foreseen.move_label(desk, process, deadline.of, deadline.transition)


# --- words ------------------------------------------------------------------------------------------------------------


def state_kind(process: ProcessDefinition, state: str) -> str:
    """The kind of tag of a procedure's state: over, or waiting."""
    return "stopped" if process.lifecycles[Kind.PROCEDURE].states[state].final else "waiting"


def position_label(desk: Desk, process: ProcessDefinition, name: str) -> str:
    """A position as announced."""
    return desk.words(process.positions[name].label, process) if name in process.positions else name


def role_label(desk: Desk, process: ProcessDefinition, role: str) -> str:
    """A role in words."""
    if role in process.roles:
        return desk.words(process.roles[role].label, process)
    return built_in_roles(desk.language).get(role, function_label(desk, role))


def function_label(desk: Desk, function: str) -> str:
    """A function in the commission in words."""
    known = {
        "chair": desk.say("chair"),
        "member": desk.say("member"),
        "secretary": desk.say("secretary"),
        "substitute": desk.say("substitute"),
    }
    return known.get(function, function)


def local_date(desk: Desk, value: str | None) -> str:
    """A date of a procedure, `YYYY-MM-DD` or with a time, as the reader writes it; '' of none."""
    if not value:
        return ""
    day = local.day(date.fromisoformat(value[:10]), desk.language)
    return f"{day}, {value[11:]}" if len(value) > len("YYYY-MM-DD") else day


def detail_text(desk: Desk, process: ProcessDefinition, name: str, details: Mapping[str, Any]) -> str:
    """A detail as set, else as the definition has it."""
    value = details.get(name)
    return value if isinstance(value, str) else desk.words(process.details[name].default, process)


def entry(
    desk: Desk, process: ProcessDefinition, kind: Kind, line: JournalLine, names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """An entry of the journal in words. `names`: the people that its parameters may name by id."""
    moved = line.kind == "transition"
    what = (
        foreseen.move_label(desk, process, kind, line.act, line.to_state)
        if moved
        else foreseen.act_label(desk, line.act)
    )
    return {
        "line": line,
        "what": what,
        "who": desk.say("The clock") if line.actor == "clock" else line.name,
        "role": "" if line.actor == "clock" or not line.role else role_label(desk, process, line.role),
        "to": foreseen.state_label(desk, process, kind, line.to_state) if moved else "",
        "more": _more(desk, process, line, names or {}),
    }


def _more(desk: Desk, process: ProcessDefinition, line: JournalLine, names: Mapping[str, str]) -> list[str]:
    p, said = line.parameters, []
    if line.act == "set_date" and p.get("date") in process.dates:
        label = desk.words(process.dates[p["date"]].label, process)
        before, after = local_date(desk, p.get("before")) or "–", local_date(desk, p.get("value"))
        said.append(f"{label}: {before} → {after}")
    if line.act == "set_detail" and p.get("detail") in process.details:
        label = desk.words(process.details[p["detail"]].label, process)
        said.append(f"{label}: {line.texts.get('value', '–')}")
    if line.act == "fix_threshold" and p.get("assessment") in process.assessments:
        label = desk.words(process.assessments[p["assessment"]].label, process)
        said.append(f"{label}: {marks.written(p.get('value'), desk.language)}")
    if line.act == "appoint_member":
        user = str(p.get("user"))
        said.append(f"{names.get(user, user)}, {function_label(desk, str(p.get('function')))}")
    if line.act == "move_seats" and {p.get("source"), p.get("target")} <= process.positions.keys():
        source, target = position_label(desk, process, p["source"]), position_label(desk, process, p["target"])
        said.append(f"{source} → {target}: {p.get('seats')}")
    if line.act == "seats_changed":
        said.append(f"{p.get('before')} → {p.get('seats')}")
        why = {k: str(v) for k, v in p.items() if k not in ("why", "before", "seats")}
        if why.get("other") in process.positions:
            why["other"] = position_label(desk, process, why["other"])
        said.append(foreseen.explained(desk, process, Explained(str(p.get("why")), why)))
    for one in line.effects.get("opening_ratio", ()):
        said.append(
            desk.say(
                "%(position)s: applications %(applications)s, asked for a seat %(ratio)s, seats %(before)s → %(left)s",
                position=position_label(desk, process, one["position"]),
                applications=one["applications"],
                ratio=one["ratio"],
                before=one["seats"],
                left=one["left"],
            )
        )
    if line.effects.get("seat_left_free"):
        left = line.effects["seat_left_free"]
        why = {k: str(v) for k, v in left.items() if k != "why"}
        said.append(foreseen.explained(desk, process, Explained(left["why"], why)))
    if line.act == "deadline_refused":
        said += desk.reasons(tuple(Reason(code, data) for code, data in p.get("reasons", ())), process)
    for name, n in line.effects.get("moved", {}).items():
        kind = next(k for k in (Kind.APPLICATION, Kind.POSITION, Kind.PROCEDURE) if process.lifecycles[k].named(name))
        said.append(f"{foreseen.move_label(desk, process, kind, name)}: {n}")
    for one in line.effects.get("published", ()):
        said.append(desk.say("Published as no. %(number)s", number=_numbered(one)))
    for one in line.effects.get("drafted", ()):
        said.append(desk.say("Drafted as no. %(number)s; it waits for approval", number=_numbered(one)))
    if line.act in ("draw_up_protocol", "sign_protocol"):
        said.append(desk.say("Version %(version)s", version=p.get("version")))
    if line.effects.get("final"):
        said.append(desk.say("Everybody has signed: the protocol is final"))
    if line.texts.get("reason"):
        said.append(desk.say("Reason: %(reason)s", reason=line.texts["reason"]))
    return said


def _numbered(one: Mapping[str, Any]) -> str:
    version = one.get("version", 1)
    return str(one["number"]) if version == 1 else f"{one['number']}/{version}"


# --- charts that cost nothing: kept counts ----------------------------------------------------------------------------


def funnel(desk: Desk, process: ProcessDefinition, counts: Mapping[str, int]) -> dict[str, Any]:
    """Applications by the stage in which they stand."""
    rows = by_stage(process, counts)
    words = _stages(desk)
    title, total = desk.say("Applications by stage"), sum(n for _, n in rows)
    description = desk.count("%(n)s application in all.", "%(n)s applications in all.", total)
    bars = [Bar(words[stage.value], n, str(n)) for stage, n in rows]
    return {
        "title": title,
        "svg": charts.bars("funnel", title, description, bars),
        "heads": [desk.say("Stage"), desk.say("Applications")],
        "rows": [(words[stage.value], n) for stage, n in rows],
    }


def seats(desk: Desk, process: ProcessDefinition, lines: tuple[PositionLine, ...]) -> dict[str, Any]:
    """Seats that are held, of those that there are, by position."""
    title = desk.say("Seats filled")
    filled, whole = sum(p.filled for p in lines), sum(p.seats for p in lines)
    description = desk.say("%(filled)s of %(seats)s seats are held.", filled=filled, seats=whole)
    bars = [
        Bar(
            position_label(desk, process, p.name),
            p.filled,
            desk.say("%(filled)s of %(seats)s", filled=p.filled, seats=p.seats),
            whole=p.seats,
        )
        for p in lines
    ]
    return {
        "title": title,
        "svg": charts.bars("seats", title, description, bars),
        "heads": [desk.say("Position"), desk.say("Seats held"), desk.say("Seats")],
        "rows": [(position_label(desk, process, p.name), p.filled, p.seats) for p in lines],
    }


def _stages(desk: Desk) -> dict[str, str]:
    return {
        "preparation": desk.say("Preparation"),
        "intake": desk.say("Intake"),
        "document_check": desk.say("Document check"),
        "admission": desk.say("Decision on admission"),
        "assessment": desk.say("Assessment"),
        "checks": desk.say("Checks"),
        "outcome": desk.say("Outcome"),
        "onboarding": desk.say("Onboarding"),
    }


def _successors(desk: Desk, commission: Sequence[Member]) -> list[tuple[str, str]]:
    """Who may take a place: the substitutes first, then whoever else works here."""
    substitutes = [(one.user, one.name) for one in commission if one.function == "substitute"]
    sitting = {one.user for one in commission}
    return substitutes + [one for one in procedures.staff_names(desk.house, desk.at) if one[0] not in sitting]
