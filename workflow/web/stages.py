"""The stages to which every institution maps its states, in the reader's language.

Never here: states, which the definition names.
"""

from __future__ import annotations

from workflow.engine.process import Stage
from workflow.web.desk import Desk


def stage_name(desk: Desk, stage: Stage) -> str:
    """What a stage is called."""
    match stage:
        case Stage.PREPARATION:
            return desk.say("Preparation")
        case Stage.INTAKE:
            return desk.say("Intake")
        case Stage.DOCUMENT_CHECK:
            return desk.say("Document check")
        case Stage.ADMISSION:
            return desk.say("Decision on admission")
        case Stage.ASSESSMENT:
            return desk.say("Assessment")
        case Stage.CHECKS:
            return desk.say("Checks")
        case Stage.OUTCOME:
            return desk.say("Outcome")
        case Stage.ONBOARDING:
            return desk.say("Onboarding")
