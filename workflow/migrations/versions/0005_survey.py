"""The survey: answers belong to a group that is asked.

Revision 0005, after 0004. Answers that are there already were given by candidates: nobody else was asked.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_COLUMNS = "institution, id, procedure_id, question, value, batch"


def upgrade() -> None:
    """One column, and the index by which a report reads. The table is made anew: a column cannot be added to one with
    rows and be without a default, and SQLite changes none."""
    op.drop_index("ix_survey_answer_procedure_id_question", "survey_answer")
    op.execute(f"CREATE TEMPORARY TABLE survey_answer_before AS SELECT {_COLUMNS} FROM survey_answer")
    op.drop_table("survey_answer")
    op.create_table(
        "survey_answer",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("institution", "id", "procedure_id", "question")),
        sa.Column("value", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("batch", "group_name")),
        sa.CheckConstraint("value >= 1", name="ck_survey_answer_value"),
        sa.ForeignKeyConstraint(
            ["institution", "procedure_id"],
            ["procedure.institution", "procedure.id"],
            name="fk_survey_answer_procedure_id",
        ),
        sa.PrimaryKeyConstraint("institution", "id"),
    )
    op.execute(
        f"INSERT INTO survey_answer ({_COLUMNS}, group_name) SELECT {_COLUMNS}, 'candidates' FROM survey_answer_before"
    )
    op.execute("DROP TABLE survey_answer_before")
    op.create_index(
        "ix_survey_answer_procedure_id_group_name_batch", "survey_answer", ["procedure_id", "group_name", "batch"]
    )


def downgrade() -> None:
    """The old index, without the column."""
    op.drop_index("ix_survey_answer_procedure_id_group_name_batch", "survey_answer")
    op.create_index("ix_survey_answer_procedure_id_question", "survey_answer", ["procedure_id", "question"])
    op.drop_column("survey_answer", "group_name")
