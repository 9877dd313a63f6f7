"""Content and readers: bytes that belong together are a `Content`, which searches them and feeds them to one reader.

A promise: a reader raises nothing, whatever the bytes are; what it cannot read it reports to `Findings`.
"""
