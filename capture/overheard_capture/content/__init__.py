"""Content: bytes that belong together, such as a body or a message. A `Content` searches them and feeds its reader.

A promise: a reader never raises, whatever the bytes; what it cannot read it reports to `Findings`.
"""
