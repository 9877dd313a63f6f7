"""Which protocol a conversation speaks, by its content and never by its port.

A promise: one table, `protocols.PROTOCOLS`, read from top to bottom, decides it for streams.
"""
