"""The schema: every table, its keys, checks and indexes, and the triggers that close the journal.

Revision 0001, the first. Spelled out, so that it stays what it was when the table classes go on.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from notifications.instant import Instant

revision = "0001"
down_revision = None

CLUSTERED = {"sqlite_with_rowid": False}

_SQLITE = (
    """
    CREATE TRIGGER journal_chained BEFORE INSERT ON journal
    WHEN NEW.seq > 1 AND NOT EXISTS (
        SELECT 1 FROM journal
        WHERE institution = NEW.institution AND subject_id = NEW.subject_id
          AND seq = NEW.seq - 1 AND hash = NEW.previous
    )
    BEGIN SELECT RAISE(ABORT, 'the journal has no gaps: the entry before is missing or another'); END
    """,
    """
    CREATE TRIGGER journal_not_changed BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TRIGGER journal_not_deleted BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
)
_POSTGRESQL = (
    """
    CREATE FUNCTION journal_chained() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.seq > 1 AND NOT EXISTS (
            SELECT 1 FROM journal
            WHERE institution = NEW.institution AND subject_id = NEW.subject_id
              AND seq = NEW.seq - 1 AND hash = NEW.previous
        ) THEN
            RAISE EXCEPTION 'the journal has no gaps: the entry before is missing or another';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION journal_closed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the journal is append-only';
    END $$
    """,
    "CREATE TRIGGER journal_chained BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION journal_chained()",
    "CREATE TRIGGER journal_closed BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION journal_closed()",
    "CREATE TRIGGER journal_kept BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION journal_closed()",
)


def texts(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=null) for name in names]


def integers(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=null) for name in names]


def flags(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Boolean(), nullable=null) for name in names]


def instants(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, Instant(), nullable=null) for name in names]


def check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=name)


def reference(table: str, column: str, target: str, remote: str = "id") -> sa.ForeignKeyConstraint:
    here, there = ["institution", column], [f"{target}.institution", f"{target}.{remote}"]
    return sa.ForeignKeyConstraint(here, there, name=f"fk_{table}_{column}")


