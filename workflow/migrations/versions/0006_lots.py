"""Lots: the order drawn among equal candidates of a position.

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """One table."""
    op.create_table(
        "drawn_lot",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("institution", "position_id", "application_id")),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint("rank >= 1", name="ck_drawn_lot_rank"),
        *(
            sa.ForeignKeyConstraint(
                ["institution", f"{table}_id"],
                [f"{table}.institution", f"{table}.id"],
                name=f"fk_drawn_lot_{table}_id",
            )
            for table in ("application", "position")
        ),
        sa.PrimaryKeyConstraint("institution", "position_id", "application_id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Without the table."""
    op.drop_table("drawn_lot")
