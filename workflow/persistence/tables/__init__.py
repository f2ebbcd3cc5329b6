"""Every table, so that one import knows the whole schema (`metadata`).

Why: migrations, invariants and the unit of work must see all tables, the outbox of notifications among them.
Never here: a table's columns (its own file), queries.
"""

from __future__ import annotations

from sqlmodel import SQLModel

from notifications.outbox import Outbox
from workflow.persistence.tables.access import Credential, OneTimeLink, Throttle, UserSession
from workflow.persistence.tables.application import Application, Arrival, Document, VerdictRow
from workflow.persistence.tables.candidate import Candidate, Dossier, Residence
from workflow.persistence.tables.commission import CommissionMember, ConflictRow, Function
from workflow.persistence.tables.deadline import Deadline, DeadlineKind, Status
from workflow.persistence.tables.definition import Definition
from workflow.persistence.tables.institution import Calendar, Institution
from workflow.persistence.tables.journal import Journal, JournalText
from workflow.persistence.tables.objection import Objection
from workflow.persistence.tables.onboarding import (
    Attendance,
    Certificate,
    CheckItemRow,
    CheckResult,
    HoursStatement,
    PartDone,
    ReExaminationRow,
    TaskRow,
    TrainingSession,
)
from workflow.persistence.tables.place import GROUPS, DrawnLot, Place, TieDecision
from workflow.persistence.tables.procedure import Position, Procedure
from workflow.persistence.tables.protocol import Protocol, ProtocolSignature
from workflow.persistence.tables.publication import Publication
from workflow.persistence.tables.register import NamePart, SavedFilter, StateCount
from workflow.persistence.tables.sheet import Mark, Result, Sheet, SheetNote
from workflow.persistence.tables.staff_record import StaffAct, StaffRecord
from workflow.persistence.tables.stored_file import DocumentFile, StoredFile
from workflow.persistence.tables.subject import Subject
from workflow.persistence.tables.survey import SurveyAnswer
from workflow.persistence.tables.threshold import FixedThreshold
from workflow.persistence.tables.user import RoleGrant, User

metadata = SQLModel.metadata

__all__ = [
    "GROUPS",
    "Application",
    "Arrival",
    "Attendance",
    "Calendar",
    "Candidate",
    "Certificate",
    "CheckItemRow",
    "CheckResult",
    "CommissionMember",
    "ConflictRow",
    "Credential",
    "Deadline",
    "DeadlineKind",
    "Definition",
    "Document",
    "DocumentFile",
    "Dossier",
    "DrawnLot",
    "FixedThreshold",
    "Function",
    "HoursStatement",
    "Institution",
    "Journal",
    "JournalText",
    "Mark",
    "NamePart",
    "Objection",
    "OneTimeLink",
    "Outbox",
    "PartDone",
    "Place",
    "Position",
    "Procedure",
    "Protocol",
    "ProtocolSignature",
    "Publication",
    "ReExaminationRow",
    "Residence",
    "Result",
    "RoleGrant",
    "SavedFilter",
    "Sheet",
    "SheetNote",
    "StaffAct",
    "StaffRecord",
    "StateCount",
    "Status",
    "StoredFile",
    "Subject",
    "SurveyAnswer",
    "TaskRow",
    "Throttle",
    "TieDecision",
    "TrainingSession",
    "User",
    "UserSession",
    "VerdictRow",
    "metadata",
]
