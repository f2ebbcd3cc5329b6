"""What a trimmed mean left out, beside the result: a key by which equals are separated.

Revision 0010, after 0009. The table is made anew with what lay in it, so that it reads the same on both databases.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_TEXTS = ("institution", "application_id", "assessment", "value", "shown", "criteria")
_KEPT = ", ".join((*_TEXTS, "members"))


def upgrade() -> None:
    """One column; results from before have nothing in it."""
    op.execute(f"CREATE TABLE result_before AS SELECT {_KEPT} FROM result")
    op.drop_table("result")
    op.create_table(
        "result",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Text(), nullable=True),
        sa.CheckConstraint("members >= 1", name="ck_result_members"),
        sa.ForeignKeyConstraint(
            ["institution", "application_id"],
            ["application.institution", "application.id"],
            name="fk_result_application_id",
        ),
        sa.PrimaryKeyConstraint("institution", "application_id", "assessment"),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO result ({_KEPT}) SELECT {_KEPT} FROM result_before")
    op.drop_table("result_before")


def downgrade() -> None:
    """Takes nothing back: what separated equals would be lost."""
    raise NotImplementedError("this revision is not taken back; restore a backup made before it")
