"""The vocabulary of the project: what a secret, a sighting, a recording and a verdict are, and the rules between them.

Imports only the standard library, and does no I/O. Every other package may import it.
"""
