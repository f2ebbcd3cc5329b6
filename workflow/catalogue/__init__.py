"""The written rules: definitions as files in, frozen engine values out, with every mistake named by its place.

Why: an institution must be able to write its rules alone and hear of all mistakes at once.
Never here: importing or evaluating anything a file says, the database, notifications.
"""
