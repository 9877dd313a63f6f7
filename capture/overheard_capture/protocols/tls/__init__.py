"""TLS and DTLS: record layer, handshake, and what both show to everybody, read without keys.

A promise: nothing in here raises, whatever the bytes are. What cannot be read is empty.
"""
