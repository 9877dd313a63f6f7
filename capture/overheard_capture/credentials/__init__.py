"""Credentials: passwords, tokens and keys that are found by their kind, without anybody naming them.

A promise: the matches depend neither on the engine nor on the port. What was found is shown to nobody but masked.
"""
