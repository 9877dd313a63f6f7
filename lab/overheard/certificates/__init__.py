"""Certificates as facts in words: who is certified by whom, until when, and what is wrong with it.

Of the project, this imports only `words`. Only `fetch` uses the network, and only for the server that it is given.
"""
