"""The numbered migrations of the schema, run at start (persistence/upgrade.py) under a lock.

Why: they lie in the package, so that an installed program can bring its database up to date by itself.
Never here: data of an institution, a table class as the source of a column (a migration must not change with the code).
"""
