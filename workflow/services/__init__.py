"""One function for each thing that a person (or the clock) does; each opens one unit of work.

`perform()` is the only way a state changes, `record()` the only way anything else is entered. Never here: SQL, pages.
"""
