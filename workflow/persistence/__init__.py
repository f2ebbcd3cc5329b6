"""The database: tables, the writer that commits in groups, the unit of work, and the statements they run.

Why: one place knows SQL; services see rows as plain dicts and tuples.
Never here: rules of a procedure, words for people, the wall clock.
"""
