"""TCP reassembly: segments put in order, per direction and connection, as they come.

A promise: what is kept at a time is bounded, and a byte that is missing or in conflict is reported, never passed over.
"""
