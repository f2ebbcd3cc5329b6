"""The report of a satisfaction survey: for one procedure, and for all procedures of a process together.

Why: what people think of the office is worth nothing if they fear to be recognised. A report is made only when the
result is final, and of whole blocks of answers (engine/survey.py). Small procedures are told of together or not at all.
Never here: answering (records.py), a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflow.engine import survey as rule
from workflow.engine.process import Survey, SurveyGroup
from workflow.engine.survey import Rated
from workflow.persistence import survey_reads as sql
from workflow.services.house import House


@dataclass(frozen=True, slots=True)
class GroupReport:
    """What one group answered. `shown` of the `came` sheets are told of (0: too few); `invited`: how many were asked,
    None where that is not known."""

    group: SurveyGroup
    invited: int | None
    came: int
    shown: int
    questions: tuple[Rated, ...]


def report(house: House, institution: str, procedure: str, asked: Survey) -> tuple[GroupReport, ...]:
    """The report of one procedure, group by group. Whether it may be seen yet is `is_open`'s to say."""
    return tuple(_group(house, institution, asked, group, [procedure]) for group in asked.groups.values())


def together(house: House, institution: str, process: str, asked: Survey) -> tuple[GroupReport, ...]:
    """The same over every procedure of the process whose own report is open: groups that are too small in each become
    large enough to be told of. Procedures with other questions count for the questions that they share."""
    states = list(asked.shown_in)
    ids = [row[0] for row in house.database.read(sql.reported, institution=institution, process=process, states=states)]
    return tuple(_group(house, institution, asked, group, ids) for group in asked.groups.values())


def is_open(asked: Survey, state: str) -> bool:
    """Whether the report may be seen while the procedure stands in that state."""
    return state in asked.shown_in


def _group(house: House, institution: str, asked: Survey, group: SurveyGroup, procedures: Sequence[str]) -> GroupReport:
    if not procedures:
        return GroupReport(group, None, 0, 0, ())
    here = {"institution": institution, "procedures": list(procedures)}
    ((came,),) = house.database.read(sql.replies, **here, group=group.name)
    invited = None
    if group.invitation is not None:
        ((invited,),) = house.database.read(sql.invited, **here, notice=group.invitation)
    shown = rule.shown(asked, int(came))
    if not shown:
        return GroupReport(group, invited, int(came), 0, ())
    ((last,),) = house.database.read(sql.last_shown, **here, group=group.name, position=shown - 1)
    marks: dict[str, dict[int, int]] = {}
    for question, value, n in house.database.read(sql.marks, **here, group=group.name, last=last):
        marks.setdefault(question, {})[int(value)] = int(n)
    return GroupReport(group, invited, int(came), shown, rule.rate(asked, marks))
