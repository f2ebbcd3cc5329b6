"""What a notice may name: the placeholders and what each stands for.

Why: one list for the loader (an unknown name is found when a definition is read), the services (each has a value) and
whoever writes notices.
Never here: values and their formatting (services/notices.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

PLACEHOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "institution": "name of the institution",
        "institution_address": "address of the institution",
        "institution_email": "e-mail address of the institution",
        "process": "title of the process",
        "procedure_number": "number of the procedure",
        "recipient": "name of the person who is written to",
        "candidate": "name of the candidate",
        "position": "the position applied for",
        "register_number": "register number of the application",
        "received_at": "when the application was received; of an objection, when that was",
        "objection_number": "number of the objection",
        "state": "where the application (or procedure) stands, as the public may know it",
        "next": "what comes next",
        "transition": "the move that was made",
        "reason": "the reason given with the move",
        "grounds": "the grounds given, one per line",
        "missing": "the required documents that were not handed in, one per line",
        "place": "place in the ranking list",
        "total": "total in the ranking list",
        "threshold": "the total (or result) that must be reached",
        "now": "when this is written",
        "training_title": "title of the training plan",
        "training_hours": "hours of the training plan",
        "hours_done": "hours of the training plan that were completed",
        "certificate_number": "number of the certificate",
        "certificate_date": "day of the certificate",
        "statement_number": "number of the statement of hours",
        "personal_link": "the candidate's own link, minted when the message is sent",
    }
)
"""Names that every definition has. A value that does not apply is the empty text."""

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "due": "when this deadline ends (of the subject or its procedure)",
        "date": "this date of the procedure",
        "detail": "this detail of the procedure",
        "result": "the result of this assessment",
    }
)
"""Groups of names: `due.<deadline>`, `date.<date>`, `detail.<detail>`, `result.<assessment>`."""

GROUND_VALUES: Mapping[str, str] = MappingProxyType(
    {
        "document": "a document of the definition",
        "requirement": "a requirement of the definition",
        "detail": "free words",
        "deadline": "a deadline of the definition",
    }
)
"""What the text of a ground may hold in single braces."""


def placeholders(
    *, due: Iterable[str], date: Iterable[str], detail: Iterable[str], result: Iterable[str]
) -> tuple[str, ...]:
    """Every name that notices of a definition with these deadlines, dates, details and assessments may use."""
    families = {"due": due, "date": date, "detail": detail, "result": result}
    return (*PLACEHOLDERS, *(f"{family}.{member}" for family, members in families.items() for member in members))
