"""The words of the project: what a secret, a sighting, a recording and a verdict are, and the rules between them.

A promise: the standard library only, and no input or output. Everything here can be imported by everything else.
"""
