"""The desk: pages for coordinators, commissions, administrators and auditors, rendered on the server.

Why: the people of the mission do their day here. Every page works without script; htmx makes some of them quicker.
Never here: rules, SQL; a page asks services and shows what they answer.
"""
