"""What every role of the lab shares: settings, readiness, serving, and files that are whole or not there at all.

A promise: nothing in here knows what any role is for.
"""
