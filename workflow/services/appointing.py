"""Appointing to the commission: people of the house, and people from outside who get in by a one-time link.

Why: an outside member has no account before; the act that appoints and the person it appoints come to be one after the
other, and only when the act is allowed.
Never here: links (they are made by whoever shows them), pages.
"""

from __future__ import annotations

from workflow.engine.decide import may_record
from workflow.engine.errors import UnknownSubject
from workflow.engine.process import Kind
from workflow.engine.request import Actor, Refused, Request
from workflow.persistence.unit_of_work import Unit
from workflow.services import staff
from workflow.services.acts import Act, AppointMember, Recording, name_of
from workflow.services.case import Case
from workflow.services.docket import Docket
from workflow.services.house import House
from workflow.services.records import Recorded, record


def allowed(house: House, case: Case, act: str, actor: Actor) -> Refused | None:
    """Every reason against recording an act on a subject now; None when there is none. For showing a form or not."""
    request = Request(institution=case.facts.institution, subject=case.id, transition=act, actor=actor)
    outcome = may_record(case.book, case.facts, act, request, house.clock.now())
    return outcome if isinstance(outcome, Refused) else None


def appoint(house: House, institution: str, procedure: str, actor: Actor, act: AppointMember) -> Recorded | Refused:
    """Appoints somebody who is known here already."""
    return _record(house, institution, procedure, actor, act)


def appoint_outside(
    house: House,
    institution: str,
    procedure: str,
    actor: Actor,
    *,
    name: str,
    email: str,
    function: str,
    order_number: str | None,
    language: str | None,
) -> tuple[str, Recorded] | Refused:
    """Adds somebody from outside and appoints them; the new user's id. Nobody is added when the act is refused."""

    def look(unit: Unit) -> Case:
        return Docket(house, unit, institution, house.clock.now()).case(procedure)

    case: Case = house.glance(look)
    if case.facts.kind is not Kind.PROCEDURE:
        raise UnknownSubject(procedure)
    against = allowed(house, case, name_of(AppointMember(user="-", function=function)), actor)
    if against is not None:
        return against
    user = staff.add_user(house, name, email, language=language)
    done = appoint(
        house, institution, procedure, actor, AppointMember(user=user, function=function, order_number=order_number)
    )
    return done if isinstance(done, Refused) else (user, done)


def _record(house: House, institution: str, procedure: str, actor: Actor, act: Act) -> Recorded | Refused:
    return record(house, Recording(institution=institution, subject=procedure, actor=actor, act=act))
