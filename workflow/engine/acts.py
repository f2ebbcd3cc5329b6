"""The acts that move no state, and what they are recorded on. They enter the journal through `record()`.

Why: one closed list, known to the loader (a definition says who may record which), the services and the scenarios.
Never here: how an act is carried out (services/records.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from workflow.engine.process import Kind

ACTS: Mapping[str, Kind] = MappingProxyType(
    {
        "hand_in_document": Kind.APPLICATION,
        "give_verdict": Kind.APPLICATION,
        "save_sheet": Kind.APPLICATION,
        "sign_sheet": Kind.APPLICATION,
        "change_sheet": Kind.APPLICATION,
        "record_check": Kind.APPLICATION,
        "request_re_examination": Kind.APPLICATION,
        "record_attendance": Kind.APPLICATION,
        "complete_task": Kind.APPLICATION,
        "complete_part": Kind.APPLICATION,
        "correct_candidate": Kind.APPLICATION,
        "merge_candidate": Kind.APPLICATION,
        "decide_tie": Kind.POSITION,
        "draw_lot": Kind.POSITION,
        "appoint_member": Kind.PROCEDURE,
        "replace_member": Kind.PROCEDURE,
        "declare_conflict": Kind.PROCEDURE,
        "set_part": Kind.PROCEDURE,
        "fix_threshold": Kind.PROCEDURE,
        "set_date": Kind.PROCEDURE,
        "set_detail": Kind.PROCEDURE,
        "move_seats": Kind.PROCEDURE,
        "answer_survey": Kind.PROCEDURE,
        "adopt_wording": Kind.PROCEDURE,
        "approve_publication": Kind.PROCEDURE,
        "correct_publication": Kind.PROCEDURE,
        "draw_up_protocol": Kind.PROCEDURE,
        "sign_protocol": Kind.PROCEDURE,
    }
)

FOLLOWED = frozenset({"hand_in_document", "request_re_examination"})
"""The acts after which an application may move by itself."""

UNNOTICED = frozenset({"save_sheet"})
"""The acts that leave the version of their subject: what others decide does not hang on them, because nobody but their
own actor may see what they wrote. They are journaled like all others."""
