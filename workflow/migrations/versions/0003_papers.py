"""Papers: publications with versions, approval and an end; the protocol with its signatures.

Revision 0003, after 0002. The table of publications is made anew, because SQLite changes no key of a table.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from notifications.instant import Instant

revision = "0003"
down_revision = "0002"


def texts(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=null) for name in names]


def integers(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=null) for name in names]


def instants(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, Instant(), nullable=null) for name in names]


def check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=name)


def reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    here, there = ["institution", column], [f"{target}.institution", f"{target}.id"]
    return sa.ForeignKeyConstraint(here, there, name=f"fk_{table}_{column}")


def upgrade() -> None:
    """Makes the tables and takes over what was published: each its first version, shown since it was made."""
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM publication")
    op.drop_table("publication")
    op.create_table(
        "publication",
        *texts("institution", "id", "procedure_id", "name"),
        *integers("number", "version"),
        *texts("content", "digest"),
        *texts("entry_subject", null=True),
        *integers("entry_seq", null=True),
        *instants("made_at"),
        *texts("made_by", "approved_by", null=True),
        *instants("published_at", "until_at", "withdrawn_at", null=True),
        reference("publication", "procedure_id", "procedure"),
        check("ck_publication_id", "length(id) = 36"),
        check("ck_publication_number", "number >= 1"),
        check("ck_publication_version", "version >= 1"),
        check("ck_publication_approved", "approved_by IS NULL OR published_at IS NOT NULL"),
        check("ck_publication_second_person", "approved_by <> made_by"),
        sa.PrimaryKeyConstraint("institution", "id"),
        sa.UniqueConstraint(
            "institution", "procedure_id", "number", "version", name="uq_publication_procedure_id_number_version"
        ),
    )
    op.execute(
        "INSERT INTO publication (institution, id, procedure_id, name, number, version, content, digest,"
        " made_at, published_at, withdrawn_at)"
        " SELECT institution, id, procedure_id, name, number, 1, content, digest,"
        " published_at, published_at, withdrawn_at FROM kept"
    )
    op.execute("DROP TABLE kept")
    op.create_table(
        "protocol",
        *texts("institution", "id", "procedure_id"),
        *integers("version"),
        *texts("content", "digest"),
        *integers("entry_seq"),
        *texts("drawn_up_by"),
        *instants("drawn_up_at"),
        *instants("final_at", null=True),
        reference("protocol", "procedure_id", "procedure"),
        check("ck_protocol_id", "length(id) = 36"),
        check("ck_protocol_version", "version >= 1"),
        sa.PrimaryKeyConstraint("institution", "id"),
        sa.UniqueConstraint("institution", "procedure_id", "version", name="uq_protocol_procedure_id_version"),
    )
    op.create_table(
        "protocol_signature",
        *texts("institution", "protocol_id", "user_id"),
        *instants("signed_at"),
        *texts("remark"),
        reference("protocol_signature", "protocol_id", "protocol"),
        sa.PrimaryKeyConstraint("institution", "protocol_id", "user_id"),
    )


def downgrade() -> None:
    """Takes nothing back: approvals, corrections and signatures would be lost."""
    raise NotImplementedError("this revision is not taken back; restore a backup made before it")
