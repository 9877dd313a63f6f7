"""QUIC (RFC 9000, 9001, 9369) without session secrets: the payload of Initial packets, and the headers of all packets.

Functions and readers in this folder raise nothing on any input.
"""
