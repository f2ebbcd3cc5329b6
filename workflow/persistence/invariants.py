"""What must hold of the rows as a whole: queries that return no row while all is well.

Why: keys and CHECKs see one row; these see what belongs together. They run after every test and in `nabor db check`.
Never here: repairing; a rule that needs the definition to be read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import text

from workflow.persistence.database import Database


@dataclass(frozen=True, slots=True)
class Invariant:
    """One query. `meaning` says what a row of it would mean; the rows name institution and id, never a person."""

    meaning: str
    sql: str


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that does not hold, with the first rows of its query (at most 20)."""

    name: str
    meaning: str
    rows: tuple[tuple[Any, ...], ...]


_SHOWN = 20

INVARIANTS: Mapping[str, Invariant] = MappingProxyType(
    {
        "journal_without_gaps": Invariant(
            "a subject does not have the entries 1 to its seq",
            """
            SELECT s.institution, s.id, s.seq FROM subject s LEFT JOIN (
                SELECT institution, subject_id, count(*) AS n, max(seq) AS last FROM journal
                GROUP BY institution, subject_id
            ) j ON j.institution = s.institution AND j.subject_id = s.id
            WHERE coalesce(j.n, 0) <> s.seq OR coalesce(j.last, 0) <> s.seq
            """,
        ),
        "journal_chained": Invariant(
            "an entry does not name the hash of the one before it, or was written before it",
            """
            SELECT j.institution, j.subject_id, j.seq FROM journal j LEFT JOIN journal p
              ON p.institution = j.institution AND p.subject_id = j.subject_id AND p.seq = j.seq - 1
            WHERE j.seq > 1 AND (p.hash IS NULL OR p.hash <> j.previous OR p.recorded_at > j.recorded_at)
            """,
        ),
        "head_is_last_entry": Invariant(
            "a subject's head is not the hash of its last entry",
            """
            SELECT s.institution, s.id FROM subject s LEFT JOIN journal j
              ON j.institution = s.institution AND j.subject_id = s.id AND j.seq = s.seq
            WHERE s.seq > 0 AND (j.hash IS NULL OR j.hash <> s.head)
            """,
        ),
        "state_is_last_transition": Invariant(
            "a subject does not stand where its last transition led",
            """
            SELECT s.institution, s.id, s.state FROM subject s
            JOIN journal j ON j.institution = s.institution AND j.subject_id = s.id
            WHERE j.seq = (SELECT max(t.seq) FROM journal t WHERE t.institution = s.institution
                           AND t.subject_id = s.id AND t.kind = 'transition')
              AND j.to_state <> s.state
            """,
        ),
        "transitions_join": Invariant(
            "a transition does not start from the state to which the one before it led",
            """
            SELECT j.institution, j.subject_id, j.seq FROM journal j
            JOIN journal p ON p.institution = j.institution AND p.subject_id = j.subject_id
              AND p.seq = (SELECT max(t.seq) FROM journal t WHERE t.institution = j.institution
                           AND t.subject_id = j.subject_id AND t.kind = 'transition' AND t.seq < j.seq)
            WHERE j.kind = 'transition' AND (j.from_state IS NULL OR j.from_state <> p.to_state)
            """,
        ),
        "texts_are_named": Invariant(
            "a text beside the journal is not named by its entry",
            """
            SELECT t.institution, t.id FROM journal_text t
            JOIN journal j ON j.institution = t.institution AND j.subject_id = t.subject_id AND j.seq = t.seq
            WHERE j.parameters NOT LIKE '%' || t.id || '%' AND j.effects NOT LIKE '%' || t.id || '%'
            """,
        ),
        "subjects_have_their_row": Invariant(
            "a subject has no row of its kind, or a row of another kind",
            """
            SELECT s.institution, s.id, s.kind FROM subject s
            LEFT JOIN procedure p ON p.institution = s.institution AND p.id = s.id
            LEFT JOIN position o ON o.institution = s.institution AND o.id = s.id
            LEFT JOIN application a ON a.institution = s.institution AND a.id = s.id
            LEFT JOIN objection b ON b.institution = s.institution AND b.id = s.id
            WHERE (s.kind = 'procedure') <> (p.id IS NOT NULL)
               OR (s.kind = 'position') <> (o.id IS NOT NULL)
               OR (s.kind = 'application') <> (a.id IS NOT NULL)
               OR (s.kind = 'objection') <> (b.id IS NOT NULL)
            """,
        ),
        "positions_stay_in_their_procedure": Invariant(
            "a position and its subject name different procedures",
            """
            SELECT o.institution, o.id FROM position o
            JOIN subject s ON s.institution = o.institution AND s.id = o.id
            WHERE s.procedure_id IS NULL OR s.procedure_id <> o.procedure_id
            """,
        ),
        "applications_stay_in_their_procedure": Invariant(
            "an application, its subject, position and dossier do not agree on procedure, position or candidate",
            """
            SELECT a.institution, a.id FROM application a
            JOIN subject s ON s.institution = a.institution AND s.id = a.id
            JOIN position o ON o.institution = a.institution AND o.id = a.position_id
            JOIN dossier d ON d.institution = a.institution AND d.id = a.dossier_id
            WHERE s.procedure_id IS NULL OR s.procedure_id <> a.procedure_id
               OR s.position_id IS NULL OR s.position_id <> a.position_id
               OR o.procedure_id <> a.procedure_id
               OR d.procedure_id <> a.procedure_id OR d.candidate_id <> a.candidate_id
            """,
        ),
        "objections_stay_in_their_procedure": Invariant(
            "an objection, its subject and its application do not agree on the procedure",
            """
            SELECT b.institution, b.id FROM objection b
            JOIN subject s ON s.institution = b.institution AND s.id = b.id
            JOIN application a ON a.institution = b.institution AND a.id = b.application_id
            WHERE s.procedure_id IS NULL OR s.procedure_id <> b.procedure_id OR a.procedure_id <> b.procedure_id
            """,
        ),
        "documents_lie_in_their_dossier": Invariant(
            "a document was handed in for an application of another dossier",
            """
            SELECT d.institution, d.dossier_id, d.name FROM document d
            LEFT JOIN application a ON a.institution = d.institution AND a.id = d.application_id
            WHERE d.application_id <> '' AND (a.id IS NULL OR a.dossier_id <> d.dossier_id)
            """,
        ),
        "conflicts_stay_in_their_procedure": Invariant(
            "a member is recused from an application of another procedure",
            """
            SELECT c.institution, c.application_id, c.user_id FROM conflict c
            JOIN application a ON a.institution = c.institution AND a.id = c.application_id
            WHERE a.procedure_id <> c.procedure_id
            """,
        ),
        "results_come_from_opened_sheets": Invariant(
            "a result stands without an opened sheet",
            """
            SELECT r.institution, r.application_id, r.assessment FROM result r
            WHERE NOT EXISTS (
                SELECT 1 FROM sheet s WHERE s.institution = r.institution AND s.application_id = r.application_id
                  AND s.assessment = r.assessment AND s.opened_at IS NOT NULL)
            """,
        ),
        "signed_sheets_have_marks": Invariant(
            "a sheet was signed without a mark",
            """
            SELECT s.institution, s.id FROM sheet s
            WHERE s.signed_at IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM mark m WHERE m.institution = s.institution AND m.sheet_id = s.id)
            """,
        ),
        "places_are_of_their_position": Invariant(
            "an application is ranked, or its tie decided, on another position's list",
            """
            SELECT p.institution, p.application_id FROM place p
            JOIN application a ON a.institution = p.institution AND a.id = p.application_id
            WHERE a.position_id <> p.position_id
            UNION ALL
            SELECT t.institution, t.application_id FROM tie_decision t
            JOIN application a ON a.institution = t.institution AND a.id = t.application_id
            WHERE a.position_id <> t.position_id
            UNION ALL
            SELECT t.institution, t.application_id FROM drawn_lot t
            JOIN application a ON a.institution = t.institution AND a.id = t.application_id
            WHERE a.position_id <> t.position_id
            """,
        ),
        "deadlines_were_armed": Invariant(
            "a deadline names an entry that its subject's journal does not have",
            """
            SELECT d.institution, d.id FROM deadline d LEFT JOIN journal j
              ON j.institution = d.institution AND j.subject_id = d.subject_id AND j.seq = d.armed_seq
            WHERE j.seq IS NULL
            """,
        ),
        "deadlines_fire_when_due": Invariant(
            "a deadline fired before it was due",
            "SELECT institution, id FROM deadline WHERE fired_at < due_at",
        ),
        "one_deadline_of_a_rule": Invariant(
            "a rule is armed twice on one subject",
            """
            SELECT institution, subject_id, rule FROM deadline WHERE status = 'armed' AND kind = 'due'
            GROUP BY institution, subject_id, rule HAVING count(*) > 1
            """,
        ),
        "papers_were_recorded": Invariant(
            "a publication or a protocol names an entry that the journal does not have",
            """
            SELECT p.institution, p.id FROM publication p LEFT JOIN journal j
              ON j.institution = p.institution AND j.subject_id = p.entry_subject AND j.seq = p.entry_seq
            WHERE p.entry_subject IS NOT NULL AND j.seq IS NULL
            UNION ALL
            SELECT p.institution, p.id FROM protocol p LEFT JOIN journal j
              ON j.institution = p.institution AND j.subject_id = p.procedure_id AND j.seq = p.entry_seq
            WHERE j.seq IS NULL
            """,
        ),
        "protocols_are_signed_when_final": Invariant(
            "a protocol is final, and nobody has signed it",
            """
            SELECT p.institution, p.id FROM protocol p WHERE p.final_at IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM protocol_signature s WHERE s.institution = p.institution AND s.protocol_id = p.id
            )
            """,
        ),
        "outbox_has_an_owner": Invariant(
            "a notice belongs to no institution",
            "SELECT o.owner, o.id FROM outbox o LEFT JOIN institution i ON i.id = o.owner WHERE i.id IS NULL",
        ),
        "pinned_calendars_are_stored": Invariant(
            "a procedure is pinned to a calendar that is not stored",
            """
            SELECT p.institution, p.id FROM procedure p
            WHERE p.calendar_version IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM calendar c WHERE c.version = p.calendar_version)
            """,
        ),
    }
)


def breaches(database: Database) -> tuple[Breach, ...]:
    """Every invariant that does not hold; empty while all is well. Reads the whole database.

    On SQLite also what the file says of itself: pages, indexes, CHECKs and foreign keys.
    """
    found = []
    with database.reading() as connection:
        for name, invariant in INVARIANTS.items():
            rows = connection.execute(text(invariant.sql)).fetchmany(_SHOWN)
            if rows:
                found.append(Breach(name, invariant.meaning, tuple(tuple(row) for row in rows)))
        raw = connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            if rows := raw.execute("PRAGMA foreign_key_check").fetchmany(_SHOWN):
                found.append(Breach("foreign_keys", "a row points nowhere", tuple(rows)))
            integrity = raw.execute("PRAGMA integrity_check").fetchmany(_SHOWN)
            if integrity != [("ok",)]:
                found.append(Breach("integrity", "the file is damaged", tuple(integrity)))
    return tuple(found)
