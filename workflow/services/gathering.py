"""Reads what guards, effects and notices may know of subjects: a group of facts in one query, for one or a thousand.

Why: what is loaded follows from what is read, so a silent move does not pay for marks, nor a mark for documents.
Never here: counts that staging changes (docket.py), rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from workflow.engine.combining import CHAIR, MEMBER
from workflow.engine.facts import SheetFacts, Verdict
from workflow.engine.guards import asked_by
from workflow.engine.request import GivenGround
from workflow.persistence import onboarding_reads, paper_reads, reads, scoring_reads, seat_reads
from workflow.persistence import statements as sql
from workflow.persistence.unit_of_work import instant
from workflow.services.case import Case

if TYPE_CHECKING:
    from workflow.services.docket import Docket

_Rows: TypeAlias = Sequence[tuple[Any, ...]]
Ahead: TypeAlias = dict[str, tuple[Sequence[str], _Rows]]
"""Rows that were read together with the subjects: group -> (sorted ids, rows)."""

_BY_ID: Mapping[str, sql.Statement] = {
    "armed": sql.armed,
    "attended": onboarding_reads.attendance,
    "certificates": reads.certificates,
    "checks": sql.checks,
    "conflicts": sql.conflicts,
    "documents": sql.documents,
    "entered": seat_reads.entered,
    "fired": sql.fired,
    "grounds": reads.grounds,
    "papers": paper_reads.papers,
    "parts": sql.parts,
    "places": sql.places,
    "re_examinations": onboarding_reads.re_examinations,
    "reasons": reads.last_reasons,
    "results": sql.results,
    "sheets": sql.sheets,
    "signatures": scoring_reads.signatures,
    "statements": onboarding_reads.statements,
    "tasks": onboarding_reads.tasks,
    "towns": reads.towns,
    "verdicts": sql.verdicts,
}
"""Groups of facts that the subject's id finds, each with its statement."""


def subjects(docket: Docket, ids: Sequence[str], ahead: Iterable[str]) -> tuple[_Rows, Ahead]:
    """The rows of those subjects, and of the groups that will probably be asked for next: one round trip for all."""
    guessed = [group for group in ahead if group in _BY_ID]
    params = {"institution": docket.institution, "ids": ids}
    rows, *others = docket.unit.read_many([(sql.subjects, params), *((_BY_ID[group], params) for group in guessed)])
    return rows, {group: (ids, found) for group, found in zip(guessed, others, strict=True)}


def load(docket: Docket, cases: Iterable[Case], groups: Iterable[str]) -> None:
    """Reads those groups of facts for those cases that lack them; on PostgreSQL most of them in one round trip."""
    wanted = list(cases)
    missing = {group: [c for c in wanted if group not in c.loaded] for group in sorted(set(groups))}
    todo = {group: lacking for group, lacking in missing.items() if lacking}
    asked = {g: [c.id for c in todo[g] if not docket.creates(c)] for g in todo if g in _BY_ID}
    rows: dict[str, _Rows] = {}
    for group, ids in asked.items():
        if group in docket.ahead and sorted(ids) == docket.ahead[group][0]:
            rows[group] = docket.ahead.pop(group)[1]
    asked = {group: ids for group, ids in asked.items() if ids and group not in rows}
    answers = docket.unit.read_many(
        [(_BY_ID[group], {"institution": docket.institution, "ids": ids}) for group, ids in asked.items()]
    )
    rows |= zip(asked, answers, strict=True)
    for group, lacking in todo.items():
        left = [c for c in lacking if group not in c.loaded]  # one group may have loaded another on its way
        if left:
            _LOADERS[group](docket, left, rows.get(group, ()))
            for case in left:
                case.loaded.add(group)


