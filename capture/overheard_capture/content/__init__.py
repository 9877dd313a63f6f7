"""Content and readers: bytes that belong together are a `Content`, which searches them and feeds them to one reader.

A promise: a reader raises no exception for any input, and reports what it cannot read to `Findings`.
"""