def where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Makes the tables, then closes the journal."""
    op.create_table(
        "calendar",
        *texts("country", "version", "text"),
        sa.PrimaryKeyConstraint("country", "version"),
    )
    op.create_table(
        "institution",
        *texts("id"),
        check("ck_institution_id", "id <> ''"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "outbox",
        *texts("owner", "id", "reference", "notice", "recipient", "channel", "language"),
        *texts("address", null=True),
        *texts("name", "subject", "body"),
        *texts("html", null=True),
        *texts("state"),
        *texts("hold_reason", null=True),
        *instants("not_before"),
        *integers("attempts"),
        *instants("lease_until", null=True),
        *integers("lease_token"),
        *texts("error", null=True),
        *instants("created_at"),
        *instants("sent_at", null=True),
        *texts("message_id", "repeats", null=True),
        *texts("repeats_key"),
        check("outbox_lease", "(state = 'sending') = (lease_until IS NOT NULL)"),
        check("outbox_sent", "(state = 'sent') = (sent_at IS NOT NULL)"),
        check("outbox_repeats", "repeats_key = coalesce(repeats, '')"),
        check("outbox_held", "state <> 'held' OR hold_reason IS NOT NULL"),
        check("outbox_state", "state IN ('queued', 'held', 'sending', 'sent', 'failed', 'dead', 'cancelled')"),
        check("outbox_counters", "attempts >= 0 AND lease_token >= 0"),
        sa.PrimaryKeyConstraint("owner", "id"),
        sa.UniqueConstraint("owner", "reference", "notice", "recipient", "channel", "repeats_key", name="outbox_once"),
    )
    op.create_index("outbox_due", "outbox", ["state", "not_before"])
    op.create_table(
        "user",
        *texts("id", "name"),
        *texts("email", "language", null=True),
        check("ck_user_id", "id <> ''"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "candidate",
        *texts("institution", "id", "name"),
        *texts("email", "phone", "address", null=True),
        *texts("language"),
        *instants("erased_at", null=True),
        check(
            "ck_candidate_erased",
            "erased_at IS NULL OR (name = '' AND email IS NULL AND phone IS NULL AND address IS NULL)",
        ),
        check("ck_candidate_id", "length(id) = 36"),
        sa.ForeignKeyConstraint(["institution"], ["institution.id"], name="fk_candidate_institution"),
        sa.PrimaryKeyConstraint("institution", "id"),
    )
    op.create_table(
        "definition",
        *texts("institution", "hash", "process"),
        *integers("format"),
        *texts("rules_hash", "text"),
        *instants("stored_at"),
        sa.ForeignKeyConstraint(["institution"], ["institution.id"], name="fk_definition_institution"),
        sa.PrimaryKeyConstraint("institution", "hash"),
    )
    op.create_table(
        "role_grant",
        *texts("institution", "user_id", "role"),
        *instants("granted_at", null=True),
        sa.ForeignKeyConstraint(["institution"], ["institution.id"], name="fk_role_grant_institution"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_role_grant_user_id"),
        sa.PrimaryKeyConstraint("institution", "user_id", "role"),
    )
    op.create_table(
        "subject",
        *texts("institution", "id", "kind"),
        *texts("procedure_id", "position_id", null=True),
        *texts("state"),
        *integers("version", "seq"),
        *texts("head"),
        *instants("entered_at", "created_at"),
        check("ck_subject_position", "(kind = 'application') = (position_id IS NOT NULL)"),
        check("ck_subject_procedure", "(kind = 'procedure') = (procedure_id IS NULL)"),
        check("ck_subject_head", "(seq = 0) = (head = '')"),
        check("ck_subject_kind", "kind IN ('procedure', 'position', 'application')"),
        check("ck_subject_id", "length(id) = 36"),
        check("ck_subject_version", "version >= 1 AND seq >= 0"),
        reference("subject", "position_id", "subject"),
        reference("subject", "procedure_id", "subject"),
        sa.ForeignKeyConstraint(["institution"], ["institution.id"], name="fk_subject_institution"),
        sa.PrimaryKeyConstraint("institution", "id"),
        **CLUSTERED,
    )
    op.create_index("ix_subject_position_id_state", "subject", ["position_id", "state"])
    op.create_table(
        "deadline",
        *texts("institution", "id", "subject_id", "rule", "kind"),
        *instants("due_at"),
        *texts("status", "derivation"),
        *integers("armed_seq"),
        *instants("fired_at", null=True),
        *integers("attempts"),
        *texts("error", null=True),
        check("ck_deadline_fired", "(fired_at IS NOT NULL) = (status = 'fired')"),
        check("ck_deadline_kind", "kind IN ('due', 'reminder')"),
        check("ck_deadline_status", "status IN ('armed', 'suspended', 'fired', 'cancelled', 'superseded')"),
        check("ck_deadline_attempts", "attempts >= 0"),
        check("ck_deadline_id", "length(id) = 36"),
        reference("deadline", "subject_id", "subject"),
        sa.PrimaryKeyConstraint("institution", "id"),
        sa.UniqueConstraint(
            "institution",
            "subject_id",
            "rule",
            "armed_seq",
            "due_at",
            name="uq_deadline_subject_id_rule_armed_seq_due_at",
        ),
        **CLUSTERED,
    )
    op.create_index("ix_deadline_due_at", "deadline", ["due_at"], **where("status = 'armed'"))
    op.create_table(
        "journal",
        *texts("institution", "subject_id"),
        *integers("seq"),
        *texts("kind", "act"),
        *texts("from_state", "to_state", null=True),
        *instants("effective_at", "recorded_at"),
        *texts("actor", "role", "rule", "parameters", "effects", "definition_hash", "previous", "hash"),
        check("ck_journal_moved", "(kind = 'transition') = (to_state IS NOT NULL)"),
        check("ck_journal_first", "(seq = 1) = (previous = '')"),
        check("ck_journal_kind", "kind IN ('transition', 'record')"),
        check("ck_journal_effective", "effective_at <= recorded_at"),
        check("ck_journal_from", "from_state IS NULL OR to_state IS NOT NULL"),
        check("ck_journal_hash", "length(hash) = 64"),
        check("ck_journal_seq", "seq >= 1"),
        reference("journal", "subject_id", "subject"),
        sa.PrimaryKeyConstraint("institution", "subject_id", "seq"),
        **CLUSTERED,
    )
    op.create_table(
        "procedure",
        *texts("institution", "id", "process", "number", "dates", "details"),
        *texts("definition_hash", "calendar_version", "predecessor_id", null=True),
        *integers("register_last"),
        check("ck_procedure_number", "number <> ''"),
        check("ck_procedure_pinned", "(definition_hash IS NULL) = (calendar_version IS NULL)"),
        check("ck_procedure_register_last", "register_last >= 0"),
        reference("procedure", "definition_hash", "definition", "hash"),
        reference("procedure", "id", "subject"),
        reference("procedure", "predecessor_id", "procedure"),
        sa.PrimaryKeyConstraint("institution", "id"),
        sa.UniqueConstraint("institution", "number", name="uq_procedure_number"),
    )
    op.create_table(
        "commission_member",
        *texts("institution", "procedure_id", "user_id", "function"),
        *texts("order_number", null=True),
        check("ck_commission_member_function", "function IN ('chair', 'member', 'secretary', 'substitute')"),
        reference("commission_member", "procedure_id", "procedure"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_commission_member_user_id"),
        sa.PrimaryKeyConstraint("institution", "procedure_id", "user_id"),
        **CLUSTERED,
    )
    op.create_table(
        "dossier",
        *texts("institution", "id", "procedure_id", "candidate_id"),
        check("ck_dossier_id", "length(id) = 36"),
        reference("dossier", "candidate_id", "candidate"),
        reference("dossier", "procedure_id", "procedure"),
        sa.PrimaryKeyConstraint("institution", "id"),
        sa.UniqueConstraint("institution", "procedure_id", "candidate_id", name="uq_dossier_procedure_id_candidate_id"),
    )
    op.create_table(
        "journal_text",
        *texts("institution", "id", "subject_id"),
        *integers("seq"),
        *texts("field", "salt", "text"),
        check("ck_journal_text_erased", "(salt = '') = (text = '')"),
        check("ck_journal_text_id", "length(id) = 36"),
        sa.ForeignKeyConstraint(
            ["institution", "subject_id", "seq"],
            ["journal.institution", "journal.subject_id", "journal.seq"],
            name="fk_journal_text_entry",
        ),
        sa.PrimaryKeyConstraint("institution", "id"),
    )
    op.create_index("ix_journal_text_subject_id_seq", "journal_text", ["subject_id", "seq"])
    op.create_table(
        "position",
        *texts("institution", "id", "procedure_id", "name"),
        *integers("seats"),
        check("ck_position_seats", "seats >= 1"),
        reference("position", "id", "subject"),
        reference("position", "procedure_id", "procedure"),
        sa.PrimaryKeyConstraint("institution", "id"),
        sa.UniqueConstraint("institution", "procedure_id", "name", name="uq_position_procedure_id_name"),
        **CLUSTERED,
    )
    op.create_table(
        "publication",
        *texts("institution", "id", "procedure_id", "name"),
        *integers("number"),
        *texts("content", "digest"),
        *instants("published_at"),
        *instants("withdrawn_at", null=True),
        check("ck_publication_id", "length(id) = 36"),
        check("ck_publication_number", "number >= 1"),
        reference("publication", "procedure_id", "procedure"),
        sa.PrimaryKeyConstraint("institution", "id"),
        sa.UniqueConstraint("institution", "procedure_id", "number", name="uq_publication_procedure_id_number"),
    )
    op.create_table(
        "survey_answer",
        *texts("institution", "id", "procedure_id", "question"),
        *integers("value"),
        *texts("batch"),
        check("ck_survey_answer_value", "value >= 1"),
        reference("survey_answer", "procedure_id", "procedure"),
        sa.PrimaryKeyConstraint("institution", "id"),
    )
    op.create_index("ix_survey_answer_procedure_id_question", "survey_answer", ["procedure_id", "question"])
    op.create_table(
        "application",
        *texts("institution", "id", "procedure_id", "position_id", "candidate_id", "dossier_id", "register_number"),
        *instants("received_at"),
        *texts("register_entry", null=True),
        check("ck_application_register_number", "register_number <> ''"),
        reference("application", "candidate_id", "candidate"),
        reference("application", "dossier_id", "dossier"),
        reference("application", "id", "subject"),
        reference("application", "position_id", "position"),
        reference("application", "procedure_id", "procedure"),
        sa.PrimaryKeyConstraint("institution", "id"),
        sa.UniqueConstraint(
            "institution", "position_id", "candidate_id", name="uq_application_position_id_candidate_id"
        ),
        sa.UniqueConstraint(
            "institution", "procedure_id", "register_number", name="uq_application_procedure_id_register_number"
        ),
        **CLUSTERED,
    )
    op.create_index("ix_application_candidate_id", "application", ["candidate_id"])
    op.create_table(
        "document",
        *texts("institution", "dossier_id", "name", "application_id"),
        *instants("received_at"),
        *integers("pages", null=True),
        check("ck_document_pages", "pages IS NULL OR pages >= 1"),
        reference("document", "dossier_id", "dossier"),
        sa.PrimaryKeyConstraint("institution", "dossier_id", "name", "application_id"),
        **CLUSTERED,
    )
    op.create_table(
        "certificate",
        *texts("institution", "id", "application_id", "number", "hours"),
        *instants("issued_at"),
        check("ck_certificate_id", "length(id) = 36"),
        reference("certificate", "application_id", "application"),
        sa.PrimaryKeyConstraint("institution", "id"),
        sa.UniqueConstraint("institution", "application_id", name="uq_certificate_application_id"),
        sa.UniqueConstraint("institution", "number", name="uq_certificate_number"),
    )
    op.create_table(
        "check_result",
        *texts("institution", "application_id", "name"),
        *flags("passed"),
        *texts("valid_until", null=True),
        *instants("recorded_at"),
        check("ck_check_result_valid_until", "valid_until IS NULL OR valid_until LIKE '____-__-__'"),
        reference("check_result", "application_id", "application"),
        sa.PrimaryKeyConstraint("institution", "application_id", "name"),
        **CLUSTERED,
    )
    op.create_table(
        "conflict",
        *texts("institution", "application_id", "user_id", "procedure_id"),
        reference("conflict", "application_id", "application"),
        reference("conflict", "procedure_id", "procedure"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_conflict_user_id"),
        sa.PrimaryKeyConstraint("institution", "application_id", "user_id"),
        **CLUSTERED,
    )
    op.create_table(
        "part_done",
        *texts("institution", "application_id", "part", "hours", "done_on"),
        check("ck_part_done_done_on", "done_on LIKE '____-__-__'"),
        reference("part_done", "application_id", "application"),
        sa.PrimaryKeyConstraint("institution", "application_id", "part"),
        **CLUSTERED,
    )
    op.create_table(
        "place",
        *texts("institution", "application_id", "position_id", "group_name"),
        *integers("place"),
        *texts("total"),
        check("ck_place_group_name", "group_name IN ('selected', 'reserve', 'not_approved')"),
        check("ck_place_place", "place >= 1"),
        reference("place", "application_id", "application"),
        reference("place", "position_id", "position"),
        sa.PrimaryKeyConstraint("institution", "application_id"),
        **CLUSTERED,
    )
    op.create_index("ix_place_position_id_place", "place", ["position_id", "place"])
    op.create_table(
        "result",
        *texts("institution", "application_id", "assessment", "value", "shown", "criteria"),
        *integers("members"),
        check("ck_result_members", "members >= 1"),
        reference("result", "application_id", "application"),
        sa.PrimaryKeyConstraint("institution", "application_id", "assessment"),
        **CLUSTERED,
    )
    op.create_table(
        "sheet",
        *texts("institution", "id", "application_id", "assessment", "user_id"),
        *instants("signed_at", null=True),
        *texts("digest", "salt", null=True),
        *instants("opened_at", null=True),
        check("ck_sheet_salted", "(digest IS NULL) = (salt IS NULL)"),
        check("ck_sheet_signed", "(signed_at IS NULL) = (digest IS NULL)"),
        check("ck_sheet_id", "length(id) = 36"),
        check("ck_sheet_opened", "opened_at IS NULL OR signed_at IS NOT NULL"),
        reference("sheet", "application_id", "application"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_sheet_user_id"),
        sa.PrimaryKeyConstraint("institution", "id"),
        sa.UniqueConstraint(
            "institution", "application_id", "assessment", "user_id", name="uq_sheet_application_id_assessment_user_id"
        ),
    )
    op.create_table(
        "tie_decision",
        *texts("institution", "position_id", "application_id"),
        *integers("rank"),
        check("ck_tie_decision_rank", "rank >= 1"),
        reference("tie_decision", "application_id", "application"),
        reference("tie_decision", "position_id", "position"),
        sa.PrimaryKeyConstraint("institution", "position_id", "application_id"),
        **CLUSTERED,
    )
    op.create_table(
        "verdict",
        *texts("institution", "application_id", "item"),
        *flags("ok"),
        *texts("ground", null=True),
        *texts("parameters", "given_by"),
        *instants("given_at"),
        check("ck_verdict_ground", "ok = (ground IS NULL)"),
        reference("verdict", "application_id", "application"),
        sa.PrimaryKeyConstraint("institution", "application_id", "item"),
        **CLUSTERED,
    )
    op.create_table(
        "mark",
        *texts("institution", "sheet_id", "criterion", "value"),
        reference("mark", "sheet_id", "sheet"),
        sa.PrimaryKeyConstraint("institution", "sheet_id", "criterion"),
        **CLUSTERED,
    )
    for trigger in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(trigger)


def downgrade() -> None:
    """There is nothing before the first revision: dropping every table would drop every record."""
    raise NotImplementedError("the first revision is not taken back; delete the database instead")
