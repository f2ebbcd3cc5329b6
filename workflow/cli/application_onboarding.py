"""`nabor application`: re-examinations, attendance and tasks, between being selected and having begun.

Never here: rules, the other acts (application_acts).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from workflow.cli.application_acts import decimal, found, record_acts
from workflow.cli.naming import one_of
from workflow.cli.parameters import As, AsJson, Institution, OfProcedure, Reason, Reference


def re_examine(
    institution: Institution,
    reference: Reference,
    name: Annotated[str, typer.Argument(help="The check, as the definition calls it.", metavar="CHECK")],
    user: As,
    reason: Reason = None,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """Records that a failed check is to be looked at again, as the candidate asked."""
    from workflow.services.acts import RequestReExamination

    house, case = found(institution, reference, procedure)
    one_of(name, case.book.process.checks, "check", "CHECK")
    record_acts(house, case, user, [RequestReExamination(check=name)], as_json, reason=reason)


def attend(
    institution: Institution,
    reference: Reference,
    part: Annotated[str, typer.Argument(help="The part of the training plan.")],
    day: Annotated[str, typer.Argument(help="The local day: 2022-04-20.")],
    hours: Annotated[str, typer.Argument(help="Hours attended; 0 takes back what was recorded for the day.")],
    user: As,
    reason: Reason = None,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """Records hours of a part of the training attended on a day; a correction needs a reason."""
    from workflow.services.acts import RecordAttendance

    house, case = found(institution, reference, procedure)
    plan = case.book.process.training
    one_of(part, plan.parts if plan else {}, "part of a training plan", "PART")
    value = decimal(hours, "HOURS")
    if not 0 <= value <= 10_000:
        raise typer.BadParameter("from 0 to 10,000", param_hint="HOURS")
    act = RecordAttendance(part=part, day=a_day(day, "DAY"), hours=value)
    record_acts(house, case, user, [act], as_json, reason=reason)


def task(
    institution: Institution,
    reference: Reference,
    name: Annotated[str, typer.Argument(help="The task, as the definition calls it.", metavar="TASK")],
    user: As,
    day: Annotated[str | None, typer.Option(help="The local day it was done: 2022-04-20 (default: today).")] = None,
    procedure: OfProcedure = None,
    as_json: AsJson = False,
) -> None:
    """Records that a task of the onboarding was done."""
    from workflow.services.acts import CompleteTask

    house, case = found(institution, reference, procedure)
    one_of(name, case.book.process.tasks, "task", "TASK")
    act = CompleteTask(task=name, day=None if day is None else a_day(day, "--day"))
    record_acts(house, case, user, [act], as_json)


def a_day(text: str, hint: str) -> str:
    """A local day as written. Raises BadParameter."""
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise typer.BadParameter(f"{text!r} is no day; write 2022-04-20", param_hint=hint)


def attach(app: typer.Typer) -> None:
    """Adds the acts to a command group."""
    for name, command in (("re-examine", re_examine), ("attend", attend), ("task", task)):
        app.command(name)(command)
