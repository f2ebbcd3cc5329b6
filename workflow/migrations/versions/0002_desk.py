"""The desk: how people sign in, files handed in, parts of names, kept counts, saved filters, the record of staff.

Revision 0002, after 0001. What can be derived from rows that are there already is derived here.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from notifications.instant import Instant
from workflow.persistence.columns import CodeOrder
from workflow.services import names

revision = "0002"
down_revision = "0001"

CLUSTERED = {"sqlite_with_rowid": False}

_ADD = """
    INSERT INTO state_count (institution, position_id, state, shard, procedure_id, n)
    VALUES (NEW.institution, NEW.position_id, NEW.state, 0, NEW.procedure_id, 1)
    ON CONFLICT (institution, position_id, state, shard) DO UPDATE SET n = n + 1;
"""
_TAKE = """
    UPDATE state_count SET n = n - 1
    WHERE institution = OLD.institution AND position_id = OLD.position_id AND state = OLD.state AND shard = 0;
"""
_SQLITE: tuple[str, ...] = (
    f"""
    CREATE TRIGGER state_count_came AFTER INSERT ON subject WHEN NEW.kind = 'application'
    BEGIN {_ADD} END
    """,
    f"""
    CREATE TRIGGER state_count_moved AFTER UPDATE OF state ON subject
    WHEN NEW.kind = 'application' AND NEW.state <> OLD.state
    BEGIN {_TAKE} {_ADD} END
    """,
    f"""
    CREATE TRIGGER state_count_went AFTER DELETE ON subject WHEN OLD.kind = 'application'
    BEGIN {_TAKE} END
    """,
)
_SQLITE += tuple(
    f"""
    CREATE TRIGGER staff_record_not_{done} BEFORE {what} ON staff_record
    BEGIN SELECT RAISE(ABORT, 'the staff record is append-only'); END
    """
    for done, what in (("changed", "UPDATE"), ("deleted", "DELETE"))
)
_SUM = """
    INSERT INTO state_count (institution, position_id, state, shard, procedure_id, n)
    SELECT institution, position_id, state, pg_backend_pid() % 16, min(procedure_id), sum(n) FROM ({changes}) changes
    GROUP BY institution, position_id, state HAVING sum(n) <> 0
    ORDER BY institution, position_id, state
    ON CONFLICT (institution, position_id, state, shard) DO UPDATE SET n = state_count.n + excluded.n;
