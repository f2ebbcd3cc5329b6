"""Alembic's entry: runs migrations on the connection that it is given.

Why: the caller holds the lock and the transaction; Alembic must open neither.
Never here: a URL, a transaction.
"""

from __future__ import annotations

from alembic import context

from workflow.persistence.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction holds all of them
)
context.run_migrations()
