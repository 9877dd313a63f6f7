"""TLS and DTLS: record layer, handshake, and everything that can be read without keys.

Functions and readers in here raise nothing, whatever the input. What cannot be parsed is returned empty.
"""
