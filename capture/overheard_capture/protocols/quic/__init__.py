"""QUIC (RFC 9000, 9001, 9369), as far as anybody can read it: the packets that open a connection, and the heads of all.

A promise: nothing in here raises, whatever the bytes are.
"""
