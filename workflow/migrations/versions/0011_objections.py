"""Objections: a fourth kind of subject, with its row in the register.

Revision 0011, after 0010.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from notifications.instant import Instant

revision = "0011"
down_revision = "0010"

_BEFORE = "kind IN ('procedure', 'position', 'application')"
_NOW = "kind IN ('procedure', 'position', 'application', 'objection')"


def upgrade() -> None:
    """One table, and one more word for what a subject is."""
    _kinds(_BEFORE, _NOW)
    op.create_table(
        "objection",
        *(sa.Column(n, sa.Text(), nullable=False) for n in ("institution", "id", "application_id", "procedure_id")),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("channel", sa.Text()),
        sa.Column("register_entry", sa.Text()),
        sa.CheckConstraint("number <> ''", name="ck_objection_number"),
        _reference("id", "subject"),
        _reference("application_id", "application"),
        _reference("procedure_id", "procedure"),
        sa.UniqueConstraint("institution", "procedure_id", "number", name="uq_objection_procedure_id_number"),
        sa.PrimaryKeyConstraint("institution", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_objection_application_id", "objection", ["application_id"])
    op.create_index("ix_objection_procedure_id", "objection", ["procedure_id"])
    op.create_index("ix_conflict_user_id_procedure_id", "conflict", ["user_id", "procedure_id"])


def downgrade() -> None:
    """Without the table and the index."""
    op.drop_index("ix_conflict_user_id_procedure_id", "conflict")
    op.drop_table("objection")
    _kinds(_NOW, _BEFORE)


def _reference(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["institution", column], [f"{table}.institution", f"{table}.id"], name=f"fk_objection_{column}"
    )


def _kinds(before: str, after: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint("ck_subject_kind", "subject", type_="check")
        op.create_check_constraint("ck_subject_kind", "subject", after)
        return
    # Every table refers to this one, so it is not rebuilt: a CHECK touches no stored row, and may be rewritten in the
    # schema itself. Source: sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes".
    version: Any = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema=ON"))
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = replace(sql, :b, :a) WHERE type = 'table' AND name = 'subject'"),
        {"b": before, "a": after},
    )
    connection.execute(sa.text(f"PRAGMA schema_version={int(version) + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema=OFF"))
