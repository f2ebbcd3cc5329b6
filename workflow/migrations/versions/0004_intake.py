"""Intake: who saw a document that was only shown, in which wording a declaration was made, how an application came.

Revision 0004, after 0003. The table is made anew with what lay in it, so that it reads the same on both databases.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notifications.instant import Instant

revision = "0004"
down_revision = "0003"

_KEPT = "institution, dossier_id, name, application_id, received_at, pages"


def upgrade() -> None:
    """One step forward."""
    op.execute(f"CREATE TABLE document_before AS SELECT {_KEPT} FROM document")
    op.drop_table("document")
    op.create_table(
        "document",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("institution", "dossier_id", "name")),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.CheckConstraint("pages IS NULL OR pages >= 1", name="ck_document_pages"),
        sa.ForeignKeyConstraint(
            ("institution", "dossier_id"), ("dossier.institution", "dossier.id"), name="fk_document_dossier_id"
        ),
        sa.PrimaryKeyConstraint("institution", "dossier_id", "name", "application_id"),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO document ({_KEPT}) SELECT {_KEPT} FROM document_before")
    op.drop_table("document_before")
    op.create_table(
        "arrival",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("institution", "application_id", "channel")),
        sa.Column("posted_on", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ("institution", "application_id"),
            ("application.institution", "application.id"),
            name="fk_arrival_application_id",
        ),
        sa.PrimaryKeyConstraint("institution", "application_id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Takes nothing back: who saw what would be lost."""
    raise NotImplementedError("this revision is not taken back; restore a backup made before it")
