"""Answers to the satisfaction survey.

Why: they are anonymous by shape: nothing in a row leads back to who gave it.
Never here: a subject, a candidate, an instant.
"""

from __future__ import annotations

from sqlalchemy import Integer
from sqlmodel import SQLModel

from workflow.persistence.columns import check, index, institution, plain, reference


class SurveyAnswer(SQLModel, table=True):
    """One answer to one question."""

    __tablename__ = "survey_answer"
    __table_args__ = (
        reference("survey_answer", "procedure_id", "procedure"),
        index("survey_answer", "procedure_id", "group_name", "batch"),
        check("survey_answer", "value", "value >= 1"),
    )

    institution: str = institution()
    id: str = plain("names the answer", key=True)
    procedure_id: str = plain("the procedure asked about")
    question: str = plain("question of the definition")
    value: int = plain("from 1 to the scale of the survey", type_=Integer)
    batch: str = plain("the answers of one sheet, in the order in which sheets came")
    group_name: str = plain("which group of the definition answered")
