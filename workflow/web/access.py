"""Who may open which page: every route names one of these, and nothing is open that does not say so.

Why: deny by default. Whether a move is allowed is the engine's decision; this only says whose page it is.
Never here: roles of a definition.
"""

from __future__ import annotations

from enum import StrEnum

from workflow.services.sessions import ADMINISTRATOR, AUDITOR, OVERSEERS, Session


class Access(StrEnum):
    """Whose page it is. The first two know no institution; the others are about the one in the address."""

    OPEN = "open"
    """Anybody."""
    SIGNED_IN = "signed_in"
    """Whoever is signed in."""
    READ = "read"
    """Those who hold a role of the office there, and the auditor. Pages that change nothing."""
    ACT = "act"
    """Those who hold a role of the office there: every role but administrator and auditor."""
    CASE_READ = "case_read"
    """As READ, and the commission of the procedure in the address."""
    CASE_ACT = "case_act"
    """As ACT, and the commission of the procedure in the address."""
    COMMISSION = "commission"
    """Members of a commission there; of the procedure in the address, where there is one."""
    ADMINISTER = "administer"
    """The administrator."""
    OVERSEE = "oversee"
    """The administrator and the auditor. Pages that change nothing."""
    RULES = "rules"
    """Everybody with any role or commission there: what is written down for all. Pages that change nothing."""


def admits(may: Access, session: Session | None, institution: str | None, procedure: str | None) -> bool:
    """Whether the page is this person's, for the institution and the procedure in the address."""
    if may is Access.OPEN:
        return True
    if session is None:
        return False
    if may is Access.SIGNED_IN:
        return True
    if institution is None:
        return False
    roles = session.roles.get(institution, frozenset())
    office = bool(roles - OVERSEERS)
    commissions = session.commissions.get(institution, {})
    member = bool(commissions) if procedure is None else procedure in commissions
    match may:
        case Access.READ:
            return office or AUDITOR in roles
        case Access.ACT:
            return office
        case Access.CASE_READ:
            return office or AUDITOR in roles or (procedure is not None and member)
        case Access.CASE_ACT:
            return office or (procedure is not None and member)
        case Access.COMMISSION:
            return member
        case Access.ADMINISTER:
            return ADMINISTRATOR in roles
        case Access.OVERSEE:
            return bool(roles & OVERSEERS)
        case Access.RULES:
            return bool(roles) or member