def _documents(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    found: dict[str, dict[str, datetime]] = {c.id: {} for c in cases}
    for application, name, received_at in rows:
        found[application][name] = instant(received_at)
    for case in cases:  # what this unit has staged is newer than what is stored
        case.facts.handed_in = {**found[case.id], **case.facts.handed_in}
        case.facts.documents = case.facts.documents | case.facts.handed_in.keys()


def _asked(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    """What the move into the present state asked for; asked again, it counts from then."""
    load(docket, cases, {"grounds"})
    for case in cases:
        case.facts.asked = asked_by(case.grounds or ())
        case.facts.asked_at = case.entered_at


def _entered(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    made = {subject: actor for subject, _, actor in rows}  # in order of the journal: the last one counts
    for case in cases:
        case.facts.entered_by = made.get(case.id, "")


def _verdicts(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    found: dict[str, dict[str, Verdict]] = {c.id: {} for c in cases}
    for application, item, ok, ground, _ in rows:
        found[application][item] = Verdict(bool(ok), ground)
    for case in cases:
        case.facts.verdicts = found[case.id]


def _sheets(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    load(docket, cases, {"members", "conflicts"})
    signed: dict[str, dict[str, set[str]]] = {c.id: {} for c in cases}
    for application, sheet, assessment, user, signed_at, digest, salt, opened_at in rows:
        docket.case(application).sheets[assessment, user] = sheet
        if signed_at is not None:
            docket.case(application).salts[assessment, user] = salt
            docket.case(application).digests[assessment, user] = digest
            if opened_at is not None:
                docket.case(application).opened.add((assessment, user))
            signed[application].setdefault(assessment, set()).add(user)
    for case in cases:
        members, recused = case.facts.members, case.facts.sheets.get("", SheetFacts()).recused
        case.facts.sheets = {
            # Who has left the commission has signed for nothing: only sheets that were opened before stay.
            name: SheetFacts(members, recused, members.intersection(signed[case.id].get(name, ())))
            for name in case.book.process.assessments
        }


def _conflicts(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    recused: dict[str, set[str]] = {c.id: set() for c in cases}
    for application, user in rows:
        recused[application].add(user)
    for case in cases:
        case.facts.sheets = {"": SheetFacts(case.facts.members, frozenset(recused[case.id]))}


def _members(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    procedures = sorted({c.facts.procedure for c in cases})
    functions: dict[str, dict[str, str]] = {p: {} for p in procedures}
    for row in docket.unit.read(sql.members, institution=docket.institution, ids=procedures):
        member = dict(zip(sql.members.columns, row, strict=True))
        functions[member["procedure_id"]][member["user_id"]] = member["function"]
    scoring = {p: frozenset(u for u, f in found.items() if f in (CHAIR, MEMBER)) for p, found in functions.items()}
    for case in cases:
        case.functions = functions[case.facts.procedure]
        case.facts.members = scoring[case.facts.procedure]


def _marks(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    load(docket, cases, {"sheets"})
    whose = {sheet: (case, *key) for case in cases for key, sheet in case.sheets.items()}
    if not whose:
        return
    for sheet, criterion, value in docket.unit.read(sql.sheet_marks, institution=docket.institution, ids=sorted(whose)):
        case, assessment, user = whose[sheet]
        # What this unit has staged is newer than what is stored.
        case.marks.setdefault(assessment, {}).setdefault(user, {}).setdefault(criterion, Decimal(value))


def _signatures(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    found: dict[str, dict[tuple[str, str], str]] = {c.id: {} for c in cases}
    for application, act, actor, text in rows:  # in order of seq: the newest counts
        parameters = docket.house.parsed(text)
        user = actor if act == "sign_sheet" else str(parameters["user"])
        found[application][str(parameters["assessment"]), user] = str(parameters["digest"])
    for case in cases:  # what this unit has staged is newer than what is stored
        case.journaled = {**found[case.id], **case.journaled}


def _results(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    for application, assessment, value, shown, means, _, dropped in rows:
        criteria = {c: Fraction(mean) for c, mean in docket.house.parsed(means).items()}
        case = docket.case(application)
        if assessment not in case.scores:
            left_out = None if dropped is None else Fraction(dropped)
            case.take_result(assessment, Fraction(value), criteria, Decimal(shown), left_out)


def _tie(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    """The extra assessments that the open ties of their positions wait for: each position's list as of now."""
    from workflow.services.rankings import ranked_now  # it reads through this module

    waited: dict[str, frozenset[str]] = {}
    for position in docket.cases(sorted({case.facts.position_id for case in cases})):
        made = ranked_now(docket, position)
        for tie in made.ranked.ties if made is not None else ():
            waited |= dict.fromkeys(tie.ids, frozenset([tie.waits_for] if tie.waits_for else ()))
    for case in cases:
        case.facts.tie = waited.get(case.id, frozenset())


def _places(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    for application, _, _, place, total in rows:
        case = docket.case(application)
        if case.place is None:
            case.place = (place, total)


def _checks(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    found: dict[str, dict[str, bool]] = {c.id: {} for c in cases}
    for case in cases:
        case.facts.valid_until, case.facts.checked_at = {}, {}
    for application, name, passed, valid_until, recorded_at in rows:
        found[application][name] = bool(passed)
        facts = docket.case(application).facts
        facts.checked_at = {**facts.checked_at, name: instant(recorded_at)}
        if valid_until is not None:
            facts.valid_until = {**facts.valid_until, name: valid_until}
    for case in cases:
        case.facts.checks = found[case.id]


def _re_examinations(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    for case in cases:
        case.facts.re_examined = {}
    for application, name, times in rows:
        facts = docket.case(application).facts
        facts.re_examined = {**facts.re_examined, name: times}


def _attended(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    for case in cases:
        case.attendance = {}
    for application, part, day, hours in rows:
        docket.case(application).attendance[part, day] = Decimal(hours)
    for case in cases:
        case.count_attendance()


def _tasks(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    for case in cases:
        case.facts.tasks = {}
    for application, task, _, done_on in rows:
        facts = docket.case(application).facts
        facts.tasks = {**facts.tasks, task: done_on}


def _statements(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    for application, number, _, _ in rows:
        docket.case(application).training |= {"statement": number}


def _parts(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    found: dict[str, dict[str, Decimal]] = {c.id: {} for c in cases}
    for application, part, hours, _ in rows:
        found[application][part] = Decimal(hours)
    for case in cases:
        case.facts.parts = found[case.id]


def _certificates(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    for application, number, _, issued_at in rows:
        issued = instant(issued_at).isoformat()
        docket.case(application).training |= {"number": number, "issued_at": issued}


def _armed(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    for deadline, subject, rule, kind, due_at in rows:
        case = docket.case(subject)
        if kind == "due":
            case.due[deadline] = (rule, instant(due_at))
        case.armed = {**case.armed, rule: (*case.armed.get(rule, ()), deadline)}


def _fired(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    found: dict[str, dict[str, tuple[datetime, datetime]]] = {c.id: {} for c in cases}
    for subject, rule, since, due_at in rows:
        found[subject][rule] = (instant(since), instant(due_at))
    for case in cases:
        case.facts.fired = found[case.id]


def _grounds(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    """The grounds with which applications came to stand where they stand; those given with this move come first."""
    details: dict[tuple[str, int], dict[str, str]] = {}
    latest: dict[str, tuple[int, str]] = {}
    for subject, seq, parameters, name, text in rows:
        latest[subject] = (seq, parameters)  # in order of seq
        if name and name.startswith("detail_"):
            details.setdefault((subject, seq), {})[name] = text or ""
    for case in cases:
        if case.grounds is None and case.id in latest:
            seq, parameters = latest[case.id]
            texts = details.get((case.id, seq), {})
            case.grounds = tuple(
                GivenGround(
                    code=g["code"],
                    values={**g["values"], **({"detail": texts[f"detail_{i}"]} if f"detail_{i}" in texts else {})},
                )
                for i, g in enumerate(docket.house.parsed(parameters).get("grounds", []))
            )


def _reasons(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    for subject, text in rows:  # in order of seq: the last one stays
        docket.case(subject).last_reason = text or ""


def _towns(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    for application, town in rows:
        docket.case(application).town = town or ""


def _papers(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    found: dict[str, set[str]] = {c.id: set() for c in cases}
    for procedure, name in rows:
        found[procedure].add(name)
    for case in cases:
        case.facts.published = frozenset(found[case.id] - {""})
        case.facts.protocol_final = "" in found[case.id]


def _procedure(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    docket.cases(sorted({c.facts.procedure for c in cases}))
    for case in cases:
        case.facts.procedure_state = docket.case(case.facts.procedure).facts.state


def _seats(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    docket.count_seats(cases)


def _counts(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    docket.count_applications(cases)


def _positions(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    docket.count_positions(cases)


def _application(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    docket.cases(sorted({c.facts.application for c in cases}))
    for case in cases:
        case.facts.application_state = docket.case(case.facts.application).facts.state


def _windows(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    """Deadlines of the subject and of what it is part of; a deadline of the nearest counts, as it ran last."""
    line = {c.id: [i for i in (c.facts.procedure, c.facts.position_id, c.facts.application, c.id) if i] for c in cases}
    ids = sorted(frozenset().union(*line.values()))
    ran: dict[str, dict[str, tuple[datetime, datetime]]] = {}
    for subject, rule, since, due in docket.unit.read(sql.windows, institution=docket.institution, ids=ids):
        ran.setdefault(subject, {})[rule] = (instant(since), instant(due))
    for case in cases:
        case.facts.windows = {rule: ends for i in line[case.id] for rule, ends in ran.get(i, {}).items()}


def _objections(docket: Docket, cases: Sequence[Case], rows: _Rows) -> None:
    docket.count_objections(cases)


_Loader: TypeAlias = "Callable[[Docket, Sequence[Case], _Rows], None]"
_LOADERS: Mapping[str, _Loader] = {
    "application": _application,
    "armed": _armed,
    "asked": _asked,
    "attended": _attended,
    "certificates": _certificates,
    "checks": _checks,
    "conflicts": _conflicts,
    "counts": _counts,
    "documents": _documents,
    "fired": _fired,
    "grounds": _grounds,
    "marks": _marks,
    "members": _members,
    "objections": _objections,
    "papers": _papers,
    "parts": _parts,
    "places": _places,
    "positions": _positions,
    "procedure": _procedure,
    "re_examinations": _re_examinations,
    "reasons": _reasons,
    "results": _results,
    "seats": _seats,
    "entered": _entered,
    "sheets": _sheets,
    "signatures": _signatures,
    "statements": _statements,
    "tasks": _tasks,
    "tie": _tie,
    "towns": _towns,
    "verdicts": _verdicts,
    "windows": _windows,
}
"""Group of facts -> what reads it. A guard names the groups that it reads (engine.guards.Guard.reads)."""
