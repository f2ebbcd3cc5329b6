"""Pass marks that a commission fixes, where the definition leaves them open.

Revision 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notifications.instant import Instant

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """One table."""
    op.create_table(
        "fixed_threshold",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("institution", "procedure_id", "assessment", "value")
        ),
        sa.Column("fixed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution", "procedure_id"],
            ["procedure.institution", "procedure.id"],
            name="fk_fixed_threshold_procedure_id",
        ),
        sa.PrimaryKeyConstraint("institution", "procedure_id", "assessment"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Without the table."""
    op.drop_table("fixed_threshold")
