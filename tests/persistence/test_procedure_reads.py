"""The statements behind the pages of a procedure: each runs on both databases and finds its rows by an index."""

from __future__ import annotations

import pytest

from workflow.persistence import paper_reads, procedure_reads
from workflow.persistence.database import Database
from workflow.persistence.statement import Statement

SAMPLE = {
    "institution": "x",
    "id": "x",
    "ids": ["x", "y"],
    "acts": ["select"],
    "before": "~",
    "procedure": "x",
    "position": "x",
    "subject": "x",
    "state": "x",
    "after": 0,
    "upto": 30,
    "number": 1,
    "seq": 1,
    "name": "x",
    "limit": 10,
}
ALL_OF_THE_INSTITUTION = {"staff_of_institution"}
"""What is meant to read everybody who works there: hundreds of rows at most."""


@pytest.mark.parametrize("statement", [*procedure_reads.every(), *paper_reads.every()], ids=lambda s: s.name)
def test_every_statement_runs_and_uses_an_index(statement: Statement, database: Database) -> None:
    if database.dialect == "postgresql":
        sql, values = statement.bound("postgresql", SAMPLE)
        assert database.connect().execute(sql, values).fetchall() == []
        return
    sql, values = statement.bound("sqlite", SAMPLE)
    plan = [row[3] for row in database.connect().execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    scans = [p for p in plan if p.startswith("SCAN") and "json_each" not in p and "_latest" not in p]
    if statement.name in ALL_OF_THE_INSTITUTION:
        return
    assert [p for p in scans if "anon" not in p] == []
    assert [p for p in plan if "(institution=?)" in p or "ANY(" in p] == []
