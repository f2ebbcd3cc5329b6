"""A certificate and a statement of hours as papers: number, name, programme, hours of each part, dates.

Never here: issuing one (onboarding_effects.py), who may read it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from workflow.documents.paper import Block, Facts, Heading, Paper, Signatures, Table
from workflow.engine.process import ProcessDefinition
from workflow.services.paper_words import PaperWords, in_utc
from workflow.services.trainees import Issued, Progress


def training_paper(
    process: ProcessDefinition, procedure: str, name: str, issued: Issued, progress: Progress, language: str
) -> Paper:
    """The paper in that language. `procedure`: its number; `name`: of who was trained."""
    plan = process.training
    assert plan is not None  # it was issued under these rules
    said = PaperWords(process, language)
    institution = said.words(process.institution.title)
    rows = [
        (said.say("trained"), name),
        (said.say("programme"), said.words(plan.title)),
        (said.say("hours_done"), said.say("hours_of", hours=_plain(issued.hours), all=_plain(plan.hours))),
    ]
    days = progress.first_and_last()
    if days is not None:
        first, last = (said.day(date.fromisoformat(day)) for day in days)
        rows.append((said.say("trained_from_to"), f"{first} – {last}"))
    rows.append((said.say("issued_on"), said.moment(issued.at)))
    table = Table(
        heads=(said.say("part"), said.say("hours_in_plan"), said.say("hours_done")),
        widths=(6, 0, 0),
        numeric=(False, True, True),
        rows=tuple(
            (said.words(part.label), _plain(part.hours), _plain(progress.hours.get(part_name, Decimal(0))))
            for part_name, part in plan.parts.items()
        ),
    )
    blocks: list[Block] = [Facts(tuple(rows)), Heading(said.say("parts")), table]
    blocks.append(Signatures(((said.say("for_institution"), institution, "", ""),)))
    return Paper(
        language=language,
        institution=institution,
        title=f"{said.say(issued.kind)} {said.say('number', number=issued.number)}",
        lines=(said.say("procedure_no", number=procedure),),
        blocks=tuple(blocks),
        foot=(f"{institution} · {said.say('number', number=issued.number)} · {said.moment(issued.at)}",),
        dated=in_utc(issued.at),
    )


def _plain(hours: Decimal) -> str:
    return f"{hours.normalize():f}"
