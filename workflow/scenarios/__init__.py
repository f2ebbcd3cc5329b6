"""Scenarios: scripts of acts on a virtual clock with the outcome they must have. How an office tests its own rules.

Never here: rules, a second way into the engine: every line goes through the same services as a click.
"""
