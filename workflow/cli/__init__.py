"""`nabor ...`: a command group a file. Exit codes: 0 done, 1 refused or found wrong, 2 misuse.

Never here: rules, SQL. Heavy modules are imported inside the commands, so that `nabor --help` answers at once.
"""
