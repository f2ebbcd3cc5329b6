"""Checklists, re-examinations, attendance, who leads a training, statements of hours, tasks of the onboarding.

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notifications.instant import Instant

revision = "0008"
down_revision = "0007"

_DAY = "LIKE '____-__-__'"


def _table(name: str, target: str, keys: tuple[str, ...], *more: sa.Column | sa.Constraint) -> None:  # type: ignore[type-arg]
    op.create_table(
        name,
        *(sa.Column(key, sa.Text(), nullable=False) for key in ("institution", f"{target}_id", *keys)),
        *more,
        sa.ForeignKeyConstraint(
            ["institution", f"{target}_id"], [f"{target}.institution", f"{target}.id"], name=f"fk_{name}_{target}_id"
        ),
        sa.PrimaryKeyConstraint("institution", f"{target}_id", *keys),
        sqlite_with_rowid=False,
    )


def upgrade() -> None:
    """Six tables."""
    _table(
        "check_item",
        "application",
        ("check_name", "item"),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
    )
    _table(
        "re_examination",
        "application",
        ("check_name",),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.CheckConstraint("times >= 1", name="ck_re_examination_times"),
    )
    _table(
        "attendance",
        "application",
        ("part", "day"),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.CheckConstraint(f"day {_DAY}", name="ck_attendance_day"),
    )
    _table(
        "training_session",
        "procedure",
        ("part",),
        sa.Column("held_on", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("place", "host", "mentor")),
        sa.CheckConstraint(f"held_on IS NULL OR held_on {_DAY}", name="ck_training_session_held_on"),
    )
    _table(
        "onboarding_task",
        "application",
        ("task",),
        sa.Column("due_at", Instant(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("done_on", "done_by")),
        sa.CheckConstraint(f"done_on IS NULL OR done_on {_DAY}", name="ck_onboarding_task_done_on"),
    )
    op.create_table(
        "hours_statement",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("institution", "id", "application_id", "number")),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.CheckConstraint("length(id) = 36", name="ck_hours_statement_id"),
        sa.ForeignKeyConstraint(
            ["institution", "application_id"],
            ["application.institution", "application.id"],
            name="fk_hours_statement_application_id",
        ),
        sa.PrimaryKeyConstraint("institution", "id"),
        sa.UniqueConstraint("institution", "application_id", name="uq_hours_statement_application_id"),
        sa.UniqueConstraint("institution", "number", name="uq_hours_statement_number"),
    )


def downgrade() -> None:
    """Without the tables."""
    for name in (
        "hours_statement",
        "onboarding_task",
        "training_session",
        "attendance",
        "re_examination",
        "check_item",
    ):
        op.drop_table(name)
