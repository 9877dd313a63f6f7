"""What every role of the lab shares: settings, names, readiness, serving, and atomic writes.

Nothing in here depends on what a role does.
"""
