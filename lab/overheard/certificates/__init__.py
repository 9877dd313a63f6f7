"""Certificates as facts and in words: who says that it is whom, until when, and what is wrong with it.

A promise: of the project this imports the words alone. Only `fetch` touches the network, and only where it is told to.
"""