"""
_ROWS = "SELECT institution, position_id, state, procedure_id, {n} AS n FROM {table} WHERE kind = 'application'"


def _function(name: str, *changes: tuple[str, int]) -> str:
    rows = " UNION ALL ".join(_ROWS.format(n=n, table=table) for table, n in changes)
    return f"""
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {_SUM.format(changes=rows)} RETURN NULL; END $$
    """


def _statement(when: str, function: str, tables: str) -> str:
    return (
        f"CREATE TRIGGER {function} AFTER {when} ON subject REFERENCING {tables} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


# Once a statement, not once a row, and in one order: writers of many rows neither wait for nor deadlock each other.
_POSTGRESQL = (
    _function("state_count_came", ("came", 1)),
    _function("state_count_moved", ("came", 1), ("went", -1)),
    _function("state_count_went", ("went", -1)),
    _statement("INSERT", "state_count_came", "NEW TABLE AS came"),
    _statement("UPDATE", "state_count_moved", "OLD TABLE AS went NEW TABLE AS came"),
    _statement("DELETE", "state_count_went", "OLD TABLE AS went"),
    """
    CREATE FUNCTION staff_record_closed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the staff record is append-only';
    END $$
    """,
    "CREATE TRIGGER staff_record_closed BEFORE UPDATE OR DELETE ON staff_record"
    " FOR EACH ROW EXECUTE FUNCTION staff_record_closed()",
    "CREATE TRIGGER staff_record_kept BEFORE TRUNCATE ON staff_record"
    " FOR EACH STATEMENT EXECUTE FUNCTION staff_record_closed()",
)


def texts(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=null) for name in names]


def integers(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=null) for name in names]


def instants(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, Instant(), nullable=null) for name in names]


def check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=name)


def reference(table: str, column: str, target: str, remote: str = "id") -> sa.ForeignKeyConstraint:
    here, there = ["institution", column], [f"{target}.institution", f"{target}.{remote}"]
    return sa.ForeignKeyConstraint(here, there, name=f"fk_{table}_{column}")


def belongs(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["institution"], ["institution.id"], name=f"fk_{table}_institution")


def of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=f"fk_{table}_user_id")


def upgrade() -> None:
    """Makes the tables and the triggers, then fills what is derived."""
    op.create_table(
        "throttle",
        *texts("key"),
        sa.Column("arrival_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_throttle_arrival_ms", "throttle", ["arrival_ms"])
    op.create_table(
        "credential",
        *texts("user_id"),
        *texts("password_hash", null=True),
        *instants("password_at", null=True),
        *texts("totp_secret", null=True),
        *integers("totp_step", null=True),
        *texts("issuer", "identity", null=True),
        *instants("disabled_at", null=True),
        of_user("credential"),
        check("ck_credential_identity", "(issuer IS NULL) = (identity IS NULL)"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_index("ix_credential_identity", "credential", ["issuer", "identity"], unique=True)
    op.create_table(
        "user_session",
        *texts("id", "user_id", "csrf", "method"),
        *texts("institution", "procedure_id", null=True),
        sa.Column("second", sa.Boolean(), nullable=False),
        *texts("device"),
        *instants("created_at", "seen_at", "expires_at"),
        *instants("ended_at", null=True),
        of_user("user_session"),
        check("ck_user_session_id", "length(id) = 64"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_user_session_user_id", "user_session", ["user_id"])
    op.create_table(
        "one_time_link",
        *texts("id", "user_id", "purpose"),
        *texts("institution", "procedure_id", null=True),
        *texts("made_by"),
        *instants("created_at", "expires_at"),
        *instants("used_at", null=True),
        of_user("one_time_link"),
        check("ck_one_time_link_id", "length(id) = 64"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_one_time_link_user_id", "one_time_link", ["user_id"])
    op.create_table(
        "stored_file",
        *texts("institution", "sha256"),
        *integers("size"),
        *texts("type"),
        *instants("stored_at"),
        belongs("stored_file"),
        check("ck_stored_file_sha256", "length(sha256) = 64"),
        check("ck_stored_file_size", "size >= 1"),
        sa.PrimaryKeyConstraint("institution", "sha256"),
    )
    op.create_table(
        "document_file",
        *texts("institution", "id", "dossier_id", "application_id", "document", "sha256", "name", "added_by"),
        *instants("added_at"),
        reference("document_file", "dossier_id", "dossier"),
        reference("document_file", "application_id", "application"),
        reference("document_file", "sha256", "stored_file", "sha256"),
        check("ck_document_file_id", "length(id) = 36"),
        sa.PrimaryKeyConstraint("institution", "id"),
    )
    op.create_index("ix_document_file_dossier_id_document", "document_file", ["dossier_id", "document"])
    op.create_table(
        "name_part",
        *texts("institution", "candidate_id"),
        *integers("number"),
        sa.Column("part", CodeOrder(), nullable=False),
        reference("name_part", "candidate_id", "candidate"),
        sa.PrimaryKeyConstraint("institution", "candidate_id", "number"),
        **CLUSTERED,
    )
    op.create_index("ix_name_part_part", "name_part", ["institution", "part", "candidate_id", "number"])
    op.create_table(
        "state_count",
        *texts("institution", "position_id", "state"),
        *integers("shard"),
        *texts("procedure_id"),
        *integers("n"),
        belongs("state_count"),
        sa.PrimaryKeyConstraint("institution", "position_id", "state", "shard"),
        **CLUSTERED,
    )
    op.create_index("ix_state_count_procedure_id", "state_count", ["procedure_id"])
    op.create_index("ix_state_count_state", "state_count", ["institution", "state"], sqlite_where=sa.text("n <> 0"))
    op.create_index("ix_application_received_at", "application", ["institution", "received_at", "id"])
    op.create_index(
        "ix_application_procedure_received_at", "application", ["institution", "procedure_id", "received_at", "id"]
    )
    op.create_index(
        "ix_application_register_number",
        "application",
        ["institution", "register_number"],
        postgresql_ops={"register_number": "text_pattern_ops"},
    )
    above = sa.text("kind <> 'application'")
    op.create_index("ix_subject_above", "subject", ["institution", "state"], sqlite_where=above, postgresql_where=above)
    op.create_table(
        "saved_filter",
        *texts("institution", "user_id", "name", "query"),
        belongs("saved_filter"),
        of_user("saved_filter"),
        sa.PrimaryKeyConstraint("institution", "user_id", "name"),
        **CLUSTERED,
    )
    op.create_table(
        "staff_record",
        *texts("institution", "id"),
        *instants("at"),
        *texts("actor", "act", "user_id", "what"),
        belongs("staff_record"),
        sa.ForeignKeyConstraint(["actor"], ["user.id"], name="fk_staff_record_actor"),
        of_user("staff_record"),
        check(
            "ck_staff_record_act",
            "act IN ('add', 'correct', 'grant', 'revoke', 'invite', 'disable', 'enable', 'end_sessions')",
        ),
        check("ck_staff_record_id", "length(id) = 36"),
        sa.PrimaryKeyConstraint("institution", "id"),
        **CLUSTERED,
    )
    op.create_index("ix_staff_record_user_id", "staff_record", ["institution", "user_id", "id"])
    op.create_index("ix_role_grant_user_id", "role_grant", ["user_id"])
    op.create_index("ix_commission_member_user_id", "commission_member", ["user_id"])
    op.create_index("ix_journal_recorded_at", "journal", ["institution", "recorded_at", "subject_id", "seq"])
    op.create_table(
        "sheet_note",
        *texts("institution", "sheet_id", "note"),
        reference("sheet_note", "sheet_id", "sheet"),
        sa.PrimaryKeyConstraint("institution", "sheet_id"),
        **CLUSTERED,
    )
    known = sa.text("email IS NOT NULL")
    op.create_index("ix_candidate_email", "candidate", ["email"], sqlite_where=known, postgresql_where=known)
    op.create_index("outbox_shown", "outbox", ["state", "owner", "id"])
    letters = sa.text("channel = 'letter'")
    op.create_index("outbox_letters", "outbox", ["created_at", "id"], sqlite_where=letters, postgresql_where=letters)
    op.execute(
        "INSERT INTO state_count (institution, position_id, state, shard, procedure_id, n)"
        " SELECT institution, position_id, state, 0, min(procedure_id), count(*) FROM subject"
        " WHERE kind = 'application' GROUP BY institution, position_id, state"
    )
    for trigger in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(trigger)
    _fill_name_parts()


def _fill_name_parts() -> None:
    """What the names that are stored already are found by."""
    connection = op.get_bind()
    fill = sa.text("INSERT INTO name_part (institution, candidate_id, number, part) VALUES (:i, :c, :n, :p)")
    page = sa.text(
        "SELECT institution, id, name FROM candidate WHERE (institution, id) > (:i, :c)"
        " ORDER BY institution, id LIMIT 1000"
    )
    last = {"i": "", "c": ""}
    while rows := connection.execute(page, last).all():
        found = [{"i": i, "c": c, "n": n, "p": p} for i, c, name in rows for n, p in enumerate(names.parts(name))]
        connection.execute(fill, found)
        last = {"i": rows[-1][0], "c": rows[-1][1]}


def downgrade() -> None:
    """Takes nothing back: credentials and files would be lost."""
    raise NotImplementedError("this revision is not taken back; restore a backup made before it")
