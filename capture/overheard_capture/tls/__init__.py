"""What TLS shows to everybody, read from the bytes of a stream by ourselves.

A promise: nothing in here raises, whatever the bytes are. What cannot be read is empty.
"""
