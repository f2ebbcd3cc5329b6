"""Notices: rendering, the outbox and its delivery through channels.

Why: one package that knows how something is said and carried, and nothing of who is recruited; it could be lifted out.
Never here: an import of workflow or definitions, or the text of a notice (every text lies in a definition).
"""
