"""TLS and DTLS: record layer, handshake, and everything that can be read without keys.

Functions and readers in this folder raise nothing on any input. For input that cannot be parsed, results are empty.
"""
