"""Who may see what of an application: deny by default.

Why: a commission decides on papers and marks, not on telephone numbers; a health check is nobody's business but the
office's; marks stay sealed until they are opened. Pages and downloads ask here, so that none of them can forget.
Never here: who may act (the definition), whose page it is (web/access.py), marks that are sealed: nobody reads those
but their own member (services/scoring_grid.py), so no sight could show them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from workflow.engine.process import ProcessDefinition, Stage

OFFICE_FREE = frozenset({"administrator", "auditor", "chair", "member", "secretary", "substitute", "commission"})
"""Roles that do not make somebody part of the office: overseers, and functions in a commission."""

COMMISSION = frozenset({"chair", "member", "secretary", "substitute"})
_CLOSED = frozenset({Stage.PREPARATION, Stage.INTAKE})
_CONTACT = ("new_email", "new_phone", "new_address")
_HEALTH = frozenset({"record_check", "request_re_examination"})
_TRAINING = frozenset({"complete_part", "record_attendance", "complete_task"})
_NO_RESULT = frozenset({"grounds", "register_entry", "cause_subject", "cause_seq"})
"""What a move notes beside results: those note marks, totals, places, and what settled them."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader may see of one application, beside its register number, position and state.

    `person`: the name. `contact`: e-mail, telephone, address. `documents`: what was handed in, files and verdicts.
    `checks`: medical and background checks. `training`: the training plan. `results`: results of opened sheets.
    """

    person: bool = False
    contact: bool = False
    documents: bool = False
    checks: bool = False
    training: bool = False
    results: bool = False

    def shows_entry(self, act: str) -> bool:
        """Whether an entry of the journal may be seen."""
        return self.person and (self.checks or act not in _HEALTH) and (self.training or act not in _TRAINING)

    def shows_value(self, name: str, *, is_move: bool) -> bool:
        """Whether what an entry noted under that name may be seen: of a move's, what tells of results not by all."""
        return self.results or (name in _NO_RESULT if is_move else name not in ("old", "new", "result"))

    def shows_text(self, field: str) -> bool:
        """Whether a free text of an entry may be seen: reasons and details yes, a corrected address not by all."""
        return self.contact or field not in _CONTACT


NOTHING = Sight()
EVERYTHING = Sight(person=True, contact=True, documents=True, checks=True, training=True, results=True)


def sight(process: ProcessDefinition, stage: Stage, roles: Iterable[str], *, recused: bool = False) -> Sight:
    """What somebody with those roles and functions may see of an application that stands in that stage.

    The office and the auditor see everything (what is sealed is in nobody's sight). A commission sees the papers from
    the document check on, checks and training only where the definition lets it record them, and never how to reach
    the candidate. Who is recused sees neither papers nor results, whatever else they are.
    """
    held = frozenset(roles)
    if held - OFFICE_FREE or "auditor" in held:
        return replace(EVERYTHING, documents=not recused, results=not recused)
    if not held & COMMISSION:
        return NOTHING
    return Sight(
        person=True,
        documents=stage not in _CLOSED and not recused,
        checks=_may(process, "record_check", held),
        training=any(_may(process, act, held) for act in _TRAINING),
        results=not recused,
    )


def _may(process: ProcessDefinition, act: str, held: frozenset[str]) -> bool:
    rule = process.acts.get(act)
    return rule is not None and bool(held.intersection(rule.by))
