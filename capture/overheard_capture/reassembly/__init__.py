"""TCP reassembly: segments are put in order per direction and connection, as they arrive.

A promise: memory is bounded, and a byte that is missing or ambiguous is always reported.
"""
