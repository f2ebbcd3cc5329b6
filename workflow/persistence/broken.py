"""What a driver's exception means, as an error of this package.

Why: two drivers speak of the same troubles in different words; callers know one tree (engine/errors.py).
Never here: retrying (writer.py), a person's data in a message.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import psycopg
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError

from workflow.engine.errors import BrokenRule, Conflict, CorruptDatabase, DatabaseError, NaborError

_CORRUPT = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED")
_TAKEN = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID")
_REMEDY = {
    "SQLITE_FULL": "make room on the disk",
    "SQLITE_READONLY": "make the file and its folder writable",
    "SQLITE_CANTOPEN": "make the folder exist and writable",
    "SQLITE_IOERR": "look at the disk and its log",
}

RESTORE = "restore a backup; `sqlite3 FILE .recover` may save rows"


def error_for(error: BaseException, where: str, moved: Iterable[str] = ()) -> NaborError | None:
    """The error of this package that a driver's exception means; None when it is no driver's.

    `moved` are the ids of the subjects that the unit moved, for a Conflict.
    """
    if isinstance(error, NaborError):
        return error
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    if isinstance(error, sqlite3.Error):
        return _sqlite(error, where, moved)
    if isinstance(error, psycopg.Error):
        return _postgresql(error, where, moved)
    return None


def connection_lost(error: BaseException) -> bool:
    """Whether the server went away, rather than refuse."""
    return isinstance(error, psycopg.OperationalError) and not isinstance(
        error, pg.LockNotAvailable | pg.DeadlockDetected | pg.QueryCanceled | pg.SerializationFailure
    )


def _sqlite(error: sqlite3.Error, where: str, moved: Iterable[str]) -> NaborError:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(_CORRUPT):
        return CorruptDatabase(where, str(error), RESTORE)
    if name in _TAKEN:
        return Conflict(moved, f"taken by somebody else meanwhile ({error})")
    if name.startswith("SQLITE_CONSTRAINT") or isinstance(error, sqlite3.IntegrityError):
        return BrokenRule(where, str(error))
    if name.startswith(_LOCKED):
        return DatabaseError(where, "another process holds the write lock", "end it, or use PostgreSQL for several")
    remedy = next((r for code, r in _REMEDY.items() if name.startswith(code)), "")
    return DatabaseError(where, str(error), remedy)


def _postgresql(error: psycopg.Error, where: str, moved: Iterable[str]) -> NaborError:
    # The server's detail line quotes the row, and so people; only its first line is kept.
    said = (error.diag.message_primary or str(error)).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, pg.DivisionByZero):  # the compare-and-set of rows.py
        return Conflict(moved)
    if isinstance(error, pg.UniqueViolation):
        return Conflict(moved, f"taken by somebody else meanwhile ({said})")
    if isinstance(error, pg.DeadlockDetected | pg.SerializationFailure | pg.LockNotAvailable):
        return Conflict(moved, f"held by somebody else meanwhile ({said})")
    if isinstance(error, psycopg.IntegrityError | pg.RaiseException):
        return BrokenRule(where, said)
    if connection_lost(error):
        return DatabaseError(where, said, "look whether the server runs and lets this user in")
    return DatabaseError(where, said)
