"""Where candidates live, for results that must say so; the drafts that wait for approval.

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """One table and one index."""
    op.create_table(
        "residence",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("institution", "candidate_id", "town")),
        sa.ForeignKeyConstraint(
            ["institution", "candidate_id"],
            ["candidate.institution", "candidate.id"],
            name="fk_residence_candidate_id",
        ),
        sa.PrimaryKeyConstraint("institution", "candidate_id"),
        sqlite_with_rowid=False,
    )
    waiting = sa.text("published_at IS NULL AND withdrawn_at IS NULL")
    op.create_index(
        "ix_publication_published_at", "publication", ["published_at"], sqlite_where=waiting, postgresql_where=waiting
    )


def downgrade() -> None:
    """Without the table and the index."""
    op.drop_index("ix_publication_published_at", "publication")
    op.drop_table("residence")
