"""QUIC (RFC 9000, 9001, 9369) as far as it can be read without secrets: Initial packets, and the headers of all.

Functions and readers in here raise nothing, whatever the input.
"""
